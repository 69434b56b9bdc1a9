"""Slices prepared once: which ones, where they lie, and that they are taken up again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from condyle.domain.progress import Progress, ignore_progress
from condyle.domain.study import Attribute, Series
from condyle.domain.volume import Volume
from condyle.errors import DatasetError
from condyle.preprocessing import prepare
from condyle.training.recipe_parts import InputPart
from condyle.training.slices import accepts, prepare_slices
from condyle.training.targets import LabelTarget, MaskTarget

LESION = (MaskTarget("lesion", (1,)), MaskTarget("edge", (2, 3)))
CLASS = (LabelTarget("class", "class", ("no", "yes"), "image"),)


def volume(slices: int, rows: int = 24, columns: int = 32, *, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((slices, rows, columns)).astype(np.float32)


@pytest.fixture
def cases(make_case):
    """Two patients with masks on series of one, three and two slices, and series without."""
    rng = np.random.default_rng(5)

    def drawn(slices: int) -> np.ndarray:
        return rng.integers(0, 4, (slices, 24, 32)).astype(np.uint8)

    first = make_case(
        "p1",
        {"a": volume(3), "b": volume(2, seed=1), "c": volume(1, seed=2)},
        masks={"a": drawn(3), "c": drawn(1)},
        grades={"a": {"class": 1}, "b": {"class": 0}},
        planes={"a": "sagittal", "b": "coronal"},
    )
    second = make_case("p2", {"a": volume(2, seed=3)}, masks={"a": drawn(2)})
    return first, second


@pytest.fixture
def prepared(cases, tiny, tmp_path):
    """Prepares the cases as a recipe of 32 x 32 pixels does."""

    def run(progress=ignore_progress, **more):
        folder = more.pop("folder", tmp_path)
        return prepare_slices(
            more.pop("cases", cases),
            tiny(more.pop("recipe", "knee-unet"), **more.pop("changed", {})),
            folder=folder,
            progress=progress,
            **more,
        )

    return run


def test_every_slice_of_a_series_with_a_mask_is_prepared_and_no_other(prepared) -> None:
    slices = prepared(masks=LESION)
    where = list(zip(slices.patients, slices.series, slices.positions, strict=True))
    assert where == [
        ("p1", "a", 0),
        ("p1", "a", 1),
        ("p1", "a", 2),
        ("p1", "c", 0),
        ("p2", "a", 0),
        ("p2", "a", 1),
    ]
    assert slices.planes.tolist() == ["sagittal"] * 3 + [""] * 3
    assert len(slices) == 6 and slices.labels.shape == (6, 0)


def test_pixels_and_masks_are_those_that_reading_a_study_would_prepare(
    prepared, cases, tiny
) -> None:
    slices = prepared(masks=LESION)
    every = np.arange(len(slices))
    images, masks = slices.images_at(every), slices.masks_at(every)
    assert images.dtype == masks.dtype == np.float32
    assert images.shape == (6, 32, 32) and masks.shape == (6, 2, 32, 32)
    spec = tiny("knee-unet").preprocessing
    at = 0
    for case, stem in ((cases[0], "a"), (cases[0], "c"), (cases[1], "a")):
        series = next(each for each in case.study.series if each.stem == stem)
        made = prepare(series.load(), spec)
        for number, image in enumerate(made.array):
            np.testing.assert_allclose(images[at], image, atol=1e-3)  # kept in 16 bits
            label = made.placement.prepare_labels(case.reference.masks[stem][number])
            np.testing.assert_array_equal(masks[at, 0], label == 1)
            np.testing.assert_array_equal(masks[at, 1], label >= 2)
            at += 1


def test_labels_go_with_slices_and_a_series_without_any_is_left_out(prepared) -> None:
    slices = prepared(labels=CLASS)
    assert slices.series.tolist() == ["a", "a", "a", "b", "b"]
    assert slices.labels[:, 0].tolist() == [1, 1, 1, 0, 0]
    with pytest.raises(ValueError, match="without masks"):
        slices.masks_at(np.array([0]))


def test_a_slice_stays_where_one_of_several_labels_is_known(prepared, make_case) -> None:
    both = (*CLASS, LabelTarget("other", "other", ("no", "yes"), "image"))
    images = {"a": volume(1), "b": volume(1, seed=1)}
    case = make_case("p", images, grades={"a": {"other": 0}})
    slices = prepared(cases=[case], labels=both)
    assert slices.labels.tolist() == [[-1, 0]]


def test_slices_of_some_patients_share_the_arrays_of_all(prepared) -> None:
    slices = prepared(masks=LESION)
    second = slices.of_patients(["p2", "nobody"])
    assert set(second.patients) == {"p2"} and len(second) == 2
    assert second.images is slices.images and second.masks is slices.masks
    np.testing.assert_array_equal(second.images_at(np.array([1])), slices.images_at(np.array([5])))
    np.testing.assert_array_equal(second.masks_at(np.array([0])), slices.masks_at(np.array([4])))
    assert len(slices.of_patients([])) == 0


def test_every_column_is_kept_in_step_by_where(prepared) -> None:
    slices = prepared(labels=CLASS)
    kept = slices.where(slices.positions == 1)
    assert kept.cases.tolist() == ["p1-study"] * 2
    assert (kept.series.tolist(), kept.planes.tolist()) == (["a", "b"], ["sagittal", "coronal"])
    assert kept.labels.tolist() == [[1], [0]] and kept.rows.tolist() == [1, 4]


def test_the_arrays_are_mapped_from_files_and_not_held_in_memory(prepared, tmp_path) -> None:
    slices = prepared(masks=LESION)
    assert isinstance(slices.images, np.memmap) and isinstance(slices.masks, np.memmap)
    assert slices.images.dtype == np.float16 and slices.masks.dtype == np.uint8
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".npy", ".npy"]


def test_prepared_slices_are_taken_up_again_and_not_made_twice(prepared) -> None:
    told: list[Progress] = []
    first = prepared(masks=LESION, progress=told.append)
    assert [(one.stage, one.done, one.total) for one in told] == [
        ("prepare", 3, 6),
        ("prepare", 4, 6),
        ("prepare", 6, 6),
    ]
    again: list[Progress] = []
    second = prepared(masks=LESION, progress=again.append)
    assert again == []
    np.testing.assert_array_equal(first.images, second.images)
    np.testing.assert_array_equal(first.masks, second.masks)


def test_other_steps_structures_or_cases_are_prepared_anew(prepared, cases, tmp_path) -> None:
    prepared(masks=LESION)
    smaller = "[{step: fit, rows: 16, columns: 16}]"
    prepared(masks=LESION, changed={"preprocessing": smaller})
    prepared(masks=LESION[:1])
    prepared(masks=LESION, cases=cases[:1])
    assert len(list(tmp_path.glob("images-*.npy"))) == 4


def test_a_preparation_that_was_cut_off_is_begun_anew(prepared, tmp_path) -> None:
    whole = prepared(masks=LESION)
    masks = np.array(whole.masks)
    (kept,) = tmp_path.glob("masks-*.npy")
    kept.unlink()  # cut off after the images were there and before the masks were
    told: list[Progress] = []
    np.testing.assert_array_equal(prepared(masks=LESION, progress=told.append).masks, masks)
    assert told


def test_an_archive_with_nothing_to_learn_from_is_refused(prepared, cases) -> None:
    with pytest.raises(DatasetError) as caught:
        prepared(masks=LESION, changed={"input.planes": "[axial]"}, cases=cases[:0])
    error = caught.value
    assert error.found.startswith("0 cases") and "axial" in error.needed
    assert "data check" in error.mend


@pytest.mark.parametrize(
    ("plane", "weighting", "taken"),
    [
        (None, None, True),
        (None, "unknown", True),
        ("sagittal", "t2", True),
        ("sagittal", None, True),
        ("axial", "t2", False),
        ("sagittal", "t1", False),
        (None, "t1", False),
        ("oblique", None, False),
    ],
)
def test_a_recipe_takes_its_planes_and_weightings_and_what_a_series_does_not_tell(
    plane, weighting, taken: bool
) -> None:
    wanted = InputPart(anatomy="knee", planes=("sagittal", "coronal"), weightings=("t2",))
    told = {"plane": Attribute(plane), "weighting": Attribute(weighting)}
    series = Series("a", lambda: Volume(volume(1)), **told)
    assert accepts(series, wanted) is taken


def test_labels_made_from_masks_read_each_mask_once(cases, prepared) -> None:
    masked = LabelTarget("lesion", "lesion", ("no", "yes"), "mask", (1,))
    reads: list[str] = []

    class Watched(dict):
        def __getitem__(self, stem: str) -> np.ndarray:
            reads.append(stem)
            return super().__getitem__(stem)

    first = replace(
        cases[0], reference=replace(cases[0].reference, masks=Watched(cases[0].reference.masks))
    )
    made = prepared(cases=[first], labels=[masked])
    assert made.labels[:, 0].tolist() == [1, 1, 1, 1]
    assert sorted(reads) == ["a", "c"]
