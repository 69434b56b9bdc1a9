"""Rendered frames and thumbnails by DICOMweb (PS3.18 10.4.1.1.3 and 10.4.1.1.5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from condyle.archive.absence import absent
from condyle.archive.annotation_access import check_shown
from condyle.archive.tables import InstanceRow, SeriesRow, StudyRow
from condyle.dicom.rendered import rendered_frame
from condyle.errors import NotAllowed
from condyle.service.access import Permission
from condyle.service.auditing.seen import note_view
from condyle.service.deps import Deps, HasDeps
from condyle.service.dicomweb.pictures import picture, read_wanted
from condyle.service.dicomweb.stored import Place, locate, shows_identity
from condyle.service.dicomweb.told import told_place
from condyle.service.security.actor import Actor, needs

ROOT = "/dicomweb"
Seeing = Annotated[Actor, needs(Permission.SEE_IMAGES)]
Uid = Annotated[str, Path(pattern=r"^[0-9.]{1,64}$")]
Frame = Annotated[int, Path(ge=1, le=100_000)]

_STUDY = "/studies/{study}"
_SERIES = _STUDY + "/series/{series}"
_INSTANCE = _SERIES + "/instances/{instance}"
_FRAME = _INSTANCE + "/frames/{frame}"


def routes() -> APIRouter:
    """Gives the calls under ``/dicomweb`` that give pictures."""
    router = APIRouter(prefix=ROOT, tags=["dicomweb"])
    for path, call in (
        (f"{_INSTANCE}/rendered", render_instance),
        (f"{_FRAME}/rendered", render_frame),
        (f"{_STUDY}/thumbnail", thumbnail_study),
        (f"{_SERIES}/thumbnail", thumbnail_series),
        (f"{_INSTANCE}/thumbnail", thumbnail_instance),
        (f"{_FRAME}/thumbnail", thumbnail_frame),
    ):
        router.add_api_route(path, call, methods=["GET"], response_class=Response)
    return router


def render_instance(
    request: Request, study: Uid, series: Uid, instance: Uid, actor: Seeing, deps: HasDeps
) -> Response:
    """Gives the first frame of an instance as PNG or JPEG."""
    return _picture(request, actor, deps, told_place(actor, study, series, instance))


def render_frame(
    request: Request,
    study: Uid,
    series: Uid,
    instance: Uid,
    frame: Frame,
    actor: Seeing,
    deps: HasDeps,
) -> Response:
    """Gives a frame, counted from 1, as PNG or JPEG."""
    return _picture(request, actor, deps, told_place(actor, study, series, instance), frame=frame)


def thumbnail_study(request: Request, study: Uid, actor: Seeing, deps: HasDeps) -> Response:
    """Gives a small picture of the middle instance of a study's largest series of images."""
    return _picture(request, actor, deps, told_place(actor, study), thumbnail=True)


def thumbnail_series(
    request: Request, study: Uid, series: Uid, actor: Seeing, deps: HasDeps
) -> Response:
    """Gives a small picture of the middle instance of a series."""
    return _picture(request, actor, deps, told_place(actor, study, series), thumbnail=True)


def thumbnail_instance(
    request: Request, study: Uid, series: Uid, instance: Uid, actor: Seeing, deps: HasDeps
) -> Response:
    """Gives a small picture of the first frame of an instance."""
    return _picture(
        request, actor, deps, told_place(actor, study, series, instance), thumbnail=True
    )


def thumbnail_frame(
    request: Request,
    study: Uid,
    series: Uid,
    instance: Uid,
    frame: Frame,
    actor: Seeing,
    deps: HasDeps,
) -> Response:
    """Gives a small picture of a frame, counted from 1."""
    place = told_place(actor, study, series, instance)
    return _picture(request, actor, deps, place, frame=frame, thumbnail=True)


def _picture(
    request: Request,
    actor: Actor,
    deps: Deps,
    place: Place,
    *,
    frame: int = 1,
    thumbnail: bool = False,
) -> Response:
    accept = request.headers.get("accept", "")
    wanted = read_wanted(accept, request.query_params, thumbnail=thumbnail)
    with deps.archive.database.read() as session:
        if not actor.may(Permission.SEE_WORKLIST):
            check_shown(session, actor.user_id, study_uid=place.study, series_uid=place.series)
        one = place if place.instance else _middle(session, place)
        located = locate(session, one, actor.user_id)
    if (actor.pseudonymous or located.learnt) and shows_identity(deps.archive, one):
        raise NotAllowed(
            "The picture was not given.",
            found="an image that says that its pixels name the patient",
            needed="a role that may see patients' names, and no teaching case of it under way",
            mend="ask somebody who may to look at it.",
        )
    note_view(deps, actor, study_id=located.study_id, patient_id=located.patient_id, images=True)
    shown = rendered_frame(deps.archive.objects.path(located.object), frame - 1, wanted.window)
    return Response(picture(shown, wanted), media_type=wanted.media)


def _middle(session: Session, place: Place) -> Place:
    """Gives the instance in the middle of a series; of a study, of its largest with images."""
    images = select(InstanceRow.id).where(
        InstanceRow.series_id == SeriesRow.id, InstanceRow.frames > 0, place.told
    )
    has_images = images.correlate(SeriesRow, StudyRow).exists()
    found = session.execute(
        select(SeriesRow.id, SeriesRow.uid)
        .join(StudyRow, StudyRow.id == SeriesRow.study_id)
        .where(*place.above())
        .order_by(has_images.desc(), SeriesRow.instance_count.desc(), SeriesRow.id)
        .limit(1)
    ).first()
    if found is None:
        raise absent("series" if place.series else "study", place.series or place.study)
    series_id, series = found
    shown = (
        select(InstanceRow.uid)
        .join(StudyRow, StudyRow.id == InstanceRow.study_id)
        .where(InstanceRow.series_id == series_id, InstanceRow.frames > 0, place.told)
        .order_by(InstanceRow.number, InstanceRow.id)
    )
    uids = list(session.scalars(shown))
    if not uids:
        raise absent("image in the series", series)
    return replace(place, series=series, instance=uids[len(uids) // 2])
