"""Corrections as training data for the workbench, under pseudonyms."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from condyle.archive.clinical_tables import Correction
from condyle.archive.read_findings import StandingFinding, findings_as_they_stand
from condyle.archive.tables import Analysis, FindingRow, Patient, StudyRow
from condyle.service.views.correction import reader_name

MOST_LINES = 10_000
"""Lines of one answer; the number of the last asks for those after it."""


def correction_lines(session: Session, after: int) -> str:
    """Gives a line of JSON a correction, with what the model had said of the finding.

    Notes are left out: they are free text, and may name a patient.

    Args:
        session: A transaction.
        after: Only corrections with a higher number, at most ``MOST_LINES``.
    """
    query = (
        select(Correction, StudyRow, Patient.pseudonym, Analysis, FindingRow)
        .join(StudyRow, StudyRow.id == Correction.study_id)
        .join(Patient, Patient.id == StudyRow.patient_id)
        .outerjoin(Analysis, Analysis.id == Correction.analysis_id)
        .outerjoin(FindingRow, FindingRow.id == Correction.finding_id)
        .where(Correction.id > after)
        .order_by(Correction.id)
        .limit(MOST_LINES)
    )
    lines = []
    for row, study, pseudonym, run, finding in session.execute(query):
        line = {
            "id": row.id,
            "kind": row.kind,
            "value": row.value,
            "finding": row.finding_id,
            "added": row.added,
            "supersedes": row.supersedes,
            "reader": reader_name(row.user_id),
            "at": row.at.isoformat(),
            "patient": pseudonym,
            "study_uid": study.uid,
            "bundle": None if run is None else _bundle(run),
            "model": None if finding is None else _model(finding),
        }
        lines.append(json.dumps(line, allow_nan=False) + "\n")
    return "".join(lines)


def label_table(session: Session, after: int) -> str:
    """Gives a table with a row a study and a column a finding and level that was read.

    A value is what holds after the latest word on it; what no reader has spoken of is an empty
    cell, for a model must not learn from its own answers. A rejected call says the opposite; a
    rejected grade says nothing.

    Args:
        session: A transaction.
        after: Only studies with a correction of a higher number.
    """
    touched = select(Correction.study_id).where(Correction.id > after)
    query = (
        select(StudyRow.id, StudyRow.uid, Patient.pseudonym)
        .join(Patient, Patient.id == StudyRow.patient_id)
        .where(StudyRow.id.in_(touched))
        .order_by(StudyRow.id)
    )
    rows: list[tuple[str, str, dict[str, str]]] = []
    for number, uid, pseudonym in session.execute(query):
        labels = dict(_labels(findings_as_they_stand(session, number).findings))
        if labels:
            rows.append((uid, pseudonym, labels))
    columns = sorted({column for _, _, labels in rows for column in labels})
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["study", "patient", *columns])
    for uid, pseudonym, labels in rows:
        table.writerow([uid, pseudonym, *(labels.get(column, "") for column in columns)])
    return text.getvalue()


def _labels(findings: Sequence[StandingFinding]) -> Iterator[tuple[str, str]]:
    """Gives column and value of what was read; the latest word last, so that it holds."""
    read = [(one.at, one) for one in findings if one.at and one.value_said]
    for _, one in sorted(read, key=lambda both: both[0]):
        disc = "" if one.index_from_caudal is None else f"disc-{one.index_from_caudal}"
        place = one.level or disc
        column = f"label_{one.name}" + (f"_{place}" if place else "")
        if isinstance(one.value, bool):
            yield column, "yes" if one.value != (one.state == "rejected") else "no"
        elif one.state != "rejected":
            yield column, str(one.value)


def _bundle(run: Analysis) -> dict[str, str]:
    return {"name": run.bundle, "version": run.version, "sha256": run.sha256}


def _model(finding: FindingRow) -> dict[str, Any]:
    document = finding.document
    said = ("value", "probability", "probabilities", "threshold", "abstained")
    return {
        "name": finding.name,
        "level": finding.level,
        "index_from_caudal": finding.index_from_caudal,
        "places": document.get("places", []),
        **{name: document.get(name) for name in said},
    }
