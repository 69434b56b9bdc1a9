"""The list of peers is read strictly: each fault at once, with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from condyle.dicom.network.peer import DimsePeer, Tls, WebPeer
from condyle.errors import BadConfiguration, UnknownName
from condyle.workflows.pacs.peers import peer_named, read_peers


def _file(folder: Path, text: str) -> Path:
    path = folder / "pacs.yaml"
    path.write_text(text, "utf-8")
    return path


def test_both_kinds_of_peers_are_read(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret\n")
    (tmp_path / "token").chmod(0o600)
    (tmp_path / "ca.pem").write_text("x")
    path = _file(
        tmp_path,
        """
        title: KNEE_LAB
        peers:
          pacs: {title: ORTHANC, host: 10.0.0.5, port: 104}
          safe: {title: P, host: h, port: 2762, calling: US, tls: {ca: ca.pem}, timeout_s: 5}
          web: {url: "https://pacs.example/dicom-web/", token_file: token}
        """,
    )

    peers = read_peers(path)

    assert peers["pacs"] == DimsePeer("pacs", "ORTHANC", "10.0.0.5", 104, "KNEE_LAB")
    assert peers["safe"] == DimsePeer(
        "safe", "P", "h", 2762, "US", Tls(ca=tmp_path / "ca.pem"), 5.0
    )
    assert peers["web"] == WebPeer("web", "https://pacs.example/dicom-web", "secret")
    assert "secret" not in repr(peers)


def test_every_fault_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        """
        nodes: 3
        peers:
          one: {title: ORTHANC, host: h, port: 99999}
          two: {url: "ftp://x"}
          three: {title: ORTHANC, colour: red, host: h, port: 1}
          four: {host: h}
          five: {url: "http://x", title: T}
          Six: {title: T, host: h, port: 1}
          seven: {title: "THIS TITLE IS TOO LONG", host: h, port: 1}
          eight: {title: T, host: h, port: "104"}
        """,
    )

    with pytest.raises(BadConfiguration) as error:
        read_peers(path)

    for place in ("nodes", "one.port", "two.url", "three.colour", "peers.four", "peers.five",
                  "peers.Six", "seven.title", "eight.port"):  # fmt: skip
        assert place in error.value.found, place


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("peers: {a: {title: T, host: h, port: 1}, a: {title: T, host: h, port: 2}}", "twice"),
        ("peers: &x {a: *x}", "alias"),
        ("[1, 2]", "no fields"),
        ("peers: {a: [", "line"),
        ("peers: !!python/object:os.system {}", "tag"),
    ],
)
def test_what_is_no_plain_yaml_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadConfiguration, match=said):
        read_peers(_file(tmp_path, text))


def test_a_file_that_is_not_there_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match="no file"):
        read_peers(tmp_path / "pacs.yaml")


def test_a_token_that_others_can_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret")
    (tmp_path / "token").chmod(0o644)
    path = _file(tmp_path, "peers: {w: {url: 'https://x', token_file: token}}")

    with pytest.raises(BadConfiguration, match="other users"):
        read_peers(path)


def test_a_token_never_goes_over_a_connection_that_anybody_can_read(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret")
    (tmp_path / "token").chmod(0o600)
    path = _file(tmp_path, "peers: {w: {url: 'http://pacs.example', token_file: token}}")

    with pytest.raises(BadConfiguration, match="http://"):
        read_peers(path)


def test_a_name_that_is_not_listed_lists_those_that_are(tmp_path: Path) -> None:
    peers = read_peers(_file(tmp_path, "peers: {pacs: {title: T, host: h, port: 1}}"))

    with pytest.raises(UnknownName, match="pacs"):
        peer_named(peers, "other")
