"""Forms and observations as the interface gives them, in the reader's words."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from condyle.archive.clinical_tables import Observation
from condyle.archive.objects import ObjectStore
from condyle.archive.observations import superseded
from condyle.archive.tables import User
from condyle.service.schemas.observations import Choice, Form, FormField, ObservationEntry
from condyle.service.security.actor import Actor
from condyle.service.views.correction import reader_name
from condyle.workflows.clinic.forms.answers import (
    form_title,
    red_flags,
    shown_answers,
)
from condyle.workflows.clinic.forms.definition import FormDefinition
from condyle.workflows.clinic.forms.kept import impersonal, kept_forms


def form_entry(form: FormDefinition, language: str) -> Form:
    """Gives a form in a language."""
    return Form(
        name=form.name,
        version=form.version,
        title=form.title.said(language),
        anatomy=form.anatomy,
        notice=form.notice.said(language),
        fields=[
            FormField(
                name=field.name,
                label=field.label.said(language),
                help="" if field.help is None else field.help.said(language),
                kind=field.kind,
                unit=field.unit,
                low=field.low,
                high=field.high,
                choices=[
                    Choice(code=it.code, label=it.label.said(language)) for it in field.choices
                ],
                section=section.title.said(language),
                sided=field.sided,
                red_flag=field.may_be_red_flag,
            )
            for section in form.sections
            for field in section.fields
        ],
    )


def observation_entries(
    session: Session, rows: Sequence[Observation], actor: Actor, objects: ObjectStore
) -> list[ObservationEntry]:
    """Gives all of a patient's observations, each by the form as it was then.

    Args:
        session: A transaction.
        rows: All of the patient's.
        actor: Who asks; without the right to see identities, neither free text, days
            nor the names of who observed.
        objects: Where the forms are kept.
    """
    past = superseded(rows)
    forms = kept_forms(objects, {row.form_object for row in rows if row.form_object})
    names = _names(session, {row.user_id for row in rows}, actor)
    return [
        _entry(row, forms.get(row.form_object or ""), actor, (names[row.user_id], row.id in past))
        for row in rows
    ]


def _names(session: Session, wanted: set[int], actor: Actor) -> dict[int, str]:
    if actor.pseudonymous:
        return {user: reader_name(user) for user in wanted}
    users = session.execute(select(User.id, User.full_name).where(User.id.in_(wanted)))
    return {user.id: user.full_name for user in users}


def _entry(
    row: Observation, form: FormDefinition | None, actor: Actor, told: tuple[str, bool]
) -> ObservationEntry:
    by, is_past = told
    hidden = actor.pseudonymous
    values = impersonal(form, row.values) if form is not None and hidden else row.values
    return ObservationEntry(
        id=row.id,
        form=row.form,
        form_version=row.form_version,
        form_title=form_title(form, actor.language),
        study=row.study_id,
        observed_on=None if hidden else row.observed_on,
        values=values,
        shown=[] if form is None else shown_answers(form, values, actor.language),
        red_flags=[] if form is None else red_flags(form, values, actor.language),
        text="" if hidden else row.text,
        supersedes=row.supersedes,
        superseded=is_past,
        withdrawn=row.withdrawn,
        by=by,
        at=row.at,
    )
