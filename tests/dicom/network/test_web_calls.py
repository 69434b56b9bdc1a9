"""Calls to a DICOMweb that is not there: what is asked page by page, and what each fault means."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from tests.dicom.network.made import instance, write

from condyle.dicom.network import client, web_query, web_send
from condyle.dicom.network.found import Filters, FoundInstance
from condyle.dicom.network.outgoing import Sent, outgoing_of
from condyle.dicom.network.part10 import Received
from condyle.dicom.network.peer import WebPeer
from condyle.errors import PeerError, PeerUnreachable

PEER = WebPeer("web", "https://pacs.example/dicom-web", token="very-secret", timeout_s=7)
Answer = Callable[[requests.PreparedRequest], requests.Response]


class Net:
    """Answers in place of the network, and keeps what was asked and how."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[requests.PreparedRequest] = []
        self.how: list[dict[str, Any]] = []

    def send(
        self, session: requests.Session, request: requests.PreparedRequest, **how: Any
    ) -> requests.Response:
        self.asked.append(request)
        self.how.append(how)
        return self.answer(request)


def answer(body: object, *, status: int = 200) -> requests.Response:
    made = requests.Response()
    made.status_code = status
    made.headers["Content-Type"] = "application/dicom+json"
    made._content = json.dumps(body).encode()
    return made


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> Net:
    made = Net(lambda request: answer([]))

    def send(
        session: requests.Session, request: requests.PreparedRequest, **how: Any
    ) -> requests.Response:
        return made.send(session, request, **how)

    monkeypatch.setattr(requests.Session, "send", send)
    return made


def study(number: int) -> dict[str, Any]:
    return {"0020000D": {"vr": "UI", "Value": [f"1.2.{number}"]}}


def raising(error: Exception) -> Answer:
    def answers(request: requests.PreparedRequest) -> requests.Response:
        raise error

    return answers


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (requests.ConnectionError("x"), PeerUnreachable, "nobody who answers for 'web'"),
        (requests.exceptions.SSLError("x"), PeerUnreachable, "SSLError"),
        (requests.ConnectTimeout("x"), PeerUnreachable, "nobody who answers for 'web'"),
        (requests.ReadTimeout("x"), PeerUnreachable, "no answer of 'web' within 7 s"),
        (requests.exceptions.ChunkedEncodingError("x"), PeerError, "none of DICOMweb"),
        (requests.TooManyRedirects("x"), PeerError, "none of DICOMweb"),
    ],
)
def test_each_fault_of_the_network_says_whether_it_may_pass(
    net: Net, error: Exception, kind: type[PeerError], said: str
) -> None:
    net.answer = raising(error)

    with pytest.raises(PeerError) as raised:
        client.find_studies(PEER, Filters(), 10)

    assert type(raised.value) is kind
    assert said in raised.value.found
    assert len(raised.value.lines()) == 4
    assert "very-secret" not in str(raised.value)


def test_a_peer_is_waited_for_as_long_as_its_list_says_and_called_with_its_token(net: Net) -> None:
    client.echo(PEER)

    assert net.how[0]["timeout"] == (10.0, 7)
    assert net.asked[0].headers["Authorization"] == "Bearer very-secret"


@pytest.mark.parametrize(("ca", "verify"), [(None, True), (Path("own.pem"), "own.pem")])
def test_a_certificate_is_always_checked_and_against_the_peers_own_where_it_has_one(
    net: Net, ca: Path | None, verify: object
) -> None:
    client.echo(WebPeer("web", PEER.url, ca=ca))

    assert net.how[0]["verify"] == verify
    assert "Authorization" not in net.asked[0].headers


def test_no_proxy_of_the_machine_is_taken(net: Net, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://elsewhere.example:1")

    client.echo(PEER)

    assert not net.how[0]["proxies"]


def test_only_filters_that_were_given_are_asked(net: Net) -> None:
    client.find_studies(PEER, Filters(accession="A-1", dates="20240101-"), 10)

    url = net.asked[0].url or ""
    assert "AccessionNumber=A-1" in url and "StudyDate=20240101-" in url
    assert "PatientName=" not in url and "PatientID=" not in url


def test_a_peer_that_gives_less_than_was_asked_for_is_asked_for_the_rest(net: Net) -> None:
    pages = [[study(1), study(2)], [study(3)], []]
    net.answer = lambda request: answer(pages.pop(0))

    found = client.find_studies(PEER, Filters(), 10)

    assert [one.uid for one in found] == ["1.2.1", "1.2.2", "1.2.3"]
    urls = [one.url or "" for one in net.asked]
    assert [("limit=10" in urls[0]), "limit=8" in urls[1], "limit=7" in urls[2]] == [True] * 3
    assert "offset=2" in urls[1] and "offset=3" in urls[2]


def test_a_peer_that_passes_over_the_offset_is_not_asked_for_ever(net: Net) -> None:
    net.answer = lambda request: answer([study(1), study(2)])

    found = client.find_studies(PEER, Filters(), 10)

    assert [one.uid for one in found] == ["1.2.1", "1.2.2"]
    assert len(net.asked) == 2


def test_no_page_is_asked_for_beyond_the_limit(net: Net, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_query, "_PAGE", 2)
    numbers = iter(range(100))
    net.answer = lambda request: answer([study(next(numbers)), study(next(numbers))])

    assert len(client.find_studies(PEER, Filters(), 4)) == 4
    assert len(net.asked) == 2


@pytest.mark.parametrize(("count", "calls"), [(4, 4), (5, 1)])
def test_a_few_instances_are_asked_for_one_by_one_and_more_as_their_series(
    net: Net, count: int, calls: int
) -> None:
    def gives(request: requests.PreparedRequest) -> requests.Response:
        made = requests.Response()
        made.status_code = 200
        made.headers["Content-Type"] = "multipart/related; boundary=x"
        made.raw = io.BytesIO(b"--x\r\n\r\ncontent\r\n--x--")
        return made

    net.answer = gives
    came: list[Received] = []

    client.get_instances(
        PEER, [FoundInstance("1.2", "1.2.3", f"1.2.3.{n}", "") for n in range(count)], came.append
    )

    assert len(net.asked) == len(came) == calls
    assert ("/instances/" in (net.asked[0].url or "")) == (calls > 1)


def test_files_go_in_batches_and_each_batch_is_answered_for(
    net: Net, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_send, "_BATCH", 2)
    uids = [f"2.25.100.1.{n}" for n in range(1, 6)]
    all_of_them = [{"00081155": {"vr": "UI", "Value": [uid]}} for uid in uids]
    net.answer = lambda request: answer({"00081199": {"vr": "SQ", "Value": all_of_them}})
    told: list[Sent] = []

    files = [outgoing_of(path) for path in write(tmp_path, [instance(n) for n in range(1, 6)])]
    client.send_instances(PEER, files, told.append)

    assert len(net.asked) == 3
    assert [(one.uid, one.state) for one in told] == [(uid, "stored") for uid in uids]


@pytest.mark.parametrize("status", [202, 409])
def test_a_status_of_some_stored_is_read_and_not_raised(
    net: Net, tmp_path: Path, status: int
) -> None:
    failed = [{"00081155": {"Value": ["2.25.100.1.1"]}, "00081197": {"Value": [0x0122]}}]
    net.answer = lambda request: answer({"00081198": {"Value": failed}}, status=status)
    told: list[Sent] = []

    (path,) = write(tmp_path, [instance(1)])
    client.send_instances(PEER, [outgoing_of(path)], told.append)

    (sent,) = told
    assert sent.state == "refused"
    assert "reason 0x0122" in sent.said and sent.mend
