"""``condyle user``, ``condyle audit`` and ``condyle serve`` on the command line."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the 'clinic' extra is not installed")

GIVEN = "quite a few words"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CONDYLE_HOME", str(tmp_path / "clinic"))
    monkeypatch.delenv("CONDYLE_DATABASE_URL", raising=False)
    return tmp_path / "clinic"


def fits(home: Path, name: str, password: str) -> bool:
    from condyle.archive import accounts
    from condyle.archive.database import open_database
    from condyle.service.security.passwords import Passwords

    database = open_database(f"sqlite:///{home}/condyle.sqlite")
    with database.read() as session:
        user = accounts.find_user(session, name)
        assert user is not None and user.must_change
        stored = user.password_hash
    database.close()
    return Passwords().fits(password, stored)


def test_a_user_is_added_listed_disabled_and_enabled(condyle, home: Path) -> None:
    added = condyle("user", "add", "jdoe", "--role", "clinician", "--full-name", "Jane Doe")
    assert added.status == 0
    password = re.search(r"Password, shown this once: (\S+)", added.out)
    assert password and fits(home, "jdoe", password[1])
    assert condyle("user", "add", "boss", "--role", "administrator").status == 0
    lines = condyle("user", "list").out.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["boss", "administrator"],
        ["jdoe", "clinician"],
    ]
    assert "Jane Doe" in lines[1] and password[1] not in lines[1]
    assert condyle("user", "disable", "jdoe").status == 0
    assert "disabled" in condyle("user", "list").out.splitlines()[1]
    assert condyle("user", "enable", "jdoe").status == 0
    assert "disabled" not in condyle("user", "list").out


def test_a_password_comes_by_standard_input_and_is_not_repeated(
    condyle, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(GIVEN + "\n"))
    added = condyle("user", "add", "jdoe", "--role", "administrator", "--password-stdin")
    assert added.status == 0 and GIVEN not in added.out + added.err
    assert fits(home, "jdoe", GIVEN)


def test_a_new_password_takes_the_place_of_the_old_one(condyle, home: Path) -> None:
    old = condyle("user", "add", "jdoe", "--role", "administrator").out.split()[-1]
    new = condyle("user", "password", "jdoe").out.split()[-1]
    assert fits(home, "jdoe", new) and not fits(home, "jdoe", old)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("add", "J Doe", "--role", "viewer"), "name: String should match"),
        (("add", "jdoe", "--role", "root"), "'root' is not one of"),
        (("disable", "nobody"), "nobody called 'nobody'"),
        (("password", "nobody"), "nobody called 'nobody'"),
    ],
)
def test_what_does_not_fit_is_told_in_four_lines(
    condyle, arguments: tuple[str, ...], told: str
) -> None:
    outcome = condyle("user", *arguments)
    assert outcome.status == 2
    assert told in outcome.err and len(outcome.error_lines) <= 4


def test_a_weak_password_is_not_repeated(condyle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("hunter2\n"))
    outcome = condyle("user", "add", "jdoe", "--role", "viewer", "--password-stdin")
    assert outcome.status == 2 and "hunter2" not in outcome.out + outcome.err


def test_the_last_administrator_cannot_be_disabled(condyle) -> None:
    condyle("user", "add", "boss", "--role", "administrator")
    outcome = condyle("user", "disable", "boss")
    assert outcome.status == 2 and "no administrator" in outcome.err


def test_the_audit_log_is_verified_and_says_where_it_breaks(condyle, home: Path) -> None:
    condyle("user", "add", "boss", "--role", "administrator")
    condyle("user", "password", "boss")
    whole = condyle("audit", "verify")
    assert whole.status == 0 and "whole: 2 acts" in whole.out
    head = whole.out.splitlines()[-1].split()
    copy = home / "copy.txt"
    copy.write_text(f"{head[1]} {head[2]} 2030-01-01\n")
    assert condyle("audit", "verify", "--heads", copy).status == 0

    from condyle.archive.database import open_database

    database = open_database(f"sqlite:///{home}/condyle.sqlite")
    with database.write_connection() as connection:
        connection.exec_driver_sql("DELETE FROM audit_entries WHERE id = 2")
    database.close()
    cut = condyle("audit", "verify", "--heads", copy)
    assert cut.status == 1 and "act 2:" in cut.err and len(cut.error_lines) == 4


def test_who_used_the_command_line_is_in_the_audit_log(condyle, home: Path) -> None:
    from condyle.archive import audit
    from condyle.archive.database import open_database

    condyle("user", "add", "boss", "--role", "administrator")
    database = open_database(f"sqlite:///{home}/condyle.sqlite")
    with database.read() as session:
        (act,) = audit.newest(session, audit.Query())
    database.close()
    assert (act.user_name, act.action, act.user_id) == ("command line", "user.added", None)


def test_the_interface_is_described_without_a_server_or_an_archive(
    condyle, tmp_path: Path, home: Path
) -> None:
    out = tmp_path / "openapi.json"
    assert condyle("serve", "--openapi", out).status == 0
    assert json.loads(out.read_text())["info"]["title"] == "Condyle"
    assert not home.exists()


def test_an_unsafe_production_does_not_start(condyle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONDYLE_PRODUCTION", "1")
    outcome = condyle("serve")
    assert outcome.status == 2
    assert "CONDYLE_ADDRESS" in outcome.err and len(outcome.error_lines) == 4


def test_serving_without_its_extra_says_how_to_install_it(
    condyle, monkeypatch: pytest.MonkeyPatch
) -> None:
    from condyle.cli import extras

    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    for arguments in (("serve",), ("user", "list"), ("audit", "verify")):
        outcome = condyle(*arguments)
        assert outcome.status == 2 and "condyle[clinic]" in outcome.err


def test_a_path_that_is_not_there_is_told_before_anything_is_opened(condyle, home: Path) -> None:
    outcome = condyle("archive", "import", "nowhere-to-be-found")
    assert outcome.status == 2 and "nowhere-to-be-found" in outcome.err
    assert not home.exists()
