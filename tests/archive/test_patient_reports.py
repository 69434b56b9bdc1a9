"""Which reports studies have: one row a report, on either database."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from condyle.archive import reports, studies
from condyle.archive.archive import Archive
from condyle.archive.incoming import NewPatient, NewStudy
from condyle.archive.patient_reports import ReportSummary, reports_of_studies
from condyle.archive.store import store

AT = dt.datetime(2030, 1, 7, 9, tzinfo=dt.UTC)
OWNER = NewPatient(identifier="7", name="One^Patient")


@pytest.fixture
def written(archive: Archive, instance: Any, make_user: Any) -> list[int]:
    """Two studies of user 1: the first with a signed report and an addendum, both with a draft."""
    store(archive, [instance(1, of="1.1"), instance(2, of="1.2")])
    with archive.database.write() as session:
        make_user(session)
        new = reports.NewDraft(language="en", sections={}, basis={}, user_id=1, at=AT)
        first = reports.begin(session, 1, new).id
        second = reports.begin(session, 2, new).id
        signing = reports.Signing(
            edition=1, content="a" * 64, pdf="b" * 64, html="c" * 64, user_id=1, name="Dr U", at=AT
        )
        reports.sign(session, first, signing)
        more = reports.NewAddendum(text="More.", content="d" * 64, user_id=1, name="Dr U", at=AT)
        reports.add_addendum(session, first, more)
        reports.add_addendum(session, first, more)
    return [first, second]


def test_a_report_is_told_once_however_many_addenda_it_has(
    archive: Archive, written: list[int]
) -> None:
    with archive.database.read() as session:
        draft, signed = reports_of_studies(session, [1, 2])
    assert signed == ReportSummary(
        report_id=written[0], study_id=1, language="en", signed=True, by="Dr U", at=AT, addenda=2
    )
    assert (draft.report_id, draft.signed, draft.addenda) == (written[1], False, 0)


def test_only_the_studies_that_are_named_are_looked_at(
    archive: Archive, written: list[int]
) -> None:
    with archive.database.read() as session:
        assert [one.report_id for one in reports_of_studies(session, [2])] == written[1:]
        assert reports_of_studies(session, []) == []


def test_the_latest_studies_are_those_of_the_latest_day_and_one_without_a_day_is_last(
    archive: Archive, instance: Any
) -> None:
    days = (dt.date(2020, 1, 1), None, dt.date(2024, 5, 1))
    for number, day in enumerate(days, start=1):
        new = NewStudy(uid=f"1.{number}", source="upload", date=day)
        store(archive, [instance(1, of=new.uid, study=new, patient=OWNER)])
    with archive.database.read() as session:
        patient = studies.get_study(session, 1).patient_id
        found = studies.studies_of_patient(session, patient, most=2)
        assert [row.study_date for row in found] == [days[2], days[0]]
        assert studies.count_studies(session, patient) == 3
