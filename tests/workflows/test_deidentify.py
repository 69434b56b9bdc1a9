"""Whole runs: folder in, output, quarantine, report, table and check out."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.uid import SecondaryCaptureImageStorage
from tests.dicom.conftest import make_instance

from condyle.dicom.deidentify import profile_of
from condyle.dicom.header import without_remarks
from condyle.domain.progress import Progress
from condyle.errors import (
    Cancelled,
    Conflict,
    InputError,
    MissingExtra,
    NothingReadable,
    OutputError,
    UsageError,
)
from condyle.workflows.deidentification.key import LEAST_CHARACTERS, project_of, read_key
from condyle.workflows.deidentification.plan import Plan, plan_of, safe_list
from condyle.workflows.deidentify import check, deidentify, reidentify, require_clean

PATIENT: dict[str, Any] = {
    "PatientName": "Musterfrau^Erika",
    "PatientID": "MRN4711088",
    "PatientBirthDate": "19610304",
    "AccessionNumber": "ACC55123",
    "InstitutionName": "Waldrandklinik",
}
IDENTITIES = ("usterfrau", "USTERFRAU", "MRN4711088", "19610304", "ACC55123", "Waldrand")


class Blind:
    """Reads no text; counts what it was shown."""

    def __init__(self) -> None:
        self.shown = 0

    def __call__(self, picture: Any) -> list[Any]:
        self.shown += 1
        return []


def save(one: Any, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with without_remarks():
        one.save_as(path, enforce_file_format=True)


@pytest.fixture
def given(tmp_path: Path) -> Path:
    folder = tmp_path / "given"
    for name in "123":
        save(make_instance(name=name, place=float(name), **PATIENT), folder / "Musterfrau" / name)
    other = {"PatientID": "MRN9999999", "PatientName": "Roe^Richard"}
    save(make_instance(name="4", study="b", **other), folder / "other.dcm")
    return folder


MakePlan = Callable[..., Plan]


@pytest.fixture
def plan(tmp_path: Path, given: Path) -> MakePlan:
    def make(*words: str, source: Path | None = None, **more: Any) -> Plan:
        key = tmp_path / "keys" / "project.key"
        return plan_of(
            (source or given,), tmp_path / "out", key=key, profile=profile_of(words), **more
        )

    return make


def files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_every_instance_comes_out_named_by_its_new_uids(plan: MakePlan, tmp_path: Path) -> None:
    done = deidentify(plan())
    assert done.counts == {"written": 4, "quarantined": 0, "left-out": 0}
    assert done.patients == 2 and done.checked.leaks == ()
    for path in files_in(tmp_path / "out"):
        one = pydicom.dcmread(path)
        names = path.relative_to(tmp_path / "out").with_suffix("").parts
        assert names == (
            one.PatientID, one.StudyInstanceUID, one.SeriesInstanceUID, one.SOPInstanceUID,
        )  # fmt: skip


def test_no_identity_is_in_any_file_that_is_not_encrypted(plan: MakePlan, tmp_path: Path) -> None:
    deidentify(plan())
    for folder in ("out", "out-report", "keys"):
        for path in files_in(tmp_path / folder):
            text = path.read_bytes().decode("latin-1") + str(path.relative_to(tmp_path))
            assert not [one for one in IDENTITIES if one in text], path.name


def test_who_is_who_is_in_the_table_for_whoever_has_the_key(plan: MakePlan, tmp_path: Path) -> None:
    made = plan("retain-modified-dates")
    deidentify(made)
    table = reidentify(made.table, made.key)
    out = pydicom.dcmread(files_in(tmp_path / "out")[0])
    person = table["patients"][out.PatientID]
    assert person["id"] in ("MRN4711088", "MRN9999999") and person["shift_days"] < 0
    assert table["studies"][out.StudyInstanceUID]["original"].startswith("2.25.")
    assert {one["outcome"] for one in table["files"]} == {"written"}
    assert made.table.stat().st_mode & 0o077 == 0 and made.key.stat().st_mode & 0o077 == 0


def test_another_key_or_an_altered_table_opens_nothing(plan: MakePlan, tmp_path: Path) -> None:
    made = plan()
    deidentify(made)
    wrong = tmp_path / "wrong.key"
    wrong.write_text("a passphrase of somebody else")
    with pytest.raises(InputError, match="another key"):
        reidentify(made.table, wrong)
    content = bytearray(made.table.read_bytes())
    content[-1] ^= 1
    made.table.write_bytes(content)
    with pytest.raises(InputError, match="altered"):
        reidentify(made.table, made.key)
    made.table.write_bytes(b"nothing")
    with pytest.raises(InputError, match="another kind"):
        reidentify(made.table, made.key)
    with pytest.raises(InputError):
        reidentify(tmp_path / "none", made.key)


def test_a_run_that_was_stopped_goes_on_where_it_was(plan: MakePlan, tmp_path: Path) -> None:
    def stop(step: Progress) -> None:
        if step.stage == "de-identify" and step.done == 2:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        deidentify(plan(), progress=stop)
    first = {path: path.stat().st_mtime_ns for path in files_in(tmp_path / "out")}
    assert len(first) == 2
    done = deidentify(plan())
    after = {path: path.stat().st_mtime_ns for path in files_in(tmp_path / "out")}
    assert len(after) == 4 and first.items() <= after.items()
    assert done.counts["written"] == 4


def test_a_journal_cut_in_a_line_loses_that_line_alone(plan: MakePlan, tmp_path: Path) -> None:
    deidentify(plan())
    journal = tmp_path / "out-report" / "journal.jsonl"
    journal.write_text(journal.read_text()[:-40])
    before = {path: path.stat().st_mtime_ns for path in files_in(tmp_path / "out")}
    assert deidentify(plan()).counts["written"] == 4
    after = {path: path.stat().st_mtime_ns for path in files_in(tmp_path / "out")}
    assert sum(before[path] != after[path] for path in before) == 1


def test_what_a_killed_run_left_half_written_is_swept_away(plan: MakePlan, tmp_path: Path) -> None:
    half = tmp_path / "out" / "P" / ".1.2.3.dcm.part"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"half an inst")
    assert deidentify(plan()).counts["written"] == 4 and not half.exists()


def test_two_contents_under_one_uid_do_not_lie_over_each_other(
    plan: MakePlan, given: Path, tmp_path: Path
) -> None:
    save(make_instance(name="1", place=1, EchoTime=99, **PATIENT), given / "Musterfrau" / "1b")
    for _ in range(2):
        done = deidentify(plan())
        assert done.counts == {"written": 4, "quarantined": 0, "left-out": 1}
        assert done.reasons == {"uid-taken": 1}
    assert {pydicom.dcmread(one).EchoTime for one in files_in(tmp_path / "out")} == {100}


def test_what_was_deleted_from_the_output_is_made_again(plan: MakePlan, tmp_path: Path) -> None:
    deidentify(plan())
    gone = files_in(tmp_path / "out")[0]
    content = gone.read_bytes()
    gone.unlink()
    deidentify(plan())
    assert gone.read_bytes() == content


def test_outputs_of_two_profiles_or_keys_are_not_mixed(plan: MakePlan, tmp_path: Path) -> None:
    deidentify(plan())
    with pytest.raises(Conflict):
        deidentify(plan("retain-uids"))
    (tmp_path / "keys" / "project.key").write_text("another passphrase, a long one")
    with pytest.raises(Conflict):
        deidentify(plan())


def test_the_same_key_gives_the_same_identities_in_another_folder(
    plan: MakePlan, tmp_path: Path, given: Path
) -> None:
    first = plan()
    deidentify(first)
    second = plan_of((given,), tmp_path / "again", key=first.key, profile=first.profile)
    deidentify(second)
    names = [[path.name for path in files_in(one.out)] for one in (first, second)]
    assert names[0] == names[1]


def test_a_second_batch_of_a_project_joins_the_table_and_takes_nobody_out_of_it(
    plan: MakePlan, tmp_path: Path
) -> None:
    first = plan()
    deidentify(first)
    before = reidentify(first.table, first.key)
    folder = tmp_path / "later"
    save(make_instance(name="9", study="c", PatientID="MRN777", PatientName="Doe^J"), folder / "9")
    second = plan_of((folder,), tmp_path / "again", key=first.key, profile=first.profile)
    assert deidentify(second).patients == 1

    table = reidentify(second.table, second.key)
    assert {one["id"] for one in table["patients"].values()} == {
        "MRN4711088", "MRN9999999", "MRN777"
    }  # fmt: skip
    assert table["studies"].items() > before["studies"].items()
    assert len(table["files"]) == len(before["files"]) + 1
    deidentify(second)  # again: what was told stays told once
    assert reidentify(second.table, second.key) == table


def test_a_batch_by_another_key_leaves_the_table_as_it_is(plan: MakePlan, tmp_path: Path) -> None:
    first = plan()
    deidentify(first)
    content = first.table.read_bytes()
    other = tmp_path / "other.key"
    other.write_text("a passphrase of somebody else")
    second = plan_of(
        first.given, tmp_path / "again", key=other, profile=first.profile, table=first.table
    )
    with pytest.raises(InputError, match="another key"):
        deidentify(second)
    assert first.table.read_bytes() == content
    assert not second.out.exists()


def test_a_zip_and_a_dicomdir_give_what_they_hold(
    plan: MakePlan, tmp_path: Path, given: Path
) -> None:
    packed = tmp_path / "packed.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in files_in(given):
            archive.write(path, path.relative_to(given))
    assert deidentify(plan(source=packed)).counts["written"] == 4


def test_the_directory_of_a_disc_is_not_copied(plan: MakePlan, given: Path) -> None:
    shutil.copy(str(get_testdata_file("DICOMDIR-nooffset")), given / "DICOMDIR")
    done = deidentify(plan())
    assert done.counts["written"] == 4 and done.reasons == {"directory": 1}


def test_what_cannot_be_read_is_told_and_not_copied(
    plan: MakePlan, given: Path, tmp_path: Path
) -> None:
    (given / "letter for Musterfrau.txt").write_text("Dear Mrs Musterfrau")
    whole = files_in(given)[0].read_bytes()
    (given / "cut.dcm").write_bytes(whole[:-200])
    done = deidentify(plan())
    assert done.counts == {"written": 4, "quarantined": 0, "left-out": 2}
    assert done.reasons == {"not-dicom": 1, "unreadable": 1}
    report = json.loads((tmp_path / "out-report" / "report.json").read_text())
    left = [one for one in report["files"] if one["outcome"] == "left-out"]
    assert all(re.fullmatch(r"file-\d+(\.\w+)?", one["label"]) for one in left)
    table = reidentify(tmp_path / "keys" / "project.key.table", tmp_path / "keys" / "project.key")
    assert any("letter for Musterfrau" in one["path"] for one in table["files"])


def test_nothing_to_read_is_an_error(plan: MakePlan, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "a.txt").write_text("nothing")
    with pytest.raises(NothingReadable):
        deidentify(plan(source=empty))


def test_doubt_goes_to_quarantine_and_never_to_the_output(
    plan: MakePlan, given: Path, tmp_path: Path
) -> None:
    capture = make_instance(name="9", SOPClassUID=SecondaryCaptureImageStorage, **PATIENT)
    save(capture, given / "capture")
    save(make_instance(name="8", BurnedInAnnotation="YES", **PATIENT), given / "stated")
    pdf = make_instance(name="7", **PATIENT)
    pdf.EncapsulatedDocument, pdf.MIMETypeOfEncapsulatedDocument = (
        b"%PDF Musterfrau",
        "application/pdf",
    )
    save(pdf, given / "pdf")
    done = deidentify(plan("clean-pixels"), reader=Blind())
    assert done.counts == {"written": 4, "quarantined": 3, "left-out": 0}
    assert set(done.reasons) == {
        "burned-in-annotation-stated", "encapsulated-document", "kind-with-text",
    }  # fmt: skip
    assert len(files_in(tmp_path / "out-quarantine")) == 3
    for path in files_in(tmp_path / "out-quarantine"):
        assert b"usterfrau" not in path.read_bytes()


def test_a_head_that_could_be_recognized_is_quarantined_where_asked(
    plan: MakePlan, given: Path
) -> None:
    shutil.rmtree(given)
    for name, part in (("1", "HEAD"), ("2", "KNEE"), ("3", "")):
        save(make_instance(name=name, BodyPartExamined=part), given / name)
    done = deidentify(plan("clean-recognizable"))
    assert done.counts == {"written": 1, "quarantined": 2, "left-out": 0}


def test_every_frame_is_shown_to_the_reader_once(plan: MakePlan) -> None:
    reader = Blind()
    done = deidentify(plan("clean-pixels"), reader=reader)
    # These pictures are of one value, so that there is no contrast in which to read them.
    assert reader.shown == 0 and "every frame" in done.checked.pixels


def test_cleaning_pixels_without_a_reader_is_refused(plan: MakePlan) -> None:
    with pytest.raises(MissingExtra):
        deidentify(plan("clean-pixels"))


def test_a_leak_fails_the_run_and_leaves_the_output(
    plan: MakePlan, given: Path, tmp_path: Path
) -> None:
    # One patient's name in another's file, where no header of that file says whose it is.
    save(make_instance(name="6", study="c", PatientID="X77", PatientName="Po^Li",
                       SegmentDescription="mixed up with Musterfrau"), given / "mixed")  # fmt: skip
    with pytest.raises(OutputError) as caught:
        deidentify(plan())
    assert "0062,0006" in caught.value.found and "usterfrau" not in str(caught.value)
    assert len(files_in(tmp_path / "out")) == 4
    assert len(files_in(tmp_path / "out-quarantine")) == 1
    assert "0062,0006" in (tmp_path / "out-report" / "report.html").read_text()


def test_the_check_finds_what_somebody_planted(plan: MakePlan, given: Path, tmp_path: Path) -> None:
    deidentify(plan())
    out = tmp_path / "out"
    assert check(out, [given], reader=None).leaks == ()
    path = files_in(out)[0]
    one = pydicom.dcmread(path)
    one.ImageComments = "Erika Musterfrau"
    one.private_block(0x0029, "X", create=True).add_new(1, "UN", b"\0MRN4711088\0")
    one.save_as(path)
    found = check(out, [given], reader=None)
    assert {leak.tag for leak in found.leaks} == {"0020,4000", "0029,1001"}
    with pytest.raises(OutputError):
        require_clean(found)


def test_the_check_finds_names_of_files_pictures_and_what_is_no_dicom(
    plan: MakePlan, given: Path, tmp_path: Path
) -> None:
    deidentify(plan())
    out = tmp_path / "out"
    (out / "Musterfrau.txt").write_text("x")
    found = check(out, [given], reader=None)
    assert [leak.tag for leak in found.leaks] == ["file name"] and len(found.unreadable) == 1
    assert "usterfrau" not in repr(found)
    (out / "Musterfrau.txt").unlink()
    path = files_in(out)[0]
    one = pydicom.dcmread(path)
    one.PixelData = np.arange(480, dtype=np.uint16).tobytes()
    one.save_as(path)

    class Seen:
        box, text, confidence = (0.0, 0.0, 5.0, 9.0), "ERIKA MUSTERFRAU", 0.9

    found = check(out, [given], reader=lambda picture: [Seen()])
    assert [leak.tag for leak in found.leaks] == ["pixels"]
    with pytest.raises(OutputError):
        require_clean(found)


def test_the_check_knows_from_the_output_what_was_kept(
    plan: MakePlan, given: Path, tmp_path: Path
) -> None:
    deidentify(plan("retain-uids", "retain-institution"))
    found = check(tmp_path / "out", [given], reader=None)
    assert found.leaks == () and "was not looked for" in found.pixels
    with pytest.raises(InputError):
        check(tmp_path / "none", [given], reader=None)


def test_the_key_and_the_rest_may_not_lie_in_what_is_given_away(
    given: Path, tmp_path: Path
) -> None:
    out, key = tmp_path / "out", tmp_path / "k.key"
    for places in (
        {"key": out / "k"},
        {"key": key, "table": out / "t"},
        {"key": key, "quarantine": out / "q"},
        {"key": key, "report": out},
    ):
        with pytest.raises(UsageError):
            plan_of((given,), out, profile=profile_of([]), **places)
    with pytest.raises(UsageError):
        plan_of((given,), given / "out", key=key, profile=profile_of([]))
    with pytest.raises(UsageError):
        plan_of((out / "sub",), out, key=key, profile=profile_of([]))


def test_a_key_file_is_made_once_and_a_short_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "new" / "k.key"
    first = read_key(path, make=True)
    assert read_key(path, make=True) == first and len(first) > 64
    assert project_of(first) == project_of(first)
    path.write_text("x" * (LEAST_CHARACTERS - 1))
    with pytest.raises(UsageError):
        read_key(path, make=False)
    with pytest.raises(InputError):
        read_key(tmp_path / "none", make=False)
    with pytest.raises(OutputError):
        read_key(path / "below a file", make=True)


def test_a_list_of_safe_attributes_is_read_beside_the_known(tmp_path: Path) -> None:
    path = tmp_path / "safe.csv"
    path.write_text("group,creator,element\n0029,MY HOSPITAL,01\n")
    assert (0x29, "MY HOSPITAL", 1) in safe_list(path) and len(safe_list(path)) > 5
    with pytest.raises(InputError):
        safe_list(tmp_path / "none.csv")


REAL = ("MR_small.dcm", "CT_small.dcm", "test-SR.dcm", "image_dfl.dcm", "JPEG2000.dcm")


def _faults(path: Path) -> set[str]:
    ran = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False)
    lines = (ran.stdout + ran.stderr).splitlines()
    # Values are named in some lines; what counts is which rule is broken where.
    told = {re.sub(r"[<=].*|[0-9]+(\.[0-9]+)+\S*", "", one) for one in lines}
    return {one for one in told if one.startswith("Error")}


@pytest.mark.needs("dcmtk", "dicom3tools")
@pytest.mark.parametrize(
    "words", [(), ("retain-modified-dates", "clean-descriptors", "clean-structured")]
)
def test_other_readers_find_no_fault_that_the_input_had_not(
    words: tuple[str, ...], plan: MakePlan, given: Path, tmp_path: Path
) -> None:
    shutil.rmtree(given)
    given.mkdir()
    table = {}
    for name in REAL:
        shutil.copy(str(get_testdata_file(name)), given / name)
    made = plan(*words)
    deidentify(made)
    new = project_of(read_key(made.key, make=False))
    table = {new.uid(pydicom.dcmread(path).SOPInstanceUID): path for path in files_in(given)}
    written = files_in(made.out) + files_in(made.quarantine)
    assert len(written) == len(REAL)
    for path in written:
        dumped = subprocess.run(["dcmdump", "+P", "0012,0062", str(path)], capture_output=True,
                                text=True, check=True)  # fmt: skip
        assert "YES" in dumped.stdout and dumped.stderr == ""
        assert _faults(path) - _faults(table[path.stem]) == set(), table[path.stem].name
