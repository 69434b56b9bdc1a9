"""Which reports a patient's studies have, without what they say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from condyle.archive.clinical_tables import Addendum, ClinicalReport
from condyle.archive.tables import User


@dataclass(frozen=True, kw_only=True)
class ReportSummary:
    """That there is a report.

    Attributes:
        report_id: Its number.
        study_id: Of which study.
        language: ISO 639-1 code.
        signed: Whether it is; else it is a draft.
        by: Who signed it, as the signature says; of a draft who changed it last.
        at: When.
        addenda: How many there are.
    """

    report_id: int
    study_id: int
    language: str
    signed: bool
    by: str
    at: dt.datetime
    addenda: int


def reports_of_studies(session: Session, study_ids: Collection[int]) -> list[ReportSummary]:
    """Gives the reports of some studies in two queries, the latest report first.

    Args:
        session: A transaction.
        study_ids: The studies; so many as one query can name.
    """
    # Not the whole rows: a report's texts are long, and here nobody reads them.
    query = (
        select(
            ClinicalReport.id,
            ClinicalReport.study_id,
            ClinicalReport.language,
            ClinicalReport.signed_name,
            ClinicalReport.signed_at,
            ClinicalReport.changed_at,
            User.full_name,
        )
        .join(User, User.id == ClinicalReport.changed_by)
        .where(ClinicalReport.study_id.in_(study_ids))
        .order_by(ClinicalReport.id.desc())
    )
    rows = session.execute(query).all()
    addenda = _addenda(session, [row.id for row in rows])
    return [
        ReportSummary(
            report_id=row.id,
            study_id=row.study_id,
            language=row.language,
            signed=row.signed_at is not None,
            by=row.signed_name or row.full_name,
            at=row.signed_at or row.changed_at,
            addenda=addenda.get(row.id, 0),
        )
        for row in rows
    ]


def _addenda(session: Session, report_ids: Collection[int]) -> dict[int, int]:
    query = select(Addendum.report_id, func.count()).where(Addendum.report_id.in_(report_ids))
    counted = session.execute(query.group_by(Addendum.report_id))
    return {row.report_id: row[1] for row in counted}
