"""A prospective study's table: what readers called by themselves beside what the models found."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from condyle.archive.analyses import findings_of
from condyle.archive.silent_tables import OwnCall
from condyle.archive.tables import Analysis, FindingRow, Patient, StudyRow
from condyle.service.views.correction import reader_name

COLUMNS = (
    "id", "patient", "study_uid", "bundle", "version", "bundle_sha256", "analysis", "run_state",
    "run_reason", "run_queued_at", "run_finished_at", "reader", "called_at", "finding", "level",
    "reader_value", "model_value", "model_probability", "model_threshold", "model_abstained",
    "agrees",
)  # fmt: skip
MOST_CALLS = 2000
"""Readers' calls of one answer; the number of the last asks for those after it."""
_AT_ONCE = 200


def own_call_table(session: Session, after: int, *, reader: int | None) -> str:
    """Gives a row for each finding and level that the reader called or the model gave.

    Under pseudonyms whoever asks. A call of no findings is a row without one.

    Args:
        session: A transaction.
        after: Only calls with a higher number, at most ``MOST_CALLS``.
        reader: Who asks, where they read studies themselves: then only of the studies and
            bundles that they have called, for the others would tell what was found.
    """
    query = (
        select(OwnCall, Analysis, StudyRow.uid, Patient.pseudonym)
        .join(Analysis, Analysis.id == OwnCall.analysis_id)
        .join(StudyRow, StudyRow.id == OwnCall.study_id)
        .join(Patient, Patient.id == StudyRow.patient_id)
        .where(OwnCall.id > after)
        .order_by(OwnCall.id)
        .limit(MOST_CALLS)
    )
    if reader is not None:
        mine = select(OwnCall.study_id, OwnCall.bundle).where(OwnCall.user_id == reader)
        query = query.where(tuple_(OwnCall.study_id, OwnCall.bundle).in_(mine))
    calls = session.execute(query).all()
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    table.writeheader()
    for first in range(0, len(calls), _AT_ONCE):
        portion = calls[first : first + _AT_ONCE]
        found: dict[str, list[FindingRow]] = defaultdict(list)
        for row in findings_of(session, {run.id for _, run, _, _ in portion}):
            found[row.analysis_id].append(row)
        for own, run, uid, pseudonym in portion:
            table.writerows(_rows(own, run, found[run.id], who=(pseudonym, uid)))
    return text.getvalue()


def _rows(
    own: OwnCall, run: Analysis, rows: list[FindingRow], *, who: tuple[str, str]
) -> Iterator[dict[str, Any]]:
    told = {
        "id": own.id,
        "patient": who[0],
        "study_uid": who[1],
        "bundle": run.bundle,
        "version": run.version,
        "bundle_sha256": run.sha256,
        "analysis": run.id,
        "run_state": run.state,
        "run_reason": (run.reason or {}).get("code", ""),
        "run_queued_at": run.queued_at.isoformat(),
        "run_finished_at": run.finished_at.isoformat() if run.finished_at else "",
        "reader": reader_name(own.user_id),
        "called_at": own.at.isoformat(),
    }
    mine = {(call["name"], call["level"]): call["value"] for call in own.calls}
    found = {(row.name, row.level): row for row in reversed(rows)}
    places = dict.fromkeys([*((row.name, row.level) for row in rows), *mine])
    for name, level in places or {("", None): None}:
        row, value = found.get((name, level)), mine.get((name, level))
        model = _model(row)
        answers = value is not None and row is not None and model["model_value"] != ""
        yield (
            told
            | model
            | {
                "finding": name,
                "level": level or "",
                "reader_value": _cell(value),
                "agrees": _cell(model["model_value"] == _cell(value)) if answers else "",
            }
        )


def _model(row: FindingRow | None) -> dict[str, Any]:
    document = {} if row is None else row.document
    value = None if row is None or row.abstained else document.get("value")
    return {
        "model_value": _cell(value),
        "model_probability": _cell(document.get("probability")),
        "model_threshold": _cell(document.get("threshold")),
        "model_abstained": "" if row is None else _cell(row.abstained),
    }


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
