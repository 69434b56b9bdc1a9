"""Sorting an upload: each of its files is stored, found to be there already, or refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from condyle.archive import audit
from condyle.archive.archive import Archive
from condyle.archive.objects import Stored
from condyle.archive.studies import get_study
from condyle.archive.uploads import end_sorting, file_sorted, files_of, get_upload
from condyle.dicom.instance_facts import instance_facts
from condyle.domain.messages import Message
from condyle.domain.progress import Progress, ProgressCallback, ignore_progress
from condyle.errors import InputError, UnsafeInput
from condyle.sources.limits import DEFAULT_LIMITS, Limits
from condyle.workflows.clinic.listed import Directories
from condyle.workflows.clinic.received import (
    Asked,
    Piece,
    SentFile,
    kind_of,
    new_instance,
    pieces_of,
)
from condyle.workflows.clinic.received_pictures import Pictures
from condyle.workflows.clinic.sorting import Sorting

_LARGE = 16 << 20

StudiesReceived = Callable[[Archive, Sequence[int]], None]
"""Called with the studies to which an upload added, once all of it is stored."""


def sort_upload(
    archive: Archive,
    upload_id: str,
    *,
    on_studies_received: StudiesReceived,
    limits: Limits = DEFAULT_LIMITS,
    progress: ProgressCallback = ignore_progress,
) -> tuple[int, ...]:
    """Sorts an upload that is in the state ``"sorting"``; goes on where it stopped before.

    Files that were stored keep their results, so that it may be called again after a crash.

    Args:
        archive: Holds the upload, and takes what is in it.
        upload_id: Which.
        on_studies_received: Told of the studies, once all is stored.
        limits: How much a zip may hold.
        progress: Told of the stage ``"sort"`` before each file; it stops the sorting by
            raising ``Cancelled``, and a later call goes on.

    Returns:
        The rows of the studies of which something was stored, in order.

    Raises:
        Unavailable: Disk or database failed; call it again once they work.
    """
    asked, sent = _begin(archive, upload_id)
    sorting = Sorting(archive, asked)
    pictures = Pictures(archive, asked)
    directories = Directories(archive)
    for done, file in enumerate(sent):
        progress(Progress("sort", done, len(sent)))
        _take(sorting, pictures, directories, file, limits=limits)
    sorting.flush()
    directories.tell(sorting)
    pictures.store(sorting)
    sorting.flush()
    studies = _end(archive, upload_id)
    if studies:
        on_studies_received(archive, studies)
    return studies


def give_up(archive: Archive, upload_id: str) -> None:
    """Ends an upload that cannot be sorted: what has no result yet is refused as our fault."""
    with archive.database.write() as session:
        for row in files_of(session, upload_id):
            if row.state == "here":
                reason = Message("upload-fault", {}, "files")
                file_sorted(session, row.id, "refused", reason=reason)
        end_sorting(session, upload_id, at=archive.clock())


def _begin(archive: Archive, upload_id: str) -> tuple[Asked, list[SentFile]]:
    with archive.database.write() as session:
        upload = get_upload(session, upload_id)
        asked = Asked(upload.priority_rank, tuple(upload.exclusions or ()))
        sent = []
        for row in files_of(session, upload_id):
            if row.state == "waiting":
                reason = Message("upload-not-sent", {}, "files")
                file_sorted(session, row.id, "refused", reason=reason)
            elif row.state == "here" and row.object is not None:
                sent.append((row.id, row.name, row.object, row.size))
    return asked, [
        SentFile(number, name, Stored(sha256, size), archive.objects.path(sha256))
        for number, name, sha256, size in sent
    ]


def _end(archive: Archive, upload_id: str) -> tuple[int, ...]:
    """Closes the upload, and gives its studies, those of before a crash among them."""
    with archive.database.write() as session:
        upload = get_upload(session, upload_id)
        rows = files_of(session, upload_id)
        studies = {row.study_id for row in rows if row.state == "stored" and row.study_id}
        was_open = upload.state == "sorting"
        end_sorting(session, upload_id, at=archive.clock())
        for study_id in sorted(studies) if was_open else ():
            act = audit.Act(
                at=archive.clock(),
                user_id=upload.user_id,
                user_name="upload",
                action="study.received",
                subject="study",
                subject_id=str(study_id),
                patient_id=get_study(session, study_id).patient_id,
                details={"upload": upload_id},
            )
            audit.append(session, act)
    return tuple(sorted(studies))


def _take(
    sorting: Sorting,
    pictures: Pictures,
    directories: Directories,
    sent: SentFile,
    *,
    limits: Limits,
) -> None:
    """Takes one uploaded file, whatever it holds."""
    waits = False
    try:
        sorting.tally(sent.id).archive = sent.is_archive()
        with pieces_of(sent, limits) as (pieces, left_out):
            if not pieces:
                sorting.refuse(sent.id, "upload-no-image")
            for _ in range(left_out):
                sorting.tally(sent.id).counts["refused"] += 1
            for piece in pieces:
                waits = _take_piece(sorting, pictures, directories, piece) or waits
    except UnsafeInput as error:
        sorting.refuse(sent.id, "upload-unsafe", error.found)
    if waits:
        pictures.close_later(sent)
    else:
        sorting.close(sent)


def _take_piece(
    sorting: Sorting, pictures: Pictures, directories: Directories, piece: Piece
) -> bool:
    """Takes one piece, and tells whether it waits until all the others are known."""
    file_id = piece.sent.id
    try:
        kind = kind_of(piece.file)
        if kind == "picture":
            pictures.take(piece)
            return True
        if kind == "dicom":
            if directories.take(piece):
                return True
            facts = instance_facts(piece.file.path)
            sorting.add(file_id, new_instance(facts, _content(sorting, piece), sorting.asked))
        else:
            sorting.refuse(file_id, "upload-no-image")
    except InputError as error:
        sorting.refuse(file_id, "upload-broken", error.found or error.failed)
    except OSError:
        sorting.refuse(file_id, "upload-broken", "a file that cannot be opened")
    return False


def _content(sorting: Sorting, piece: Piece) -> bytes | Stored:
    """Gives the object that holds a piece, or its bytes where they are to be stored yet."""
    if piece.stored is not None:
        return piece.stored
    with piece.file.open() as stream:
        if piece.file.size > _LARGE:
            return sorting.archive.objects.put(stream)
        return stream.read()
