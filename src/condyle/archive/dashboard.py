"""How many studies came, and how long they took, by month or by week.

Everything is counted in the database, over a bounded time, and nothing of it names a patient.
A period is found by its edges and no function of dates, so that both databases count alike.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    TextClause,
    and_,
    case,
    func,
    select,
    text,
)
from sqlalchemy.orm import Session

from condyle.archive.clinical_tables import ClinicalReport
from condyle.archive.tables import Analysis, StudyRow

By = Literal["month", "week"]
Query = Select[*tuple[Any, ...]]
PERIODS = 12
"""Months or weeks that are looked at, the one that runs among them."""


@dataclass(frozen=True)
class Periods:
    """Months or weeks one after the other, in UTC.

    Attributes:
        edges: The start of each, and the end of the last.
    """

    edges: tuple[dt.datetime, ...]

    @property
    def spans(self) -> list[tuple[dt.datetime, dt.datetime]]:
        """Start and end of each."""
        return list(pairwise(self.edges))

    def of(self, moment: SQLColumnExpression[Any]) -> ColumnElement[int]:
        """Gives the position of a time's period."""
        last = len(self.edges) - 2
        steps = [(moment < edge, at) for at, edge in enumerate(self.edges[1:-1])]
        return case(*steps, else_=last)

    def holds(self, moment: SQLColumnExpression[Any]) -> ColumnElement[bool]:
        """Says whether a time lies in any of them."""
        return and_(moment >= self.edges[0], moment < self.edges[-1])


def periods_until(now: dt.datetime, by: By, count: int = PERIODS) -> Periods:
    """Gives the months or weeks up to the one that runs; a week begins on Monday.

    Args:
        now: With its zone.
        by: Months or weeks.
        count: How many.
    """
    today = now.astimezone(dt.UTC).date()
    if by == "week":
        monday = today - dt.timedelta(days=today.weekday())
        starts = [monday + dt.timedelta(weeks=one) for one in range(1 - count, 2)]
    else:
        month = today.year * 12 + today.month - 1
        starts = [
            dt.date(one // 12, one % 12 + 1, 1) for one in range(month - count + 1, month + 2)
        ]
    return Periods(tuple(dt.datetime.combine(one, dt.time(), dt.UTC) for one in starts))


@dataclass(frozen=True)
class Came:
    """Studies that came in a period."""

    period: int
    anatomy: str | None
    source: str
    count: int


@dataclass(frozen=True)
class Taken:
    """How long something took in a period, in seconds.

    Attributes:
        n: How many there were.
        median_s: The time of the middle one, the lower of two.
        p90_s: The time within which nine of ten were done.
    """

    n: int
    median_s: float
    p90_s: float


def volume(session: Session, periods: Periods) -> list[Came]:
    """Gives how many studies came, by anatomy and source."""
    columns = (periods.of(StudyRow.received_at), StudyRow.anatomy, StudyRow.source)
    query = (
        select(*columns, func.count())
        .where(periods.holds(StudyRow.received_at))
        .group_by(*by_place(columns))
        .order_by(*by_place(columns))
    )
    return [Came(*row) for row in session.execute(query)]


def time_to_read(session: Session, periods: Periods) -> dict[int, Taken]:
    """Gives the time from a study's arrival to the first bundle's result, by its arrival.

    A run of silent mode is no result.
    """
    query = (
        select(StudyRow.received_at.label("begun"), func.min(Analysis.finished_at).label("ended"))
        .join(Analysis, Analysis.study_id == StudyRow.id)
        .where(
            periods.holds(StudyRow.received_at),
            Analysis.state == "done",
            Analysis.hidden.is_(False),
        )
        .group_by(StudyRow.id, StudyRow.received_at)
    )
    return _taken(session, periods, query)


def time_to_sign(session: Session, periods: Periods) -> dict[int, Taken]:
    """Gives the time from a study's arrival to its first signed report, by its arrival."""
    query = (
        select(
            StudyRow.received_at.label("begun"), func.min(ClinicalReport.signed_at).label("ended")
        )
        .join(ClinicalReport, ClinicalReport.study_id == StudyRow.id)
        .where(periods.holds(StudyRow.received_at), ClinicalReport.signed_at.is_not(None))
        .group_by(StudyRow.id, StudyRow.received_at)
    )
    return _taken(session, periods, query)


def seconds_between(session: Session, begun: Any, ended: Any) -> ColumnElement[Any]:
    """Gives the seconds from one time to another, as the session's database says it."""
    if session.get_bind().dialect.name == "sqlite":
        return (func.julianday(ended) - func.julianday(begun)) * 86400.0
    return func.extract("epoch", ended - begun)


def quantiles(
    session: Session, query: Query, groups: Sequence[str]
) -> dict[tuple[Any, ...], Taken]:
    """Gives median and 90th percentile of a query's ``seconds`` in each group of it.

    They are times that occurred: the one at rank n / 2 and the one at 9 n / 10, rounded up.

    Args:
        session: A transaction.
        query: With a column ``seconds`` and those of the groups.
        groups: Names of the columns that make a group.
    """
    times = query.subquery()
    by = [times.c[name] for name in groups]
    rank = func.row_number().over(partition_by=by, order_by=times.c.seconds)
    ranked = select(
        *by, times.c.seconds, rank.label("rank"), func.count().over(partition_by=by).label("n")
    ).subquery()
    keys = [ranked.c[name] for name in groups]

    def at(part: int, of: int) -> ColumnElement[Any]:
        here = and_(
            ranked.c.rank * of >= ranked.c.n * part, (ranked.c.rank - 1) * of < ranked.c.n * part
        )
        return func.max(case((here, ranked.c.seconds)))

    found = select(*keys, func.max(ranked.c.n), at(1, 2), at(9, 10)).group_by(*keys)
    return {
        tuple(row[: len(keys)]): Taken(row[-3], float(row[-2]), float(row[-1]))
        for row in session.execute(found)
    }


def _taken(session: Session, periods: Periods, query: Query) -> dict[int, Taken]:
    both = query.subquery()
    seconds = seconds_between(session, both.c.begun, both.c.ended).label("seconds")
    times = select(periods.of(both.c.begun).label("period"), seconds)
    return {key[0]: taken for key, taken in quantiles(session, times, ["period"]).items()}


def by_place(columns: Sequence[Any]) -> list[TextClause]:
    """Names the columns of a query by their places, so that no expression stands twice."""
    return [text(str(at + 1)) for at in range(len(columns))]
