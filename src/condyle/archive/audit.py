"""The audit log: who did what to whom and when, as a chain of hashes that shows any change."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from condyle.archive.tables import AuditEntry
from condyle.errors import UsageError

GENESIS = "0" * 64
"""What the first entry names as the one before it."""

_PAGE = 1000
_SECRET = ("password", "token", "secret", "csrf", "cookie")


@dataclass(frozen=True)
class Act:
    """Something that somebody did.

    Attributes:
        at: When, with its zone.
        user_id: Who; ``None`` where nobody is logged in, or the system did it.
        user_name: Their log-in name at that time, or what the system calls itself.
        action: A code such as ``"study.viewed"``.
        subject: What sort of thing it was done to, such as ``"study"``.
        subject_id: Its identifier in the archive.
        patient_id: Whose it is, where it is somebody's.
        details: Codes and numbers that belong to it; never a password, token or free text
            about a patient.
    """

    at: dt.datetime
    user_id: int | None
    user_name: str
    action: str
    subject: str
    subject_id: str = ""
    patient_id: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    def of_patient(self, patient_id: int) -> Act:
        """Gives the act as one that concerns a patient."""
        return replace(self, patient_id=patient_id)


@dataclass(frozen=True)
class Query:
    """Which entries are asked for, the newest first.

    Attributes:
        before: Only entries with a lower number.
        user_id: Only acts of this user.
        patient_id: Only acts about this patient.
        study_id: Only acts done to this study itself.
        action: Only acts of this code, or of all that begin with it where it ends with a dot.
        since: Only acts at this time or later.
        until: Only acts before this time.
        limit: At most so many.
    """

    before: int | None = None
    user_id: int | None = None
    patient_id: int | None = None
    study_id: int | None = None
    action: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    limit: int = 100


@dataclass(frozen=True)
class Head:
    """The newest entry of the log at some time: its number and hash."""

    number: int
    hash: str


@dataclass(frozen=True)
class Broken:
    """The first place where the chain does not hold, and why; ``code`` says it for programs."""

    number: int
    reason: str
    code: str = field(default="", compare=False)


START = Head(0, GENESIS)
"""What stands before the first entry."""


@dataclass(frozen=True)
class Step:
    """How far a walk along the chain came.

    Attributes:
        head: The last entry that holds.
        broken: Where it does not, if so.
        done: Whether it came to the log's end.
    """

    head: Head
    broken: Broken | None
    done: bool


def append(session: Session, act: Act) -> AuditEntry:
    """Writes an act into the log, in the transaction of the act itself.

    There is one writer at a time, so two acts never name the same one before them.

    Args:
        session: Of ``Database.write``.
        act: What was done.

    Raises:
        UsageError: The time has no zone, a detail is no JSON, or its name says that it is a
            secret.
    """
    if act.at.tzinfo is None:
        raise _unwritten("a time without its zone", "when it was done, with the zone")
    _refuse_secrets(act.details)
    before = head(session)
    entry = AuditEntry(
        id=before.number + 1,
        at=act.at.astimezone(dt.UTC),
        user_id=act.user_id,
        user_name=act.user_name,
        action=act.action,
        subject=act.subject,
        subject_id=act.subject_id,
        patient_id=act.patient_id,
        details=dict(act.details),
        previous=before.hash,
        hash="",
    )
    entry.hash = _hash(entry)
    session.add(entry)
    session.flush()
    return entry


def system_act(name: str) -> Callable[..., Act]:
    """Gives what makes acts of no user, such as of the command line.

    Args:
        name: What the log calls it.
    """

    def act(
        at: dt.datetime, action: str, *, subject: str, subject_id: str = "", **details: Any
    ) -> Act:
        return Act(
            at=at,
            user_id=None,
            user_name=name,
            action=action,
            subject=subject,
            subject_id=subject_id,
            details=details,
        )

    return act


def newest(session: Session, query: Query) -> list[AuditEntry]:
    """Gives entries, the newest first."""
    rows = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(query.limit)
    if query.before is not None:
        rows = rows.where(AuditEntry.id < query.before)
    if query.user_id is not None:
        rows = rows.where(AuditEntry.user_id == query.user_id)
    if query.patient_id is not None:
        rows = rows.where(AuditEntry.patient_id == query.patient_id)
    if query.study_id is not None:
        rows = rows.where(
            AuditEntry.subject == "study", AuditEntry.subject_id == str(query.study_id)
        )
    if query.action.endswith("."):
        rows = rows.where(AuditEntry.action.startswith(query.action, autoescape=True))
    elif query.action:
        rows = rows.where(AuditEntry.action == query.action)
    if query.since is not None:
        rows = rows.where(AuditEntry.at >= query.since)
    if query.until is not None:
        rows = rows.where(AuditEntry.at < query.until)
    return list(session.scalars(rows))


def head(session: Session) -> Head:
    """Gives the newest entry's number and hash; number 0 where there is none."""
    newest = select(AuditEntry.id, AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)
    row = session.execute(newest).first()
    return Head(row.id, row.hash) if row else Head(0, GENESIS)


