"""Lists of cases to be annotated: making them, seeing how far they are, and exporting them."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse
from sqlalchemy.orm import Session

from condyle.archive import annotation, audit
from condyle.archive.annotation import NewList
from condyle.archive.annotation_added import add_cases
from condyle.archive.annotation_tables import AnnotationList
from condyle.archive.tables import User
from condyle.errors import InputError
from condyle.service.access import ROLES, Permission, allows
from condyle.service.deps import Deps, HasDeps
from condyle.service.ids import AskedId, RowId
from condyle.service.schemas.annotation import (
    AnnotationListChange,
    AnnotationListDetail,
    AnnotationListEntry,
    Annotator,
    CaseChoice,
    ChosenCases,
    ExportLayout,
    ExportSource,
    ListAgreement,
    NewAnnotationList,
)
from condyle.service.security.actor import Actor, needs
from condyle.service.views.annotation import annotator_body, figures_body, list_detail, list_entry
from condyle.service.views.annotation_choice import Chosen, chosen_cases, keyed_labels
from condyle.workflows.clinic.annotation.agreement import FEWEST_PATIENTS, agreement
from condyle.workflows.clinic.annotation.gather import Wanted, export_list, readings_of
from condyle.workflows.clinic.annotation.zipped import zipped

Managing = Annotated[Actor, needs(Permission.MANAGE_ANNOTATION)]
ROOT = "/annotation"
_LARGEST_SEED = 2**31 - 1
_OLD_S = 24 * 3600
"""After this time what lies of an export was left by one that was cut off."""


def routes() -> APIRouter:
    """Gives the calls under ``/annotation`` for who leads a list."""
    router = APIRouter(prefix=ROOT, tags=["annotation"])
    router.add_api_route("/people", list_annotators, methods=["GET"])
    router.add_api_route("/choice", try_choice, methods=["POST"])
    router.add_api_route("/lists", list_annotation, methods=["GET"])
    router.add_api_route("/lists", make_annotation_list, methods=["POST"], status_code=201)
    router.add_api_route("/lists/{list_id}", show_annotation_list, methods=["GET"])
    router.add_api_route("/lists/{list_id}", change_annotation_list, methods=["PATCH"])
    router.add_api_route("/lists/{list_id}/cases", add_annotation_cases, methods=["POST"])
    router.add_api_route("/lists/{list_id}/agreement", show_agreement, methods=["GET"])
    router.add_api_route(
        "/lists/{list_id}/export",
        export_annotation,
        methods=["GET"],
        response_class=Response,
        responses={200: {"content": {"application/zip": {}}}},
    )
    return router


def list_annotators(actor: Managing, deps: HasDeps) -> list[Annotator]:
    """Gives who could be asked to draw."""
    with deps.archive.database.read() as session:
        return [annotator_body(user) for user in _people(session)]


def try_choice(body: CaseChoice, actor: Managing, deps: HasDeps) -> ChosenCases:
    """Tells which cases a choice of studies gives, and makes nothing."""
    with deps.archive.database.read() as session:
        return chosen_cases(session, body, actor).body


def list_annotation(actor: Managing, deps: HasDeps) -> list[AnnotationListEntry]:
    """Gives every list with how far everybody is with it, the latest first."""
    with deps.archive.database.read() as session:
        return [list_entry(session, row) for row in annotation.all_lists(session)]


def make_annotation_list(
    body: NewAnnotationList, actor: Managing, deps: HasDeps
) -> AnnotationListDetail:
    """Makes a list; a study that is not found is refused, so that none is missing unseen."""
    labels = keyed_labels(body.labels)
    with deps.archive.database.write() as session:
        chosen = chosen_cases(session, body, actor)
        _check_known(chosen, "The list was not made.")
        _check_people(body.annotators, _people(session))
        seed = int(np.random.default_rng().integers(_LARGEST_SEED))
        new = NewList(
            name=" ".join(body.name.split()) or body.name,
            labels=labels,
            cases=chosen.cases,
            annotators=body.annotators,
            seed=seed,
            user_id=actor.user_id,
            at=deps.now(),
        )
        row = annotation.make_list(session, new)
        _note(deps, session, actor, "annotation.list_made", row, cases=len(chosen.cases))
        return list_detail(session, row, actor)


def add_annotation_cases(
    list_id: RowId, body: CaseChoice, actor: Managing, deps: HasDeps
) -> AnnotationListDetail:
    """Adds cases to a list that nobody has decided upon; those that it has are left out."""
    with deps.archive.database.write() as session:
        chosen = chosen_cases(session, body, actor)
        _check_known(chosen, "No case was added.")
        added = add_cases(session, list_id, chosen.cases)
        row = annotation.get_list(session, list_id)
        _note(deps, session, actor, "annotation.list_changed", row, added=len(added))
        return list_detail(session, row, actor)


def _check_known(chosen: Chosen, failed: str) -> None:
    if chosen.body.unknown:
        raise InputError(
            failed,
            found=f"{len(chosen.body.unknown)} studies that the archive does not hold",
            needed="numbers of studies that it holds",
            mend="take them out, or look them up on the worklist.",
        )


def show_annotation_list(list_id: RowId, actor: Managing, deps: HasDeps) -> AnnotationListDetail:
    """Gives a list with its cases, and how each annotator left them."""
    with deps.archive.database.read() as session:
        return list_detail(session, annotation.get_list(session, list_id), actor)


def change_annotation_list(
    list_id: RowId, body: AnnotationListChange, actor: Managing, deps: HasDeps
) -> AnnotationListDetail:
    """Renames a list, says who draws on it, closes it or opens it again."""
    with deps.archive.database.write() as session:
        row = annotation.get_list(session, list_id)
        if body.name is not None:
            row.name = " ".join(body.name.split()) or body.name
        if body.annotators is not None:
            before = annotation.annotators_of(session, list_id, former=True)
            _check_people(body.annotators, [*before, *_people(session)])
            annotation.assign(session, list_id, body.annotators, at=deps.now())
        if body.closed is not None:
            annotation.close_list(session, list_id, closed=body.closed, at=deps.now())
        changed = body.model_dump(exclude_none=True, exclude={"name"})
        _note(deps, session, actor, "annotation.list_changed", row, **changed)
        return list_detail(session, row, actor)


def show_agreement(list_id: RowId, actor: Managing, deps: HasDeps) -> ListAgreement:
    """Gives how well the annotators of a list agree, by label, with intervals by patient."""
    with deps.archive.database.read() as session:
        row = annotation.get_list(session, list_id)
        readings = readings_of(session, annotation.cases_of(session, list_id))
        labels = list(row.labels)
    counts: dict[int, int] = {}
    for reading in readings:
        counts[reading.case] = counts.get(reading.case, 0) + 1
    several = {case for case, count in counts.items() if count > 1}
    return ListAgreement(
        figures=figures_body(agreement(labels, readings)),
        cases=len(several),
        patients=len({reading.patient for reading in readings if reading.case in several}),
        needed=FEWEST_PATIENTS,
    )


def export_annotation(
    list_id: RowId,
    actor: Annotated[Actor, needs(Permission.EXPORT)],
    deps: HasDeps,
    *,
    layout: ExportLayout,
    source: ExportSource = "adjudicated",
    annotator: AskedId = None,
) -> Response:
    """Gives a list as a zip of images and what was drawn, under pseudonyms whoever asks.

    ``voc``, ``coco`` and ``yolo`` hold boxes on slices, ``png`` areas on slices, ``nifti`` areas
    on volumes; answers of whole cases go with the last two. ``condyle data check`` reads each.
    """
    home = deps.settings.home / "exports"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    _tidy(home)
    folder = Path(tempfile.mkdtemp(dir=home))
    try:
        wanted = Wanted(list_id, layout, source, annotator)
        written = export_list(
            deps.archive, wanted, work=folder / "studies", root=folder / "written"
        )
        shutil.rmtree(folder / "studies")
        with deps.archive.database.write() as session:
            row = annotation.get_list(session, list_id)
            details = {"layout": layout, "source": source, "annotator": annotator}
            _note(deps, session, actor, "annotation.exported", row, cases=written, **details)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    name = f"annotation-{list_id}-{layout}-{source}"
    headers = {"Content-Disposition": f'attachment; filename="{name}.zip"'}
    pieces = _then_removed(zipped(folder / "written", name=name), folder)
    return StreamingResponse(pieces, media_type="application/zip", headers=headers)


def _people(session: Session) -> list[User]:
    roles = [role for role in ROLES if allows(role, Permission.ANNOTATE)]
    return annotation.annotators(session, roles)


def _check_people(wanted: Sequence[int], known: Sequence[User]) -> None:
    if set(wanted) - {user.id for user in known}:
        raise InputError(
            "The annotators were not set.",
            found="somebody who may not annotate",
            needed="people whose role is annotator",
            mend="load the page again, or ask an administrator to give them that role.",
        )


def _note(
    deps: Deps, session: Session, actor: Actor, action: str, row: AnnotationList, **details: Any
) -> None:
    act = actor.act(
        deps.now(), action, subject="annotation_list", subject_id=str(row.id), **details
    )
    audit.append(session, act)


def _then_removed(pieces: Iterator[bytes], folder: Path) -> Iterator[bytes]:
    try:
        yield from pieces
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _tidy(home: Path) -> None:
    for folder in home.iterdir():
        try:
            old = time.time() - folder.stat().st_mtime > _OLD_S
        except OSError:
            continue  # another export removed it
        if old:
            shutil.rmtree(folder, ignore_errors=True)
