"""Whole series go from the disk to the socket, and come whole however they are taken."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import time
from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from tests.dicom.network.made import STUDY, as_bytes, instance
from tests.service.conftest import Client
from tests.service.dicomweb_client import parts
from tests.service.served import served
from tests.service.test_dicomweb_store import ALL, WEB, stow

from condyle.archive.archive import Archive
from condyle.service.dicomweb import sending

PATH = f"{WEB}/studies/{STUDY}"
COUNT = 40
Ask = Callable[[], http.client.HTTPConnection]


@pytest.fixture
def port(app: FastAPI) -> Iterator[int]:
    with served(app) as url:
        yield int(url.rpartition(":")[2])


@pytest.fixture
def headers(clinician: Client) -> dict[str, str]:
    made = clinician.post("/api/v1/tokens", json={"name": "viewer"})
    return {"Authorization": f"Bearer {made.json()['secret']}", "Accept": ALL}


@pytest.fixture
def stored(clinician: Client) -> list[bytes]:
    """Twenty megabytes, which no socket's buffer holds."""
    contents = [as_bytes(instance(number, size=500)) for number in range(1, COUNT + 1)]
    assert stow(clinician, contents).status_code == 200
    return contents


@pytest.fixture
def ask(port: int, headers: dict[str, str]) -> Iterator[Ask]:
    """Asks for the study, each time on a connection of its own."""
    with contextlib.ExitStack() as stack:

        def on_a_new_line() -> http.client.HTTPConnection:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
            stack.callback(line.close)
            line.request("GET", PATH, headers=headers)
            return line

        yield on_a_new_line


@pytest.fixture
def sent_files(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Counts the bytes of each call that sends a file."""
    calls: list[int] = []
    whole = os.sendfile

    def counted(to: int, file: int, at: int, count: int) -> int:
        calls.append(whole(to, file, at, count))
        return calls[-1]

    monkeypatch.setattr(sending.os, "sendfile", counted)
    return calls


def test_what_the_kernel_sends_is_what_a_server_without_it_sends(
    clinician: Client,
    stored: list[bytes],
    ask: Ask,
    headers: dict[str, str],
    sent_files: list[int],
) -> None:
    streamed = clinician.get(PATH, headers={"Accept": ALL})
    assert not sent_files
    line = ask()
    answer = line.getresponse()
    body = answer.read()
    line.request("GET", PATH, headers=headers)  # on the same connection
    assert len(line.getresponse().read()) == len(body)

    assert answer.status == streamed.status_code == 200
    assert len(body) == int(answer.headers["Content-Length"]) == len(streamed.content)
    assert sum(sent_files) == 2 * sum(map(len, stored))
    edge = answer.headers["Content-Type"].rpartition("=")[2]
    edges = streamed.headers["Content-Type"].rpartition("=")[2]
    assert body.replace(edge.encode(), edges.encode()) == streamed.content
    assert [content for _, content in parts(streamed)] == stored


def test_a_client_that_takes_its_time_gets_all_and_holds_up_nobody(
    stored: list[bytes], ask: Ask
) -> None:
    slow = [ask() for _ in range(3)]
    answers = [line.getresponse() for line in slow]
    beginnings = [answer.read(1000) for answer in answers]
    time.sleep(0.3)  # longer than a thread waits for a client
    other = ask()
    assert len(other.getresponse().read()) > sum(map(len, stored))
    for beginning, answer in zip(beginnings, answers, strict=True):
        told = int(answer.headers["Content-Length"])
        assert len(beginning) + len(answer.read()) == told


def test_a_client_that_goes_away_leaves_a_server_that_goes_on(
    stored: list[bytes], ask: Ask
) -> None:
    open_files = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        line = ask()
        answer = line.getresponse()
        answer.read(1000)
        line.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes([1, 0, 0, 0, 0, 0, 0, 0]))
        line.sock.close()  # at once, without waiting for what is on its way
        answer.close()
    assert len(ask().getresponse().read()) > sum(map(len, stored))
    until = time.monotonic() + 20
    while len(os.listdir("/proc/self/fd")) > open_files + 2:
        assert time.monotonic() < until, "connections or files are still open"
        time.sleep(0.05)


def test_an_object_that_is_short_or_gone_breaks_the_answer_off_and_is_logged(
    stored: list[bytes],
    ask: Ask,
    archive: Archive,
    caplog: pytest.LogCaptureFixture,
) -> None:
    victim = next(archive.objects.root / name[:2] / name[2:] for name in archive.objects.names())
    whole = victim.read_bytes()
    for damage in (lambda: victim.write_bytes(whole[:-9]), victim.unlink):
        caplog.clear()
        damage()
        answer = ask().getresponse()
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            answer.read()
        assert "an answer breaks off" in caplog.text
    victim.write_bytes(whole)
    assert len(ask().getresponse().read()) > sum(map(len, stored))
