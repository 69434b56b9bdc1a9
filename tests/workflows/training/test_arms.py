"""Arms of a recipe: the same patients in each, and a comparison or why there is none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="the 'train' extra is not installed")

from condyle.datasets.archive import Archive
from condyle.datasets.split_rounds import Round, Split
from condyle.domain.case import Case, Reference
from condyle.domain.study import Attribute, Series, Study
from condyle.domain.volume import Volume
from condyle.errors import DatasetError
from condyle.evaluation.predictions import PredictionRow, predictions_from_rows
from condyle.reporting.predictions import write_predictions
from condyle.training.execution import Execution
from condyle.training.recipe import read_recipe
from condyle.workflows.training.arms import of_every_arm, train_arms
from condyle.workflows.training.training import Training

RECIPE = read_recipe("ankle-olt-resnet50")


def case(patient: str, *weightings: str) -> Case:
    series = tuple(
        Series(
            f"{weighting}-image",
            lambda: Volume(np.zeros((1, 4, 4), dtype=np.float32)),
            weighting=Attribute(weighting),
            shape=(1, 4, 4),
        )
        for weighting in weightings
    )
    return Case(f"{patient}-{'-'.join(weightings)}", patient, Study(None, series), Reference())


def test_patients_who_lack_what_one_arm_reads_are_out_of_both() -> None:
    cases = (
        case("a", "t1", "t2"),
        case("b", "t1"),
        case("c", "t2", "stir"),
        case("d", "t1"),
        case("d", "t2"),
    )
    archive, told = of_every_arm(RECIPE, Archive("folders", cases))
    assert [one.id for one in archive.cases] == ["a-t1-t2", "d-t1", "d-t2"]
    assert told == "2 of 4 patients have images for every arm; the rest are out."


def test_arms_that_no_patient_shares_are_refused() -> None:
    with pytest.raises(DatasetError) as caught:
        of_every_arm(RECIPE, Archive("folders", (case("b", "t1"), case("c", "t2"))))
    assert "2 patients" in caught.value.found and "t1, t2" in caught.value.found
    assert "--set arms={}" in caught.value.mend


def run_arms(tmp_path: Path, answers: dict[str, tuple[tuple[str, float], ...]]):
    """Runs a recipe's arms with a trainer that answers by hand, and gives what each was given."""
    given: list[Training] = []

    def train(asked: Training) -> Path:
        given.append(asked)
        arm = asked.out.name
        rows = [
            PredictionRow(
                patient, patient, "", "patient", "class", 0, float(n % 2), float(p >= 0.5), (p,)
            )
            for n, (patient, p) in enumerate(answers[arm])
        ]
        asked.out.mkdir(parents=True)
        write_predictions(asked.out / "predictions.csv", predictions_from_rows(rows))
        return asked.out / "bundle"

    cases = tuple(case(patient, "t1", "t2") for patient in "abc")
    training = Training(
        recipe=RECIPE,
        archive=Archive("folders", cases),
        split=Split("s", 1, "by hand", (Round(("a",), ("b",), ("c",)),)),
        data=tmp_path,
        out=tmp_path / "run",
        execution=Execution("cpu"),
        notes=("A note.",),
        replicates=20,
    )
    return train_arms(training, train), given


def test_each_arm_is_given_its_own_images_and_everything_else_alike(tmp_path) -> None:
    nothing = {"t1": (("c", 0.5),), "t2": (("a", 0.5),)}
    made, (one, other) = run_arms(tmp_path, nothing)
    assert made == (tmp_path / "run" / "t1" / "bundle", tmp_path / "run" / "t2" / "bundle")
    for arm, name in ((one, "t1"), (other, "t2")):
        stems = {series.stem for each in arm.archive.cases for series in each.study.series}
        assert stems == {f"{name}-image"}
        assert arm.recipe.arms == {} and arm.recipe.input.weightings == (name,)
        assert arm.notes == ("A note.", f"Arm '{name}' of 'ankle-olt-resnet50'.")
    assert one.split is other.split and one.recipe.seed == other.recipe.seed


def test_what_cannot_be_compared_is_said_beside_the_arms(tmp_path) -> None:
    run_arms(tmp_path, {"t1": (("c", 0.5),), "t2": (("a", 0.5),)})
    said = tmp_path / "run" / "compare-t1-t2" / "not-compared.txt"
    assert len(said.read_text("utf-8").splitlines()) >= 3
