"""Rows that are asked for at once are those that the mapped classes hold."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import event, select

from condyle.archive import studies
from condyle.archive.archive import Archive
from condyle.archive.incoming import NewPatient, NewStudy
from condyle.archive.listed import ListedPatient, ListedStudy, listed, whole_numbers
from condyle.archive.store import store
from condyle.archive.tables import Patient, StudyRow
from condyle.domain.messages import Message

NAMES = ("Müller^Jürgen", "Иванов^Пётр", "Yamada^Tarou=山田^太郎", 'O"Neil\\^Q')


def fill(archive: Archive, instance) -> list[int]:
    """Three patients, their studies with and without what a study may lack."""
    stored = [
        instance(
            1,
            of=f"1.{at}",
            patient=NewPatient(
                identifier=f"ID-{at}", name=name, birth_date=dt.date(1960, 2, 29), sex="F"
            ),
            study=NewStudy(uid=f"1.{at}", source="upload", date=dt.date(2030, 1, 1 + at)),
        )
        for at, name in enumerate(NAMES)
    ]
    stored.append(
        instance(1, of="2.1", study=NewStudy(uid="2.1", source="simulated", simulated=True))
    )
    numbers = [one.study_id for one in store(archive, stored)]
    with archive.database.write() as session:
        studies.refuse_study(session, numbers[1], Message("no-bundle-reads-it", {"of": "a\nb"}))
    return numbers


def test_studies_and_patients_are_as_the_mapped_classes_hold_them(
    archive: Archive, instance
) -> None:
    numbers = fill(archive, instance)
    asked = [numbers[2], numbers[0], numbers[4], numbers[1], numbers[3]]
    with archive.database.read() as session:
        found, patients = listed(session, asked)
        assert [study.id for study in found] == asked
        for study in found:
            row = session.get_one(StudyRow, study.id)
            assert study == ListedStudy(*(getattr(row, name) for name in ListedStudy._fields))
            owner = session.get_one(Patient, study.patient_id)
            expected = ListedPatient(*(getattr(owner, name) for name in ListedPatient._fields))
            assert patients[study.patient_id] == expected
    kinds = {type(value) for study in found for value in study}
    assert kinds == {int, str, bool, dt.date, dt.datetime, dict, type(None)}
    assert {patients[study.patient_id].name for study in found} >= set(NAMES)
    assert all(study.received_at.tzinfo is not None for study in found)


def test_nothing_is_asked_of_the_database_for_no_studies(archive: Archive) -> None:
    asked = []
    event.listen(archive.database.engine, "before_cursor_execute", lambda *of: asked.append(of))
    with archive.database.read() as session:
        assert listed(session, []) == ([], {})
    assert asked == []


def test_whole_numbers_keep_their_order(archive: Archive, instance) -> None:
    numbers = fill(archive, instance)
    query = select(StudyRow.id, StudyRow.id * 2).order_by(StudyRow.id.desc())
    with archive.database.read() as session:
        rows = [tuple(row) for row in whole_numbers(session, query.limit(3))]
        assert whole_numbers(session, query.where(StudyRow.id < 0).limit(3)) == []
    assert rows == [(n, 2 * n) for n in sorted(numbers, reverse=True)[:3]]


def test_of_sqlite_a_page_is_one_row(archive: Archive, instance) -> None:
    numbers = fill(archive, instance)
    taken = []
    with archive.database.read() as session:
        driver = session.connection().connection.driver_connection
        if archive.database.is_sqlite:
            driver.row_factory = lambda cursor, row: taken.append(row) or row
        found, _ = listed(session, numbers)
        driver.row_factory = None if archive.database.is_sqlite else driver.row_factory
    assert len(taken) == (1 if archive.database.is_sqlite else 0)
    assert [study.id for study in found] == numbers
