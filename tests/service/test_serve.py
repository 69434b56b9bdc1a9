"""The server as a process: its address, its first user, its worker, its end."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from condyle.archive import accounts, audit
from condyle.archive.archive import Archive
from condyle.archive.database import open_database
from condyle.errors import ArchiveDamaged, BadConfiguration, Unavailable, UsageError
from condyle.service.app import PUBLIC, create_app
from condyle.service.auditing.heads import heads_file, note_head, noted_heads
from condyle.service.auditing.verify import verify_audit
from condyle.service.deps import Deps
from condyle.service.jobs.worker_process import WorkerProcess, environment_of
from condyle.service.opening import first_password, open_archive
from condyle.service.serve import openapi_document, serve
from condyle.service.settings import Settings

from .conftest import CHEAP, Client

SLEEPS = "import sys; sys.stdin.buffer.read()"
IGNORES = "import signal, time; signal.signal(15, signal.SIG_IGN); print('on', flush=True)"


def wait_until(holds: Callable[[], object], what: str) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.02)


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class Started:
    """A server that runs as a process of its own, on a port that was free."""

    def __init__(self, home: Path, **variables: str) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("CONDYLE_")}
        environment |= {"CONDYLE_HOME": str(home), "CONDYLE_WORKER": "0", **variables}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "condyle", "serve", "--port", "0"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.told: list[str] = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.told.append(line.strip())
            if "Condyle is at" in line:
                break

    @property
    def port(self) -> int:
        found = re.search(r"http://127\.0\.0\.1:(\d+)", self.told[-1])
        assert found, self.told
        return int(found[1])

    def call(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, object]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Content-Type": "application/json"}
        connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        content = json.loads(answer.read())
        connection.close()
        return answer.status, content

    def end(self, number: int) -> tuple[int, str]:
        self.process.send_signal(number)
        _, told = self.process.communicate(timeout=30)
        return self.process.returncode, told


def test_a_server_tells_its_address_and_a_first_password_that_works_once_it_is_changed(
    home: Path,
) -> None:
    server = Started(home)
    try:
        password = re.search(r"'admin' with the password (\S+)", server.told[0])
        assert password, server.told
        given = {"name": "admin", "password": password[1]}
        status, me = server.call("POST", "/api/v1/session", given)
        assert (status, me["role"], me["must_change"]) == (200, "administrator", True)
        assert server.call("GET", "/api/v1/worklist?search=secret")[0] == 401
    finally:
        code, told = server.end(signal.SIGTERM)
    assert code == 0
    assert "POST /session 200" in told and "secret" not in told and password[1] not in told
    assert len(noted_heads(home / "audit-heads.txt")) == 1, "its end was noted"
    again = Started(home)
    assert len(again.told) == 1, "no second first password"
    assert again.end(signal.SIGINT) == (0, "")


def test_a_port_that_is_taken_is_told(archive: Archive, home: Path) -> None:
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as taken:
        settings = Settings(home=home, port=taken.server_port, worker=False)
        with pytest.raises(Unavailable, match="does not start") as raised:
            serve(settings, tell=lambda text: None)
    assert str(taken.server_port) in raised.value.found


def test_production_with_nobody_who_can_log_in_does_not_start(home: Path) -> None:
    settings = Settings(home=home, production=True, address="https://a.example", worker=False)
    told: list[str] = []
    with pytest.raises(BadConfiguration, match="production") as raised:
        serve(settings, tell=told.append)
    assert "condyle user add" in raised.value.mend and told == []


def test_a_database_of_another_version_is_not_served(archive: Archive, settings: Settings) -> None:
    with archive.database.write_connection() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    with pytest.raises(BadConfiguration, match="does not start") as raised:
        open_archive(settings)
    assert "condyle db upgrade" in raised.value.mend


def test_an_archive_that_is_not_there_is_made_closed_to_others(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "deep" / "home")
    archive = open_archive(settings)
    archive.database.close()
    assert settings.home.stat().st_mode & 0o077 == 0
    assert (settings.home / "condyle.sqlite").stat().st_mode & 0o077 == 0


def test_a_home_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="folder cannot be made"):
        open_archive(Settings(home=tmp_path / "file" / "home"))


def test_the_first_password_is_given_where_nobody_is_there(tmp_path: Path) -> None:
    archive = open_archive(Settings(home=tmp_path / "home"))
    password = first_password(archive, CHEAP)
    assert password is not None and len(password) == 23
    assert first_password(archive, CHEAP) is None
    with archive.database.read() as session:
        (user,) = accounts.list_users(session)
        (act,) = audit.newest(session, audit.Query())
    archive.database.close()
    assert CHEAP.fits(password, user.password_hash) and user.must_change
    assert (act.user_name, act.action) == ("first start", "user.added")


@pytest.fixture
def started(settings: Settings) -> Iterator[WorkerProcess]:
    with WorkerProcess(settings, (sys.executable, "-c", SLEEPS), first_wait_s=0.01) as worker:
        yield worker


def test_a_worker_that_dies_is_started_again(started: WorkerProcess) -> None:
    first = started.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: started.pid not in (None, first), "no second worker")


def test_the_worker_ends_with_the_server(settings: Settings) -> None:
    with WorkerProcess(settings, (sys.executable, "-c", SLEEPS)) as worker:
        pid = worker.pid
        assert pid is not None and lives(pid)
    assert not lives(pid)
    assert threading.active_count() < 50


def test_a_worker_that_does_not_end_is_killed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("condyle.service.jobs.worker_process._GRACE_S", 0.2)
    command = (sys.executable, "-c", IGNORES + "; time.sleep(60)")
    told = ""
    with WorkerProcess(settings, command) as worker:
        pid = worker.pid
        end = time.monotonic() + 20
        while "on" not in told and time.monotonic() < end:
            told += capfd.readouterr().out
            time.sleep(0.02)
    assert pid is not None and not lives(pid)


def test_the_worker_works_on_the_same_archive(settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "told"
    code = (
        "import os, pathlib;"
        f"pathlib.Path({str(out)!r}).write_text(os.environ['CONDYLE_DATABASE_URL'])"
    )
    with WorkerProcess(settings, (sys.executable, "-c", code), first_wait_s=60):
        wait_until(lambda: out.exists() and out.read_text(), "the worker told nothing")
    assert out.read_text() == settings.database
    assert environment_of(settings)["CONDYLE_HOME"] == str(settings.home)


def test_the_description_is_the_apps_own_and_the_same_each_time(deps: Deps) -> None:
    document = openapi_document()
    assert json.dumps(document) == json.dumps(openapi_document())
    assert document == create_app(deps).openapi()
    described = {
        (method.upper(), path) for path, calls in document["paths"].items() for method in calls
    }
    assert {key for key in PUBLIC if "openapi" not in key[1]} <= described
    answers = document["paths"]["/api/v1/users"]["post"]["responses"]
    assert answers["403"]["content"]["application/json"]["schema"]["$ref"].endswith("/Problem")


def append_acts(archive: Archive, count: int) -> None:
    act = audit.system_act("tests")
    with archive.database.write() as session:
        for _ in range(count):
            audit.append(session, act(archive.clock(), "x", subject="y"))


def test_heads_are_noted_where_they_are_new(archive: Archive, settings: Settings) -> None:
    path = heads_file(settings)
    note_head(archive, path)
    assert not path.exists(), "an empty log has no head"
    for count in (1, 0, 2):
        append_acts(archive, count)
        note_head(archive, path)
    assert [head.number for head in noted_heads(path)] == [1, 3]
    assert path.stat().st_mode & 0o077 == 0
    assert verify_audit(archive, settings)[0].number == 3


def test_the_end_of_the_log_cannot_be_cut_off_unseen(archive: Archive, settings: Settings) -> None:
    append_acts(archive, 3)
    note_head(archive, heads_file(settings))
    with archive.database.write_connection() as connection:
        connection.exec_driver_sql("DELETE FROM audit_entries WHERE id = 3")
    with pytest.raises(ArchiveDamaged, match="not whole") as raised:
        verify_audit(archive, settings)
    assert raised.value.found.startswith("act 3:")


def test_a_copy_of_the_heads_shows_what_was_taken_out_of_both(
    archive: Archive, settings: Settings, tmp_path: Path
) -> None:
    append_acts(archive, 3)
    copy = tmp_path / "copy.txt"
    note_head(archive, copy)
    assert verify_audit(archive, settings, copy)[1] == 1
    with archive.database.write_connection() as connection:
        connection.exec_driver_sql("DELETE FROM audit_entries WHERE id = 3")
    verify_audit(archive, settings)
    with pytest.raises(ArchiveDamaged, match="not whole"):
        verify_audit(archive, settings, copy)
    with pytest.raises(UsageError, match="not checked"):
        verify_audit(archive, settings, tmp_path / "missing.txt")


def test_a_last_note_that_was_cut_short_is_left_out_and_any_other_is_told(
    archive: Archive, settings: Settings
) -> None:
    path = heads_file(settings)
    append_acts(archive, 1)
    note_head(archive, path)
    whole = path.read_text()
    path.write_text(whole + whole[:30])
    assert len(noted_heads(path)) == 1
    path.write_text(whole + "nonsense\n" + whole)
    with pytest.raises(ArchiveDamaged, match="cannot be read"):
        noted_heads(path)


def test_a_note_after_one_that_was_cut_short_can_be_read(
    archive: Archive, settings: Settings
) -> None:
    path = heads_file(settings)
    append_acts(archive, 1)
    note_head(archive, path)
    path.write_text(path.read_text() + "2 abc")
    append_acts(archive, 1)
    note_head(archive, path)
    assert [head.number for head in noted_heads(path)] == [1, 2]


def test_the_app_notes_the_head_when_it_ends(deps: Deps) -> None:
    append_acts(deps.archive, 1)
    path = heads_file(deps.settings)
    with Client(create_app(deps), base_url="http://localhost"):
        assert not path.exists()
    assert len(noted_heads(path)) == 1


def test_a_disk_that_is_full_does_not_keep_the_app_from_ending(deps: Deps) -> None:
    append_acts(deps.archive, 1)
    heads_file(deps.settings).mkdir()
    with Client(create_app(deps), base_url="http://localhost"):
        pass


def test_opening_a_database_twice_is_no_second_upgrade(settings: Settings) -> None:
    for _ in range(2):
        open_archive(settings).database.close()
    assert open_database(settings.database).url.database == str(settings.home / "condyle.sqlite")
