"""Uploads: files that somebody brings together, one by one, and what became of each."""

from __future__ import annotations

import datetime as dt
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from condyle.archive.absence import absent
from condyle.archive.objects import Stored
from condyle.archive.studies import as_row
from condyle.archive.tables import Upload, UploadFile
from condyle.archive.words import clean
from condyle.domain.messages import Message
from condyle.errors import Conflict, InputError


@dataclass(frozen=True)
class Offer:
    """A file that shall be sent.

    Attributes:
        name: Its path in the folder that was dropped; shown, never opened.
        size: Its bytes.
    """

    name: str
    size: int


def open_upload(
    session: Session,
    user_id: int,
    offers: Sequence[Offer],
    *,
    priority_rank: int,
    exclusions: Sequence[str],
    at: dt.datetime,
) -> Upload:
    """Opens an upload whose files wait to be sent.

    Raises:
        InputError: No file, one without a name, or two of the same name.
    """
    names = [clean(offer.name) for offer in offers]
    if not offers or not all(names) or max(Counter(names).values()) > 1:
        raise InputError(
            "The upload cannot be opened.",
            found="no file, or files without a name of their own",
            needed="at least one file, each with another name",
            mend="choose the files again.",
        )
    upload = Upload(
        id=secrets.token_hex(16),
        user_id=user_id,
        state="open",
        priority_rank=priority_rank,
        exclusions=list(exclusions),
        created_at=at,
    )
    session.add(upload)
    session.flush()
    session.add_all(
        UploadFile(upload_id=upload.id, name=name, size=offer.size, state="waiting")
        for name, offer in zip(names, offers, strict=True)
    )
    session.flush()
    return upload


def get_upload(session: Session, upload_id: str) -> Upload:
    """Gives an upload.

    Raises:
        NotThere: There is none of that identifier.
    """
    row = session.get(Upload, upload_id)
    if row is None:
        raise absent("upload", upload_id)
    return row


def files_of(session: Session, upload_id: str) -> list[UploadFile]:
    """Gives the files of an upload, as they were offered."""
    query = select(UploadFile).where(UploadFile.upload_id == upload_id)
    return list(session.scalars(query.order_by(UploadFile.id)))


def get_file(session: Session, upload_id: str, file_id: int) -> UploadFile:
    """Gives one file of an upload.

    Raises:
        NotThere: The upload has none with that number.
    """
    row = session.get(UploadFile, file_id)
    if row is None or row.upload_id != upload_id:
        raise absent("file of the upload", file_id)
    return row


def file_came(session: Session, upload_id: str, file_id: int, stored: Stored) -> UploadFile:
    """Says that a file's bytes are stored; the same bytes that come again change nothing.

    Raises:
        NotThere: The upload has no such file.
        Conflict: The upload is not open, or other bytes came for the file before.
        InputError: They are not as many as were offered.
    """
    upload, row = get_upload(session, upload_id), get_file(session, upload_id, file_id)
    if row.object == stored.sha256:
        return row
    if upload.state != "open" or row.object is not None:
        raise Conflict(
            "The file was not taken.",
            found=f"an upload that is {upload.state}" if row.object is None else "other bytes",
            needed="an open upload in which the file waits",
            mend="open a new upload for it.",
        )
    if row.size != stored.size:
        raise InputError(
            "The file was not taken.",
            found=f"{stored.size} bytes",
            needed=f"the {row.size} bytes that were offered",
            mend="send the whole file again.",
        )
    row.object, row.state = stored.sha256, "here"
    session.flush()
    return row


def begin_sorting(session: Session, upload_id: str) -> bool:
    """Says that everything that shall come is here.

    Returns:
        Whether the caller is the one that sorts it; False where that was begun before.

    Raises:
        Conflict: The upload was abandoned.
    """
    upload = get_upload(session, upload_id)
    if upload.state == "abandoned":
        raise Conflict(
            "The upload cannot be sorted.",
            found="an upload that was abandoned",
            needed="an open one",
            mend="send the files in a new upload.",
        )
    if upload.state != "open":
        return False
    upload.state = "sorting"
    session.flush()
    return True


def file_sorted(
    session: Session,
    file_id: int,
    state: str,
    *,
    reason: Message | None = None,
    study_id: int | None = None,
) -> None:
    """Says what became of a file: ``"stored"``, ``"duplicate"`` or ``"refused"``."""
    row = session.get(UploadFile, file_id)
    if row is None:
        raise absent("file of an upload", file_id)
    row.state, row.study_id = state, study_id
    row.reason = None if reason is None else as_row(reason)
    session.flush()


def end_sorting(session: Session, upload_id: str, *, at: dt.datetime) -> None:
    """Says that every file of an upload has its result."""
    upload = get_upload(session, upload_id)
    if upload.state == "sorting":
        upload.state, upload.finished_at = "done", at
        session.flush()


def abandon(session: Session, upload_id: str, *, at: dt.datetime) -> None:
    """Gives an open upload up; what was sent of it is swept later.

    Raises:
        Conflict: It is sorted already, or being sorted.
    """
    upload = get_upload(session, upload_id)
    if upload.state in ("sorting", "done"):
        raise Conflict(
            "The upload cannot be abandoned.",
            found=f"an upload that is {upload.state}",
            needed="an open one",
            mend="nothing needs to be done; its files are in the archive.",
        )
    if upload.state == "open":
        upload.state, upload.finished_at = "abandoned", at
        session.flush()


def uploads_in(session: Session, *states: str) -> list[Upload]:
    """Gives the uploads in any of some states, the earliest first: to go on after a restart."""
    query = select(Upload).where(Upload.state.in_(states)).order_by(Upload.created_at, Upload.id)
    return list(session.scalars(query))
