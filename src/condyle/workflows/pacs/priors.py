"""Fetching a patient's earlier studies from a peer: asked for once, done however long it takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from condyle.archive.archive import Archive
from condyle.archive.database import next_revision
from condyle.archive.network_tables import PriorsFetch
from condyle.archive.studies import get_study
from condyle.archive.tables import Patient
from condyle.dicom.network.client import find_studies
from condyle.dicom.network.found import Filters, FoundStudy
from condyle.dicom.network.peer import Peer
from condyle.domain.messages import Message
from condyle.domain.progress import Progress
from condyle.errors import CondyleError, Conflict, PeerUnreachable
from condyle.workflows.pacs.fetch import fetch_study

MOST_PRIORS = 20
TRIES = 8
"""Times that a peer which does not answer is asked, over about ten minutes."""

_UNDER_WAY = ("queued", "running")
_TOLD_EVERY = dt.timedelta(seconds=1)


def ask_for_priors(
    session: Session, study_id: int, peer: str, *, user_id: int, at: dt.datetime
) -> PriorsFetch:
    """Queues the fetch of a study's priors; one that is under way is given as it is.

    Raises:
        NotThere: There is no such study.
        Conflict: The study names no patient, so that nothing is whose priors they would be.
    """
    study = get_study(session, study_id)
    if not session.get_one(Patient, study.patient_id).identifier:
        raise Conflict(
            "The earlier studies cannot be fetched.",
            found="a study without a patient's identifier",
            needed="a Patient ID, by which the other system is asked",
            mend="look for them in the PACS itself.",
        )
    query = select(PriorsFetch).where(
        PriorsFetch.study_id == study_id,
        PriorsFetch.peer == peer,
        PriorsFetch.state.in_(_UNDER_WAY),
    )
    there = session.scalar(query)
    if there is not None:
        return there
    row = PriorsFetch(study_id=study_id, peer=peer, user_id=user_id, asked_at=at, next_at=at)
    session.add(row)
    study.revision = next_revision(session)
    session.flush()
    return row


def fetches_of(session: Session, study_id: int) -> list[PriorsFetch]:
    """Gives the fetches that were asked for at a study, the latest first."""
    query = select(PriorsFetch).where(PriorsFetch.study_id == study_id)
    return list(session.scalars(query.order_by(PriorsFetch.id.desc()).limit(10)))


def fetch_priors(
    archive: Archive,
    peers: Mapping[str, Peer],
    *,
    work: Path,
    completed: Callable[[Archive, int], None] | None = None,
) -> int:
    """Does what was asked for and is due; call it again and again.

    A fetch that was cut off is begun again, and goes on with what is missing.

    Args:
        archive: Where to.
        peers: By name.
        work: A folder for what is read before it is stored.
        completed: Called for each study that grew; queues its bundles where it is ``None``.

    Returns:
        How many fetches came to their end.
    """
    with archive.database.read() as session:
        query = (
            select(PriorsFetch.id)
            .where(PriorsFetch.state.in_(_UNDER_WAY), PriorsFetch.next_at <= archive.clock())
            .order_by(PriorsFetch.id)
        )
        due = list(session.scalars(query))
    return sum(_fetch(archive, peers, number, work, completed) for number in due)


def _fetch(
    archive: Archive,
    peers: Mapping[str, Peer],
    number: int,
    work: Path,
    completed: Callable[[Archive, int], None] | None,
) -> bool:
    with archive.database.read() as session:
        row = session.get_one(PriorsFetch, number)
        study = get_study(session, row.study_id)
        patient = session.get_one(Patient, study.patient_id).identifier
        name, uid, date = row.peer, study.uid, study.study_date
        tries = row.tries + 1
    if name not in peers:
        return _end(archive, number, "failed", Message("priors-no-peer", {"peer": name}))
    try:
        before = f"-{date:%Y%m%d}" if date is not None else ""
        found = find_studies(peers[name], Filters(patient_id=patient, dates=before), 200)
        # A peer may take the identifier for a pattern, or pass over what it does not match by.
        priors = [one for one in found if one.uid != uid and one.patient_id == patient]
        priors = sorted(priors, key=lambda one: one.date, reverse=True)[:MOST_PRIORS]
        _begin(archive, number, tries, priors)
        for at, one in enumerate(priors):
            tell = _telling(archive, number, sum(p.instances or 0 for p in priors[:at]))
            filters = Filters(study=one.uid)
            fetch_study(
                archive, peers[name], filters, work=work, progress=tell, completed=completed
            )
    except PeerUnreachable as error:
        if tries >= TRIES:
            return _end(archive, number, "failed", _said(name, error))
        _put_off(archive, number, tries)
        return False
    except CondyleError as error:
        return _end(archive, number, "failed", _said(name, error))
    return _end(archive, number, "done", None)


def _said(peer: str, error: CondyleError) -> Message:
    return Message("priors-failed", {"peer": peer, "found": error.found or error.failed})


def _telling(archive: Archive, number: int, before: int) -> Callable[[Progress], None]:
    told: list[dt.datetime] = []

    def tell(progress: Progress) -> None:
        now = archive.clock()
        if told and now - told[0] < _TOLD_EVERY and progress.done < progress.total:
            return
        told[:] = [now]
        _change(archive, number, done=before + progress.done)

    return tell


def _begin(archive: Archive, number: int, tries: int, priors: list[FoundStudy]) -> None:
    total = sum(one.instances or 0 for one in priors)
    _change(archive, number, state="running", tries=tries, studies=len(priors), total=total, done=0)


def _put_off(archive: Archive, number: int, tries: int) -> None:
    wait = dt.timedelta(seconds=min(5 * 2 ** (tries - 1), 300))
    _change(archive, number, tries=tries, next_at=archive.clock() + wait)


def _end(archive: Archive, number: int, state: str, reason: Message | None) -> bool:
    column = None
    if reason is not None:
        column = {"code": reason.code, "params": dict(reason.params), "subject": reason.subject}
    _change(archive, number, state=state, reason=column, finished_at=archive.clock())
    return True


def _change(archive: Archive, number: int, **values: object) -> None:
    """Changes a fetch, and lets the pages that show its study know."""
    with archive.database.write() as session:
        row = session.get_one(PriorsFetch, number)
        for name, value in values.items():
            setattr(row, name, value)
        get_study(session, row.study_id).revision = next_revision(session)