def verify(session: Session, noted: tuple[Head, ...] = ()) -> Broken | None:
    """Walks the whole chain and gives the first place where it does not hold.

    A chain alone cannot show that its end was cut off, or that all of it was written anew;
    heads that were noted elsewhere can.

    Args:
        session: Reads the log.
        noted: Heads that must be in the chain still.
    """
    before = START
    while True:
        step = verify_step(session, before, noted)
        if step.broken is not None or step.done:
            return step.broken
        before = step.head


def verify_step(
    session: Session, before: Head, noted: tuple[Head, ...] = (), *, limit: int = _PAGE
) -> Step:
    """Walks a piece of the chain, of which memory holds no more than that piece.

    Args:
        session: Reads the log.
        before: The last entry that was found to hold, ``START`` at first.
        noted: Heads that must be in the chain; those after ``before`` are looked at.
        limit: At most so many entries.
    """
    wanted = {mark.number: mark.hash for mark in noted if mark.number > before.number}
    rows = select(AuditEntry).where(AuditEntry.id > before.number).order_by(AuditEntry.id)
    page = session.scalars(rows.limit(limit)).all()
    for entry in page:
        broken = _fault(entry, before, wanted.pop(entry.id, None))
        if broken is not None:
            return Step(before, broken, done=False)
        before = Head(entry.id, entry.hash)
    for entry in page:
        session.expunge(entry)
    done = len(page) < limit
    if done and wanted:
        reason = "the log once held this entry and does so no more"
        return Step(before, Broken(min(wanted), reason, "cut"), done=True)
    return Step(before, None, done)


def _fault(entry: AuditEntry, before: Head, noted: str | None) -> Broken | None:
    reason = code = ""
    if entry.id != before.number + 1:
        reason, code = f"{entry.id - before.number - 1} entries before it are gone", "gone"
    elif entry.previous != before.hash:
        reason, code = "it does not follow the entry before it", "moved"
    elif entry.hash != _hash(entry):
        reason, code = "it was changed after it was written", "changed"
    elif noted is not None and noted != entry.hash:
        reason, code = "it is another than the one that was noted", "another"
    return Broken(entry.id, reason, code) if reason else None


def _hash(entry: AuditEntry) -> str:
    """Gives the SHA-256 of everything in the row but the hash itself, in one fixed form."""
    told = [
        entry.id,
        entry.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        entry.user_id,
        entry.user_name,
        entry.action,
        entry.subject,
        entry.subject_id,
        entry.patient_id,
        entry.details,
        entry.previous,
    ]
    return hashlib.sha256(_canonical(told)).hexdigest()


def _canonical(told: object) -> bytes:
    return json.dumps(
        told, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    ).encode("ascii")


def _refuse_secrets(details: Mapping[str, Any]) -> None:
    try:
        _canonical(dict(details))
    except (TypeError, ValueError) as error:
        raise _unwritten(
            f"a detail that is no JSON: {type(error).__name__}",
            "text, numbers, lists and mappings of them",
        ) from None
    named = [key for key in details if any(word in key.lower() for word in _SECRET)]
    if named:
        raise _unwritten(f"a detail called '{named[0]}'", "details that hold no secret")


def _unwritten(found: str, needed: str) -> UsageError:
    return UsageError("The act cannot be written into the audit log.", found=found, needed=needed)
