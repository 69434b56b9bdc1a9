"""``condyle deidentify`` as it is called: options, statuses, what is printed and what never is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pydicom
import pytest
from tests.cli.conftest import Command
from tests.dicom.conftest import make_instance

import condyle.datasets.check.text as text_room
from condyle.workflows.deidentification import key as key_room

NAMES = ("usterfrau", "MUSTERFRAU", "MRN4711088", "19610304")


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes the cost out of guessing a key, which is held elsewhere."""
    monkeypatch.setattr(key_room, "_COST", {"n": 2, "r": 1, "p": 1})


@pytest.fixture
def given(tmp_path: Path) -> Path:
    folder = tmp_path / "given"
    save(folder / "1.dcm")
    return folder


def save(path: Path, **tags: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    stated = {"PatientName": "Musterfrau^Erika", "PatientID": "MRN4711088"}
    stated |= {"PatientBirthDate": "19610304", "InstitutionName": "Waldrandklinik"}
    stated |= tags
    make_instance(**stated).save_as(path, enforce_file_format=True)


def files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_what_is_held_back_and_left_out_is_told_with_its_reasons(
    condyle: Command, given: Path, tmp_path: Path
) -> None:
    save(given / "2.dcm", name="2", BurnedInAnnotation="YES")
    (given / "Musterfrau.txt").write_text("x")
    ran = condyle(
        "deidentify", given, tmp_path / "out", "--key", tmp_path / "k", "--profile", "basic"
    )
    assert ran.status == 0
    for said in (
        "1 files of 1 patients",
        "In quarantine, to be looked at: 1",
        "Left out: 1",
        "burned-in-annotation-stated: 1",
        "not-dicom: 1",
        "Who is who, encrypted",
    ):
        assert said in ran.out, said
    assert "was not looked for" in ran.out
    assert not [name for name in NAMES if name in ran.out + ran.err]


def test_each_place_goes_where_it_is_named(condyle: Command, given: Path, tmp_path: Path) -> None:
    save(given / "2.dcm", name="2", BurnedInAnnotation="YES")
    named = {
        "--quarantine": "held",
        "--report": "told",
        "--table": "who/is.who",
        "--key": "k/p.key",
    }
    places = [part for option, name in named.items() for part in (option, tmp_path / name)]
    assert condyle("deidentify", given, tmp_path / "out", *places, "--profile", "basic").status == 0
    assert len(files_in(tmp_path / "held")) == 1 and (tmp_path / "told" / "report.html").is_file()
    assert (tmp_path / "who" / "is.who").is_file() and (tmp_path / "k" / "p.key").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "given", "held", "k", "out", "told", "who",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("profile", "keyword", "kept"),
    [
        ("basic", "InstitutionName", False),
        ("basic,retain-institution", "InstitutionName", True),
        ("retain-institution", "InstitutionName", True),
        (" basic , retain-institution ,", "InstitutionName", True),
        ("", "InstitutionName", False),
    ],
)
def test_a_profile_is_words_parted_by_commas(
    condyle: Command, given: Path, tmp_path: Path, profile: str, keyword: str, kept: bool
) -> None:
    out = tmp_path / "out"
    assert (
        condyle("deidentify", given, out, "--key", tmp_path / "k", "--profile", profile).status == 0
    )
    (path,) = files_in(out)
    assert (pydicom.dcmread(path).get(keyword) == "Waldrandklinik") == kept


@pytest.mark.parametrize(
    ("profile", "said"),
    [
        ("basic,retain-everything", "retain-everything"),
        ("basic retain-uids", "basic retain-uids"),
        ("retain-full-dates,retain-modified-dates", "not both"),
    ],
)
def test_a_profile_that_cannot_be_is_refused_before_anything_is_made(
    condyle: Command, given: Path, tmp_path: Path, profile: str, said: str
) -> None:
    ran = condyle(
        "deidentify", given, tmp_path / "out", "--key", tmp_path / "k", "--profile", profile
    )
    assert ran.status == 2 and said in ran.err and 3 <= len(ran.error_lines) <= 4
    assert [path.name for path in tmp_path.iterdir()] == ["given"]


def test_two_profiles_do_not_go_into_one_folder(
    condyle: Command, given: Path, tmp_path: Path
) -> None:
    asked = ("deidentify", given, tmp_path / "out", "--key", tmp_path / "k", "--profile")
    assert condyle(*asked, "basic").status == 0
    ran = condyle(*asked, "basic,retain-uids")
    assert ran.status == 2 and "another key or profile" in ran.err and len(ran.error_lines) == 4
    assert condyle(*asked, "basic").status == 0


def test_cleaning_pixels_needs_a_reader_and_is_the_default(
    condyle: Command, given: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_room, "installed_reader", lambda: None)
    ran = condyle("deidentify", given, tmp_path / "out", "--key", tmp_path / "k")
    assert ran.status == 2 and "ocr" in ran.err and not (tmp_path / "out").exists()


