"""Results of ours on their way: whose are due by the rules, and what of them stands where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from condyle.archive.network_tables import Outgoing, ResultsDue, ResultSent
from condyle.archive.outgoing import FIRST_WAIT, LONGEST_WAIT

Cause = Literal["signed", "added"]
SentState = Literal["waiting", "stored", "refused", "withdrawn", "replaced"]
"""A result waits, is there, was refused, was withdrawn before it went, or another replaced it."""


@dataclass(frozen=True)
class Standing:
    """A result that was put up for a peer, and that nothing took the place of.

    Attributes:
        id: Its row.
        kind: Of ``condyle.dicom.objects.KINDS``, or ``"ko"``.
        class_uid: SOP Class UID.
        uid: SOP Instance UID.
        series_uid: Series Instance UID.
        basis: The same for all objects that say the same, whatever they replace.
        verified: Whether a clinician signed it.
        untried: Whether it waits still, and nobody has begun to send it.
        there: Whether the peer may have it: it was neither refused nor is it untried.
    """

    id: int
    kind: str
    class_uid: str
    uid: str
    series_uid: str
    basis: str
    verified: bool
    untried: bool
    there: bool


@dataclass(frozen=True)
class Sent:
    """A result that was put up for a peer.

    Attributes:
        peer: For whom.
        kind: Of ``condyle.dicom.objects.KINDS``.
        verified: Whether a clinician signed it.
        state: Of ``SentState``.
        put_at: When it was put up.
        done_at: When the peer had it, refused it, or it was taken back; ``None`` while it waits.
    """

    peer: str
    kind: str
    verified: bool
    state: SentState
    put_at: dt.datetime
    done_at: dt.datetime | None


def ask_results(session: Session, study_id: int, cause: Cause, *, at: dt.datetime) -> None:
    """Asks for a study's results to go where the rules say."""
    session.add(ResultsDue(study_id=study_id, cause=cause, asked_at=at, next_at=at))


def due_results(session: Session, *, at: dt.datetime, limit: int = 10) -> list[ResultsDue]:
    """Gives what is due now, the earliest first."""
    query = select(ResultsDue).where(ResultsDue.state == "due", ResultsDue.next_at <= at)
    return list(session.scalars(query.order_by(ResultsDue.id).limit(limit)))


def refused_results(session: Session) -> list[tuple[int, str]]:
    """Gives (study, why) of the results that could not be made."""
    query = select(ResultsDue.study_id, ResultsDue.said).where(ResultsDue.state == "refused")
    return [(study, said) for study, said in session.execute(query.order_by(ResultsDue.id))]


def count_due(session: Session) -> int:
    """Counts the acts whose results are not made yet."""
    return len(session.scalars(select(ResultsDue.id).where(ResultsDue.state == "due")).all())


def end_due(
    session: Session, number: int, state: Literal["done", "refused"], said: str, *, at: dt.datetime
) -> None:
    """Notes what became of what was due."""
    values = {"state": state, "said": said, "done_at": at}
    session.execute(update(ResultsDue).where(ResultsDue.id == number).values(values))


def put_off_due(session: Session, number: int, *, said: str, at: dt.datetime) -> int:
    """Lets what is due wait, for twice as long as before; gives how often it was tried."""
    row = session.get_one(ResultsDue, number)
    row.next_at = at + min(FIRST_WAIT * 2 ** min(row.tries, 20), LONGEST_WAIT)
    row.tries, row.said = row.tries + 1, said
    return row.tries


def standing_results(session: Session, study_id: int, peer: str) -> list[Standing]:
    """Gives what of a study's results was put up for a peer and stands there."""
    query = (
        select(ResultSent, Outgoing.state, Outgoing.tries)
        .join(Outgoing, (Outgoing.peer == ResultSent.peer) & (Outgoing.uid == ResultSent.uid))
        .where(ResultSent.study_id == study_id, ResultSent.peer == peer)
        .where(ResultSent.replaced_at.is_(None))
        .order_by(ResultSent.id)
    )
    return [_standing(row, state, tries) for row, state, tries in session.execute(query)]


def sent_results(session: Session, study_id: int) -> list[Sent]:
    """Gives what of a study's results was put up, for whom and what became of it, latest first."""
    query = (
        select(ResultSent, Outgoing.state, Outgoing.done_at)
        .join(Outgoing, (Outgoing.peer == ResultSent.peer) & (Outgoing.uid == ResultSent.uid))
        .where(ResultSent.study_id == study_id)
        .order_by(ResultSent.id.desc())
    )
    return [_sent(row, state, done) for row, state, done in session.execute(query)]


def making(session: Session, study_id: int) -> tuple[int, int]:
    """Counts the signatures on a study whose results are not made yet, and cannot be made."""
    query = select(ResultsDue.state).where(ResultsDue.study_id == study_id)
    states = list(session.scalars(query))
    return states.count("due"), states.count("refused")


def withdraw(session: Session, peer: str, gone: Sequence[Standing], *, at: dt.datetime) -> None:
    """Notes that something took the place of results; what nobody began to send stays here."""
    numbers = [one.id for one in gone]
    session.execute(update(ResultSent).where(ResultSent.id.in_(numbers)).values(replaced_at=at))
    untried = [one.uid for one in gone if one.untried]
    session.execute(
        update(Outgoing)
        .where(Outgoing.peer == peer, Outgoing.uid.in_(untried), Outgoing.tries == 0)
        .values(state="withdrawn", said="a later one took its place", done_at=at)
    )


def _sent(row: ResultSent, state: str, done: dt.datetime | None) -> Sent:
    # While one is under way it waits still: it may not have arrived.
    told = "waiting" if state == "sending" else cast(SentState, state)
    if told == "stored" and row.replaced_at is not None:
        told, done = "replaced", row.replaced_at
    return Sent(row.peer, row.kind, row.verified, told, row.put_at, done)


def _standing(row: ResultSent, state: str, tries: int) -> Standing:
    untried = state == "waiting" and tries == 0
    return Standing(
        id=row.id,
        kind=row.kind,
        class_uid=row.class_uid,
        uid=row.uid,
        series_uid=row.series_uid,
        basis=row.basis,
        verified=row.verified,
        untried=untried,
        there=state != "refused" and not untried,
    )
