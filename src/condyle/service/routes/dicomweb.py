"""The archive's images by DICOMweb, read-only: QIDO-RS, and WADO-RS metadata, frames, files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy.orm import Session

from condyle.archive import audit
from condyle.archive.annotation_access import check_shown
from condyle.archive.teaching_aid import nameless, studies_under_way
from condyle.dicom.frame_bytes import frame_bytes, served_syntax
from condyle.dicom.web_attributes import Document
from condyle.errors import ArchiveDamaged, BadImage, InputError, NotAllowed
from condyle.service.access import Permission
from condyle.service.auditing.seen import note_view
from condyle.service.deps import Deps, HasDeps
from condyle.service.dicomweb.accept import (
    DICOM,
    Given,
    frames_given,
    instance_given,
    json_media,
)
from condyle.service.dicomweb.query import (
    INSTANCE_KEYS,
    SERIES_KEYS,
    STUDY_KEYS,
    Query,
    read_query,
)
from condyle.service.dicomweb.search import Found, Searcher
from condyle.service.dicomweb.stored import (
    Place,
    headers,
    locate,
    patient_of,
    shows_identity,
    stored_frames,
)
from condyle.service.dicomweb.told import told_place, told_to, unaided
from condyle.service.security.actor import Actor, needs

ROOT = "/dicomweb"
Seeing = Annotated[Actor, needs(Permission.SEE_IMAGES)]
Knowing = Annotated[Actor, needs(Permission.SEE_IDENTITY)]
Uid = Annotated[str, Path(pattern=r"^[0-9.]{1,64}$")]
Frames = Annotated[str, Path(pattern=r"^[0-9]{1,6}(,[0-9]{1,6}){0,99}$")]

_STUDY = "/studies/{study}"
_SERIES = _STUDY + "/series/{series}"
_INSTANCE = _SERIES + "/instances/{instance}"
_CHUNK = 1 << 20


def routes() -> APIRouter:
    """Gives the calls under ``/dicomweb``."""
    router = APIRouter(prefix=ROOT, tags=["dicomweb"])
    for path, call in (
        ("/studies", search_studies),
        ("/series", search_all_series),
        ("/instances", search_all_instances),
        (f"{_STUDY}/series", search_series),
        (f"{_STUDY}/instances", search_study_instances),
        (f"{_SERIES}/instances", search_instances),
        (f"{_STUDY}/metadata", study_metadata),
        (f"{_SERIES}/metadata", series_metadata),
        (f"{_INSTANCE}/metadata", instance_metadata),
        (f"{_INSTANCE}/frames/{{frames}}", show_frames),
        (_INSTANCE, show_instance),
    ):
        router.add_api_route(path, call, methods=["GET"], response_class=Response)
    return router


def search_studies(request: Request, actor: Seeing, deps: HasDeps) -> Response:
    """Finds studies by patient, date, accession number or modality."""
    return _search(request, actor, deps, level="studies")


def search_all_series(request: Request, actor: Seeing, deps: HasDeps) -> Response:
    """Finds series of any study."""
    return _search(request, actor, deps, level="series")


def search_all_instances(request: Request, actor: Seeing, deps: HasDeps) -> Response:
    """Finds instances of any series."""
    return _search(request, actor, deps, level="instances")


def search_series(request: Request, study: Uid, actor: Seeing, deps: HasDeps) -> Response:
    """Finds the series of a study."""
    return _search(request, actor, deps, level="series", within={"StudyInstanceUID": study})


def search_study_instances(request: Request, study: Uid, actor: Seeing, deps: HasDeps) -> Response:
    """Finds the instances of a study."""
    return _search(request, actor, deps, level="instances", within={"StudyInstanceUID": study})


def search_instances(
    request: Request, study: Uid, series: Uid, actor: Seeing, deps: HasDeps
) -> Response:
    """Finds the instances of a series."""
    within = {"StudyInstanceUID": study, "SeriesInstanceUID": series}
    return _search(request, actor, deps, level="instances", within=within)


def study_metadata(request: Request, study: Uid, actor: Seeing, deps: HasDeps) -> Response:
    """Gives the headers of a study's instances."""
    return _metadata(request, actor, deps, told_place(actor, study))


