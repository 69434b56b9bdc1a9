from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from condyle.archive.archive import Archive
from condyle.archive.tables import AuditEntry, ConflictRow, Upload
from condyle.archive.uploads import Offer, begin_sorting, open_upload
from condyle.errors import Unavailable
from condyle.reporting.wording import catalogue
from condyle.sources import Limits
from condyle.workflows.clinic.receive import sort_upload

from .brought import NOW, Bringer, mr, new_archive, picture, written, zipped


@pytest.fixture
def bringer(sqlite_template: Path, tmp_path: Path) -> Iterator[Bringer]:
    shutil.copy(sqlite_template, tmp_path / "a.sqlite")
    archive = new_archive(f"sqlite:///{tmp_path / 'a.sqlite'}", tmp_path)
    yield Bringer(archive)
    archive.database.close()


def test_a_series_is_stored_with_its_study_and_patient_and_the_jobs_are_told(
    archive_url: str, tmp_path: Path
) -> None:
    bringer = Bringer(new_archive(archive_url, tmp_path))
    files = {
        f"knee/{n}.dcm": written(mr(str(n), BodyPartExamined="KNEE", AccessionNumber="A7"))
        for n in range(4)
    }
    assert set(bringer.states(files).values()) == {"stored"}
    (study,) = bringer.studies()
    assert (study.accession, study.anatomy, study.source) == ("A7", "knee", "upload")
    assert (study.series_count, study.instance_count, study.priority_rank) == (1, 4, 1)
    assert study.state == "received" and study.exclusions == []
    assert bringer.patients()[0].identifier == "ID-s"
    assert bringer.told == [study.id]
    bringer.archive.database.close()


def test_the_bytes_are_kept_as_they_came(bringer: Bringer) -> None:
    content = written(mr())
    row = bringer.bring({"a": content})["a"]
    (instance,) = bringer.instances()
    assert bringer.archive.objects.read(instance.object) == content
    assert row.study_id == bringer.studies()[0].id and row.reason is None


def test_the_upload_is_done_and_says_so_in_the_audit_log(bringer: Bringer) -> None:
    upload = bringer.upload({"a": written(mr())}, exclusions=["implant"])
    sort_upload(bringer.archive, upload, on_studies_received=bringer.tell)
    with bringer.archive.database.read() as session:
        row = session.get_one(Upload, upload)
        entry = session.scalars(select(AuditEntry)).one()
    assert row.state == "done" and row.finished_at == NOW
    assert (entry.action, entry.subject_id, entry.user_id) == ("study.received", "1", 1)
    assert entry.patient_id == bringer.patients()[0].id
    assert bringer.studies()[0].exclusions == ["implant"]


def test_the_same_file_again_is_a_duplicate_and_nobody_is_told(bringer: Bringer) -> None:
    content = written(mr())
    bringer.bring({"a": content})
    bringer.told.clear()
    row = bringer.bring({"b": content})["b"]
    assert row.state == "duplicate" and row.study_id == 1 and bringer.told == []
    assert len(bringer.instances()) == 1


def test_the_same_file_twice_in_one_upload_is_stored_once(bringer: Bringer) -> None:
    content = written(mr())
    assert sorted(bringer.states({"a": content, "b": content}).values()) == ["duplicate", "stored"]


def test_other_bytes_under_the_same_uid_are_kept_apart_and_named(bringer: Bringer) -> None:
    bringer.bring({"a": written(mr())})
    row = bringer.bring({"b": written(mr(SeriesDescription="changed"))})["b"]
    assert row.state == "refused" and row.reason
    assert row.reason["code"] == "same-uid-other-content"
    with bringer.archive.database.read() as session:
        kept = session.scalars(select(ConflictRow)).one()
    assert bringer.archive.objects.holds(kept.object)
    assert len(bringer.instances()) == 1


