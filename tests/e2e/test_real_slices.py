"""Real slices: both contrasts together, one alone, and what each allows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from condyle.reporting import write_report
from condyle.workflows.read_study import read_study

pytestmark = pytest.mark.needs("data")


def slices(data_folder: Path, *names: str) -> list[Path]:
    return [data_folder / "lumbar-spider" / "midsagittal" / f"{name}.png" for name in names]


def test_t1_and_t2_of_a_patient_are_read_as_one_study(data_folder: Path, tmp_path: Path) -> None:
    report = read_study(slices(data_folder, "104_t1", "104_t2"))
    grades = [finding for finding in report.findings if finding.name == "pfirrmann-grade"]
    assert len(grades) >= 6
    assert grades[0].site.level == "L5-S1"
    assert all(finding.value in range(1, 6) for finding in grades)
    assert not any(f.abstained for f in report.findings)
    assert {len(finding.evidence) for finding in grades} <= {1, 2}
    written = write_report(report, tmp_path / "out")
    names = set(written.files)
    assert {"report.json", "report.html", "report.pdf", "labelmap-104_t1.png"} <= names
    for stem in ("104_t1", "104_t2"):
        with Image.open(slices(data_folder, stem)[0]) as image:
            shape = (image.size[1], image.size[0])
        with Image.open(tmp_path / "out" / f"labelmap-{stem}.png") as labelmap:
            labels = np.asarray(labelmap)
        assert labels.shape == shape
        assert set(np.unique(labels)) == {0, 1, 2, 3}


def test_a_narrow_last_disc_is_found_and_graded(data_folder: Path) -> None:
    """Eight discs of this patient are graded, the last of which is narrow and steep."""
    report = read_study(slices(data_folder, "100_t1", "100_t2"))
    grades = [finding for finding in report.findings if finding.name == "pfirrmann-grade"]
    assert [grade.site.level for grade in grades][:2] == ["L5-S1", "L4-L5"]
    assert len(grades) == 8
    assert grades[0].value == 2
    assert not [finding for finding in report.findings if finding.abstained]


def test_without_t2_the_grade_is_abstained_and_modic_change_is_judged_on_t1(
    data_folder: Path,
) -> None:
    report = read_study(slices(data_folder, "100_t1"))
    for finding in report.findings:
        if finding.name == "pfirrmann-grade":
            assert finding.abstained and finding.value is None
            assert finding.probability is not None
        else:
            assert not finding.abstained
    told = {warning.code: warning.params for warning in report.warnings}
    assert told["modic-on-one-contrast"] == {"contrast": "T1"}


def test_t2_space_alone_is_graded_with_modic_change_judged_on_it(data_folder: Path) -> None:
    report = read_study(slices(data_folder, "34_t2_SPACE"))
    assert not [finding.name for finding in report.findings if finding.abstained]
    told = {warning.code: warning.params for warning in report.warnings}
    assert told["modic-on-one-contrast"] == {"contrast": "T2"}


def test_slices_of_two_patients_are_refused(data_folder: Path) -> None:
    from condyle.errors import SeveralStudies

    with pytest.raises(SeveralStudies):
        read_study(slices(data_folder, "100_t1", "104_t1"))
