"""The key file, the encrypted table, and where both may lie."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.workflows.deidentification.made import PROJECT, plan_in, save

from condyle.dicom.deidentify import Option, Project, profile_of
from condyle.errors import (
    BadConfiguration,
    CondyleError,
    InputError,
    MissingExtra,
    OutputError,
    UsageError,
)
from condyle.workflows.deidentification import table as table_room
from condyle.workflows.deidentification.key import LEAST_CHARACTERS, read_key
from condyle.workflows.deidentification.plan import Plan, plan_of, safe_list
from condyle.workflows.deidentification.table import (
    SCHEMA,
    Reidentification,
    is_table,
    read_table,
    require_encryption,
    write_table,
)
from condyle.workflows.deidentify import deidentify

KEY = b"a passphrase of the whole project"
TABLE = Reidentification(
    {"PABC": {"name": "Musterfrau^Erika", "shift_days": -5}}, {}, [{"path": "x"}]
)


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes the cost out of deriving a key, which is held elsewhere."""
    monkeypatch.setattr(table_room, "derived_key", lambda key, salt: (key + salt).ljust(32)[-32:])


@pytest.fixture
def written(tmp_path: Path, cheap: None) -> Path:
    path = tmp_path / "keys" / "p.table"
    write_table(path, TABLE, KEY)
    return path


def test_the_table_comes_back_whole_and_says_what_it_is(written: Path) -> None:
    found = read_table(written, KEY)
    assert found["schema"] == SCHEMA
    assert found["patients"] == TABLE.patients and found["files"] == TABLE.files


def test_nobody_is_named_in_the_encrypted_file_or_in_words_for_it(written: Path) -> None:
    content = written.read_bytes()
    assert b"usterfrau" not in content and b"patients" not in content
    assert "usterfrau" not in repr(TABLE)
    assert written.stat().st_mode & 0o777 == 0o600


def test_one_table_is_never_encrypted_alike_twice(written: Path) -> None:
    first = written.read_bytes()
    write_table(written, TABLE, KEY)
    second = written.read_bytes()
    assert first != second and len(first) == len(second)
    assert first[15:43] != second[15:43]  # salt and nonce


@pytest.mark.parametrize("at", [0, 14, 15, 30, 31, 42, 43, -16, -1])
def test_a_table_with_any_byte_altered_is_not_opened(written: Path, at: int) -> None:
    content = bytearray(written.read_bytes())
    content[at] ^= 0x80
    written.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_table(written, KEY)
    assert len(caught.value.lines()) == 4 and "usterfrau" not in str(caught.value.lines())


@pytest.mark.parametrize("length", [0, 5, 15, 40, 43, 50, 60])
def test_a_table_that_was_cut_is_not_opened(written: Path, length: int) -> None:
    written.write_bytes(written.read_bytes()[:length])
    with pytest.raises(InputError):
        read_table(written, KEY)


def test_a_table_of_another_project_is_not_opened(written: Path) -> None:
    with pytest.raises(InputError, match="not opened") as caught:
        read_table(written, b"a passphrase of another project!!")
    assert "another key" in caught.value.found and "--key" in caught.value.mend


@pytest.mark.parametrize("name", ["", "none"])
def test_a_table_that_is_no_file_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError) as caught:
        read_table(tmp_path / name, KEY)
    assert caught.value.found == "no file that can be read"


def test_a_table_where_nothing_can_be_written_is_told(tmp_path: Path, cheap: None) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError) as caught:
        write_table(tmp_path / "file" / "t", TABLE, KEY)
    assert "--table" in caught.value.mend


