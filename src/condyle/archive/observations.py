"""Clinical observations: added, said anew or withdrawn, each as a row of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from condyle.archive.absence import absent
from condyle.archive.clinical_tables import Observation
from condyle.archive.studies import get_patient, get_study, touch
from condyle.errors import Conflict


@dataclass(frozen=True)
class NewObservation:
    """What somebody observed.

    Attributes:
        patient_id: Of whom.
        form: Name of the form, ``"note"`` for free text.
        form_version: Version of the form, ``""`` for free text.
        form_object: Object of the form's definition; ``None`` for free text.
        observed_on: Day of the examination.
        values: Answers by field.
        text: Free text.
        study_id: Study that it belongs to, of the same patient.
        supersedes: Observation that it takes the place of.
    """

    patient_id: int
    form: str
    form_version: str
    form_object: str | None
    observed_on: dt.date
    values: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    study_id: int | None = None
    supersedes: int | None = None


def add_observation(
    session: Session, new: NewObservation, *, by: int, at: dt.datetime
) -> Observation:
    """Adds an observation.

    Args:
        session: Of ``Database.write``.
        new: What was observed.
        by: The user.
        at: When it is written down.

    Raises:
        NotThere: There is no such patient, or the patient has no such study or observation.
        Conflict: Another one took the place of what it supersedes already.
    """
    get_patient(session, new.patient_id)
    if new.study_id is not None and get_study(session, new.study_id).patient_id != new.patient_id:
        raise absent("study of the patient", new.study_id)
    if new.supersedes is not None:
        before = get_observation(session, new.supersedes)
        if before.patient_id != new.patient_id:
            raise absent("observation of the patient", new.supersedes)
        _refuse_past(session, before)
    return _added(session, _row(new, withdrawn=False, by=by, at=at))


def withdraw_observation(
    session: Session, observation_id: int, *, by: int, at: dt.datetime
) -> Observation:
    """Takes back an observation by a row that holds the same, says who and when, and is withdrawn.

    Raises:
        NotThere: There is no such observation.
        Conflict: It is withdrawn already, or another one took its place.
    """
    before = get_observation(session, observation_id)
    _refuse_past(session, before)
    same = NewObservation(
        **{field.name: getattr(before, field.name) for field in fields(NewObservation)}
    )
    taken_back = replace(same, supersedes=before.id)
    return _added(session, _row(taken_back, withdrawn=True, by=by, at=at))


def _row(new: NewObservation, *, withdrawn: bool, by: int, at: dt.datetime) -> Observation:
    return Observation(
        patient_id=new.patient_id,
        study_id=new.study_id,
        form=new.form,
        form_version=new.form_version,
        form_object=new.form_object,
        observed_on=new.observed_on,
        values=dict(new.values),
        text=new.text,
        supersedes=new.supersedes,
        withdrawn=withdrawn,
        user_id=by,
        at=at,
    )


def get_observation(session: Session, observation_id: int) -> Observation:
    """Gives an observation.

    Raises:
        NotThere: There is none with that number.
    """
    row = session.get(Observation, observation_id)
    if row is None:
        raise absent("observation", observation_id)
    return row


def observations_of(session: Session, patient_id: int) -> list[Observation]:
    """Gives all of a patient's observations, also what was withdrawn or said anew.

    The latest examination comes first, and of one day what was written down last.
    """
    query = select(Observation).where(Observation.patient_id == patient_id)
    order = (Observation.observed_on.desc(), Observation.id.desc())
    return list(session.scalars(query.order_by(*order)))


def superseded(rows: Sequence[Observation]) -> set[int]:
    """Gives the numbers of those of a patient's observations whose place another one took."""
    return {row.supersedes for row in rows if row.supersedes is not None}


def standing_observations(session: Session, patient_id: int) -> list[Observation]:
    """Gives what stands of a patient, by day of the examination."""
    rows = observations_of(session, patient_id)
    past = superseded(rows)
    return [row for row in reversed(rows) if row.id not in past and not row.withdrawn]


def observed_patients(session: Session) -> list[int]:
    """Gives the numbers of the patients of whom something was ever observed."""
    query = select(Observation.patient_id).distinct().order_by(Observation.patient_id)
    return list(session.scalars(query))


def form_objects(session: Session) -> list[str]:
    """Gives the objects of all forms that were ever filled in, in the order of their first use."""
    query = (
        select(Observation.form_object)
        .where(Observation.form_object.is_not(None))
        .group_by(Observation.form_object)
        .order_by(func.min(Observation.id))
    )
    return [str(sha256) for sha256 in session.scalars(query)]


def _refuse_past(session: Session, row: Observation) -> None:
    later = session.scalar(select(Observation.id).where(Observation.supersedes == row.id))
    if later is None and not row.withdrawn:
        return
    raise Conflict(
        "The observation is not the one that stands.",
        found="one that was withdrawn" if row.withdrawn else f"observation {later} in its place",
        needed="the latest one",
        mend="look at the patient's observations again.",
    )


def _added(session: Session, row: Observation) -> Observation:
    session.add(row)
    session.flush()
    if row.study_id is not None:
        touch(session, get_study(session, row.study_id))
    return row
