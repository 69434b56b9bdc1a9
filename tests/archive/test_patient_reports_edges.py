"""Which reports studies have: order, names at the signature, nothing of others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from condyle.archive import reports
from condyle.archive.database import Database
from condyle.archive.patient_reports import reports_of_studies
from condyle.archive.tables import User

from .dashboard_of import APRIL, MAY, Rows


@pytest.fixture
def rows(database: Database) -> Iterator[Rows]:
    with database.write() as session:
        yield Rows(session)


def test_a_signature_keeps_the_name_it_was_given_when_the_reader_is_renamed(rows: Rows) -> None:
    user, study, other = rows.user("Dr Before"), rows.study(), rows.study()
    rows.signed(study, APRIL, user=user)
    new = reports.NewDraft(language="en", sections={}, basis={}, user_id=user, at=MAY)
    draft = reports.begin(rows.session, other, new).id
    rows.session.get_one(User, user).full_name = "Dr After"
    rows.session.flush()
    later, signed = reports_of_studies(rows.session, [study, other])
    assert later.report_id == draft
    assert (signed.signed, signed.by, signed.at) == (True, "x", APRIL)
    assert (later.signed, later.by, later.at) == (False, "Dr After", MAY)


def test_the_latest_report_is_first_over_all_studies_and_no_other_study_is_told(
    rows: Rows,
) -> None:
    user = rows.user()
    one, two, other = rows.study(), rows.study(), rows.study()
    made = [rows.signed(study, APRIL, user=user) for study in (one, two, one, other)]
    found = reports_of_studies(rows.session, {one, two})
    assert [report.report_id for report in found] == [made[2], made[1], made[0]]
    assert {report.study_id for report in found} == {one, two}
    assert reports_of_studies(rows.session, [10**6]) == []


def test_addenda_are_counted_for_their_own_report(rows: Rows) -> None:
    user, study = rows.user(), rows.study()
    first, second = (rows.signed(study, APRIL, user=user) for _ in range(2))
    more = reports.NewAddendum(text="More.", content="d" * 64, user_id=user, name="x", at=APRIL)
    for _ in range(3):
        reports.add_addendum(rows.session, first, more)
    counted = {one.report_id: one.addenda for one in reports_of_studies(rows.session, [study])}
    assert counted == {first: 3, second: 0}
