"""Bringing files: an upload is opened, each file is sent for itself, then all are sorted."""

from __future__ import annotations

import re
from typing import Annotated, Literal, cast

from fastapi import APIRouter, Path, Request
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from condyle.archive import audit, uploads
from condyle.archive.absence import absent
from condyle.archive.objects import Sink, Stored
from condyle.archive.tables import Upload, UploadFile
from condyle.archive.uploads import Offer
from condyle.errors import InputError
from condyle.service.access import Permission
from condyle.service.deps import Deps, HasDeps
from condyle.service.ids import LARGEST, RowId
from condyle.service.schemas.uploads import FileEntry, FileState, NewUpload, UploadEntry
from condyle.service.security.actor import Actor, needs
from condyle.service.settings import Settings
from condyle.service.views.said import said_column
from condyle.service.views.study import PRIORITIES
from condyle.sources import DEFAULT_LIMITS

UploadId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
Bringing = Annotated[Actor, needs(Permission.UPLOAD)]

UploadState = Literal["open", "sorting", "done", "abandoned"]

_CHUNK = 1 << 20
_MOST_NAME = 1024
_MOST_EXCLUSIONS = 50
_MOST_CODE = 64
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SHOWN = 20


def routes() -> APIRouter:
    """Gives the calls under ``/uploads``."""
    router = APIRouter(prefix="/uploads", tags=["uploads"])
    router.add_api_route("", new_upload, methods=["POST"], status_code=201)
    router.add_api_route("", list_uploads, methods=["GET"])
    router.add_api_route("/{upload_id}", show_upload, methods=["GET"])
    router.add_api_route("/{upload_id}", abandon_upload, methods=["DELETE"], status_code=204)
    router.add_api_route("/{upload_id}/finish", finish_upload, methods=["POST"], status_code=202)
    router.add_api_route(
        "/{upload_id}/files/{file_id}",
        send_file,
        methods=["PUT"],
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {
                    "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
                },
            }
        },
    )
    return router


def new_upload(body: NewUpload, actor: Bringing, deps: HasDeps) -> UploadEntry:
    """Opens an upload; its files wait to be sent."""
    _check(body, deps.settings)
    offers = [Offer(file.name, file.size) for file in body.files]
    with deps.archive.database.write() as session:
        upload = uploads.open_upload(
            session,
            actor.user_id,
            offers,
            priority_rank=PRIORITIES.index(body.priority),
            exclusions=sorted(set(body.exclusions)),
            at=deps.now(),
        )
        act = actor.act(
            deps.now(),
            "upload.opened",
            subject="upload",
            subject_id=upload.id,
            files=len(offers),
            exclusions=sorted(set(body.exclusions)),
        )
        audit.append(session, act)
        return _entry(session, upload, actor)


def list_uploads(actor: Bringing, deps: HasDeps) -> list[UploadEntry]:
    """Gives one's own uploads that are not through, the latest first: to go on with them."""
    with deps.archive.database.read() as session:
        own = [
            row
            for row in uploads.uploads_in(session, "open", "sorting")
            if row.user_id == actor.user_id
        ]
        return [_entry(session, row, actor) for row in own[::-1][:_SHOWN]]


def show_upload(upload_id: UploadId, actor: Bringing, deps: HasDeps) -> UploadEntry:
    """Gives an upload and what became of each file, while it is sorted as well."""
    with deps.archive.database.read() as session:
        return _entry(session, _own(session, upload_id, actor), actor)


async def send_file(
    upload_id: str, file_id: RowId, request: Request, actor: Bringing, deps: HasDeps
) -> FileEntry:
    """Takes the bytes of one file, as they are; the same bytes may be sent again."""
    size = await run_in_threadpool(_offered, deps, actor, upload_id, file_id)
    told = request.headers.get("content-length", "")
    if told.isdigit() and int(told) != size:
        raise _other_size(int(told), size)
    with deps.archive.objects.sink(limit=size) as sink:
        stored = await _pour(request, sink)
    return await run_in_threadpool(_came, deps, actor, (upload_id, file_id), stored)


def finish_upload(upload_id: UploadId, actor: Bringing, deps: HasDeps) -> UploadEntry:
    """Has the files sorted; what was not sent until now is refused."""
    with deps.archive.database.write() as session:
        upload = _own(session, upload_id, actor)
        begun = uploads.begin_sorting(session, upload_id)
        entry = _entry(session, upload, actor)
    if begun:
        deps.sorter.submit(deps.archive, upload_id)
    return entry


