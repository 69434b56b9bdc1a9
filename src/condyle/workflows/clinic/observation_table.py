"""A table that joins what clinicians observed to what was found on the patients' images.

A row is a finding and a day of examination; what a model found and what readers said of it
stand apart. An observation that names a study is joined to that study's findings, one that
names none to those of all the patient's studies, with the days between.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

from sqlalchemy.orm import Session

from condyle.archive.analyses import findings_of, shown_runs
from condyle.archive.clinical_tables import Observation
from condyle.archive.objects import ObjectStore
from condyle.archive.observations import (
    form_objects,
    observed_patients,
    standing_observations,
)
from condyle.archive.read_findings import StandingFinding, findings_as_they_stand
from condyle.archive.studies import get_patient, studies_of_patient
from condyle.archive.tables import Patient, StudyRow
from condyle.workflows.clinic.forms.definition import FormDefinition
from condyle.workflows.clinic.forms.kept import impersonal, kept_forms

COLUMNS = (
    "patient", "sex", "study", "study_date", "observed_on", "days_from_study",
    "bundle", "version", "bundle_sha256", "analysis", "finding_id", "finding", "disc_from_caudal",
    "model_level", "model_value", "model_probability", "model_threshold", "model_abstained",
    "reader_state", "reader_level", "reader_value", "observations", "text",
)  # fmt: skip
"""Columns before those of the forms' answers, which are named ``form.answer [unit]``."""

_FULL_WIDTH = "\uff1d\uff0b\uff0d\uff20"  # some spreadsheets read these as = + - @
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", *_FULL_WIDTH)
Sitting = Sequence[Observation]
Cells = dict[str, Any]


def safe_cell(value: Any) -> str | int | float:
    """Gives a value as a cell that no spreadsheet takes for a formula.

    A text that begins as a formula does gets an apostrophe before it (OWASP, CSV injection);
    numbers stay numbers.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    text = value.isoformat() if isinstance(value, dt.date) else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(_DANGEROUS) else text


def sittings(observations: Iterable[Observation]) -> list[Sitting]:
    """Puts together what was observed on a day: each form once, a second time apart."""
    made: dict[dt.date, list[list[Observation]]] = {}
    for row in observations:
        of_day = made.setdefault(row.observed_on, [])
        free = next((it for it in of_day if row.form not in {one.form for one in it}), None)
        if free is None:
            of_day.append(free := [])
        free.append(row)
    return [it for day in sorted(made) for it in made[day]]


class Table:
    """Writes the table of one moment.

    Args:
        session: A reader's transaction.
        objects: Where the forms are kept.
        pseudonymous: Whether it has pseudonyms, and neither days nor free text.
    """

    def __init__(self, session: Session, objects: ObjectStore, *, pseudonymous: bool) -> None:
        self._session = session
        self._forms = kept_forms(objects, form_objects(session))
        self._hidden = pseudonymous
        self._answers = self._answer_columns()

    def write(self, file: IO[bytes]) -> int:
        """Writes it as CSV (RFC 4180) in UTF-8 with a byte mark, and gives how many rows it has."""
        file.write(b"\xef\xbb\xbf")
        self._write_line(file, [*COLUMNS, *self._answers])
        count = 0
        for patient_id in observed_patients(self._session):
            for cells in self._rows_of(get_patient(self._session, patient_id)):
                self._write_line(file, [cells.get(name) for name in (*COLUMNS, *self._answers)])
                count += 1
            self._session.expunge_all()
        return count

    def _write_line(self, file: IO[bytes], cells: Iterable[Any]) -> None:
        line = io.StringIO(newline="")
        csv.writer(line, lineterminator="\r\n").writerow([safe_cell(cell) for cell in cells])
        file.write(line.getvalue().encode("utf-8", "replace"))

    def _rows_of(self, patient: Patient) -> Iterator[Cells]:
        observed = standing_observations(self._session, patient.id)
        left = {row.id: row for row in observed}
        who: Cells = {
            "patient": patient.pseudonym if self._hidden else patient.identifier,
            "sex": patient.sex,
        }
        studies = studies_of_patient(self._session, patient.id)
        for study in reversed(studies):
            of_study = [row for row in observed if row.study_id in (None, study.id)]
            found = self._findings_of(study.id) if of_study else []
            for finding in found:
                for sitting in sittings(of_study):
                    yield who | finding | self._observed(sitting, study)
            if found:
                left = {key: row for key, row in left.items() if row not in of_study}
        known = {study.id: study for study in studies}
        for study_id in dict.fromkeys(row.study_id for row in left.values()):
            alone = [row for row in left.values() if row.study_id == study_id]
            of = None if study_id is None else known.get(study_id)
            for sitting in sittings(alone):
                yield who | self._observed(sitting, of)

    def _findings_of(self, study_id: int) -> list[Cells]:
        runs = {run.id: run for run in shown_runs(self._session, study_id)}
        own = {row.id: row for row in findings_of(self._session, runs)}
        cells = []
        for standing in findings_as_they_stand(self._session, study_id).findings:
            made = _read(standing)
            if standing.finding is not None:
                row, run = own[standing.finding], runs[own[standing.finding].analysis_id]
                made |= {
                    "reader_level": None if standing.level == row.level else standing.level,
                    "bundle": run.bundle,
                    "version": run.version,
                    "bundle_sha256": run.sha256,
                    "analysis": run.id,
                    "model_level": row.level,
                    "model_value": row.document.get("value"),
                    "model_probability": row.document.get("probability"),
                    "model_threshold": row.document.get("threshold"),
                    "model_abstained": row.abstained,
                }
            cells.append(made)
        return cells

    def _observed(self, sitting: Sitting, study: StudyRow | None) -> Cells:
        day = sitting[0].observed_on
        cells: Cells = {"observations": " ".join(str(row.id) for row in sitting)}
        if study is not None:
            cells["study"] = study.id
            if study.study_date is not None:
                cells["days_from_study"] = (day - study.study_date).days
        if not self._hidden:
            cells["observed_on"] = day
            cells["study_date"] = None if study is None else study.study_date
            cells["text"] = "\n".join(row.text for row in sitting if row.text)
        for row in sitting:
            form = self._forms.get(row.form_object or "")
            if form is not None:
                values = impersonal(form, row.values) if self._hidden else row.values
                cells |= {_column(form, key): _cell(value) for key, value in values.items()}
        return cells

    def _answer_columns(self) -> tuple[str, ...]:
        names = (
            _column(form, key)
            for form in self._forms.values()
            for key in (impersonal(form, dict.fromkeys(form.keys)) if self._hidden else form.keys)
        )
        return tuple(dict.fromkeys(names))


def _read(standing: StandingFinding) -> Cells:
    """Gives what readers say of a finding; nothing of the model's is in it."""
    said = standing.at is not None
    own_word = standing.value_said and standing.state != "rejected"
    return {
        "finding_id": standing.finding,
        "finding": standing.name,
        "disc_from_caudal": standing.index_from_caudal,
        "reader_state": standing.state if said else None,
        "reader_level": standing.level,
        "reader_value": standing.value if own_word else None,
    }


def _column(form: FormDefinition, key: str) -> str:
    """Names a column; an answer that another version has in another unit has one of its own."""
    field = form.field_of(key)
    unit = None if field is None else field.unit
    return f"{form.name}.{key}" + (f" [{unit}]" if unit else "")


def _cell(value: Any) -> Any:
    return " ".join(value) if isinstance(value, list) else value
