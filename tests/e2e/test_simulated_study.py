"""The example study, from DICOM to report, with the bundles trained on patients."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest

from condyle.domain.findings import middle_grade
from condyle.domain.report import Report
from condyle.phantoms import lumbar_phantom
from condyle.reporting import report_to_json, write_report
from condyle.workflows.read_study import read_study

_spec = importlib.util.spec_from_file_location("e2e", Path(__file__).with_name("conftest.py"))
assert _spec is not None and _spec.loader is not None
e2e = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(e2e)

SOAK_SEEDS = range(1, 21)


def test_the_report_says_that_the_study_is_simulated(example: Report) -> None:
    assert example.study.simulated
    assert "simulated-study" in {warning.code for warning in example.warnings}


def test_the_example_is_numbered_rightly_from_the_sacrum_up(example: Report) -> None:
    assert e2e.numbered_rightly(example, 1)


def test_what_was_assumed_and_not_assessed_is_always_said(example: Report) -> None:
    assert "counted-from-last-disc" in {message.code for message in example.assumptions}
    assert len(example.not_assessed) >= 12


def test_both_contrasts_are_used_and_known_from_the_header(example: Report) -> None:
    assert [series.weighting.value for series in example.series] == ["t1", "t2"]
    assert all(series.used and not series.weighting.estimated for series in example.series)


def test_every_disc_has_every_finding_once(example: Report) -> None:
    names = {finding.name for finding in example.findings}
    assert len(names) == 8
    discs = {finding.site.index_from_caudal for finding in example.findings}
    assert len(example.findings) == len(discs) * len(names)
    assert len({finding.id for finding in example.findings}) == len(example.findings)


def test_grades_come_with_probabilities_that_sum_to_one(example: Report) -> None:
    for finding in example.findings:
        if finding.name == "pfirrmann-grade":
            assert finding.probabilities is not None
            assert sum(finding.probabilities) == pytest.approx(1.0, abs=0.001)
            assert finding.value == middle_grade(finding.probabilities)
            assert finding.probability == finding.probabilities[finding.value - 1]


def test_the_same_study_gives_the_same_bytes(
    example: Report, simulated: Callable[[int], Path]
) -> None:
    assert report_to_json(read_study(simulated(1))) == report_to_json(example)


def test_the_labelmap_lies_on_the_grid_of_its_series(example: Report, tmp_path: Path) -> None:
    write_report(example, tmp_path / "report")
    truth = lumbar_phantom(1)
    maps = sorted((tmp_path / "report").glob("labelmap-series-*.nii.gz"))
    assert len(maps) == 2
    for path in maps:
        image = nibabel.load(path)
        lps = np.diag([-1.0, -1.0, 1.0, 1.0]) @ image.affine
        labels = np.asarray(image.dataobj)
        hits = 0
        for level in truth.levels:
            place = truth.t2.affine @ np.array([*truth.disc_centres[level], 1.0])
            voxel = np.rint(np.linalg.inv(lps) @ place)[:3].astype(int)
            near = labels[
                voxel[0] - 1 : voxel[0] + 2,
                voxel[1] - 1 : voxel[1] + 2,
                voxel[2] - 1 : voxel[2] + 2,
            ]
            hits += bool((near == 1).any())
        assert hits >= len(truth.levels) - 1


def test_dice_with_the_truth_shows_that_the_outlines_lie_on_the_discs(example: Report) -> None:
    truth = lumbar_phantom(1)
    view = next(
        view for view in example.views if example.series[view.series].weighting.value == "t2"
    )
    wanted = truth.labelmap[view.slice]
    for label, least in ((1, 0.6), (2, 0.6), (3, 0.6)):
        mine, theirs = view.labelmap == label, wanted == label
        assert 2 * (mine & theirs).sum() / (mine.sum() + theirs.sum()) > least


@pytest.mark.needs("soak")
def test_at_least_18_of_20_simulated_studies_are_numbered_rightly(
    simulated: Callable[[int], Path],
) -> None:
    right = [seed for seed in SOAK_SEEDS if e2e.numbered_rightly(read_study(simulated(seed)), seed)]
    assert len(right) >= 18, f"right: {right}"
