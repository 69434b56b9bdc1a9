"""Instances, plans and a project for runs that need no key to be derived."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.dicom.conftest import make_instance

from condyle import sources
from condyle.dicom.deidentify import Project, profile_of
from condyle.dicom.deidentify.burned import TextReader
from condyle.dicom.header import without_remarks
from condyle.workflows.deidentification.file import Done, take
from condyle.workflows.deidentification.journal import Journal
from condyle.workflows.deidentification.plan import Plan, plan_of

PROJECT = Project(b"a secret of thirty-two bytes,yes")
PATIENT: dict[str, Any] = {
    "PatientName": "Musterfrau^Erika",
    "PatientID": "MRN4711088",
    "PatientBirthDate": "19610304",
    "AccessionNumber": "ACC55123",
}


def save(path: Path, **tags: Any) -> Path:
    """Writes an instance of the patient."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with without_remarks():
        make_instance(**(PATIENT | tags)).save_as(path, enforce_file_format=True)
    return path


def plan_in(folder: Path, *words: str, given: Path | None = None) -> Plan:
    """Gives a plan whose input, output and key lie in one folder."""
    source = given or folder / "given"
    return plan_of((source,), folder / "out", key=folder / "k.key", profile=profile_of(words))


def taken(
    plan: Plan, journal: Journal | None = None, reader: TextReader | None = None
) -> list[Done]:
    """Does every file of a plan's input, in their order, without table and check."""
    kept = journal or Journal(plan.report, plan.settings(PROJECT))
    with sources.open(list(plan.given)) as tree:
        return [take(file, plan, PROJECT, kept, reader) for file in tree.files]


def files_in(folder: Path) -> list[Path]:
    """Gives all files below a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def outcomes(done: Iterable[Done]) -> list[tuple[str, tuple[str, ...]]]:
    """Gives what became of files, and why."""
    return [(one.entry.outcome, one.entry.reasons) for one in done]