def test_a_hospitals_list_lets_its_attribute_stay(
    condyle: Command, given: Path, tmp_path: Path
) -> None:
    one = pydicom.dcmread(given / "1.dcm")
    block = one.private_block(0x0029, "OURS", create=True)
    block.add_new(0x01, "LO", "coil 7")
    block.add_new(0x02, "LO", "room 9")
    one.save_as(given / "1.dcm")
    listed = tmp_path / "safe.csv"
    listed.write_text("group,creator,element\n0029,OURS,01\n")
    ran = condyle("deidentify", given, tmp_path / "out", "--key", tmp_path / "k", "--profile",
                  "retain-safe-private", "--safe-private", listed)  # fmt: skip
    assert ran.status == 0
    (path,) = files_in(tmp_path / "out")
    text = path.read_bytes()
    assert b"coil 7" in text and b"room 9" not in text


def test_an_input_that_is_not_there_is_told(condyle: Command, tmp_path: Path) -> None:
    ran = condyle("deidentify", tmp_path / "none", tmp_path / "out", "--key", tmp_path / "k",
                  "--profile", "basic")  # fmt: skip
    assert ran.status == 2 and 2 <= len(ran.error_lines) <= 4 and "Traceback" not in ran.err


def test_an_input_without_images_is_told(condyle: Command, tmp_path: Path) -> None:
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "a.txt").write_text("x")
    ran = condyle("deidentify", tmp_path / "given", tmp_path / "out", "--key", tmp_path / "k",
                  "--profile", "basic")  # fmt: skip
    assert ran.status == 2 and len(ran.error_lines) == 4


def test_a_leak_between_patients_fails_the_run_and_is_held_back_again(
    condyle: Command, given: Path, tmp_path: Path
) -> None:
    save(given / "2.dcm", name="2", study="b", PatientID="X77", PatientName="Po^Li",
         SegmentDescription="mixed up with Musterfrau")  # fmt: skip
    asked = ("deidentify", given, tmp_path / "out", "--key", tmp_path / "k", "--profile", "basic")
    for _ in range(2):
        ran = condyle(*asked)
        assert ran.status == 2 and "0062,0006" in ran.err and len(ran.error_lines) == 4
        assert not [name for name in NAMES if name in ran.out + ran.err]
        assert len(files_in(tmp_path / "out")) == 1
        assert len(files_in(tmp_path / "out-quarantine")) == 1


def test_a_check_names_twenty_places_and_no_identity(
    condyle: Command, given: Path, tmp_path: Path
) -> None:
    for at in range(25):
        save(tmp_path / "out" / f"{at}.dcm", name=str(at))
    ran = condyle("deidentify", "--check", tmp_path / "out", "--against", given, "--no-pixels")
    assert ran.status == 2 and len(ran.out.splitlines()) == 20
    assert not [name for name in NAMES if name in ran.out + ran.err]


def test_a_check_without_pixels_says_so(condyle: Command, given: Path, tmp_path: Path) -> None:
    asked = ("deidentify", given, tmp_path / "out", "--key", tmp_path / "k", "--profile", "basic")
    assert condyle(*asked).status == 0
    ran = condyle("deidentify", "--check", tmp_path / "out", "--against", given, "--no-pixels")
    assert ran.status == 0 and "Searched 1 files" in ran.out
    assert "Text in pixels was not looked for" in ran.out


def test_a_check_of_no_folder_or_against_nothing_is_told(
    condyle: Command, given: Path, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "empty").mkdir()
    for out, against in (
        ("nowhere", given),
        ("out", tmp_path / "none"),
        ("out", tmp_path / "empty"),
    ):
        ran = condyle("deidentify", "--check", tmp_path / out, "--against", against, "--no-pixels")
        assert ran.status == 2 and 2 <= len(ran.error_lines) <= 4, against


@pytest.mark.parametrize("fault", ["wrong key", "short key", "no key", "no table", "cut table"])
def test_who_is_who_stays_closed_where_key_and_table_do_not_fit(
    condyle: Command, given: Path, tmp_path: Path, fault: str
) -> None:
    key, table = tmp_path / "k", tmp_path / "k.table"
    run = condyle("deidentify", given, tmp_path / "out", "--key", key, "--profile", "basic")
    assert run.status == 0
    if fault == "wrong key":
        key.write_text("another passphrase of theirs")
    elif fault == "short key":
        key.write_text("short")
    elif fault == "no key":
        key.unlink()
    elif fault == "no table":
        table.unlink()
    else:
        table.write_bytes(table.read_bytes()[:-1])
    ran = condyle("deidentify", "--reidentify", table, "--key", key)
    assert ran.status == 2 and ran.out == "" and len(ran.error_lines) == 4
    assert key.exists() == (fault != "no key")


def test_a_passphrase_of_ones_own_is_the_key_of_run_and_table(
    condyle: Command, given: Path, tmp_path: Path
) -> None:
    outs = []
    for number in "12":
        key = tmp_path / number / "k"
        key.parent.mkdir()
        key.write_text("our own passphrase, long enough\n")
        out = tmp_path / number / "out"
        assert condyle("deidentify", given, out, "--key", key, "--profile", "basic").status == 0
        outs.append([path.relative_to(out) for path in files_in(out)])
        ran = condyle("deidentify", "--reidentify", f"{key}.table", "--key", key)
        (person,) = json.loads(ran.out)["patients"].values()
        assert (person["id"], person["birth_date"]) == ("MRN4711088", "19610304")
    assert outs[0] == outs[1]
