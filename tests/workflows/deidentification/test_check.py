"""The search of an output against its input, apart from the run that made it."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataelem import RawDataElement
from pydicom.tag import Tag
from tests.workflows.deidentification.made import files_in, plan_in, save, taken

from condyle.dicom.deidentify import BASIC, Option
from condyle.domain.progress import Progress
from condyle.errors import CondyleError, NothingReadable, OutputError
from condyle.workflows.deidentification.check import (
    Checked,
    FoundLeak,
    check_output,
    identities_in,
    profile_in,
)
from condyle.workflows.deidentify import check, require_clean


@pytest.fixture
def out(tmp_path: Path) -> Path:
    save(tmp_path / "given" / "1")
    save(tmp_path / "given" / "2", name="2", pixels=np.arange(480, dtype=np.uint16).reshape(20, 24))
    plan = plan_in(tmp_path)
    taken(plan)
    return plan.out


def checked(out: Path, reader: Any = None) -> Checked:
    return check(out, [out.parent / "given"], reader=reader)


def changed(path: Path, **tags: Any) -> None:
    one = pydicom.dcmread(path)
    for keyword, value in tags.items():
        setattr(one, keyword, value)
    one.save_as(path)


class Seen:
    """A text at one place."""

    box, confidence = (2.0, 2.0, 8.0, 20.0), 0.9

    def __init__(self, text: str) -> None:
        self.text = text


def test_a_clean_output_is_told_as_such_with_the_number_of_its_files(out: Path) -> None:
    found = checked(out)
    assert found == Checked(2, (), found.pixels)
    require_clean(found)


def test_the_input_held_against_itself_is_no_clean_output(out: Path, tmp_path: Path) -> None:
    found = check(tmp_path / "given", [tmp_path / "given"], reader=None)
    assert {leak.file for leak in found.leaks} == {"1", "2"}
    with pytest.raises(OutputError):
        require_clean(found)


def test_a_zip_is_searched_for_as_the_folder_that_it_holds(out: Path, tmp_path: Path) -> None:
    packed = tmp_path / "packed.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in files_in(tmp_path / "given"):
            archive.write(path, path.name)
    changed(files_in(out)[0], ImageComments="Musterfrau")
    assert [leak.tag for leak in check(out, [packed], reader=None).leaks] == ["0020,4000"]


def test_all_inputs_that_are_named_count(out: Path, tmp_path: Path) -> None:
    save(tmp_path / "other" / "1", PatientName="Feuerstein^Wilma", PatientID="X9988")
    changed(files_in(out)[0], ImageComments="Feuerstein")
    assert checked(out).leaks == ()
    both = check(out, [tmp_path / "given", tmp_path / "other"], reader=None)
    assert [leak.kind for leak in both.leaks] == ["word"]


def test_an_input_without_an_instance_proves_nothing(out: Path, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("no DICOM")
    with pytest.raises(NothingReadable):
        check(out, [tmp_path / "letters"], reader=None)


def test_an_input_that_is_not_there_is_told(out: Path, tmp_path: Path) -> None:
    with pytest.raises(CondyleError) as caught:
        check(out, [tmp_path / "nowhere"], reader=None)
    assert caught.value.exit_status == 2


def test_unreadable_files_of_the_input_do_not_stop_the_search(out: Path, tmp_path: Path) -> None:
    (tmp_path / "given" / "cut").write_bytes((tmp_path / "given" / "1").read_bytes()[:-300])
    (tmp_path / "given" / "note.txt").write_text("x")
    assert checked(out).leaks == ()


@pytest.mark.parametrize("content", [b"", b"text", b"\0" * 128 + b"DICM\x02\0"])
def test_what_cannot_be_searched_is_not_vouched_for(out: Path, content: bytes) -> None:
    (out / "odd").write_bytes(content)
    found = checked(out)
    if found.unreadable:
        assert found.unreadable == ("odd",)
        with pytest.raises(OutputError, match="could not be searched"):
            require_clean(found)
    else:
        assert content.startswith(b"\0") and found.files == 3


def test_pixels_that_cannot_be_decoded_are_not_vouched_for(out: Path) -> None:
    path = files_in(out)[0]
    changed(path, Rows=4000)
    assert checked(out).unreadable == ()
    name = path.relative_to(out).as_posix()
    assert checked(out, lambda picture: []).unreadable == (name,)


def test_a_name_in_a_picture_is_found_once_a_file(out: Path) -> None:
    found = checked(out, lambda picture: [Seen("ERIKA"), Seen("MUSTERFRAU")])
    assert [leak.tag for leak in found.leaks] == ["pixels"] and "every frame" in found.pixels


@pytest.mark.parametrize("said", ["T2 SAG", "L", "ERI KA", "MRN 471", "1961"])
def test_words_in_a_picture_that_are_nobodys_are_no_finding(out: Path, said: str) -> None:
    assert checked(out, lambda picture: [Seen(said)]).leaks == ()


@pytest.mark.parametrize(
    "name", ["Musterfrau.dcm", "deep/erika_1.dcm", "MRN4711088/1.dcm", "1961-03-04.dcm"]
)
def test_a_name_of_a_file_or_folder_is_found_and_not_repeated(out: Path, name: str) -> None:
    target = out / name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(files_in(out)[0], target)
    found = checked(out)
    assert [leak.tag for leak in found.leaks] == ["file name"]
    assert found.leaks[0].file.startswith("file ") and name not in repr(found)


def test_a_hidden_file_is_searched_as_well(out: Path, tmp_path: Path) -> None:
    shutil.copy(tmp_path / "given" / "1", out / ".copy")
    assert {leak.file for leak in checked(out).leaks} == {".copy"}


def test_a_name_in_an_attribute_that_is_no_number_is_found(out: Path) -> None:
    path, tag = files_in(out)[0], Tag(0x00181318)
    one = pydicom.dcmread(path)
    one._dict[tag] = RawDataElement(tag, "DS", 10, b"Musterfrau", 0, False, True)
    one.save_as(path)
    assert [leak.tag for leak in checked(out).leaks] == ["0018,1318"]


def test_nothing_is_changed_by_a_search(out: Path, tmp_path: Path) -> None:
    changed(files_in(out)[0], ImageComments="Musterfrau")
    before = {path: path.read_bytes() for path in files_in(tmp_path)}
    checked(out)
    assert {path: path.read_bytes() for path in files_in(tmp_path)} == before


def test_each_file_is_told_to_whoever_waits(out: Path) -> None:
    steps: list[Progress] = []
    check(out, [out.parent / "given"], reader=None, progress=steps.append)
    assert [(one.stage, one.done, one.total) for one in steps] == [
        ("identities", 1, 2), ("identities", 2, 2), ("check", 1, 2), ("check", 2, 2),
    ]  # fmt: skip


def test_the_profile_is_read_from_the_output(tmp_path: Path) -> None:
    save(tmp_path / "given" / "1")
    plan = plan_in(tmp_path, "retain-device", "clean-descriptors", "retain-full-dates")
    taken(plan)
    (plan.out / "0.txt").write_text("comes first and is no DICOM")
    assert profile_in(plan.out) == plan.profile


def test_an_output_that_says_nothing_is_held_to_the_basic_profile(tmp_path: Path) -> None:
    save(tmp_path / "plain" / "1", InstitutionName="Waldrandklinik")
    assert profile_in(tmp_path / "plain") == BASIC and profile_in(tmp_path / "none") == BASIC
    assert not BASIC.has(Option.RETAIN_INSTITUTION)


def test_identities_of_one_folder_hold_those_of_every_patient(tmp_path: Path) -> None:
    save(tmp_path / "given" / "1")
    save(
        tmp_path / "given" / "2", PatientName="Roe^Richard", study="b", PatientBirthDate="19700102"
    )
    found = identities_in([tmp_path / "given"], BASIC)
    assert {"musterfrau", "richard"} <= found.words and len(found.births) == 2


def test_an_empty_folder_has_no_leak_and_no_file(tmp_path: Path) -> None:
    save(tmp_path / "given" / "1")
    (tmp_path / "out").mkdir()
    found = check_output(tmp_path / "out", identities_in([tmp_path / "given"], BASIC), reader=None)
    assert found.files == 0 and found.leaks == ()


def test_an_error_tells_how_many_places_and_which_attribute_and_nobody() -> None:
    leaks = tuple(FoundLeak(f"{at}.dcm", "0008,0080", "phrase") for at in range(1234))
    with pytest.raises(OutputError) as caught:
        require_clean(Checked(9, leaks, ""))
    assert caught.value.found == "1,234 places, the first a phrase in 0008,0080"
    assert caught.value.needed and caught.value.mend and len(caught.value.lines()) == 4
    assert json.dumps(caught.value.lines())
