"""DICOMweb of a server that answers as the test says: statuses, tokens, odd bodies."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.dicom.network.made import as_bytes, instance, write

from condyle.dicom.network import client
from condyle.dicom.network.found import Filters, FoundInstance
from condyle.dicom.network.outgoing import Sent, outgoing_of
from condyle.dicom.network.part10 import Received
from condyle.dicom.network.peer import WebPeer
from condyle.errors import InputError, PeerError, PeerUnreachable


@dataclass
class Web:
    """A server's answer to everything, and what it was asked."""

    status: int = 200
    body: bytes = b"[]"
    media: str = "application/dicom+json"
    asked: list[tuple[str, str, Mapping[str, str], bytes]] = field(default_factory=list)
    port: int = 0

    def peer(self, **more: Any) -> WebPeer:
        return WebPeer("web", f"http://127.0.0.1:{self.port}/dicom-web", timeout_s=5, **more)


@pytest.fixture
def web() -> Iterator[Web]:
    said = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            size = int(self.headers.get("Content-Length", "0"))
            told = {name.lower(): value for name, value in self.headers.items()}
            said.asked.append((self.command, self.path, told, self.rfile.read(size)))
            self.send_response(said.status)
            self.send_header("Content-Type", said.media)
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(said.body)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    said.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield said
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 406, 415, 418, 499])
def test_an_answer_of_refusal_is_told_in_four_parts(web: Web, status: int) -> None:
    web.status = status

    with pytest.raises(PeerError) as error:
        client.echo(web.peer())

    assert not isinstance(error.value, PeerUnreachable)
    assert str(status) in error.value.found
    assert len(error.value.lines()) == 4


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
def test_a_server_that_cannot_now_may_later(web: Web, status: int) -> None:
    web.status = status

    with pytest.raises(PeerUnreachable):
        client.find_studies(web.peer(), Filters(), 10)


@pytest.mark.parametrize("body", [b"<html>", b"{", b'"text"'])
def test_an_answer_that_is_none_of_dicomweb_is_told_as_such(web: Web, body: bytes) -> None:
    web.body = body

    with pytest.raises(PeerError) as error:
        client.find_studies(web.peer(), Filters(), 10)

    assert len(error.value.lines()) == 4


def test_the_token_goes_with_each_call_and_is_in_no_error(web: Web) -> None:
    web.status = 403

    with pytest.raises(PeerError) as error:
        client.echo(web.peer(token="very-secret"))

    assert web.asked[0][2]["authorization"] == "Bearer very-secret"
    assert "very-secret" not in str(error.value)


def test_a_wildcard_goes_as_itself(web: Web) -> None:
    client.find_studies(web.peer(), Filters(patient_name="Müller*", patient_id="P?1"), 10)

    path = web.asked[0][1]
    assert "PatientName=M%C3%BCller*" in path
    assert "limit=10" in path


def test_answers_without_a_uid_are_left_out(web: Web) -> None:
    good = {"0020000D": {"vr": "UI", "Value": ["1.2.3"]}}
    web.body = json.dumps([good, {"00100010": {"vr": "PN"}}, {"0020000D": {"vr": "UI"}}]).encode()

    assert [one.uid for one in client.find_studies(web.peer(), Filters(), 10)] == ["1.2.3"]


def _wanted() -> list[FoundInstance]:
    return [FoundInstance("1.2", "1.2.3", "1.2.3.4", "")]


def test_one_instance_that_comes_alone_is_taken(web: Web) -> None:
    web.media, web.body = "application/dicom", as_bytes(instance(1))
    came: list[Received] = []

    client.get_instances(web.peer(), _wanted(), came.append)

    assert [(one.uid, one.content) for one in came] == [("1.2.3.4", web.body)]
    assert web.asked[0][1].endswith("/studies/1.2/series/1.2.3/instances/1.2.3.4")
    assert "transfer-syntax=*" in web.asked[0][2]["accept"]


@pytest.mark.parametrize(
    ("media", "body", "error"),
    [
        ("text/html", b"<html>", PeerError),
        ('multipart/related; type="application/dicom"', b"--x--", InputError),
        ("multipart/related; boundary=x", b"--x\r\n\r\nhalf an insta", InputError),
    ],
)
def test_what_is_no_whole_answer_is_never_taken(
    web: Web, media: str, body: bytes, error: type[Exception]
) -> None:
    web.media, web.body = media, body
    came: list[Received] = []

    with pytest.raises(error):
        client.get_instances(web.peer(), _wanted(), came.append)

    assert not came


def _stored(*uids: str) -> list[dict[str, Any]]:
    return [{"00081155": {"vr": "UI", "Value": [uid]}} for uid in uids]


def test_each_instance_is_answered_for_by_what_the_response_lists(web: Web, tmp_path: Path) -> None:
    study = [instance(n) for n in (1, 2, 3, 4)]
    one, two, three, _ = (str(s.SOPInstanceUID) for s in study)
    failed = [
        {**_stored(two)[0], "00081197": {"vr": "US", "Value": [0xA700]}},
        {**_stored(three)[0], "00081197": {"vr": "US", "Value": [0xC000]}},
    ]
    web.status = 202
    web.body = json.dumps(
        {"00081199": {"vr": "SQ", "Value": _stored(one)}, "00081198": {"vr": "SQ", "Value": failed}}
    ).encode()
    told: list[Sent] = []

    files = [outgoing_of(path) for path in write(tmp_path, study)]
    client.send_instances(web.peer(), files, told.append)

    assert [sent.state for sent in told] == ["stored", "later", "refused", "refused"]
    method, path, headers, body = web.asked[0]
    assert (method, path) == ("POST", "/dicom-web/studies")
    assert 'type="application/dicom"' in headers["content-type"]
    assert all(as_bytes(one) in body for one in study)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"00081199": 3}', b'{"00081199": {"Value": [1]}}'])
def test_an_instance_that_no_answer_names_counts_as_not_stored(
    web: Web, tmp_path: Path, body: bytes
) -> None:
    web.body = body
    told: list[Sent] = []

    try:
        files = [outgoing_of(path) for path in write(tmp_path, [instance(1)])]
        client.send_instances(web.peer(), files, told.append)
    except PeerError:
        return

    assert [one.state for one in told] == ["refused"]
