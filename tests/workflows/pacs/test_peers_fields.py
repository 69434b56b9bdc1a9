"""Each field of a peer: what it may hold, what it may not, and what stands beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from condyle.dicom.network.peer import OWN_TITLE, DimsePeer, Peer, Tls, WebPeer
from condyle.errors import BadConfiguration
from condyle.workflows.pacs.peers import read_peers

DIMSE = "title: PACS, host: h, port: 104"


def read(folder: Path, fields: str, *, head: str = "") -> Peer:
    path = folder / "pacs.yaml"
    path.write_text(f"{head}\npeers: {{one: {{{fields}}}}}", "utf-8")
    return read_peers(path)["one"]


def fault(folder: Path, fields: str, *, head: str = "") -> str:
    with pytest.raises(BadConfiguration) as error:
        read(folder, fields, head=head)
    assert len(error.value.lines()) == 4
    return error.value.found


@pytest.mark.parametrize("title", ["A", "MY PACS", "ABCDEFGHIJKLMNOP", "a-b_c.d", "#1!~"])
def test_a_title_of_one_to_sixteen_letters_is_taken_as_it_is(tmp_path: Path, title: str) -> None:
    peer = read(tmp_path, f"title: '{title}', host: h, port: 1")

    assert isinstance(peer, DimsePeer)
    assert peer.title == title


@pytest.mark.parametrize("field", ["title", "calling"])
@pytest.mark.parametrize(
    "title",
    ["''", "' '", "' PACS'", "'PACS '", "ABCDEFGHIJKLMNOPQ", "'A\\B'", "ÄÖ", '"A\\tB"', '"A\\n"'],
)
def test_a_title_that_dicom_does_not_write_is_refused(
    tmp_path: Path, field: str, title: str
) -> None:
    fields = {"title": "T", "calling": "US", field: title}
    text = ", ".join(f"{name}: {value}" for name, value in fields.items())

    assert fault(tmp_path, f"{text}, host: h, port: 1").startswith(f"peers.one.{field}: ")


def test_our_own_title_is_held_to_the_same_rules(tmp_path: Path) -> None:
    assert fault(tmp_path, DIMSE, head="title: 'A\\B'").startswith("title: ")


@pytest.mark.parametrize(
    ("head", "more", "calling"),
    [("", "", OWN_TITLE), ("title: LAB", "", "LAB"), ("title: LAB", ", calling: US", "US")],
)
def test_we_call_by_the_peers_calling_then_the_files_title_then_our_own(
    tmp_path: Path, head: str, more: str, calling: str
) -> None:
    peer = read(tmp_path, DIMSE + more, head=head)

    assert isinstance(peer, DimsePeer)
    assert peer.calling == calling


@pytest.mark.parametrize("port", ["0", "-1", "65536", "1.5", "true", "'104'"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, port: str) -> None:
    assert "peers.one.port" in fault(tmp_path, f"title: T, host: h, port: {port}")


@pytest.mark.parametrize("port", [1, 65535])
def test_the_first_and_the_last_port_are_taken(tmp_path: Path, port: int) -> None:
    peer = read(tmp_path, f"title: T, host: h, port: {port}")

    assert isinstance(peer, DimsePeer)
    assert peer.port == port


@pytest.mark.parametrize("seconds", ["0", "-1", "3600.1", ".inf", ".nan", "soon", "true"])
def test_a_time_that_nobody_would_wait_is_refused(tmp_path: Path, seconds: str) -> None:
    assert "peers.one.timeout_s" in fault(tmp_path, f"{DIMSE}, timeout_s: {seconds}")


@pytest.mark.parametrize(("more", "seconds"), [("", 30), (", timeout_s: 0.5", 0.5)])
@pytest.mark.parametrize("fields", [DIMSE, "url: 'https://x'"])
def test_a_peer_is_waited_for_as_long_as_it_says_or_half_a_minute(
    tmp_path: Path, fields: str, more: str, seconds: float
) -> None:
    assert read(tmp_path, fields + more).timeout_s == seconds


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ("host: h, port: 1", "title"),
        ("title: T, port: 1", "host"),
        ("title: T, host: h", "port"),
        ("{}", "title, host, port"),
    ],
)
def test_what_is_missing_of_a_peer_of_dimse_is_named(
    tmp_path: Path, fields: str, missing: str
) -> None:
    said = fault(tmp_path, "" if fields == "{}" else fields)

    assert said == f"peers.one: neither a url, nor {missing} beside the rest"


@pytest.mark.parametrize("more", ["title: T", "host: h", "port: 1", "calling: US"])
def test_a_url_with_a_field_of_dimse_beside_it_is_refused(tmp_path: Path, more: str) -> None:
    assert f"{more.split(':')[0]} of DIMSE" in fault(tmp_path, f"url: 'https://x', {more}")


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://x/dicom-web///", "https://x/dicom-web"),
        ("http://10.0.0.5:8042/dicom-web", "http://10.0.0.5:8042/dicom-web"),
        ("https://[::1]:8443", "https://[::1]:8443"),
    ],
)
def test_a_url_is_kept_without_slashes_at_its_end(tmp_path: Path, url: str, taken: str) -> None:
    peer = read(tmp_path, f"url: '{url}'")

    assert isinstance(peer, WebPeer)
    assert peer.url == taken


@pytest.mark.parametrize(
    "url",
    ["", "x", "//x", "ftp://x", "https://", "https://x/?a=b", "https://x/#part", "https://[::1",
     "https://x:99999", "https://x:port", "https://us:word@x", "https://us@x",
     "file:" + "//x"],
)  # fmt: skip
def test_a_url_that_leads_nowhere_or_holds_a_password_is_refused(tmp_path: Path, url: str) -> None:
    said = fault(tmp_path, f"url: '{url}'")

    assert said.startswith("peers.one.url: ")
    assert "word@" not in said


def test_a_token_or_certificate_stands_only_where_it_has_a_use(tmp_path: Path) -> None:
    assert "token_file" in fault(tmp_path, f"{DIMSE}, token_file: t")
    pair = "tls: {certificate: c, key: k}"
    assert "tls.certificate" in fault(tmp_path, f"url: 'https://x', {pair}")


@pytest.mark.parametrize("tls", ["{}", "{ca: a}"])
def test_tls_beside_an_address_without_it_is_an_error(tmp_path: Path, tls: str) -> None:
    assert "http://" in fault(tmp_path, f"url: 'http://127.0.0.1:8042/dicom-web', tls: {tls}")


@pytest.mark.parametrize("half", ["certificate: c", "key: k"])
def test_a_certificate_and_its_key_come_together(tmp_path: Path, half: str) -> None:
    assert fault(tmp_path, f"{DIMSE}, tls: {{{half}}}").startswith("peers.one.tls: ")


def test_every_file_that_is_not_there_is_named_by_its_field(tmp_path: Path) -> None:
    said = fault(tmp_path, f"{DIMSE}, tls: {{ca: a, certificate: b, key: c}}")

    assert said.split("; ") == [
        f"peers.one.tls.{field}: no such file" for field in ("ca", "certificate", "key")
    ]


def test_an_empty_tls_means_the_certificates_of_this_machine(tmp_path: Path) -> None:
    peer = read(tmp_path, f"{DIMSE}, tls: {{}}")

    assert isinstance(peer, DimsePeer)
    assert peer.tls == Tls()


def test_a_file_is_looked_for_from_the_lists_folder_unless_its_path_is_whole(
    tmp_path: Path,
) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "ca.pem").write_text("x")

    for stated in ("../ca.pem", str(tmp_path / "ca.pem")):
        peer = read(tmp_path / "lists", f"url: 'https://x', tls: {{ca: '{stated}'}}")
        assert isinstance(peer, WebPeer)
        assert peer.ca is not None and peer.ca.read_text() == "x"


@pytest.mark.parametrize("content", ["", " \n", "two words", "line\nline", "bell\a", "schlüssel"])
def test_a_file_that_holds_no_token_is_refused_and_never_quoted(
    tmp_path: Path, content: str
) -> None:
    (tmp_path / "t").write_text(content, "utf-8")
    (tmp_path / "t").chmod(0o600)

    assert fault(tmp_path, "url: 'https://x', token_file: t") == (
        "peers.one.token_file: a file that holds no token"
    )


@pytest.mark.parametrize("host", ["127.0.0.1:8042", "localhost", "[::1]"])
def test_a_token_may_go_in_the_open_to_this_machine_itself(tmp_path: Path, host: str) -> None:
    (tmp_path / "t").write_text("word")
    (tmp_path / "t").chmod(0o600)

    peer = read(tmp_path, f"url: 'http://{host}', token_file: t")

    assert isinstance(peer, WebPeer)
    assert peer.token == "word"


@pytest.mark.parametrize("name", ["a", "0", "pacs-2_b", "a" * 32])
def test_a_name_of_small_letters_digits_and_dashes_is_taken(tmp_path: Path, name: str) -> None:
    path = tmp_path / "pacs.yaml"
    path.write_text(f"peers: {{'{name}': {{{DIMSE}}}}}")

    assert list(read_peers(path)) == [name]


@pytest.mark.parametrize("name", ["", "-a", "_a", "a" * 33, "A", "a b", "a/b", "ä"])
def test_any_other_name_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "pacs.yaml"
    path.write_text(f"peers: {{'{name}': {{{DIMSE}}}}}", "utf-8")

    with pytest.raises(BadConfiguration):
        read_peers(path)
