"""What a report's clinical information is filled from: the observations that concern a study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from condyle.archive.archive import Archive
from condyle.archive.clinical_tables import Observation
from condyle.archive.observations import standing_observations
from condyle.archive.studies import get_study
from condyle.archive.tables import StudyRow
from condyle.archive.teaching_questions import REFERENCE_FORM
from condyle.reporting.clinical.information import Observed
from condyle.reporting.wording import LANGUAGES
from condyle.workflows.clinic.forms.answers import form_title, red_flags, shown_answers
from condyle.workflows.clinic.forms.definition import FormDefinition
from condyle.workflows.clinic.forms.kept import kept_forms

Row = tuple[Observation, FormDefinition | None]


def observed_of(
    archive: Archive, session: Session, study_id: int
) -> Mapping[str, Sequence[Observed]]:
    """Gives what was observed of a study's patient and concerns the study, by language.

    Those are the observations that name the study; of those that name none, the latest by each
    form that is of the study's anatomy or of any. Of the others of that anatomy come the red
    flags alone, unless the same question was answered since. The latest examination comes first.
    What a surgeon saw is a reference that findings are judged against, and fills no report.

    Args:
        archive: Holds the forms as they were.
        session: A transaction.
        study_id: The study.
    """
    study = get_study(session, study_id)
    standing = standing_observations(session, study.patient_id)[::-1]
    rows = [row for row in standing if row.form != REFERENCE_FORM]
    forms = kept_forms(archive.objects, {row.form_object for row in rows if row.form_object})
    told = [(row, forms.get(row.form_object or "")) for row in rows]
    concerning = _concerning(study, told)
    return {language: _in_words(study, told, concerning, language) for language in LANGUAGES}


def _concerning(study: StudyRow, told: Sequence[Row]) -> set[int]:
    chosen: set[int] = set()
    seen: set[str] = set()
    for row, form in told:
        if row.study_id is None and row.form not in seen and _is_about(form, study):
            seen.add(row.form)
            chosen.add(row.id)
        elif row.study_id == study.id:
            chosen.add(row.id)
    return chosen


def _is_about(form: FormDefinition | None, study: StudyRow) -> bool:
    return form is None or form.anatomy in (None, study.anatomy)


def _in_words(
    study: StudyRow, told: Sequence[Row], concerning: set[int], language: str
) -> list[Observed]:
    observed = []
    answered: dict[str, set[str]] = {}
    for row, form in told:
        since = answered.setdefault(row.form, set())
        if row.id in concerning:
            observed.append(_observed(row, form, language))
        elif form is not None and _is_about(form, study):
            flags = [flag for flag in red_flags(form, row.values, language) if flag not in since]
            if flags:
                observed.append(Observed(form.title.said(language), row.observed_on, tuple(flags)))
        if form is not None:
            since |= _could_be_flags(form, row, language)
    return observed


def _could_be_flags(form: FormDefinition, row: Observation, language: str) -> set[str]:
    """Gives every red flag that a question which was answered could have told, in words."""
    flags: set[str] = set()
    for key in row.values:
        field = form.field_of(key)
        if field is None:
            continue
        alarms = [True, *(choice.code for choice in field.choices)]
        for alarm in alarms:
            flags.update(red_flags(form, {key: alarm}, language))
    return flags


def _observed(row: Observation, form: FormDefinition | None, language: str) -> Observed:
    title = form_title(form, language)
    if form is None:
        return Observed(title, row.observed_on, text=row.text)
    sections = []
    for section in form.sections:
        keys = {key for field in section.fields for key in field.keys}
        values = {key: value for key, value in row.values.items() if key in keys}
        if values:
            answers = tuple(shown_answers(form, values, language))
            sections.append((section.title.said(language), answers))
    flags = tuple(red_flags(form, row.values, language))
    return Observed(title, row.observed_on, flags, tuple(sections), row.text)