def series_metadata(
    request: Request, study: Uid, series: Uid, actor: Seeing, deps: HasDeps
) -> Response:
    """Gives the headers of a series' instances."""
    return _metadata(request, actor, deps, told_place(actor, study, series))


def instance_metadata(
    request: Request, study: Uid, series: Uid, instance: Uid, actor: Seeing, deps: HasDeps
) -> Response:
    """Gives the header of an instance."""
    return _metadata(request, actor, deps, told_place(actor, study, series, instance))


def show_frames(
    request: Request,
    study: Uid,
    series: Uid,
    instance: Uid,
    frames: Frames,
    actor: Seeing,
    deps: HasDeps,
) -> Response:
    """Gives frames, counted from 1, as they are stored or in explicit little endian."""
    place = told_place(actor, study, series, instance)
    with deps.archive.database.read() as session:
        _check_shown(session, actor, place)
        located = locate(session, place, actor.user_id)
    if (actor.pseudonymous or located.learnt) and shows_identity(deps.archive, place):
        raise NotAllowed(
            "The frames were not given.",
            found="an image that says that its pixels name the patient",
            needed="a role that may see patients' names, and no teaching case of it under way",
            mend="ask somebody who may to look at it.",
        )
    note_view(deps, actor, study_id=located.study_id, patient_id=located.patient_id, images=True)
    numbers = [int(one) for one in frames.split(",")]
    syntax = served_syntax(located.syntax)
    given = frames_given(request.headers.get("accept", ""), syntax, len(numbers))
    stored = stored_frames(deps.archive, place, located)
    if not all(1 <= one <= len(stored.frames_at) for one in numbers):
        raise _no_such_frame(len(stored.frames_at))
    try:
        parts = [frame_bytes(stored, one - 1) for one in numbers]
    except BadImage as error:
        raise ArchiveDamaged(error.failed, found=error.found, mend=error.mend) from error
    return _content(parts, given, syntax)


def show_instance(
    request: Request, study: Uid, series: Uid, instance: Uid, actor: Knowing, deps: HasDeps
) -> Response:
    """Gives the file of an instance as it came, identity and all: only to who may know it."""
    with deps.archive.database.read() as session:
        located = locate(session, told_place(actor, study, series, instance), actor.user_id)
    if located.learnt:
        raise NotAllowed(
            "The file was not given.",
            found="a study that you are reading as a teaching case, which has no name",
            needed="a case that you have answered",
            mend="answer the case first.",
        )
    note_view(deps, actor, study_id=located.study_id, patient_id=located.patient_id)
    given = instance_given(request.headers.get("accept", ""), located.syntax)
    act = actor.act(
        deps.now(), "instance.exported", subject="study", subject_id=str(located.study_id)
    )
    with deps.archive.database.write() as session:
        audit.append(session, act.of_patient(located.patient_id))
    pieces = _pieces(deps, located.object)
    if not given.multipart:
        length = {"Content-Length": str(located.size)}
        return StreamingResponse(pieces, media_type=DICOM, headers=length)
    boundary = _boundary([located.object.encode()])
    head = f"--{boundary}\r\nContent-Type: {DICOM}; transfer-syntax={located.syntax}\r\n\r\n"
    return StreamingResponse(
        _within(pieces, head.encode(), f"\r\n--{boundary}--\r\n".encode()),
        media_type=f'multipart/related; type="{DICOM}"; boundary={boundary}',
    )


