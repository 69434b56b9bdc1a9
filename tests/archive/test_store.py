"""A batch is stored whole, once, and what clashes is kept apart."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, select, update

from condyle.archive.archive import Archive
from condyle.archive.incoming import NewPatient, NewSeries, NewStudy
from condyle.archive.store import store
from condyle.archive.studies import changes_since, find_study, instances_of, series_of
from condyle.archive.tables import ConflictRow, InstanceRow, Patient, StudyRow, StudyWord
from condyle.errors import Unavailable


def count(archive: Archive, table: type) -> int:
    with archive.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def words(archive: Archive, study_id: int) -> set[str]:
    with archive.database.read() as session:
        found = select(StudyWord.word).where(StudyWord.study_id == study_id)
        return set(session.scalars(found))


def test_a_batch_becomes_a_study_with_its_series_and_counts(archive: Archive, instance) -> None:
    outcomes = store(archive, [instance(number) for number in range(3)])
    assert [outcome.state for outcome in outcomes] == ["stored"] * 3
    with archive.database.read() as session:
        study = find_study(session, "1.2")
        assert (study.series_count, study.instance_count, study.modalities) == (1, 3, "MR")
        assert (study.state, study.revision, study.patient_sort) == ("received", 1, "muller jurgen")
        assert [row.number for row in instances_of(session, study.id)] == [0, 1, 2]
        assert [row.instance_count for row in series_of(session, study.id)] == [3]


def test_the_bytes_are_there_as_they_came(archive: Archive, instance) -> None:
    outcome = store(archive, [instance(7, content=b"\x00as they came\xff")])[0]
    assert archive.objects.read(outcome.sha256) == b"\x00as they came\xff"


def test_a_stored_object_is_taken_as_it_is(archive: Archive, instance) -> None:
    stored = archive.objects.put(b"sent before")
    outcome = store(archive, [instance(1, content=stored)])[0]
    with archive.database.read() as session:
        row = instances_of(session, outcome.study_id)[0]
    assert (row.object, row.size) == (stored.sha256, len(b"sent before"))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_study_stays_simulated_whatever_others_made_of_its_images_and_when_that_came(
    archive: Archive, instance, order: tuple[int, int]
) -> None:
    brought = (
        instance(1, study=NewStudy(uid="1.2", source="upload", simulated=True)),
        instance(2, series=NewSeries(uid="1.2.9", number=300, modality="SEG")),
    )
    for at in order:
        store(archive, [brought[at]])
    with archive.database.read() as session:
        study = find_study(session, "1.2")
        assert study is not None and study.simulated


def test_frames_and_header_come_back(archive: Archive, instance) -> None:
    frames = [(0, 10), [(10, 4), (14, 6)]]
    outcome = store(archive, [instance(1, frames_at=frames, header=b"\x01\x02")])[0]
    with archive.database.read() as session:
        row = instances_of(session, outcome.study_id, bulky=True)[0]
    assert (row.header, row.frames_at) == (b"\x01\x02", [[0, 10], [[10, 4], [14, 6]]])


def test_the_same_instance_again_is_a_duplicate_and_changes_nothing(
    archive: Archive, instance
) -> None:
    store(archive, [instance(1)])
    again = store(archive, [instance(1), instance(2), instance(2)])
    assert [outcome.state for outcome in again] == ["duplicate", "stored", "duplicate"]
    with archive.database.read() as session:
        assert find_study(session, "1.2").instance_count == 2


def test_a_batch_of_duplicates_gives_the_study_no_new_revision(archive: Archive, instance) -> None:
    store(archive, [instance(1)])
    store(archive, [instance(1)])
    with archive.database.read() as session:
        assert find_study(session, "1.2").revision == 1


def test_other_bytes_under_the_same_uid_are_kept_apart(archive: Archive, instance) -> None:
    first = store(archive, [instance(1)])[0]
    other = store(archive, [instance(1, content=b"other")] * 2)
    assert [outcome.state for outcome in other] == ["conflict", "conflict"]
    assert other[0].reason is not None
    assert other[0].reason.code == "same-uid-other-content"
    assert archive.objects.read(other[0].sha256) == b"other"
    assert count(archive, ConflictRow) == 1
    with archive.database.read() as session:
        assert [row.object for row in instances_of(session, first.study_id)] == [first.sha256]


def test_a_study_never_takes_images_of_another_patient(archive: Archive, instance) -> None:
    store(archive, [instance(1)])
    strange = instance(2, patient=NewPatient(identifier="SOMEBODY-ELSE"))
    outcome = store(archive, [strange])[0]
    assert outcome.reason is not None
    assert (outcome.state, outcome.reason.code) == ("conflict", "study-of-other-patient")
    assert count(archive, Patient) == 1


@pytest.mark.parametrize(
    "patient", [NewPatient(identifier=""), NewPatient(identifier="ID-1.2", issuer="WARD")]
)
def test_an_image_that_says_less_or_more_of_its_patient_joins_the_study(
    archive: Archive, instance, patient: NewPatient
) -> None:
    outcomes = store(archive, [instance(1), instance(2, patient=patient)])
    assert [outcome.state for outcome in outcomes] == ["stored", "stored"]


def test_a_series_never_lies_in_two_studies(archive: Archive, instance) -> None:
    store(archive, [instance(1)])
    outcome = store(archive, [instance(2, of="9.9", series=NewSeries(uid="1.2.1"))])[0]
    assert outcome.reason is not None
    assert outcome.reason.code == "series-of-other-study"


def test_two_patients_without_identifier_are_not_taken_for_one(archive: Archive, instance) -> None:
    nobody = NewPatient(identifier=" ")
    store(archive, [instance(1, of=uid, patient=nobody) for uid in ("1.2", "1.3")])
    with archive.database.read() as session:
        owners = set(session.scalars(select(StudyRow.patient_id)))
    assert len(owners) == 2


def test_the_same_identifier_of_two_issuers_is_two_patients(archive: Archive, instance) -> None:
    store(
        archive,
        [
            instance(1, of="1.3", patient=NewPatient(identifier="7", issuer="A")),
            instance(1, of="1.4", patient=NewPatient(identifier="7", issuer="B")),
            instance(1, of="1.5", patient=NewPatient(identifier="7", issuer="A")),
        ],
    )
    assert count(archive, Patient) == 2


def test_patients_have_pseudonyms_that_say_nothing_of_them(archive: Archive, instance) -> None:
    store(archive, [instance(1, of=uid) for uid in ("1.2", "1.3")])
    with archive.database.read() as session:
        rows = list(session.scalars(select(Patient)))
    assert len({row.pseudonym for row in rows}) == 2
    assert all("ID-" not in row.pseudonym for row in rows)


def test_a_study_is_found_by_name_identifier_accession_and_description(
    archive: Archive, instance
) -> None:
    study = NewStudy(uid="1.2", source="upload", accession="ACC-7", description="MR Wirbelsäule")
    outcome = store(archive, [instance(1, study=study)])[0]
    assert words(archive, outcome.study_id) == {
        "muller", "jurgen", "id", "1", "2", "acc", "7", "mr", "wirbelsaule",
    }  # fmt: skip


def test_a_later_image_fills_what_an_earlier_one_left_open(archive: Archive, instance) -> None:
    blank = NewPatient(identifier="ID-1.2")
    bare = NewStudy(uid="1.2", source="upload", exclusions=["implant"])
    outcome = store(archive, [instance(1, patient=blank, study=bare)])[0]
    full = NewStudy(
        uid="1.2",
        source="pacs",
        description="MR Knee",
        date=dt.date(2029, 5, 1),
        anatomy="knee",
        priority_rank=0,
        exclusions=["surgery"],
    )
    store(archive, [instance(2, study=full)])
    with archive.database.read() as session:
        row = find_study(session, "1.2")
        assert (row.source, row.description, row.anatomy) == ("upload", "MR Knee", "knee")
        assert (row.priority_rank, row.exclusions) == (0, ["implant", "surgery"])
        assert (row.study_date, row.date_sort) == (dt.date(2029, 5, 1), dt.date(2029, 5, 1))
        assert row.patient_sort == "muller jurgen"
    assert "muller" in words(archive, outcome.study_id)


def test_a_name_that_comes_later_finds_the_patients_earlier_studies(
    archive: Archive, instance
) -> None:
    unnamed, named = NewPatient(identifier="7"), NewPatient(identifier="7", name="Late^Name")
    first = store(archive, [instance(1, of="1.3", patient=unnamed)])[0]
    store(archive, [instance(1, of="1.4", patient=named)])
    assert {"late", "name"} <= words(archive, first.study_id)


def test_revisions_grow_with_each_study_that_changes(archive: Archive, instance) -> None:
    store(archive, [instance(1, of="1.2"), instance(1, of="1.3")])
    with archive.database.read() as session:
        before = max(change.revision for change in changes_since(session, 0))
    store(archive, [instance(2, of="1.2")])
    with archive.database.read() as session:
        after = changes_since(session, before)
        assert [change.study_id for change in after] == [find_study(session, "1.2").id]


def test_a_study_without_a_date_sorts_as_the_earliest(archive: Archive, instance) -> None:
    store(archive, [instance(1)])
    with archive.database.read() as session:
        assert find_study(session, "1.2").date_sort == dt.date.min


def test_text_that_no_database_can_hold_is_mended(archive: Archive, instance) -> None:
    patient = NewPatient(identifier="ID\0-1", name="Half\ud800^Name\0")
    outcome = store(archive, [instance(1, patient=patient, derived_name="a\0b.png")])[0]
    with archive.database.read() as session:
        row = session.scalars(select(Patient)).one()
        assert (row.identifier, row.name) == ("ID-1", "Half?^Name")
        assert instances_of(session, outcome.study_id)[0].derived_name == "ab.png"


def test_nothing_of_a_batch_is_stored_where_the_database_fails(archive: Archive, instance) -> None:
    store(archive, [instance(1)])
    broken = instance(3, header="no bytes")
    with pytest.raises(Exception, match=r"."):
        store(archive, [instance(2), broken])
    assert count(archive, InstanceRow) == 1
    with archive.database.read() as session:
        assert find_study(session, "1.2").instance_count == 1


def test_a_disk_that_fails_is_told_and_leaves_no_row(archive: Archive, instance) -> None:
    folder = archive.objects.root / "incoming"
    folder.rmdir()
    folder.write_text("in the way")
    with pytest.raises(Unavailable, match="store of objects"):
        store(archive, [instance(1)])
    assert count(archive, InstanceRow) == 0


def test_more_instances_than_one_query_takes_are_stored_once(
    archive: Archive, instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("condyle.archive.store_study._AT_ONCE", 10)
    batch = [instance(number) for number in range(25)]
    assert {outcome.state for outcome in store(archive, batch)} == {"stored"}
    assert {outcome.state for outcome in store(archive, batch)} == {"duplicate"}


def test_an_empty_batch_is_nothing(archive: Archive) -> None:
    assert store(archive, []) == []


def test_the_time_of_arrival_is_the_clocks(archive: Archive, instance) -> None:
    store(archive, [instance(1)])
    with archive.database.read() as session:
        row = find_study(session, "1.2")
    assert row.received_at == dt.datetime(2030, 1, 7, 8, 0, 1, tzinfo=dt.UTC)


def test_a_signed_study_takes_late_images_and_stays_signed(archive: Archive, instance) -> None:
    store(archive, [instance(1)])
    with archive.database.write() as session:
        session.execute(update(StudyRow).values(state="signed"))
    store(archive, [instance(2)])
    with archive.database.read() as session:
        row = find_study(session, "1.2")
    assert (row.state, row.instance_count) == ("signed", 2)
