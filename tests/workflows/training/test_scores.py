"""What networks say of cases, as rows: against overlaps and means worked out by hand."""

from __future__ import annotations

import io
import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from PIL import Image

from condyle.datasets.masks_on_demand import MasksOnDemand
from condyle.domain.case import Case, Reference
from condyle.domain.study import Attribute, Series, Study
from condyle.domain.volume import Volume
from condyle.errors import BundleError
from condyle.evaluation.predictions import PredictionRow
from condyle.training.export import Exported
from condyle.training.recipe import Recipe, read_recipe
from condyle.training.targets import PRESENCE, LabelTarget, MaskTarget
from condyle.workflows.training import sessions
from condyle.workflows.training.by_patient import patient_rows
from condyle.workflows.training.classification_scores import classification_scorer
from condyle.workflows.training.lesion_scores import lesion_scorer
from condyle.workflows.training.series_scores import series_scorer

PLANES = {"a": "sagittal", "b": "coronal", "c": "axial", "d": "axial"}
LESION = (MaskTarget("lesion", (1,)),)


def recipe(name: str, **changed: str) -> Recipe:
    spec = "[{step: fit, rows: 32, columns: 32}]"
    settings = {key.replace("__", "."): value for key, value in changed.items()}
    return read_recipe(name, settings={"preprocessing": spec, **settings})


def case(
    images: dict[str, np.ndarray],
    *,
    masks: Mapping[str, np.ndarray] | None = None,
    grades: Mapping[str, Mapping[str, int]] | None = None,
    planes: Mapping[str, str] | None = None,
    patient: str = "p",
    name: str = "c",
) -> Case:
    series = tuple(
        Series(
            stem,
            lambda array=array: Volume(array.astype(np.float32)),
            shape=array.shape,
            plane=Attribute((planes or {}).get(stem)),
        )
        for stem, array in images.items()
    )
    reference = Reference(masks=masks or {}, grades=grades or {})
    return Case(name, patient, Study(None, series), reference, {"sex": "F"})


