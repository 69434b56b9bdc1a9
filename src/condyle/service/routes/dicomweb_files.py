"""Whole studies and series by DICOMweb (WADO-RS, PS3.18 10.4), and values left out of headers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from starlette.exceptions import HTTPException

from condyle.archive import audit
from condyle.archive.teaching_aid import nameless
from condyle.dicom.bulk_data import bulk_data
from condyle.errors import NotAllowed
from condyle.service.access import Permission
from condyle.service.auditing.seen import note_view
from condyle.service.deps import Deps, HasDeps
from condyle.service.dicomweb.accept import MULTIPART, OCTETS, ranges_of
from condyle.service.dicomweb.files import accepted, body_of, stored_files
from condyle.service.dicomweb.sending import FilesResponse
from condyle.service.dicomweb.stored import Place, locate, patient_of
from condyle.service.dicomweb.told import told_place
from condyle.service.security.actor import Actor, needs

ROOT = "/dicomweb"
Knowing = Annotated[Actor, needs(Permission.SEE_IDENTITY)]
Uid = Annotated[str, Path(pattern=r"^[0-9.]{1,64}$")]
Where = Annotated[str, Path(pattern=r"^[0-9A-Fa-f]{8}(\.[0-9]{1,5}\.[0-9A-Fa-f]{8}){0,8}$")]
_SERIES = "/studies/{study}/series/{series}"


def routes() -> APIRouter:
    """Gives the calls under ``/dicomweb`` that give files."""
    router = APIRouter(prefix=ROOT, tags=["dicomweb"])
    for path, call in (
        ("/studies/{study}", retrieve_study),
        (_SERIES, retrieve_series),
        (f"{_SERIES}/instances/{{instance}}/bulkdata/{{where}}", retrieve_bulk_data),
    ):
        router.add_api_route(path, call, methods=["GET"], response_class=Response)
    return router


def retrieve_study(request: Request, study: Uid, actor: Knowing, deps: HasDeps) -> Response:
    """Gives the files of a study as they came, identity and all: only to who may know it."""
    return _files(request, actor, deps, told_place(actor, study))


def retrieve_series(
    request: Request, study: Uid, series: Uid, actor: Knowing, deps: HasDeps
) -> Response:
    """Gives the files of a series as they came, identity and all: only to who may know it."""
    return _files(request, actor, deps, told_place(actor, study, series))


def retrieve_bulk_data(
    request: Request,
    study: Uid,
    series: Uid,
    instance: Uid,
    where: Where,
    actor: Knowing,
    deps: HasDeps,
) -> Response:
    """Gives one value of an instance as its bytes: pixels, a document, a waveform."""
    with deps.archive.database.read() as session:
        located = locate(session, told_place(actor, study, series, instance), actor.user_id)
    if located.learnt:
        raise _learning()
    note_view(deps, actor, study_id=located.study_id, patient_id=located.patient_id)
    value = bulk_data(deps.archive.objects.path(located.object), where)
    for one in ranges_of(request.headers.get("accept", "")):
        if one.media in (OCTETS, "*/*"):
            return Response(value, media_type=OCTETS)
        if one.media != MULTIPART:
            continue
        if one.parameters.get("type", OCTETS).lower() in (OCTETS, "*/*"):
            edge = body_of(()).boundary
            head = f"--{edge}\r\nContent-Type: {OCTETS}\r\n\r\n".encode()
            whole = head + value + f"\r\n--{edge}--\r\n".encode()
            media = f'multipart/related; type="{OCTETS}"; boundary={edge}'
            return Response(whole, media_type=media)
    raise HTTPException(406)


def _files(request: Request, actor: Actor, deps: Deps, place: Place) -> Response:
    with deps.archive.database.read() as session:
        study_id, patient_id, _ = patient_of(session, place)
        learnt = nameless(session, place.study, actor.user_id, page=bool(actor.session_id))
        found = stored_files(session, place)
    if learnt:
        raise _learning()
    given = accepted(found, request.headers.get("accept", ""))
    if not given:
        raise HTTPException(406)
    note_view(deps, actor, study_id=study_id, patient_id=patient_id)
    act = actor.act(
        deps.now(),
        "instance.exported",
        subject="study",
        subject_id=str(study_id),
        instances=len(given),
    )
    with deps.archive.database.write() as session:
        audit.append(session, act.of_patient(patient_id))
    body = body_of(given)
    # Of some of them alone it says so (PS3.18 8.5.2): the rest is in no syntax that was asked for.
    return FilesResponse(
        body.parts(deps.archive),
        body.tail,
        status_code=200 if len(given) == len(found) else 206,
        media_type=body.media,
    )


def _learning() -> NotAllowed:
    return NotAllowed(
        "The file was not given.",
        found="a study that you are reading as a teaching case, which has no name",
        needed="a case that you have answered",
        mend="answer the case first.",
    )