def _search(
    request: Request,
    actor: Actor,
    deps: Deps,
    *,
    level: str,
    within: dict[str, str] | None = None,
) -> Response:
    media = json_media(request.headers.get("accept", ""))
    keys = STUDY_KEYS
    if level != "studies":
        keys = keys | SERIES_KEYS | (INSTANCE_KEYS if level == "instances" else frozenset())
    query = read_query(request.query_params.multi_items(), keys, within)
    root = f"{deps.settings.shown_address}{ROOT}"
    with deps.archive.database.read() as session:
        learnt = studies_under_way(session, actor.user_id)
        hidden, told = actor.pseudonymous, told_to(actor)
        searcher = Searcher(session, root, hidden, _annotator(actor), learnt, told, unaided(actor))
        found: Found = getattr(searcher, level)(query)
    return _found(found, query, media)


def _annotator(actor: Actor) -> int | None:
    """Gives who sees nothing but the cases that they draw on: who has no worklist."""
    return None if actor.may(Permission.SEE_WORKLIST) else actor.user_id


def _check_shown(session: Session, actor: Actor, place: Place) -> None:
    annotator = _annotator(actor)
    if annotator is not None:
        check_shown(session, annotator, study_uid=place.study, series_uid=place.series)


def _found(found: Found, query: Query, media: str) -> Response:
    warnings = []
    if query.ignored:
        warnings.append("299 condyle: an attribute or matching that is not supported was ignored")
    if found.more:
        warnings.append("299 condyle: there are more results; ask for them with offset")
    headers = {"Warning": ", ".join(warnings)} if warnings else {}
    if not found.documents:
        return Response(status_code=204, headers=headers)
    return Response(_json(found.documents), media_type=media, headers=headers)


def _json(documents: Sequence[Document]) -> bytes:
    return json.dumps(documents, separators=(",", ":"), allow_nan=False).encode()


def _metadata(request: Request, actor: Actor, deps: Deps, place: Place) -> Response:
    media = json_media(request.headers.get("accept", ""))
    with deps.archive.database.read() as session:
        _check_shown(session, actor, place)
        study_id, patient_id, pseudonym = patient_of(session, place)
        page = bool(actor.session_id)
        hidden = actor.pseudonymous or nameless(session, place.study, actor.user_id, page=page)
    note_view(deps, actor, study_id=study_id, patient_id=patient_id, images=True)
    told = headers(deps.archive, place, pseudonym if hidden else None)
    return StreamingResponse(told, media_type=media)


def _content(parts: Sequence[bytes], given: Given, syntax: str) -> Response:
    media = f"{given.media}; transfer-syntax={syntax}"
    if not given.multipart:
        return Response(parts[0], media_type=media)
    boundary = _boundary(parts)
    body = bytearray()
    for part in parts:
        body += f"--{boundary}\r\nContent-Type: {media}\r\n\r\n".encode()
        body += part
        body += b"\r\n"
    body += f"--{boundary}--\r\n".encode()
    whole = f'multipart/related; type="{given.media}"; boundary={boundary}'
    return Response(bytes(body), media_type=whole)


def _boundary(parts: Sequence[bytes]) -> str:
    """Gives a line that no part holds: it follows from their content, the same for the same."""
    seed = hashlib.sha256(b"".join(part[:4096] for part in parts))
    while any(seed.hexdigest()[:32].encode() in part for part in parts):
        seed.update(b"again")
    return seed.hexdigest()[:32]


def _pieces(deps: Deps, name: str) -> Iterator[bytes]:
    with deps.archive.objects.open(name) as stream:
        while piece := stream.read(_CHUNK):
            yield piece


def _within(pieces: Iterator[bytes], head: bytes, tail: bytes) -> Iterator[bytes]:
    yield head
    yield from pieces
    yield tail


def _no_such_frame(count: int) -> InputError:
    return InputError(
        "The frames were not given.",
        found="a frame that the instance does not have",
        needed=f"frames from 1 to {count}" if count else "an instance whose frames can be given",
        mend="ask the metadata for their number.",
    )