def echo(feeds: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """A network that takes each pixel's value for its probability."""
    return [np.clip(feeds["image"], 0, 1).astype(np.float32)]


def counted(made: Case) -> tuple[Case, Counter[str]]:
    """Gives a case whose masks are read from a file, as it were, and counts how often."""
    reads: Counter[str] = Counter()

    def read(series: Series) -> np.ndarray:
        reads[series.stem] += 1
        mask = np.zeros(series.shape, dtype=np.uint8)
        mask[1, 4:8, 4:8] = 1
        return mask

    readers = {series.stem: partial(read, series) for series in made.study.series}
    return replace(made, reference=Reference(masks=MasksOnDemand(readers))), reads


def wide(slices: int = 1) -> np.ndarray:
    """Gives an image twice as wide as high, which is padded above and below."""
    return np.zeros((slices, 16, 32), dtype=np.float32)


def by_task(rows: list[PredictionRow]) -> dict[str, float]:
    return {row.task: row.prediction for row in rows}


class TestLesions:
    def test_overlap_is_taken_on_the_images_own_grid_without_the_padding(self) -> None:
        image, mask = wide(), np.zeros((1, 16, 32), dtype=np.uint8)
        image[0, 4:12, 8:16] = 1.0  # 64 pixels
        mask[0, 4:12, 12:20] = 1  # 64 pixels, 32 of them shared
        rows = lesion_scorer(recipe("knee-unet"), LESION).rows(
            echo, case({"a": image}, masks={"a": mask})
        )
        told = by_task(rows)
        assert told["dice-lesion"] == pytest.approx(0.5)
        assert told["iou-lesion"] == pytest.approx(1 / 3, abs=1e-5)
        assert {row.unit for row in rows} == {"a", "study"}
        assert all(row.covariates == {"sex": "F"} and row.fold == -1 for row in rows)

    def test_the_other_thresholds_are_reported_beside_the_first(self) -> None:
        image, mask = wide(), np.ones((1, 16, 32), dtype=np.uint8)
        image[0, :, :16], image[0, :8, :16] = 0.4, 0.6
        told = by_task(
            lesion_scorer(recipe("knee-unet"), LESION).rows(
                echo, case({"a": image}, masks={"a": mask})
            )
        )
        assert told["dice-lesion"] == pytest.approx(2 * 128 / (128 + 512), abs=0.02)
        assert told["dice-lesion-at-0.3"] == pytest.approx(2 * 256 / (256 + 512), abs=0.02)
        assert told["dice-lesion-at-0.7"] == 0.0

    def test_a_volume_of_many_slices_is_one_unit(self) -> None:
        image, mask = np.zeros((20, 32, 32)), np.zeros((20, 32, 32), dtype=np.uint8)
        image[3:6, 4:8, 4:8] = 1.0
        mask[4:7, 4:8, 4:8] = 1
        rows = lesion_scorer(recipe("knee-unet"), LESION).rows(
            echo, case({"a": image}, masks={"a": mask})
        )
        assert by_task(rows)["dice-lesion"] == pytest.approx(2 / 3, abs=1e-5)
        assert len(rows) == 5  # Dice, intersection over union, two more thresholds, the study

    def test_nothing_found_where_nothing_is_leaves_overlap_undefined(self) -> None:
        empty = np.zeros((1, 16, 32), dtype=np.uint8)
        rows = lesion_scorer(recipe("knee-unet"), LESION).rows(
            echo, case({"a": wide()}, masks={"a": empty})
        )
        told = by_task(rows)
        assert math.isnan(told["dice-lesion"]) and told["lesion"] == 0.0
        study = next(row for row in rows if row.task == "lesion")
        assert (study.reference, study.probabilities) == (0.0, (0.0,))

    def test_the_study_is_decided_by_its_surest_series(self) -> None:
        sure, unsure = np.zeros((2, 32, 32)), np.zeros((2, 32, 32))
        sure[1, 4:9, 4:9], unsure[0, 4:9, 4:9] = 0.8, 0.6
        mask = np.zeros((2, 32, 32), dtype=np.uint8)
        mask[0, 0, 0] = 1
        made = case({"a": unsure, "b": sure}, masks={"a": mask, "b": mask * 0})
        rows = lesion_scorer(recipe("knee-unet"), LESION).rows(echo, made)
        (study,) = [row for row in rows if row.task == "lesion"]
        assert study.probabilities == (0.8,) and study.prediction == study.reference == 1.0

    def test_a_case_without_masks_is_decided_and_has_no_reference(self) -> None:
        rows = lesion_scorer(recipe("knee-unet"), LESION).rows(echo, case({"a": wide()}))
        (study,) = rows
        assert study.task == "lesion" and math.isnan(study.reference)

    def test_series_that_the_recipe_does_not_take_are_left_out(self) -> None:
        made = case({"a": wide()}, planes={"a": "oblique"})
        scorer = lesion_scorer(recipe("knee-unet"), LESION)
        assert scorer.rows(echo, made) == [] and scorer.picture(echo, made) is None

    def test_each_series_is_told_by_its_plane_and_the_study_by_theirs_together(self) -> None:
        stems = {stem: wide() for stem in "abe"}
        masks = {stem: np.zeros((1, 16, 32), dtype=np.uint8) for stem in stems}
        scorer = lesion_scorer(recipe("knee-unet"), LESION)
        told = {
            row.unit: row.covariates.get("plane")
            for row in scorer.rows(echo, case(stems, masks=masks, planes=PLANES))
        }
        assert told == {"a": "sagittal", "b": "coronal", "e": None, "study": "several"}
        alone = scorer.rows(echo, case({"c": wide()}, planes=PLANES))
        assert [row.covariates for row in alone] == [{"sex": "F", "plane": "axial"}]

    def test_each_mask_is_read_once_for_the_rows_and_once_for_the_picture(self) -> None:
        made, reads = counted(case({stem: wide(4) for stem in "abx"}, planes={"x": "oblique"}))
        structures = tuple(MaskTarget(f"part-{value}", (value,)) for value in (1, 2, 3))
        scorer = lesion_scorer(recipe("knee-unet"), structures)

        def run(feeds: Mapping[str, np.ndarray]) -> list[np.ndarray]:
            return [np.repeat(echo(feeds)[0], 3, axis=1)]

        rows = scorer.rows(run, made)
        assert reads == {"a": 1, "b": 1, "x": 1}  # that of x tells of the study alone
        truth = {row.task: row.reference for row in rows if row.unit == "study"}
        assert truth == {"part-1": 1.0, "part-2": 0.0, "part-3": 0.0}
        scorer.picture(run, made)
        assert reads == {"a": 2, "b": 2, "x": 1}

    def test_its_picture_shows_image_outlines_and_heat(self) -> None:
        mask = np.zeros((1, 16, 32), dtype=np.uint8)
        mask[0, 4:8, 4:8] = 1
        png = lesion_scorer(recipe("knee-unet"), LESION).picture(
            echo, case({"a": wide() + 0.2}, masks={"a": mask})
        )
        assert Image.open(io.BytesIO(png)).width > 3 * 300


def teller(*answers: tuple[float, ...]) -> Callable[..., list[np.ndarray]]:
    """A classifier that gives these probabilities in turn, with maps of nothing."""
    left = list(answers)

    def run(feeds: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        mine = [left.pop(0) for _ in feeds["image"]]
        told = np.array(mine, dtype=np.float32)
        return [told, np.zeros((*told.shape, 4, 4), dtype=np.float32)]

    return run


class TestSlices:
    target = LabelTarget("tear", "tear", PRESENCE, "image")

    def test_each_image_and_each_slice_of_a_volume_is_a_row(self) -> None:
        made = case({"a": wide(), "b": wide(3)}, grades={"a": {"tear": 0}, "b": {"tear": 1}})
        rows = classification_scorer(recipe("knee-resnet18"), self.target).rows(
            teller((0.9, 0.1), (0.4, 0.6), (0.7, 0.3), (0.5, 0.5)), made
        )
        assert [(row.series, row.unit) for row in rows] == [
            ("a", "a"),
            ("b", "slice-0"),
            ("b", "slice-1"),
            ("b", "slice-2"),
        ]
        assert [row.reference for row in rows] == [0, 1, 1, 1]
        assert [row.prediction for row in rows] == [0, 1, 0, 1]
        assert [row.probabilities for row in rows] == [(0.1,), (0.6,), (0.3,), (0.5,)]

    def test_a_label_made_from_masks_reads_each_mask_once(self) -> None:
        made, reads = counted(case({"a": wide(4), "b": wide(4)}, planes=PLANES))
        target = LabelTarget("tear", "tear", PRESENCE, "mask", (1,))
        rows = classification_scorer(recipe("knee-resnet18"), target).rows(
            teller(*[(0.4, 0.6)] * 8), made
        )
        assert [row.reference for row in rows] == [0, 1, 0, 0] * 2
        assert [row.covariates["plane"] for row in rows] == ["sagittal"] * 4 + ["coronal"] * 4
        assert reads == {"a": 1, "b": 1}

    def test_slices_without_a_label_are_not_scored(self) -> None:
        made = case({"a": wide(), "b": wide()}, grades={"b": {"tear": 1}})
        rows = classification_scorer(recipe("knee-resnet18"), self.target).rows(
            teller((0.2, 0.8)), made
        )
        assert [row.series for row in rows] == ["b"]
        assert (
            classification_scorer(recipe("knee-resnet18"), self.target).picture(
                teller(), case({"a": wide()})
            )
            is None
        )

    def test_of_several_classes_the_likeliest_is_called(self) -> None:
        target = LabelTarget("grade", "grade", ("none", "partial", "full"), "image")
        made = case({"a": wide()}, grades={"a": {"grade": 2}})
        (row,) = classification_scorer(recipe("knee-resnet18"), target).rows(
            teller((0.2, 0.5, 0.3)), made
        )
        assert (row.prediction, row.reference) == (1.0, 2.0)
        assert row.probabilities == (0.2, 0.5, 0.3)

    def test_its_picture_is_of_the_slice_that_it_was_least_right_on(self) -> None:
        images = wide(2)
        images[1, :8] = 1.0
        made = case({"a": images}, grades={"a": {"tear": 1}})
        answers = [(0.1, 0.9), (0.8, 0.2), (0.8, 0.2)]
        png = classification_scorer(recipe("knee-resnet18"), self.target).picture(
            teller(*answers), made
        )
        page = np.asarray(Image.open(io.BytesIO(png)).convert("L"))
        assert page[20, 100] > 200 and page[150, 100] < 50  # bright above, dark below


def row(patient: str, probability: float, *, truth: float = 0, **more) -> PredictionRow:
    given = {"study": f"s{probability}", "unit": "a", "task": "tear", "fold": 0, **more}
    return PredictionRow(
        patient=patient,
        series="x",
        reference=truth,
        prediction=float(probability >= 0.5),
        probabilities=(probability,),
        **given,
    )


class TestPatients:
    def test_a_patient_is_the_mean_of_their_rows_whatever_their_studies(self) -> None:
        rows = [row("p", 0.2), row("p", 0.9, truth=1), row("p", 0.7), row("q", 0.3)]
        one, other = patient_rows(rows, threshold=0.5, how="mean")
        assert (one.patient, one.task, one.unit, one.series) == (
            "p",
            "tear-by-patient",
            "patient",
            "",
        )
        assert one.probabilities == (0.6,) and one.prediction == 1.0 and one.reference == 1.0
        assert (other.patient, other.probabilities, other.reference) == ("q", (0.3,), 0.0)

    def test_or_the_greatest_of_them(self) -> None:
        (made,) = patient_rows([row("p", 0.2), row("p", 0.9)], threshold=0.95, how="greatest")
        assert made.probabilities == (0.9,) and made.prediction == 0.0

    def test_folds_and_tasks_are_kept_apart(self) -> None:
        rows = [row("p", 0.2), row("p", 0.4, fold=1), row("p", 0.6, task="rupture")]
        made = patient_rows(rows, threshold=0.5, how="mean")
        assert [(one.fold, one.task) for one in made] == [
            (0, "tear-by-patient"),
            (1, "tear-by-patient"),
            (0, "rupture-by-patient"),
        ]

    def test_what_was_abstained_takes_no_part(self) -> None:
        abstained = row("p", 0.9, abstained=True)
        (made,) = patient_rows(
            [row("p", 0.2, truth=math.nan), abstained], threshold=0.5, how="mean"
        )
        assert made.probabilities == (0.2,) and math.isnan(made.reference)
        assert patient_rows([abstained], threshold=0.5, how="mean") == []


class TestSeries:
    targets = (
        LabelTarget("acl-tear", "acl-tear", PRESENCE, "study"),
        LabelTarget("meniscal-tear", "meniscal-tear", PRESENCE, "study"),
    )

    def run(self, feeds: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Gives the share of axial slices in ten, and one half."""
        assert list(feeds) == ["sagittal", "coronal", "axial"]
        return [np.array([[feeds["axial"].shape[1] / 10, 0.5]], dtype=np.float32)]

    def test_a_study_is_told_by_the_longest_series_of_each_plane(self) -> None:
        made = case(
            {stem: wide(n) for stem, n in (("a", 1), ("b", 2), ("c", 3), ("d", 4))},
            grades={"study": {"acl-tear": 1}},
            planes=PLANES,
        )
        scorer = series_scorer(recipe("knee-mrnet"), self.targets)
        one, other = scorer.rows(self.run, made)
        assert (one.task, one.probabilities, one.prediction) == ("acl-tear", (0.4,), 0.0)
        assert (one.reference, one.abstained) == (1.0, False)
        assert (other.probabilities, other.prediction) == ((0.5,), 1.0)
        assert math.isnan(other.reference)
        assert scorer.picture(self.run, made) is not None

    def test_a_study_that_lacks_a_plane_is_abstained_and_not_guessed(self) -> None:
        made = case({"a": wide(), "b": wide()}, grades={"study": {"acl-tear": 1}}, planes=PLANES)
        scorer = series_scorer(recipe("knee-mrnet"), self.targets)
        for row in scorer.rows(self.run, made):
            assert row.abstained and row.probabilities == () and math.isnan(row.prediction)
        assert scorer.picture(self.run, made) is None


def test_an_exported_network_is_kept_only_where_it_gives_what_the_trained_one_gave(
    monkeypatch,
) -> None:
    one = np.ones((2, 3), dtype=np.float32)
    monkeypatch.setattr(sessions, "network_runner", lambda model: lambda feeds: [one])
    assert sessions.checked_model(Exported(b"model", {}, [one])) == b"model"
    with pytest.raises(BundleError, match="does not give"):
        sessions.checked_model(Exported(b"model", {}, [one + 0.01]))