def abandon_upload(upload_id: UploadId, actor: Bringing, deps: HasDeps) -> None:
    """Gives an upload up before it is sorted."""
    with deps.archive.database.write() as session:
        _own(session, upload_id, actor)
        uploads.abandon(session, upload_id, at=deps.now())
        act = actor.act(deps.now(), "upload.abandoned", subject="upload", subject_id=upload_id)
        audit.append(session, act)


async def _pour(request: Request, sink: Sink) -> Stored:
    """Writes a body to disk as it comes, a piece at a time and never on the event loop."""
    waiting = bytearray()
    try:
        async for chunk in request.stream():
            waiting += chunk
            if len(waiting) >= _CHUNK:
                await run_in_threadpool(sink.write, bytes(waiting))
                waiting.clear()
    except ClientDisconnect as error:
        raise HTTPException(400) from error
    await run_in_threadpool(sink.write, bytes(waiting))
    return await run_in_threadpool(sink.finish)


def _offered(deps: Deps, actor: Actor, upload_id: str, file_id: int) -> int:
    with deps.archive.database.read() as session:
        _own(session, upload_id, actor)
        return uploads.get_file(session, upload_id, file_id).size


def _came(deps: Deps, actor: Actor, which: tuple[str, int], stored: Stored) -> FileEntry:
    with deps.archive.database.write() as session:
        return _file(uploads.file_came(session, *which, stored), actor)


def _own(session: Session, upload_id: str, actor: Actor) -> Upload:
    """Gives an upload of the caller's; of anybody else's, not even that it is there."""
    upload = uploads.get_upload(session, upload_id)
    if upload.user_id != actor.user_id:
        raise absent("upload", upload_id)
    return upload


def _entry(session: Session, upload: Upload, actor: Actor) -> UploadEntry:
    files = uploads.files_of(session, upload.id)
    return UploadEntry(
        id=upload.id,
        state=cast(UploadState, upload.state),
        priority=PRIORITIES[upload.priority_rank],
        exclusions=list(upload.exclusions or ()),
        created_at=upload.created_at,
        finished_at=upload.finished_at,
        files=[_file(row, actor) for row in files],
        studies=sorted({row.study_id for row in files if row.study_id is not None}),
    )


def _file(row: UploadFile, actor: Actor) -> FileEntry:
    return FileEntry(
        id=row.id,
        name=row.name,
        size=row.size,
        state=cast(FileState, row.state),
        reason=said_column(row.reason, actor.language),
        study=row.study_id,
    )


def _check(body: NewUpload, settings: Settings) -> None:
    """Refuses what is over the limits, before anything of it comes."""
    sizes = [file.size for file in body.files]
    # PostgreSQL's integers, which hold sizes, end there as well.
    most = min(DEFAULT_LIMITS.file_bytes, settings.max_upload_gib << 30, LARGEST)
    _refuse_over(len(sizes), settings.max_upload_files, "files")
    _refuse_over(sum(sizes) >> 20, settings.max_upload_gib << 10, "MiB in all")
    _refuse_over(max(sizes, default=0), most, "bytes in one file")
    _refuse_over(max((len(one.name) for one in body.files), default=0), _MOST_NAME, "letters")
    _refuse_over(len(body.exclusions), _MOST_EXCLUSIONS, "exclusions")
    _refuse_over(max(map(len, body.exclusions), default=0), _MOST_CODE, "letters of a code")
    if min(sizes, default=0) < 0 or not all(map(_SLUG.fullmatch, body.exclusions)):
        raise InputError(
            "The upload cannot be opened.",
            found="a size under zero, or an exclusion that is no code",
            needed="sizes in bytes, and codes such as 'implant'",
            mend="choose the files again.",
        )


def _refuse_over(found: int, most: int, what: str) -> None:
    if found > most:
        raise InputError(
            "The upload cannot be opened.",
            found=f"{found} {what}",
            needed=f"at most {most} {what}",
            mend="send less at once.",
        )


def _other_size(found: int, needed: int) -> InputError:
    return InputError(
        "The file was not taken.",
        found=f"{found} bytes",
        needed=f"the {needed} bytes that were offered",
        mend="send the whole file again.",
    )
