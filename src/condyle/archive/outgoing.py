"""What waits to go out: put up once, taken by one process, noted as soon as it is known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from condyle.archive.network_tables import Outgoing

FIRST_WAIT = dt.timedelta(seconds=5)
LONGEST_WAIT = dt.timedelta(minutes=5)
"""A peer that is down is tried after twice as long each time, up to this."""


@dataclass(frozen=True)
class Waiting:
    """An instance that is to go to a peer.

    Attributes:
        id: Its row.
        uid: SOP Instance UID.
        study_uid: Study Instance UID.
        series_uid: Series Instance UID.
        object: Its stored bytes.
        unsure: Whether it may be there already, as where a process died while it was sent.
    """

    id: int
    uid: str
    study_uid: str
    series_uid: str
    object: str
    unsure: bool


@dataclass(frozen=True)
class NewOutgoing:
    """An instance that is put up for a peer."""

    uid: str
    study_uid: str
    series_uid: str
    object: str


def put_outgoing(
    session: Session, peer: str, instances: Sequence[NewOutgoing], *, at: dt.datetime
) -> int:
    """Puts instances up for a peer; those that were put up before are left as they are.

    What was withdrawn before anybody sent it waits again.

    Returns:
        How many are new, or wait again.
    """
    uids = [one.uid for one in instances]
    known: set[str] = set()
    again = 0
    for start in range(0, len(uids), 500):
        some = uids[start : start + 500]
        for row in session.scalars(
            select(Outgoing).where(Outgoing.peer == peer, Outgoing.uid.in_(some))
        ):
            known.add(row.uid)
            if row.state == "withdrawn":
                row.state, row.said, row.next_at, row.done_at = "waiting", "", at, None
                again += 1
    new = {one.uid: one for one in instances if one.uid not in known}
    session.add_all(
        Outgoing(
            peer=peer,
            uid=one.uid,
            study_uid=one.study_uid,
            series_uid=one.series_uid,
            object=one.object,
            created_at=at,
            next_at=at,
        )
        for one in new.values()
    )
    return len(new) + again


def due_peers(session: Session, *, at: dt.datetime) -> list[str]:
    """Gives the peers for which something waits whose time has come."""
    query = (
        select(Outgoing.peer)
        .where(Outgoing.state.in_(("waiting", "sending")), Outgoing.next_at <= at)
        .distinct()
    )
    return sorted(session.scalars(query))


def take_outgoing(
    session: Session, peer: str, *, at: dt.datetime, limit: int = 100
) -> list[Waiting]:
    """Takes what is to go to a peer next, the earliest first: it is ``sending`` from then on."""
    rows = session.scalars(
        select(Outgoing)
        .where(Outgoing.peer == peer, Outgoing.state.in_(("waiting", "sending")))
        .where(Outgoing.next_at <= at)
        .order_by(Outgoing.id)
        .limit(limit)
    ).all()
    found = []
    for row in rows:
        unsure = row.state == "sending"
        found.append(Waiting(row.id, row.uid, row.study_uid, row.series_uid, row.object, unsure))
        row.state = "sending"
        row.tries += 1
    return found


def note_outgoing(
    session: Session, number: int, state: str, *, said: str = "", at: dt.datetime
) -> None:
    """Notes that an instance is ``"stored"`` or ``"refused"``; what is stored stays so."""
    session.execute(
        update(Outgoing)
        .where(Outgoing.id == number, Outgoing.state != "stored")
        .values(state=state, said=said, done_at=at)
    )


def put_off(session: Session, numbers: Sequence[int], *, said: str, at: dt.datetime) -> None:
    """Lets instances wait, each for twice as long as before; what was answered for stays.

    They stay unsure: the peer may have stored them before it was lost.
    """
    for row in session.scalars(select(Outgoing).where(Outgoing.id.in_(numbers))):
        if row.state == "sending":
            wait = min(FIRST_WAIT * 2 ** min(row.tries - 1, 20), LONGEST_WAIT)
            row.next_at = at + wait
            row.said = said


def counts_of(session: Session) -> dict[tuple[str, str], int]:
    """Counts what goes out, by peer and state."""
    query = select(Outgoing.peer, Outgoing.state, func.count()).group_by(
        Outgoing.peer, Outgoing.state
    )
    return {(peer, state): count for peer, state, count in session.execute(query)}
