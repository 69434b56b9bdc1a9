"""The DICOM objects of a read study: listed, and taken along one by one or together."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from condyle.archive import audit, studies
from condyle.archive.absence import absent
from condyle.archive.results_out import making, sent_results
from condyle.dicom.objects import KINDS, DicomObject, kinds_named
from condyle.errors import UnknownName
from condyle.service.access import Permission
from condyle.service.deps import Deps, HasDeps
from condyle.service.ids import RowId
from condyle.service.pacs.listed import listed_peers
from condyle.service.schemas.objects import ObjectEntry, ObjectsPut, ObjectsToSend, StudySent
from condyle.service.security.actor import Actor, needs
from condyle.service.views.sent import together
from condyle.workflows.clinic.export import Export, export_act, export_archived
from condyle.workflows.clinic.send_results import PutUp, put_results

ALL = "objects.zip"
"""Name under which all objects that were asked for come together."""

KIND_OF_FILE = {".dcm": "application/dicom", ".zip": "application/zip"}
_NO_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can hold: the same bytes each time

Taking = Annotated[Actor, needs(Permission.EXPORT_IDENTIFIED)]
Kinds = Annotated[str, Query(max_length=100, description="Kinds of objects, by commas.")]


def routes() -> APIRouter:
    """Gives the calls under ``/studies/{study_id}/objects``, and the peers that they go to."""
    router = APIRouter(tags=["studies"])
    of_study = "/studies/{study_id}/objects"
    router.add_api_route(of_study, list_objects, methods=["GET"])
    router.add_api_route(of_study, send_objects, methods=["POST"], status_code=202)
    router.add_api_route("/studies/{study_id}/sent", list_sent, methods=["GET"])
    router.add_api_route("/peers", list_peers, methods=["GET"])
    router.add_api_route(
        of_study + "/{name}",
        show_object,
        methods=["GET"],
        response_class=Response,
        responses={200: {"content": {kind: {} for kind in KIND_OF_FILE.values()}}},
    )
    return router


def list_objects(
    study_id: RowId, actor: Taking, deps: HasDeps, kinds: Kinds = "seg,sr,pdf,sc"
) -> list[ObjectEntry]:
    """Gives the objects that a study has to export; of nobody's signature, only where drafts may.

    Their patient is named in them, so who may not see identities is refused.
    """
    made = _made(deps, study_id, kinds)
    _keep(deps, actor, study_id, made, act="study.objects-listed")
    return [
        ObjectEntry(
            name=one.name,
            kind=one.kind,
            sop_class_uid=one.sop_class_uid,
            sop_instance_uid=one.sop_instance_uid,
            series_uid=one.series_uid,
            size=len(one.content),
            verified=one.verified,
        )
        for one in made
    ]


def show_object(
    study_id: RowId, name: str, actor: Taking, deps: HasDeps, kinds: Kinds = "seg,sr,pdf,sc"
) -> Response:
    """Gives one object as a DICOM file, or all of them as a zip."""
    made = _made(deps, study_id, kinds)
    taken = [one for one in made if name in (one.name, ALL)]
    if not taken:
        raise absent("object of the study", name)
    _keep(deps, actor, study_id, taken, act="study.exported")
    body = _zip(taken) if name == ALL else taken[0].content
    headers = {"Content-Disposition": f'attachment; filename="{ALL if name == ALL else name}"'}
    return Response(body, media_type=KIND_OF_FILE[name[-4:]], headers=headers)


def list_peers(actor: Taking, deps: HasDeps) -> list[str]:
    """Gives the names of the systems that objects can be sent to."""
    return listed_peers(deps)


def list_sent(study_id: RowId, actor: Taking, deps: HasDeps) -> StudySent:
    """Gives what of a study was sent where, by hand or by the routing rules, and its state."""
    with deps.archive.database.read() as session:
        studies.get_study(session, study_id)
        sent = sent_results(session, study_id)
        due, failed = making(session, study_id)
    return StudySent(sent=together(sent), due=due, failed=failed)


def send_objects(study_id: RowId, body: ObjectsToSend, actor: Taking, deps: HasDeps) -> ObjectsPut:
    """Puts a study's objects up for a peer, to which each goes once; as they are exported.

    They wait in the outbox until the peer takes them. What was put up before and says the same
    stays as it is; what says something else is taken back.
    """
    peers = listed_peers(deps)
    if body.peer not in peers:
        raise UnknownName("peer", body.peer, peers)

    def note(session: Session, put: PutUp) -> None:
        more = {"peer": body.peer, "new": put.new, "replaced": put.replaced}
        act = _act(deps, actor, study_id, put.objects, "study.sent", **more)
        audit.append(session, act.of_patient(studies.get_study(session, study_id).patient_id))

    put = put_results(deps.archive, study_id, body.peer, _wanted(deps, body.kinds), note=note)
    return ObjectsPut(peer=body.peer, objects=len(put.objects), new=put.new)


def _made(deps: Deps, study_id: int, kinds: str) -> tuple[DicomObject, ...]:
    return export_archived(deps.archive, study_id, _wanted(deps, kinds))


def _wanted(deps: Deps, kinds: str) -> Export:
    return Export(
        kinds=kinds_named(kinds) or KINDS,
        unverified=deps.settings.export_unverified,
        organization=deps.settings.organization,
    )


def _keep(
    deps: Deps, actor: Actor, study_id: int, made: Sequence[DicomObject], *, act: str
) -> None:
    """Writes down what was given, to whom and of whom."""
    with deps.archive.database.write() as session:
        study = studies.get_study(session, study_id)
        kept = _act(deps, actor, study_id, made, act)
        audit.append(session, kept.of_patient(study.patient_id))


def _act(
    deps: Deps,
    actor: Actor,
    study_id: int,
    made: Sequence[DicomObject],
    action: str,
    **more: Any,
) -> audit.Act:
    named = {"subject": "study", "subject_id": str(study_id)}
    return actor.act(deps.now(), action, **named, **export_act(made), **more)


def _zip(objects: Sequence[DicomObject]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for one in objects:
            file.writestr(zipfile.ZipInfo(one.name, _NO_TIME), one.content)
    return stream.getvalue()
