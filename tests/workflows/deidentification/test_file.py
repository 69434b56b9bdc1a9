"""One file at a time: what is written, held back and left out, and what a later run knows."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.uid import MultiFrameGrayscaleWordSecondaryCaptureImageStorage as Capture
from tests.workflows.deidentification.made import (
    PATIENT,
    PROJECT,
    files_in,
    outcomes,
    plan_in,
    save,
    taken,
)

from condyle.errors import OutputError
from condyle.workflows.deidentification import file as file_room
from condyle.workflows.deidentification.file import sweep
from condyle.workflows.deidentification.journal import (
    LEFT_OUT,
    NAME,
    QUARANTINED,
    WRITTEN,
    Journal,
)


def journal_of(folder: Path) -> Journal:
    plan = plan_in(folder)
    return Journal(plan.report, plan.settings(PROJECT))


def lines_of(folder: Path) -> list[str]:
    return (folder / "out-report" / NAME).read_text().splitlines()


def test_a_file_is_written_and_who_it_is_of_goes_to_the_table_alone(tmp_path: Path) -> None:
    save(tmp_path / "given" / "1")
    (done,) = taken(plan_in(tmp_path))
    assert outcomes([done]) == [(WRITTEN, ())]
    assert done.patient["id"] == PATIENT["PatientID"]
    assert done.patient["birth_date"] == "19610304" and done.study["accession"] == "ACC55123"
    assert done.entry.name.startswith(done.patient["pseudonym"] + "/" + done.study["new"])
    assert "usterfrau" not in repr(done) and "4711" not in repr(done)
    assert "usterfrau" not in "".join(lines_of(tmp_path))


def test_a_kept_study_uid_is_its_own_new_one_in_the_table(tmp_path: Path) -> None:
    save(tmp_path / "given" / "1")
    (done,) = taken(plan_in(tmp_path, "retain-uids"))
    assert done.study["new"] == done.study["original"]


def test_the_table_tells_the_shift_by_which_dates_were_moved(tmp_path: Path) -> None:
    save(tmp_path / "given" / "1", StudyDate="20240229")
    plan = plan_in(tmp_path, "retain-modified-dates")
    (done,) = taken(plan)
    moved = pydicom.valuerep.DA(pydicom.dcmread(plan.out / done.entry.name).StudyDate)
    original = pydicom.valuerep.DA("20240229")
    assert moved is not None and original is not None
    assert (moved - original).days == done.patient["shift_days"] < 0


def test_a_second_run_writes_nothing_again_and_tells_the_same(tmp_path: Path) -> None:
    save(tmp_path / "given" / "1")
    save(tmp_path / "given" / "2", name="2")
    first = taken(plan_in(tmp_path))
    stamps = [path.stat().st_mtime_ns for path in files_in(tmp_path / "out")]
    again = taken(plan_in(tmp_path))
    assert [one.entry for one in again] == [one.entry for one in first]
    assert [one.patient for one in again] == [one.patient for one in first]
    assert [path.stat().st_mtime_ns for path in files_in(tmp_path / "out")] == stamps


def test_a_second_run_does_not_lengthen_the_journal(tmp_path: Path) -> None:
    save(tmp_path / "given" / "1")
    (tmp_path / "given" / "notes.txt").write_text("nothing of DICOM")
    taken(plan_in(tmp_path))
    once = lines_of(tmp_path)
    taken(plan_in(tmp_path))
    assert lines_of(tmp_path) == once


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_run_killed_between_the_file_and_its_line_is_made_good(tmp_path: Path, at: int) -> None:
    for name in "123":
        save(tmp_path / "given" / name, name=name)
    plan = plan_in(tmp_path)
    whole = [one.entry for one in taken(plan)]
    journal = tmp_path / "out-report" / NAME
    journal.write_text("\n".join(lines_of(tmp_path)[:at]) + "\n")
    assert [one.entry for one in taken(plan)] == whole
    assert len(files_in(plan.out)) == 3 and len(lines_of(tmp_path)) == 4


def test_a_disk_that_takes_nothing_stops_the_run_and_leaves_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path / "given" / "1")
    plan = plan_in(tmp_path)

    def full(source: Any, target: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(file_room.os, "replace", full)
    with pytest.raises(OutputError, match="not written") as caught:
        taken(plan)
    assert "run the same command again" in caught.value.mend
    assert files_in(plan.out) == [] and len(lines_of(tmp_path)) == 1
    monkeypatch.undo()
    assert outcomes(taken(plan)) == [(WRITTEN, ())]


def test_an_output_that_is_a_file_is_told(tmp_path: Path) -> None:
    save(tmp_path / "given" / "1")
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(OutputError):
        taken(plan_in(tmp_path))


def test_sweeping_takes_half_files_alone(tmp_path: Path) -> None:
    for name in (".1.dcm.part", "1.dcm", "x.part", ".hidden"):
        (tmp_path / "deep").mkdir(exist_ok=True)
        (tmp_path / "deep" / name).write_text("x")
    sweep(tmp_path)
    assert [path.name for path in files_in(tmp_path)] == [".hidden", "1.dcm", "x.part"]
    sweep(tmp_path / "not there")


def test_of_two_contents_under_one_uid_the_first_is_kept(tmp_path: Path) -> None:
    save(tmp_path / "given" / "a", EchoTime=11)
    save(tmp_path / "given" / "b", EchoTime=22)
    plan = plan_in(tmp_path)
    assert outcomes(taken(plan)) == [(WRITTEN, ()), (LEFT_OUT, ("uid-taken",))]
    (path,) = files_in(plan.out)
    assert pydicom.dcmread(path).EchoTime == 11
    # The first one is gone from the input: what was copied of it is still there.
    (tmp_path / "given" / "a").unlink()
    assert outcomes(taken(plan)) == [(LEFT_OUT, ("uid-taken",))]
    assert pydicom.dcmread(path).EchoTime == 11


def test_one_content_that_lies_twice_is_copied_once(tmp_path: Path) -> None:
    first = save(tmp_path / "given" / "a")
    shutil.copy(first, tmp_path / "given" / "b")
    plan = plan_in(tmp_path)
    done = taken(plan)
    assert done[0].entry == done[1].entry and len(files_in(plan.out)) == 1
    assert len(lines_of(tmp_path)) == 2


def test_two_patients_under_one_number_of_two_issuers_stay_two(tmp_path: Path) -> None:
    for name in "12":
        save(tmp_path / "given" / name, name=name, study=name, IssuerOfPatientID=f"Klinik {name}")
    pseudonyms = {one.patient["pseudonym"] for one in taken(plan_in(tmp_path))}
    assert len(pseudonyms) == 2


@pytest.mark.parametrize("missing", ["StudyInstanceUID", "SeriesInstanceUID"])
def test_an_instance_without_its_uids_is_left_out(tmp_path: Path, missing: str) -> None:
    save(tmp_path / "given" / "1", **{missing: ""})
    plan = plan_in(tmp_path)
    assert outcomes(taken(plan)) == [(LEFT_OUT, ("no-uids",))] and files_in(plan.out) == []


@pytest.mark.parametrize("content", [b"\0" * 132, b"\0" * 128 + b"DICM", b"%PDF-1.4 Musterfrau"])
def test_what_is_no_instance_is_left_out_and_noted_by_its_mark(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "Musterfrau.dcm").write_bytes(content)
    (done,) = taken(plan_in(tmp_path))
    assert done.entry.outcome == LEFT_OUT and done.entry.reasons[0] in (
        "not-dicom", "unreadable", "no-uids",
    )  # fmt: skip
    assert done.entry.name == "" and done.patient == {} and done.identities.words == set()
    assert "usterfrau" not in "".join(lines_of(tmp_path))


def test_an_instance_cut_anywhere_stops_nothing_and_tells_nobody(tmp_path: Path) -> None:
    whole = save(tmp_path / "one").read_bytes()
    (tmp_path / "given").mkdir()
    for share in range(1, 20):
        (tmp_path / "given" / f"{share:02d}").write_bytes(whole[: len(whole) * share // 20])
    plan = plan_in(tmp_path)
    done = outcomes(taken(plan))
    # Where the pixels are begun they have to be whole.
    assert set(done[-10:]) == {(LEFT_OUT, ("unreadable",))}
    assert done[0] == (LEFT_OUT, ("not-dicom",)) and done[1] == (LEFT_OUT, ("no-uids",))
    for path in files_in(plan.out):
        assert not re.search(rb"usterfrau|MRN4711088", path.read_bytes())
        assert pydicom.dcmread(path).PatientIdentityRemoved == "YES"


def test_a_file_that_may_not_be_read_is_told_and_does_not_stop_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path / "given" / "1")
    save(tmp_path / "given" / "2", name="2")
    real = file_room._digest

    def denied(file: Any) -> str:
        if file.path is not None and str(file.path).endswith("1"):
            raise PermissionError(13, "Permission denied")
        return real(file)

    monkeypatch.setattr(file_room, "_digest", denied)
    assert outcomes(taken(plan_in(tmp_path))) == [(LEFT_OUT, ("unreadable",)), (WRITTEN, ())]
    # It may be readable the next time, so that nothing was noted of it.
    monkeypatch.undo()
    assert outcomes(taken(plan_in(tmp_path))) == [(WRITTEN, ()), (WRITTEN, ())]


@pytest.mark.parametrize(
    ("words", "tags", "reasons"),
    [
        ((), {"BurnedInAnnotation": "YES"}, ("burned-in-annotation-stated",)),
        ((), {"BurnedInAnnotation": "yes "}, ("burned-in-annotation-stated",)),
        ((), {"BurnedInAnnotation": "NO"}, ()),
        ((), {"Modality": "US"}, ("kind-with-text",)),
        ((), {"SOPClassUID": Capture}, ("kind-with-text",)),
        (("clean-recognizable",), {"BodyPartExamined": "HEADNECK"}, ("face-to-be-recognized",)),
        (("clean-recognizable",), {"BodyPartExamined": "lspine"}, ()),
        (("clean-recognizable",), {"Modality": "CT"}, ("face-to-be-recognized",)),
        (("clean-recognizable",), {"BodyPartExamined": "HEAD", "Modality": "DX"}, ()),
        ((), {"BodyPartExamined": "HEAD"}, ()),
    ],
)  # fmt: skip
def test_each_doubt_has_its_reason(
    tmp_path: Path, words: tuple[str, ...], tags: dict[str, Any], reasons: tuple[str, ...]
) -> None:
    save(tmp_path / "given" / "1", **tags)
    plan = plan_in(tmp_path, *words)
    (done,) = taken(plan)
    assert done.entry.reasons == reasons
    assert done.entry.outcome == (QUARANTINED if reasons else WRITTEN)
    assert len(files_in(plan.quarantine)) == bool(reasons) != len(files_in(plan.out))


def test_a_document_in_an_instance_is_doubted_without_any_option(tmp_path: Path) -> None:
    save(tmp_path / "given" / "1", EncapsulatedDocument=b"%PDF Musterfrau ")
    plan = plan_in(tmp_path)
    assert outcomes(taken(plan)) == [(QUARANTINED, ("encapsulated-document",))]
    (path,) = files_in(plan.quarantine)
    assert b"usterfrau" not in path.read_bytes()


class Seen:
    """A text at one place."""

    box, text, confidence = (2.0, 2.0, 8.0, 20.0), "MUSTERFRAU", 0.9


def test_what_was_blanked_and_looked_at_is_in_the_entry_and_the_text_is_not(tmp_path: Path) -> None:
    pixels = np.arange(480, dtype=np.uint16).reshape(20, 24)
    save(tmp_path / "given" / "1", pixels=pixels)
    plan, asked = plan_in(tmp_path, "clean-pixels"), []

    def once(picture: Any) -> list[Any]:
        asked.append(picture.shape)
        return [Seen()] if len(asked) == 1 else []

    (done,) = taken(plan, reader=once)
    assert (done.entry.blanked, done.entry.frames, done.entry.reasons) == (1, 1, ())
    out = pydicom.dcmread(plan.out / done.entry.name)
    assert out.BurnedInAnnotation == "NO" and out.pixel_array[3, 5] == 0
    assert "MUSTERFRAU" not in repr(done) + "".join(lines_of(tmp_path))


def test_an_instance_that_was_held_back_is_not_made_again(tmp_path: Path) -> None:
    save(tmp_path / "given" / "1", BurnedInAnnotation="YES")
    plan = plan_in(tmp_path)
    (first,) = taken(plan)
    path = plan.quarantine / first.entry.name
    stamp = path.stat().st_mtime_ns
    assert [one.entry for one in taken(plan)] == [first.entry]
    assert path.stat().st_mtime_ns == stamp


def test_a_directory_is_left_out_whatever_it_is_called(tmp_path: Path) -> None:
    (tmp_path / "given").mkdir()
    shutil.copy(str(get_testdata_file("DICOMDIR-nooffset")), tmp_path / "given" / "img001.dcm")
    assert outcomes(taken(plan_in(tmp_path))) == [(LEFT_OUT, ("directory",))]
