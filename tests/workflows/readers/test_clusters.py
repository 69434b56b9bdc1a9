"""A study whose patients have several discs each, and three readers who set the reference."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from condyle.evaluation.reader_analysis import ReaderAnalysis
from condyle.workflows.analyse_reader_study import AnalysisOptions, analyse_reader_study
from condyle.workflows.plan_reader_study import (
    PlannedStudy,
    StudyDesign,
    plan_reader_study,
    read_case_list,
)
from condyle.workflows.read_reader_sheets import import_readings
from condyle.workflows.readers.spreadsheet import read_lines, write_lines
from condyle.workflows.rehearse_reader_study import rehearse_reader_study
from condyle.workflows.settle_reader_reference import settle_in_folder

PATIENTS, DISCS = 12, 3


def discs(folder: Path) -> Path:
    path = folder / "discs.csv"
    rows = [
        (f"study-{patient}", f"disc-{disc}", f"p{patient}", (patient + disc) % 2)
        for patient in range(PATIENTS)
        for disc in range(1, DISCS + 1)
    ]
    write_lines(path, ("case", "unit", "patient", "reference"), rows)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clusters")


@pytest.fixture(scope="module")
def planned(folder: Path) -> PlannedStudy:
    design = StudyDesign("Discs", readers=3, reference_readers=3, crossing="cases")
    return plan_reader_study(discs(folder), folder / "plan", design, seed=11)


@pytest.fixture(scope="module")
def filled(planned: PlannedStudy, folder: Path) -> Path:
    return rehearse_reader_study(planned.folder, folder / "filled", seed=6)


@pytest.fixture(scope="module")
def settled(filled: Path, folder: Path) -> Path:
    """A copy whose reference is by its readers, the open cases called."""
    study = Path(shutil.copytree(filled, folder / "settled"))
    settle_in_folder(study, rule="consensus")
    path = study / "adjudication.csv"
    lines = read_lines(path, required=("code", "decision", "level"), optional=None)
    rows = [list({**line.cells, "decision": "no"}.values()) for line in lines]
    header = ("code", "reference-1", "reference-2", "reference-3", "decision", "level")
    write_lines(path, header, rows)
    assert settle_in_folder(study, rule="consensus").open == 0
    return study


@pytest.fixture(scope="module")
def analysis(filled: Path, folder: Path) -> ReaderAnalysis:
    options = AnalysisOptions(replicates=60)
    return analyse_reader_study(filled, folder / "results", options)


def test_the_list_keeps_study_disc_and_patient_apart(folder: Path) -> None:
    cases = read_case_list(discs(folder))
    assert len(cases) == PATIENTS * DISCS
    assert (cases[1].case, cases[1].unit, cases[1].patient) == ("study-0", "disc-2", "p0")


def test_the_plan_counts_patients_and_not_discs(planned: PlannedStudy) -> None:
    assert (planned.plan.cases, planned.plan.patients) == (36, 12)


def test_each_session_holds_half_of_the_discs_in_each_arm(planned: PlannedStudy) -> None:
    for session in planned.plan.sessions:
        if session.reader in planned.plan.readers:
            arms = [arm for _, arm in session.rows]
            assert arms.count("without") == arms.count("with") == 18


def test_the_unit_is_the_disc_and_the_intervals_are_by_patient(analysis: ReaderAnalysis) -> None:
    assert analysis.table.unit == "disc"
    assert len(np.unique(analysis.table.patients)) == PATIENTS
    found = analysis.readers[0].arms[0]
    assert found.accuracy.n == 36 and found.accuracy.unit == "disc"
    assert "12 patients" in found.accuracy.method and "12 patients" in found.auc.method
    for pooled in analysis.pooled[0]:
        assert "by patient (12 patients)" in pooled.difference.method
    assert "clustered" in {warning.code for warning in analysis.warnings}


def test_a_change_of_clustered_discs_is_tested_by_patient(analysis: ReaderAnalysis) -> None:
    change = analysis.readers[0].changes[0]["accuracy"]
    assert "by patient" in change.test
    assert change.probability_method == "patient bootstrap"


def test_the_reference_of_readers_takes_the_place_of_the_lists(
    settled: Path, folder: Path, analysis: ReaderAnalysis
) -> None:
    options = AnalysisOptions(replicates=60)
    found = analyse_reader_study(settled, folder / "by-readers", options)
    document = json.loads((folder / "by-readers" / "readers.json").read_text())
    assert document["reference"]["source"] == "reference.csv"
    assert set(document["reference"]["agreement"]) == {"Fleiss' kappa", "Gwet's AC1"}
    changed = (found.table.reference != analysis.table.reference).sum()
    assert 0 <= changed < 12
    html = (folder / "by-readers" / "readers.html").read_text()
    assert "3 reference readers read in no arm" in html


def test_a_table_may_give_the_reference_by_study_and_disc(filled: Path, folder: Path) -> None:
    path = folder / "truth.csv"
    rows = [
        (f"study-{patient}", f"disc-{disc}", int(disc == 1))
        for patient in range(PATIENTS)
        for disc in range(1, DISCS + 1)
    ]
    write_lines(path, ("case", "unit", "reference"), rows)
    options = AnalysisOptions(reference=path, replicates=20)
    found = analyse_reader_study(filled, folder / "by-table", options)
    assert found.table.reference.sum() == PATIENTS
    document = json.loads((folder / "by-table" / "readers.json").read_text())
    assert document["positives"] == PATIENTS


def test_an_import_has_a_row_for_every_disc_reader_and_arm(filled: Path) -> None:
    assert len(import_readings(filled).readings) == 36 * (2 * 3 + 3)
