"""Observations as rows: added, said anew and withdrawn, and none ever changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from condyle.archive.archive import Archive
from condyle.archive.check import check
from condyle.archive.clinical_tables import Observation
from condyle.archive.observations import (
    NewObservation,
    add_observation,
    form_objects,
    get_observation,
    observations_of,
    observed_patients,
    standing_observations,
    superseded,
    withdraw_observation,
)
from condyle.archive.store import store
from condyle.archive.studies import get_study
from condyle.errors import Conflict, NotThere

from .conftest import START, MakeInstance

DAY = dt.date(2030, 1, 5)
Observe = Callable[..., int]


@pytest.fixture
def patient(archive: Archive, instance: MakeInstance) -> int:
    return _stored(archive, instance, "1.2")[1]


@pytest.fixture
def user(archive: Archive, make_user: Callable[[Session], int]) -> int:
    with archive.database.write() as session:
        return make_user(session)


@pytest.fixture
def observe(archive: Archive, patient: int, user: int) -> Observe:
    def add(**changed: Any) -> int:
        values: dict[str, Any] = {
            "patient_id": patient,
            "form": "back",
            "form_version": "1",
            "form_object": None,
            "observed_on": DAY,
            "values": {"leg-pain": 7, "side": "left", "flags": ["a"]},
        }
        with archive.database.write() as session:
            new = NewObservation(**(values | changed))
            return add_observation(session, new, by=user, at=START).id

    return add


def _stored(archive: Archive, instance: MakeInstance, uid: str) -> tuple[int, int]:
    (outcome,) = store(archive, [instance(1, of=uid)])
    assert outcome.study_id is not None
    with archive.database.read() as session:
        return outcome.study_id, get_study(session, outcome.study_id).patient_id


def test_an_observation_comes_back_as_it_was_given(
    archive: Archive, patient: int, user: int, observe: Observe
) -> None:
    number = observe(text="ñ\nsecond line")
    with archive.database.read() as session:
        row = get_observation(session, number)
        assert (row.patient_id, row.form, row.form_version) == (patient, "back", "1")
        assert row.values == {"leg-pain": 7, "side": "left", "flags": ["a"]}
        assert (row.observed_on, row.text, row.user_id, row.at) == (
            DAY,
            "ñ\nsecond line",
            user,
            START,
        )
        assert (row.supersedes, row.withdrawn, row.study_id) == (None, False, None)


def test_the_latest_examination_comes_first_whenever_it_was_written_down(
    archive: Archive, patient: int, observe: Observe
) -> None:
    middle = observe()
    last = observe(observed_on=DAY + dt.timedelta(days=1))
    first = observe(observed_on=DAY - dt.timedelta(days=1))
    again = observe()
    with archive.database.read() as session:
        assert [row.id for row in observations_of(session, patient)] == [last, again, middle, first]
        standing = [row.id for row in standing_observations(session, patient)]
        assert standing == [first, middle, again, last]


def test_what_is_said_anew_stands_in_the_place_of_the_first(
    archive: Archive, patient: int, observe: Observe
) -> None:
    first = observe()
    second = observe(values={"leg-pain": 2}, supersedes=first)
    third = observe(values={"leg-pain": 1}, supersedes=second)
    with archive.database.read() as session:
        rows = observations_of(session, patient)
        assert superseded(rows) == {first, second}
        assert [row.id for row in standing_observations(session, patient)] == [third]
        assert get_observation(session, first).values["leg-pain"] == 7


def test_only_what_stands_can_be_said_anew(archive: Archive, observe: Observe) -> None:
    first = observe()
    second = observe(supersedes=first)
    with pytest.raises(Conflict) as caught:
        observe(supersedes=first)
    assert caught.value.found == f"observation {second} in its place"
    with archive.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Observation)) == 2


def test_a_withdrawal_is_a_row_that_holds_what_was_withdrawn(
    archive: Archive, patient: int, user: int, observe: Observe
) -> None:
    first = observe(text="wrong patient")
    later = START + dt.timedelta(hours=1)
    with archive.database.write() as session:
        gone = withdraw_observation(session, first, by=user, at=later).id
    with archive.database.read() as session:
        row, before = get_observation(session, gone), get_observation(session, first)
        assert (row.withdrawn, row.supersedes, row.at) == (True, first, later)
        assert (row.values, row.text, row.observed_on) == (before.values, before.text, DAY)
        assert not before.withdrawn and before.at == START
        assert standing_observations(session, patient) == []


def test_what_is_withdrawn_can_neither_be_withdrawn_nor_said_anew(
    archive: Archive, user: int, observe: Observe
) -> None:
    first = observe()
    with archive.database.write() as session:
        gone = withdraw_observation(session, first, by=user, at=START).id
    for number in (first, gone):
        with pytest.raises(Conflict), archive.database.write() as session:
            withdraw_observation(session, number, by=user, at=START)
        with pytest.raises(Conflict):
            observe(supersedes=number)


def test_nothing_of_another_patient_can_be_named(
    archive: Archive, instance: MakeInstance, observe: Observe
) -> None:
    study, stranger = _stored(archive, instance, "9.9")
    mine = observe()
    with pytest.raises(NotThere, match="study of the patient"):
        observe(study_id=study)
    with pytest.raises(NotThere, match="observation of the patient"):
        observe(patient_id=stranger, supersedes=mine)
    for wrong in ({"patient_id": 999}, {"study_id": 999}, {"supersedes": 999}):
        with pytest.raises(NotThere):
            observe(**wrong)
    with archive.database.read() as session:
        assert observed_patients(session) == [get_observation(session, mine).patient_id]
        assert observations_of(session, stranger) == []


def test_a_study_changes_with_an_observation_of_it(
    archive: Archive, instance: MakeInstance, patient: int, observe: Observe
) -> None:
    study, _ = _stored(archive, instance, "1.2")
    with archive.database.read() as session:
        before = get_study(session, study).revision
    observe()
    with archive.database.read() as session:
        assert get_study(session, study).revision == before
    observe(study_id=study)
    with archive.database.read() as session:
        assert get_study(session, study).revision > before


def test_the_forms_of_observations_are_listed_once_and_missed_where_they_are_gone(
    archive: Archive, observe: Observe
) -> None:
    kept = [archive.objects.put(text).sha256 for text in (b"form 2", b"form 1")]
    for sha256 in (*kept, kept[0]):
        observe(form_object=sha256)
    observe(form="note", form_version="", values={}, text="free")
    with archive.database.read() as session:
        assert form_objects(session) == kept
    assert check(archive).faults == ()
    archive.objects.path(kept[0]).unlink()
    assert any("is not there" in fault.what for fault in check(archive).faults)