def test_a_malformed_file_is_named_and_the_rest_is_stored(bringer: Bringer) -> None:
    whole = written(mr())
    rows = bringer.bring(
        {"whole": whole, "cut": written(mr("2"))[:-300], "text": b"no image", "empty": b""}
    )
    assert {name: row.state for name, row in rows.items()} == {
        "whole": "stored",
        "cut": "refused",
        "text": "refused",
        "empty": "refused",
    }
    codes = {name: row.reason["code"] for name, row in rows.items() if row.reason}
    assert codes == {"cut": "upload-broken", "text": "upload-no-image", "empty": "upload-no-image"}


def test_what_was_never_sent_is_refused_as_that(bringer: Bringer) -> None:
    with bringer.archive.database.write() as session:
        upload = open_upload(session, 1, [Offer("a", 5)], priority_rank=2, exclusions=[], at=NOW).id
        begin_sorting(session, upload)
    assert sort_upload(bringer.archive, upload, on_studies_received=bringer.tell) == ()
    (row,) = bringer.results(upload).values()
    assert row.reason and row.reason["code"] == "upload-not-sent"


def test_a_zip_in_an_upload_is_opened_and_its_files_counted(bringer: Bringer) -> None:
    good = written(mr("1"))
    content = zipped(**{"s/1": good, "s/again": good, "s/2": written(mr("2")), "notes.txt": b"no"})
    row = bringer.bring({"all.zip": content})["all.zip"]
    assert row.state == "stored" and row.study_id == 1 and row.reason
    assert row.reason["params"] == {"stored": 2, "duplicates": 1, "refused": 1}
    assert len(bringer.instances()) == 2


def test_what_is_of_no_use_any_more_is_left_to_the_sweep(bringer: Bringer) -> None:
    rows = bringer.bring({"a.zip": zipped(a=written(mr())), "b.txt": b"text", "c.png": picture(1)})
    assert {name: row.object is None for name, row in rows.items()} == {
        "a.zip": True,
        "b.txt": True,
        "c.png": False,
    }


def test_a_zip_in_a_zip_is_opened_and_no_deeper(bringer: Bringer) -> None:
    inner = zipped(a=written(mr("1")))
    deeper = zipped(b=zipped(c=zipped(d=written(mr("2")))))
    rows = bringer.bring({"one.zip": zipped(inner=inner), "deep.zip": deeper})
    assert rows["one.zip"].state == "stored" and rows["deep.zip"].state == "refused"


@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "/etc/x", "a/" * 40 + "x"])
def test_a_zip_whose_paths_lead_out_is_refused_whole(bringer: Bringer, name: str) -> None:
    row = bringer.bring({"evil.zip": zipped(**{"ok": written(mr()), name: b"x"})})["evil.zip"]
    assert row.state == "refused" and row.reason
    assert row.reason["code"] == "upload-unsafe" and "etc" not in str(row.reason)
    assert bringer.instances() == []


def test_a_zip_bomb_is_refused(bringer: Bringer) -> None:
    bomb = zipped(zeros=bytes(40 << 20))
    row = bringer.bring({"bomb.zip": bomb})["bomb.zip"]
    assert row.state == "refused" and row.reason and row.reason["code"] == "upload-unsafe"


def test_the_limits_on_a_zip_are_those_given(bringer: Bringer) -> None:
    content = zipped(**{str(n): written(mr(str(n))) for n in range(4)})
    assert bringer.states({"a.zip": content}, limits=Limits(files=3)) == {"a.zip": "refused"}


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd", "C:\\windows\\x.dcm", "a\0b", "‮gnp.exe", "x" * 900]
)
def test_a_name_is_never_a_path(bringer: Bringer, tmp_path: Path, name: str) -> None:
    before = {path for path in tmp_path.rglob("*") if "objects" not in path.parts}
    rows = bringer.bring({name: written(mr())})
    assert [row.state for row in rows.values()] == ["stored"]
    assert {path for path in tmp_path.rglob("*") if "objects" not in path.parts} == before
    assert not list((tmp_path / "objects").rglob("*passwd*"))


