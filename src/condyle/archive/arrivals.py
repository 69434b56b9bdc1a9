"""Who sent which study over the network, and whether all of it seems to be here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ForeignKey, Index, select, true
from sqlalchemy.orm import Mapped, Session, mapped_column

from condyle.archive.tables import Table

BY_STOW = "STOW-RS"
"""What is ``called`` of what came by DICOMweb, which names no AE title."""

BY_RETRIEVAL = "RETRIEVAL"
"""What is ``called`` of what was fetched from another system."""


class Arrival(Table):
    """A study as one sender sent it.

    ``calling`` and ``called`` are AE titles; elsewise they are empty and one of the
    names above. ``last_at`` is when something new of it came last,
    ``complete_at`` when it was taken for complete; what comes after that opens it again.
    """

    __tablename__ = "arrivals"
    __table_args__ = (
        Index("ix_arrivals_study_id_calling", "study_id", "calling", unique=True),
        Index("ix_arrivals_complete_at_last_at", "complete_at", "last_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"))
    calling: Mapped[str]
    called: Mapped[str]
    instance_count: Mapped[int] = mapped_column(default=0)
    first_at: Mapped[dt.datetime]
    last_at: Mapped[dt.datetime]
    complete_at: Mapped[dt.datetime | None]


@dataclass(frozen=True)
class Came:
    """What a batch added to a study."""

    study_id: int
    calling: str
    called: str
    count: int


def note_arrival(session: Session, came: Came, *, at: dt.datetime) -> Arrival:
    """Notes that something new of a study came, which opens it again."""
    row = session.scalar(
        select(Arrival).where(Arrival.study_id == came.study_id, Arrival.calling == came.calling)
    )
    if row is None:
        row = Arrival(
            study_id=came.study_id,
            calling=came.calling,
            called=came.called,
            instance_count=0,
            first_at=at,
        )
        session.add(row)
    row.last_at = at
    row.complete_at = None
    row.instance_count += came.count
    session.flush()
    return row


def quiet_arrivals(
    session: Session, *, before: dt.datetime, called: str | None = None, limit: int = 50
) -> list[Arrival]:
    """Gives the arrivals that are not complete and of which nothing came since a time.

    A study that another sender still sends is not among them.

    Args:
        session: A transaction.
        before: Nothing came since.
        called: Only what was called so; all where ``None``.
        limit: Most of them.
    """
    other = Arrival.__table__.alias()
    still = (
        select(other.c.id)
        .where(other.c.study_id == Arrival.study_id, other.c.complete_at.is_(None))
        .where(other.c.last_at >= before)
    )
    query = (
        select(Arrival)
        .where(Arrival.complete_at.is_(None), Arrival.last_at < before, ~still.exists())
        .where(true() if called is None else Arrival.called == called)
        .order_by(Arrival.last_at, Arrival.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def complete_arrival(session: Session, arrival: Arrival, *, at: dt.datetime) -> bool:
    """Takes an arrival for complete, unless something of it came meanwhile; tells whether.

    What another process took for complete before stays as it is.
    """
    row = session.get(Arrival, arrival.id, populate_existing=True)
    if row is None or row.last_at != arrival.last_at or row.complete_at is not None:
        return False
    row.complete_at = at
    session.flush()
    return True


def arrivals_of(session: Session, study_id: int) -> Sequence[Arrival]:
    """Gives who sent a study, the first sender first."""
    query = select(Arrival).where(Arrival.study_id == study_id).order_by(Arrival.first_at)
    return list(session.scalars(query))
