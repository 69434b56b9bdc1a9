"""A recipe's figures by plane, from simulated knees to their evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from condyle.datasets.archive import Archive
from condyle.datasets.layouts import open_archive
from condyle.domain.case import Case, Reference
from condyle.domain.study import Attribute, Series, Study
from condyle.evaluation.cohort import SEVERAL, Share, cohort_of_table
from condyle.evaluation.predictions import predictions_from_rows
from condyle.training.recipe import read_recipe
from condyle.training.targets import label_targets, mask_targets
from condyle.workflows.evaluation.report import About, evaluation_report
from condyle.workflows.evaluation.rows import Draw
from condyle.workflows.simulate_archive import ArchiveRequest, simulate_archive
from condyle.workflows.training.classification_scores import classification_scorer
from condyle.workflows.training.lesion_scores import lesion_scorer
from condyle.workflows.training.row_covariates import covariates_on

PLANES = ("axial", "coronal", "sagittal")
QUICK = Draw(replicates=40, permutations=10)
SPEC = {
    "preprocessing": "[{step: window, low: 0.5, high: 99.5}, {step: fit, rows: 48, columns: 48}]"
}


@pytest.fixture(scope="module")
def knees(tmp_path_factory) -> Archive:
    """Two simulated knees in three planes, with masks."""
    out = tmp_path_factory.mktemp("knees") / "data"
    asked = ArchiveRequest("knee", 2, layout="pairs", size=48, slices=3)
    return open_archive(simulate_archive(out, asked))


def bright(feeds: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """A network that takes each pixel's value for its probability."""
    return [np.clip(feeds["image"], 0, 1).astype(np.float32)]


def undecided(feeds: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """A classifier to which all slices look alike."""
    count = len(feeds["image"])
    return [np.full((count, 2), 0.5, np.float32), np.zeros((count, 2, 3, 3), np.float32)]


def test_the_figures_of_outlines_and_decisions_stand_by_plane(knees: Archive) -> None:
    recipe = read_recipe("knee-unet", settings=SPEC)
    scorer = lesion_scorer(recipe, mask_targets(recipe, knees.structures))
    rows = [row for case in knees.cases for row in scorer.rows(bright, case)]
    table = predictions_from_rows([*rows, *scorer.together(rows)])
    report = evaluation_report(table, about=About("Knees"), draw=QUICK)
    figures = {
        (task.name, group.name): group.patients
        for task in report.tasks
        for covariate in task.subgroups
        if covariate.covariate == "plane"
        for group in covariate.groups
    }
    for task in ("dice-lesion", "iou-lesion", "lesion"):
        assert {group for name, group in figures if name == task} == set(PLANES)
        assert {figures[task, plane] for plane in PLANES} == {2}
    cohort = cohort_of_table(table).row("plane", SEVERAL)
    assert cohort is not None and cohort.cells[0] == Share(2, 2)


def test_the_rows_of_a_patient_say_that_several_planes_were_looked_at(knees: Archive) -> None:
    recipe = read_recipe("knee-resnet18", settings=SPEC)
    (target,) = label_targets(
        recipe, cases=knees.cases, labels=knees.labels, structures=knees.structures, unit="image"
    )
    scorer = classification_scorer(recipe, target)
    rows = [row for case in knees.cases for row in scorer.rows(undecided, case)]
    assert {row.series.rsplit("-", 1)[1]: row.covariates["plane"] for row in rows} == {
        plane: plane for plane in PLANES
    }
    assert {row.covariates["plane"] for row in scorer.together(rows)} == {"several"}


@pytest.mark.parametrize(
    ("planes", "stated", "told"),
    [
        (("axial",), None, "axial"),
        (("axial", "axial", None), "coronal", "axial"),
        (("axial", "coronal"), None, "several"),
        ((None,), None, None),
        ((None,), "coronal", "coronal"),
        ((), None, None),
    ],
)
def test_a_plane_is_told_only_where_it_is_known(planes, stated, told) -> None:
    def load() -> None:
        raise NotImplementedError

    series = [
        replace(Series(str(n), load, shape=(1, 2, 2)), plane=Attribute(plane))
        for n, plane in enumerate(planes)
    ]
    own = {"sex": "F"} | ({"plane": stated} if stated else {})
    case = Case("c", "p", Study(None, tuple(series)), Reference(), own)
    made = covariates_on(case, series)
    assert made.get("plane") == told and made["sex"] == "F"
    assert case.covariates == own


def test_an_archive_of_one_plane_has_no_figures_by_plane(knees: Archive) -> None:
    recipe = read_recipe("knee-unet", settings=SPEC)
    scorer = lesion_scorer(recipe, mask_targets(recipe, knees.structures))
    axial = [case for case in knees.cases if case.id.endswith("axial")]
    rows = [row for case in axial for row in scorer.rows(bright, case)]
    report = evaluation_report(predictions_from_rows(rows), about=About("Knees"), draw=QUICK)
    named = [c.covariate for task in report.tasks for c in task.subgroups]
    assert len(axial) == 2 and "plane" not in named