def test_without_encryption_nothing_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_room, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra) as caught:
        require_encryption()
    assert "pacs" in " ".join(caught.value.lines())
    save(tmp_path / "given" / "1")
    with pytest.raises(MissingExtra):
        deidentify(plan_in(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["given"]


@pytest.mark.parametrize(
    "content", ["", "   \n" * 9, "short", "x" * (LEAST_CHARACTERS - 1) + "\n\n"]
)
def test_a_key_that_could_be_guessed_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "k"
    path.write_text(content)
    with pytest.raises(UsageError) as caught:
        read_key(path, make=True)
    assert path.read_text() == content and len(caught.value.lines()) == 4
    assert not content.strip() or content.strip() not in str(caught.value.lines())


def test_blanks_around_a_passphrase_make_it_no_other(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a passphrase of ours")
    (tmp_path / "b").write_bytes(b"\n a passphrase of ours\r\n")
    assert read_key(tmp_path / "a", make=False) == read_key(tmp_path / "b", make=False)


def test_two_keys_that_were_made_differ_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    paths = [tmp_path / "new" / name for name in ("a.key", "b.key")]
    keys = [read_key(path, make=True) for path in paths]
    assert keys[0] != keys[1] and all(path.stat().st_mode & 0o777 == 0o600 for path in paths)


def test_a_key_is_not_made_where_it_is_only_to_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_key(tmp_path / "k", make=False)
    assert not (tmp_path / "k").exists()
    with pytest.raises(InputError):
        read_key(tmp_path, make=True)  # a folder


def planned(tmp_path: Path, **places: Any) -> Plan:
    where = {"key": tmp_path / "k.key"} | places
    given = (tmp_path / "given",)
    return plan_of(given, tmp_path / "out", profile=profile_of([]), **where)


def test_places_that_are_not_named_lie_beside_the_output_and_the_key(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    assert plan.quarantine == tmp_path / "out-quarantine"
    assert plan.report == tmp_path / "out-report" and plan.table == tmp_path / "k.key.table"


def test_an_output_named_by_a_point_has_places_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out").mkdir()
    monkeypatch.chdir(tmp_path / "out")
    plan = plan_of((tmp_path / "given",), Path(), key=tmp_path / "k", profile=profile_of([]))
    assert plan.quarantine == tmp_path / "out-quarantine"
    with pytest.raises(UsageError):
        plan_of((tmp_path / "given",), Path(), key=Path("k"), profile=profile_of([]))


@pytest.mark.parametrize(
    "places",
    [
        {"key": "out/a/b/k.key"},
        {"key": "out/../out/k.key"},
        {"table": "out/t"},
        {"table": "k.key"},
        {"table": "given/1.dcm"},
        {"quarantine": "given/held"},
        {"quarantine": "out"},
        {"report": "out/r"},
    ],
)
def test_a_place_that_would_give_away_or_write_over_something_is_refused(
    tmp_path: Path, places: dict[str, str]
) -> None:
    image = save(tmp_path / "given" / "1.dcm").read_bytes()
    with pytest.raises(UsageError) as caught:
        planned(tmp_path, **{name: tmp_path / place for name, place in places.items()})
    assert len(caught.value.lines()) == 4 and str(tmp_path) not in str(caught.value.lines())
    assert (tmp_path / "given" / "1.dcm").read_bytes() == image


def test_the_table_of_an_earlier_run_is_no_other_file(written: Path, tmp_path: Path) -> None:
    assert planned(tmp_path, table=written).table == written
    assert is_table(written) and not is_table(tmp_path) and not is_table(tmp_path / "none")


def test_a_link_into_the_output_is_seen_through(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "out")
    with pytest.raises(UsageError):
        planned(tmp_path, key=tmp_path / "link" / "k.key")


def test_settings_tell_profiles_lists_and_projects_apart_and_no_secret(tmp_path: Path) -> None:
    plans = [
        plan_in(tmp_path),
        plan_in(tmp_path, "retain-uids"),
        plan_in(tmp_path, "retain-uids", "retain-device"),
        planned(tmp_path, safe_private=frozenset({(0x29, "OURS", 1)})),
    ]
    settings = [plan.settings(PROJECT) for plan in plans]
    settings.append(plans[0].settings(Project(b"another secret of twenty-nine b.")))
    assert len(set(settings)) == 5
    assert plan_in(tmp_path, "retain-device", "retain-uids").settings(PROJECT) == settings[2]
    assert PROJECT.secret.decode() not in "".join(settings)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"\xff\xfe\x00", InputError),
        (b"", BadConfiguration),
        (b"group;creator;element\n0019;X;01", BadConfiguration),
        (b"group,creator,element\n0019,,01", BadConfiguration),
        (b"group,creator,element\n0019,X,0101", BadConfiguration),
        (b"group,creator,element\n0019,X", BadConfiguration),
    ],
)
def test_a_list_of_private_attributes_that_is_none_is_told(
    tmp_path: Path, content: bytes, error: type[CondyleError]
) -> None:
    path = tmp_path / "safe.csv"
    path.write_bytes(content)
    with pytest.raises(error) as caught:
        safe_list(path)
    assert len(caught.value.lines()) == 4


def test_every_option_has_a_word_that_a_plan_takes(tmp_path: Path) -> None:
    for option in Option:
        assert plan_in(tmp_path, option.value).profile.options == {option}


def test_the_report_of_a_whole_run_names_nobody_and_is_json(tmp_path: Path) -> None:
    save(tmp_path / "given" / "Musterfrau" / "1")
    (tmp_path / "given" / "Musterfrau.txt").write_text("Erika")
    (tmp_path / "k.key").write_bytes(KEY)
    done = deidentify(plan_in(tmp_path))
    text = (tmp_path / "out-report" / "report.json").read_text("utf-8")
    assert "usterfrau" not in text + done.page.read_text("utf-8") + repr(done)
    report = json.loads(text)
    assert report["counts"] == done.counts and report["profile"] == ["basic"]
    assert report["check"]["leaks"] == [] and report["patients"] == 1
    assert {one["mark"] for one in report["files"]} == {None}


def test_what_encrypts_is_loaded_with_the_table_alone() -> None:
    assert "AESGCM" not in vars(sys.modules[table_room.__name__])
