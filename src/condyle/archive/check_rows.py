"""What of the rows must agree with each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from condyle.archive.analyses import UNDER_WAY, positive_counts, standing
from condyle.archive.tables import (
    Analysis,
    FindingRow,
    InstanceRow,
    Patient,
    SeriesRow,
    StudyRow,
    StudyWord,
    Upload,
    UploadFile,
)
from condyle.archive.words import folded, words_of

_AT_ONCE = 500
Found = tuple[str, str]


def row_faults(session: Session) -> Iterator[Found]:
    """Gives what does not agree, as a sentence and the row that it is of."""
    yield from _counts(session)
    yield from _families(session)
    yield from _studies(session)
    yield from _uploads(session)
    yield from _analyses(session)


def _counts(session: Session) -> Iterator[Found]:
    """Compares the counts that rows keep with what there is."""
    kept: list[tuple[str, type[StudyRow] | type[SeriesRow], str, ColumnElement[int]]] = [
        ("study", StudyRow, "instance_count", _number_of(InstanceRow.study_id == StudyRow.id)),
        ("study", StudyRow, "series_count", _number_of(SeriesRow.study_id == StudyRow.id)),
        ("series", SeriesRow, "instance_count", _number_of(InstanceRow.series_id == SeriesRow.id)),
    ]
    for name, table, column, there in kept:
        query = select(table.id, getattr(table, column), there)
        for number, said, found in session.execute(query.where(getattr(table, column) != there)):
            yield f"{column} is {said}, and there are {found}", f"{name} {number}"


def _number_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return select(func.count()).where(condition).scalar_subquery()


def _families(session: Session) -> Iterator[Found]:
    strays = (
        select(InstanceRow.id)
        .join(SeriesRow, SeriesRow.id == InstanceRow.series_id)
        .where(SeriesRow.study_id != InstanceRow.study_id)
    )
    for number in session.scalars(strays):
        yield "its series is of another study", f"instance {number}"
    other = (
        select(FindingRow.id)
        .join(Analysis, Analysis.id == FindingRow.analysis_id)
        .where((Analysis.study_id != FindingRow.study_id) | (Analysis.state != "done"))
    )
    for number in session.scalars(other):
        yield "its analysis is of another study, or is not done", f"finding {number}"


def _studies(session: Session) -> Iterator[Found]:
    """Compares what is kept of a study for the worklist with what it follows from."""
    after = 0
    while True:
        query = select(StudyRow, Patient).join(Patient, Patient.id == StudyRow.patient_id)
        page = query.where(StudyRow.id > after).order_by(StudyRow.id).limit(_AT_ONCE)
        rows = session.execute(page).all()
        if not rows:
            return
        ids = [study.id for study, _ in rows]
        words = _words(session, ids)
        runs = _runs(session, ids)
        positive = positive_counts(session, [run.id for each in runs.values() for run in each])
        for study, patient in rows:
            place = f"study {study.id}"
            yield from ((what, place) for what in _kept(study, patient, words[study.id]))
            should = standing(study, runs[study.id], positive)
            if study.finding_count != should.finding_count:
                found = f"{study.finding_count}, and there are {should.finding_count}"
                yield f"finding_count is {found}", place
            if study.state != should.state:
                yield f"it is {study.state}, and by its analyses {should.state}", place
        after = ids[-1]
        session.expunge_all()


def _words(session: Session, ids: list[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {number: set() for number in ids}
    query = select(StudyWord.study_id, StudyWord.word).where(StudyWord.study_id.in_(ids))
    for number, word in session.execute(query):
        found[number].add(word)
    return found


def _runs(session: Session, ids: list[int]) -> dict[int, list[Analysis]]:
    found: dict[int, list[Analysis]] = {number: [] for number in ids}
    query = select(Analysis).where(Analysis.study_id.in_(ids))
    for run in session.scalars(query.order_by(Analysis.queued_at, Analysis.id)):
        found[run.study_id].append(run)
    return found


def _kept(study: StudyRow, patient: Patient, words: set[str]) -> Iterator[str]:
    texts = (patient.name, patient.identifier, study.accession, study.description)
    if words != words_of(*texts):
        yield "it is not found by the words that it should be"
    if study.patient_sort != folded(patient.name):
        yield "it is not sorted by its patient's name"
    if study.date_sort != (study.study_date or dt.date.min):
        yield "it is not sorted by its date"


def _uploads(session: Session) -> Iterator[Found]:
    left = (
        select(UploadFile.id)
        .join(Upload, Upload.id == UploadFile.upload_id)
        .where(Upload.state == "done", UploadFile.state.in_(("here",)))
    )
    for number in session.scalars(left):
        yield "its upload is done, and it has no result", f"uploaded file {number}"
    nowhere = select(UploadFile.id).where(UploadFile.state == "here", UploadFile.object.is_(None))
    for number in session.scalars(nowhere):
        yield "it is here, and no object holds it", f"uploaded file {number}"


def _analyses(session: Session) -> Iterator[Found]:
    reportless = select(Analysis.id).where(Analysis.state == "done", Analysis.report.is_(None))
    for key in session.scalars(reportless):
        yield "it is done, and has no report", f"analysis {key}"
    ended = select(Analysis.id).where(
        Analysis.state.in_(UNDER_WAY), Analysis.finished_at.is_not(None)
    )
    for key in session.scalars(ended):
        yield "it is under way, and has an end", f"analysis {key}"
