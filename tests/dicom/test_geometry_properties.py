"""Whatever way a scanner lays its slices, each voxel keeps its place in the body."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import FileDataset
from scipy.spatial.transform import Rotation

from condyle.dicom import Discovery, MRTags, derived_uid, write_mr_series
from condyle.domain import Volume
from condyle.domain.geometry import plane_of, spacing_of

Make = Callable[..., FileDataset]
Save = Callable[..., Path]
Find = Callable[[Path], Discovery]

SHAPE = (5, 18, 22)


def _numbered(affine: np.ndarray) -> Volume:
    """A volume whose every voxel holds its own number."""
    array = np.arange(np.prod(SHAPE), dtype=np.float32).reshape(SHAPE)
    return Volume(array, spacing_of(affine), affine)


def _any_affine(seed: int) -> np.ndarray:
    """Slices in any direction; those of odd seeds are also sheared along the stack."""
    rng = np.random.default_rng(seed)
    affine = np.eye(4)
    affine[:3, :3] = Rotation.random(random_state=seed).as_matrix()
    affine[:3, :3] *= rng.uniform([1.0, 0.3, 0.3], [6.0, 1.5, 1.5])
    if seed % 2:
        affine[:3, 0] += 0.2 * affine[:3, 1] - 0.3 * affine[:3, 2]
    if rng.random() < 0.5:
        affine[:3, 0] *= -1
    affine[:3, 3] = rng.uniform(-300, 300, 3)
    return affine


def _write(out: Path, volume: Volume, name: str = "a", **tags: object) -> list[Path]:
    return write_mr_series(
        out,
        volume=volume,
        study_uid=derived_uid("study"),
        series_uid=derived_uid(name),
        frame_of_reference_uid=derived_uid("frame"),
        description="T2",
        tags=MRTags(tr_ms=3500, te_ms=100, **tags),
    )


def _world(affine: np.ndarray, index: np.ndarray) -> np.ndarray:
    return index @ affine[:3, :3].T + affine[:3, 3]


@pytest.mark.parametrize("seed", range(12))
def test_every_voxel_of_an_oblique_series_keeps_its_place(
    tmp_path: Path, find: Find, seed: int
) -> None:
    volume = _numbered(_any_affine(seed))
    assert volume.affine is not None
    paths = _write(tmp_path / "out", volume)
    for path, number in zip(paths, random.Random(seed).sample(range(99), len(paths)), strict=True):
        path.rename(path.with_name(f"IM{number:02d}"))
    (study,) = find(tmp_path / "out").studies
    (series,) = study.study.series
    back = series.load()
    assert back.affine is not None
    numbers = back.array.ravel().astype(int)
    written = np.stack(np.unravel_index(numbers, SHAPE), axis=1)
    read = np.stack(np.unravel_index(np.arange(numbers.size), back.array.shape), axis=1)
    assert sorted(numbers) == list(range(numbers.size))
    assert np.allclose(_world(back.affine, read), _world(volume.affine, written), atol=1e-3)
    assert series.notes == ()
    assert series.plane.value == plane_of(volume.affine)
    assert series.spacing == pytest.approx(spacing_of(back.affine))


@pytest.mark.parametrize("seed", range(6))
def test_a_labelmap_turned_back_lies_on_the_pixels_of_its_instances(
    tmp_path: Path, find: Find, seed: int
) -> None:
    paths = _write(tmp_path / "out", _numbered(_any_affine(seed)))
    pixels = {str(one.SOPInstanceUID): one.pixel_array for one in map(dcmread, paths)}
    (study,) = find(tmp_path / "out").studies
    (series,) = study.study.series
    stored = series.stored.invert(series.load().array)
    instances = series.instances[::-1] if series.stored.flips[0] else series.instances
    for slice_, instance in zip(stored, instances, strict=True):
        assert np.array_equal(slice_, pixels[str(instance.sop_instance_uid)])


@pytest.mark.parametrize("degrees", [0.0, 3.0, 7.0, 25.0])
@pytest.mark.parametrize("field_mm", [225.0, 250.0, 300.0])
def test_echoes_stay_whole_wherever_the_field_of_view_begins(
    instance: Make, save: Save, find: Find, degrees: float, field_mm: float
) -> None:
    turn = Rotation.from_euler("xyz", [degrees, degrees / 2, degrees / 3], degrees=True).as_matrix()
    row, column = turn @ [0, 1, 0], turn @ [0, 0, -1]
    stack = []
    for at in range(8):
        place = np.cross(row, column) * at * 4.4 - field_mm / 2 * (row + column)
        # Six decimals, as scanners write them, put noise on which side of a limit it lies.
        stack += [
            instance(
                name=f"{at}-{echo}",
                EchoTime=echo * 40.0,
                ImageOrientationPatient=[f"{one:.6f}" for one in (*row, *column)],
                ImagePositionPatient=[f"{one:.4f}" for one in place],
            )
            for echo in (1, 2)
        ]
    (study,) = find(save(stack)).studies
    assert [one.shape[0] for one in study.study.series] == [8, 8]
    assert all(one.notes == () for one in study.study.series)


def test_echoes_and_orientations_in_one_series_are_all_told_apart(
    instance: Make, save: Save, find: Find
) -> None:
    planes = {"sagittal": [0, 1, 0, 0, 0, -1], "coronal": [1, 0, 0, 0, 0, -1]}
    stack = [
        instance(
            name=f"{plane}{at}{echo}",
            EchoTime=echo,
            ImageOrientationPatient=directions,
            ImagePositionPatient=[at * 4, at * 4, 60],
            pixels=np.full((20, 24), echo + at, np.uint16),
        )
        for plane, directions in planes.items()
        for at in range(4)
        for echo in (20, 90)
    ]
    random.Random(1).shuffle(stack)
    (study,) = find(save(stack)).studies
    found = [(one.plane.value, one.weighting.value, one.shape[0]) for one in study.study.series]
    assert sorted(found, key=str) == [
        ("coronal", "pd", 4),
        ("coronal", "t2", 4),
        ("sagittal", "pd", 4),
        ("sagittal", "t2", 4),
    ]
    for one in study.study.series:
        echo = 20 if one.weighting.value == "pd" else 90
        assert list(one.load().array[:, 0, 0]) == [echo, echo + 1, echo + 2, echo + 3]


@pytest.mark.parametrize("seed", range(8))
def test_the_gaps_that_are_told_are_those_that_are_there(
    instance: Make, save: Save, find: Find, seed: int
) -> None:
    rng = random.Random(seed)
    missing = set(rng.sample(range(1, 29), 3))
    there = [at for at in range(30) if at not in missing]
    (study,) = find(save([instance(place=at * 4.4, name=str(at)) for at in there])).studies
    (series,) = study.study.series
    kept = ("after", "before", "count")
    told = [(one.code, {key: one.params[key] for key in kept}) for one in series.notes]
    steps = [(at, b - a - 1) for at, (a, b) in enumerate(itertools.pairwise(there), 1)]
    assert told == [
        ("missing-slice", {"after": at, "before": at + 1, "count": count})
        for at, count in steps
        if count
    ]
    assert sum(int(params["count"]) for _, params in told) == 3


@pytest.mark.parametrize("wobble", [0.02, 0.3])
def test_slices_that_wobble_within_a_tenth_are_even(
    instance: Make, save: Save, find: Find, wobble: float
) -> None:
    places = [at * 4 + wobble * (-1) ** at for at in range(6)]
    (study,) = find(save([instance(place=at, name=str(at)) for at in places])).studies
    codes = [one.code for one in study.study.series[0].notes]
    assert codes == ([] if wobble < 0.1 else ["uneven-spacing"])


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_files_changes_nothing(
    instance: Make, save: Save, find: Find, seed: int
) -> None:
    stack = [
        instance(place=at * 4, name=f"{at}{echo}", series=series, EchoTime=echo, study=study)
        for study in ("a", "b")
        for series in ("one", "two")
        for echo in (15, 95)
        for at in range(3)
    ]
    first = find(save(stack))
    arrays = [[one.load().array for one in study.study.series] for study in first.studies]
    for path in save([]).iterdir():
        path.unlink()
    random.Random(seed).shuffle(stack)
    again = find(save(stack))
    assert again == first
    for loaded, study in zip(arrays, again.studies, strict=True):
        for array, series in zip(loaded, study.study.series, strict=True):
            assert np.array_equal(array, series.load().array)