def test_a_dicom_of_another_patient_under_the_same_study_is_kept_apart(bringer: Bringer) -> None:
    bringer.bring({"a": written(mr("1"))})
    row = bringer.bring({"b": written(mr("2", PatientID="SOMEBODY ELSE"))})["b"]
    assert row.state == "refused" and row.reason
    assert row.reason["code"] == "study-of-other-patient"


def test_hundreds_of_instances_are_stored_in_few_transactions(
    bringer: Bringer, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored: list[int] = []
    from condyle.workflows.clinic import sorting

    def counted(archive: Archive, batch: list[Any]) -> Any:
        stored.append(len(batch))
        return original(archive, batch)

    original = sorting.store
    monkeypatch.setattr(sorting, "store", counted)
    monkeypatch.setattr(sorting, "_BATCH", 40)
    content = zipped(**{f"{n:03}": written(mr(str(n))) for n in range(90)})
    bringer.bring({"a.zip": content})
    assert stored == [40, 40, 10]


def test_results_can_be_read_while_the_rest_is_sorted(
    bringer: Bringer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from condyle.workflows.clinic import sorting

    monkeypatch.setattr(sorting, "_BATCH", 2)
    upload = bringer.upload({str(n): written(mr(str(n))) for n in range(5)})
    seen: list[int] = []

    def watched(archive: Archive, batch: list[Any]) -> Any:
        seen.append(sum(row.state == "stored" for row in bringer.results(upload).values()))
        return original(archive, batch)

    original = sorting.store
    monkeypatch.setattr(sorting, "store", watched)
    sort_upload(bringer.archive, upload, on_studies_received=bringer.tell)
    assert seen[0] == 0 and seen == sorted(seen) and seen[-1] >= 2


def test_a_sorting_that_was_cut_short_goes_on_and_loses_nothing(
    bringer: Bringer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from condyle.workflows.clinic import sorting

    monkeypatch.setattr(sorting, "_BATCH", 2)
    files = {str(n): written(mr(str(n))) for n in range(5)} | {"p.png": picture(1)}
    upload = bringer.upload(files)

    def dies(archive: Archive, batch: list[Any]) -> Any:
        if len(bringer.instances()) >= 2:
            raise Unavailable("The disk is full.")
        return original(archive, batch)

    original = sorting.store
    monkeypatch.setattr(sorting, "store", dies)
    with pytest.raises(Unavailable):
        sort_upload(bringer.archive, upload, on_studies_received=bringer.tell)
    assert bringer.told == []
    monkeypatch.setattr(sorting, "store", original)
    sort_upload(bringer.archive, upload, on_studies_received=bringer.tell)
    states = {row.state for row in bringer.results(upload).values()}
    assert states <= {"stored", "duplicate"} and len(bringer.instances()) == 6
    assert bringer.told == [1, 2]


def test_sorting_twice_changes_nothing(bringer: Bringer) -> None:
    upload = bringer.upload({"a": written(mr()), "p.png": picture(1)})
    first = sort_upload(bringer.archive, upload, on_studies_received=bringer.tell)
    before = [(row.id, row.revision) for row in bringer.studies()]
    assert sort_upload(bringer.archive, upload, on_studies_received=bringer.tell) == first
    assert [(row.id, row.revision) for row in bringer.studies()] == before


def test_nothing_of_the_patient_reaches_the_log(
    bringer: Bringer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, "pydicom"):
        bringer.bring({"Doe-Jane.dcm": written(mr()), "Doe-cut.dcm": written(mr("2"))[:-99]})
    assert "Doe" not in caplog.text and "ID-s" not in caplog.text


def test_every_reason_has_its_words_in_both_languages() -> None:
    codes = {"upload-broken", "upload-no-image", "upload-not-sent", "upload-unsafe"}
    codes |= {"upload-archive", "same-uid-other-content", "study-of-other-patient"}
    for language in ("en", "es"):
        assert codes <= set(catalogue(language).messages)
