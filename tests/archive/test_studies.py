"""Studies are read as a person asks for them, and every change is seen."""

from __future__ import annotations

import datetime as dt

import pytest

from condyle.archive import studies
from condyle.archive.archive import Archive
from condyle.archive.bundle_settings import BundleUse, bundle_use, bundle_uses, decide
from condyle.archive.incoming import NewPatient, NewSeries, NewStudy
from condyle.archive.store import store
from condyle.domain.messages import Message
from condyle.errors import NotThere

OWNER = NewPatient(identifier="7", name="One^Patient")


def add(archive: Archive, instance, uid: str, **of_study: object) -> int:
    new = NewStudy(**({"uid": uid, "source": "upload"} | of_study))
    return store(archive, [instance(1, of=uid, study=new, patient=OWNER)])[0].study_id


def test_a_study_is_got_by_number_and_by_uid(archive: Archive, instance) -> None:
    number = add(archive, instance, "1.2")
    with archive.database.read() as session:
        assert studies.get_study(session, number).uid == "1.2"
        assert studies.find_study(session, "1.2").id == number
        assert studies.patients_of(session, [studies.get_study(session, number)]) == {
            1: studies.get_patient(session, 1)
        }


def test_what_is_not_there_is_told(archive: Archive) -> None:
    with archive.database.read() as session:
        for ask, key in (
            (studies.get_study, 5),
            (studies.find_study, "9.9"),
            (studies.get_patient, 5),
        ):
            with pytest.raises(NotThere, match="no such"):
                ask(session, key)


def test_series_and_instances_come_by_their_numbers(archive: Archive, instance) -> None:
    batch = [
        instance(n, uid=f"1.2.{s}.{n}", series=NewSeries(uid=f"1.2.{s}", number=s))
        for s in (2, 1)
        for n in (3, 1, 2)
    ]
    batch.append(instance(0, uid="1.2.9.9", series=NewSeries(uid="1.2.9")))
    store(archive, batch)
    with archive.database.read() as session:
        found = studies.series_of(session, 1)
        assert [row.number for row in found] == [1, 2, None]
        rows = studies.instances_of(session, 1, series_id=found[0].id)
        assert [row.uid for row in rows] == ["1.2.1.1", "1.2.1.2", "1.2.1.3"]
        assert len(studies.instances_of(session, 1)) == 7


def test_prior_studies_are_earlier_ones_of_the_same_anatomy(archive: Archive, instance) -> None:
    for uid, year, anatomy in (
        ("1.1", 2026, "knee"),
        ("1.2", 2028, "knee"),
        ("1.3", 2027, "lumbar-spine"),
        ("1.4", 2025, None),
        ("1.5", 2030, "knee"),
    ):
        add(archive, instance, uid, date=dt.date(year, 1, 1), anatomy=anatomy)
    store(archive, [instance(1, of="1.6")])  # of somebody else
    now = add(archive, instance, "1.7", date=dt.date(2029, 1, 1), anatomy="knee")
    with archive.database.read() as session:
        found = studies.priors(session, studies.get_study(session, now))
        assert [row.uid for row in found] == ["1.2", "1.1", "1.4"]
        everything = studies.studies_of_patient(session, found[0].patient_id)
        assert [row.uid for row in everything] == ["1.5", "1.7", "1.2", "1.3", "1.1", "1.4"]


def test_a_changed_priority_is_a_new_revision_and_the_same_one_is_none(
    archive: Archive, instance
) -> None:
    number = add(archive, instance, "1.2")
    with archive.database.write() as session:
        before = studies.last_revision(session)
        assert studies.change_priority(session, number, 0).revision == before + 1
        assert studies.change_priority(session, number, 0).revision == before + 1
        assert studies.last_revision(session) == before + 1


def test_a_refused_study_says_why_and_a_read_one_stays_read(archive: Archive, instance) -> None:
    first, second = add(archive, instance, "1.2"), add(archive, instance, "1.3")
    why = Message("no-bundle", {"n": 2}, "study")
    with archive.database.write() as session:
        studies.get_study(session, second).state = "read"
        studies.refuse_study(session, first, why)
        studies.refuse_study(session, second, why)
    with archive.database.read() as session:
        row = studies.get_study(session, first)
        assert (row.state, studies.as_message(row.reason)) == ("refused", why)
        assert studies.get_study(session, second).state == "read"
        assert studies.as_message(None) is None


def test_changes_come_in_order_and_a_few_at_a_time(archive: Archive, instance) -> None:
    for uid in ("1.1", "1.2", "1.3"):
        add(archive, instance, uid)
    with archive.database.write() as session:
        studies.change_priority(session, 1, 1)
    with archive.database.read() as session:
        assert [(c.study_id, c.revision) for c in studies.changes_since(session, 0)] == [
            (2, 2), (3, 3), (1, 4),
        ]  # fmt: skip
        assert [c.study_id for c in studies.changes_since(session, 2, limit=1)] == [3]
        assert studies.changes_since(session, 4) == []


def test_a_bundle_of_which_nobody_decided_is_enabled_and_seen(archive: Archive) -> None:
    with archive.database.read() as session:
        assert bundle_use(session, "lumbar") == BundleUse(True, False, None, None)
        assert bundle_uses(session) == {}


def test_the_last_decision_on_a_bundle_holds(archive: Archive, make_user) -> None:
    at = archive.clock()
    with archive.database.write() as session:
        user = make_user(session)
        decide(session, "lumbar", BundleUse(enabled=False), by=None, at=at)
        decide(session, "lumbar", BundleUse(silent=True, pinned="1.0.0"), by=user, at=at)
        decide(session, "knee", BundleUse(), by=user, at=at)
    with archive.database.read() as session:
        assert bundle_use(session, "lumbar") == BundleUse(True, True, "1.0.0", at)
        assert set(bundle_uses(session)) == {"lumbar", "knee"}
