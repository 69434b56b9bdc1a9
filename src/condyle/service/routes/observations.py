"""Clinical observations of a patient, the forms for them, and their table beside the findings."""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
from collections.abc import Iterator
from typing import IO, Annotated

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from condyle.archive import audit
from condyle.archive.observations import (
    NewObservation,
    add_observation,
    observations_of,
    withdraw_observation,
)
from condyle.archive.studies import get_patient
from condyle.archive.tables import Patient
from condyle.errors import InputError
from condyle.service.access import Permission
from condyle.service.auditing.seen import note_patient_view
from condyle.service.deps import Deps, HasDeps
from condyle.service.ids import RowId
from condyle.service.schemas import observations as bodies
from condyle.service.security.actor import Actor, needs
from condyle.service.views.observation import form_entry, observation_entries
from condyle.workflows.clinic.forms.answers import checked_answers, definition_bytes, is_plain
from condyle.workflows.clinic.forms.definition import NOTE, FormDefinition
from condyle.workflows.clinic.observation_table import Table

CSV = "text/csv; charset=utf-8"
_CHUNK = 64 * 1024
_IN_MEMORY = 4 * 2**20

Seeing = Annotated[Actor, needs(Permission.SEE_FINDINGS)]
Observing = Annotated[Actor, needs(Permission.OBSERVE)]


def routes() -> APIRouter:
    """Gives the calls about forms and observations."""
    router = APIRouter(tags=["observations"])
    router.add_api_route("/forms", list_forms, methods=["GET"])
    place = "/patients/{patient_id}/observations"
    router.add_api_route(place, list_observations, methods=["GET"])
    router.add_api_route(place, observe, methods=["POST"], status_code=201)
    router.add_api_route(
        "/observations/export",
        export_observations,
        methods=["GET"],
        response_class=StreamingResponse,
        responses={200: {"content": {CSV: {}}}},
    )
    router.add_api_route("/observations/{observation_id}", withdraw, methods=["DELETE"])
    return router


def list_forms(actor: Seeing, deps: HasDeps) -> list[bodies.Form]:
    """Lists the forms as they are now; free text needs none and has the name "note"."""
    return [form_entry(it, actor.language) for it in deps.forms.forms(deps.settings.home).forms]


def list_observations(
    patient_id: RowId, actor: Seeing, deps: HasDeps
) -> list[bodies.ObservationEntry]:
    """Lists all observations of a patient, the latest examination first.

    What was withdrawn or said anew stays; what stands is neither superseded nor withdrawn.
    """
    with deps.archive.database.read() as session:
        get_patient(session, patient_id)
    note_patient_view(deps, actor, patient_id)
    with deps.archive.database.read() as session:
        rows = observations_of(session, patient_id)
        return observation_entries(session, rows, actor, deps.archive.objects)


def observe(
    patient_id: RowId, new: bodies.NewObservation, actor: Observing, deps: HasDeps
) -> bodies.ObservationEntry:
    """Adds an observation, also in the place of an earlier one."""
    form = None if new.form == NOTE else deps.forms.form(deps.settings.home, new.form)
    with deps.archive.database.read() as session:
        _check(new, get_patient(session, patient_id), deps.now().date())
    observed = NewObservation(
        patient_id=patient_id,
        form=new.form,
        form_version="" if form is None else form.version,
        form_object=None if form is None else _kept(deps, form),
        observed_on=new.observed_on,
        values={} if form is None else checked_answers(form, new.values),
        text=new.text,
        study_id=new.study,
        supersedes=new.supersedes,
    )
    with deps.archive.database.write() as session:
        row = add_observation(session, observed, by=actor.user_id, at=deps.now())
        act = actor.act(
            deps.now(),
            "observation.added",
            subject="observation",
            subject_id=str(row.id),
            form=row.form,
            form_version=row.form_version,
            supersedes=row.supersedes,
        )
        audit.append(session, act.of_patient(patient_id))
        return observation_entries(session, [row], actor, deps.archive.objects)[0]


def withdraw(observation_id: RowId, actor: Observing, deps: HasDeps) -> bodies.ObservationEntry:
    """Withdraws an observation; it stays, with a row that says who withdrew it and when."""
    with deps.archive.database.write() as session:
        row = withdraw_observation(session, observation_id, by=actor.user_id, at=deps.now())
        act = actor.act(
            deps.now(),
            "observation.withdrawn",
            subject="observation",
            subject_id=str(observation_id),
            by_row=row.id,
        )
        audit.append(session, act.of_patient(row.patient_id))
        return observation_entries(session, [row], actor, deps.archive.objects)[0]


def export_observations(
    actor: Annotated[Actor, needs(Permission.EXPORT)], deps: HasDeps
) -> StreamingResponse:
    """Gives a table of all observations that stand, joined to the findings of the patients.

    A row is a finding and a day of examination; with pseudonyms come neither days nor free text.
    """
    # Made whole before any of it is sent: so that the log says how much it was, and no slow
    # reader keeps a transaction open.
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))
        with deps.archive.database.read() as session:
            table = Table(session, deps.archive.objects, pseudonymous=actor.pseudonymous)
            rows = table.write(file)
        with deps.archive.database.write() as session:
            act = actor.act(
                deps.now(),
                "observations.exported",
                subject="observations",
                rows=rows,
                pseudonymous=actor.pseudonymous,
            )
            audit.append(session, act)
        file.seek(0)
        stack.pop_all()
    headers = {"Content-Disposition": 'attachment; filename="observations.csv"'}
    return StreamingResponse(_sent(file), media_type=CSV, headers=headers)


def _sent(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _kept(deps: Deps, form: FormDefinition) -> str:
    """Gives the object that holds a form as it is now."""
    return deps.archive.objects.put(definition_bytes(form)).sha256


def _check(new: bodies.NewObservation, patient: Patient, today: dt.date) -> None:
    faults = []
    # A clinic may be a day ahead of UTC.
    if new.observed_on > today + dt.timedelta(days=1):
        faults.append("observed_on: a day that is yet to come")
    if patient.birth_date is not None and new.observed_on < patient.birth_date:
        faults.append("observed_on: a day before the patient was born")
    if not is_plain(new.text):
        faults.append("text: control characters")
    if not new.text.strip() and not new.values:
        faults.append("neither an answer nor text")
    if new.form == NOTE and new.values:
        faults.append("values: a note has none")
    if faults:
        raise InputError(
            "The observation was not kept.",
            found="; ".join(faults),
            needed="what was observed, and the day of it",
            mend="correct it and send it again.",
        )
