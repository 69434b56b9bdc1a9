"""Who may send, and over TLS with which certificate."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.dicom.network.node.raw_peer import MR, MemoryShelf, RawPeer, node

from condyle.dicom.network.node.listen import Node
from condyle.dicom.network.node.options import NodeOptions, Tls, is_title, parse_peers
from condyle.errors import BadConfiguration, Unavailable

PEERS = parse_peers("MR1@10.1.2.3, PACS@10.1.0.0/16, CT2, *@192.168.5.0/24, V6@2001:db8::/32")


@pytest.mark.parametrize(
    ("title", "address", "admitted"),
    [
        ("MR1", "10.1.2.3", True),
        ("MR1", "10.1.2.4", False),
        ("MR1", "::ffff:10.1.2.3", True),
        ("PACS", "10.1.99.1", True),
        ("CT2", "8.8.8.8", True),
        ("ANYBODY", "192.168.5.9", True),
        ("ANYBODY", "10.1.2.3", False),
        ("V6", "2001:db8::1%eth0", True),
        ("mr1", "10.1.2.3", False),
    ],
)
def test_a_peer_is_known_by_title_and_address(title: str, address: str, *, admitted: bool) -> None:
    assert NodeOptions(peers=PEERS).admits(title, address) is admitted


def test_where_nobody_is_named_only_this_machine_may_send() -> None:
    assert NodeOptions().admits("ANY", "127.0.0.1") and NodeOptions().admits("ANY", "::1")
    assert not NodeOptions().admits("ANY", "10.0.0.1")


@pytest.mark.parametrize("wrong", ["MR1@nowhere", "A TITLE THAT IS TOO LONG", "@10.0.0.1", "A\\B"])
def test_a_peer_that_is_none_is_told(wrong: str) -> None:
    with pytest.raises(BadConfiguration) as raised:
        parse_peers(wrong)
    assert len(raised.value.lines()) == 4


def test_a_title_has_at_most_sixteen_characters_and_is_not_blank() -> None:
    assert is_title("A" * 16) and not is_title("A" * 17) and not is_title("   ")


def test_a_port_that_is_taken_is_told() -> None:
    with node(MemoryShelf()) as listening, pytest.raises(Unavailable, match="does not listen"):
        Node(NodeOptions(port=listening.port), MemoryShelf())


Issue = Callable[[str], tuple[Path, Path]]


@pytest.fixture
def issue(tmp_path: Path) -> Issue:
    """Makes a certificate that stands for itself, and its key."""

    def make(name: str) -> tuple[Path, Path]:
        key = ec.generate_private_key(ec.SECP256R1())
        named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        day = dt.datetime.now(dt.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(named)
            .issuer_name(named)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(day - dt.timedelta(days=1))
            .not_valid_after(day + dt.timedelta(days=1))
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
                critical=False,
            )
            .sign(key, hashes.SHA256())
        )
        paths = tmp_path / f"{name}.pem", tmp_path / f"{name}.key"
        paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        paths[1].write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return paths

    return make


def is_served_over_tls(port: int, trusted: Path, own: tuple[Path, Path] | None = None) -> bool:
    context = ssl.create_default_context(cafile=str(trusted))
    if own is not None:
        context.load_cert_chain(*own)
    plain = socket.create_connection(("127.0.0.1", port), timeout=10)
    try:
        with context.wrap_socket(plain, server_hostname="127.0.0.1") as secured:
            secured.sendall(MR)
            return secured.recv(6)[:1] == b"\2"
    except OSError:  # what TLS refuses is an OSError too
        return False


def test_over_tls_only_a_client_with_a_known_certificate_is_served(issue: Issue) -> None:
    server, client, stranger = issue("server"), issue("client"), issue("stranger")
    tls = Tls(certificate=server[0], key=server[1], clients=client[0])
    with node(MemoryShelf(), tls=tls) as listening:
        assert is_served_over_tls(listening.port, server[0], client)
        assert not is_served_over_tls(listening.port, server[0], stranger)
        assert not is_served_over_tls(listening.port, server[0])
        with RawPeer(listening.port) as plain:
            assert not plain.answer.startswith(b"\2")
        assert is_served_over_tls(listening.port, server[0], client)


def test_certificates_that_cannot_be_used_are_told(tmp_path: Path) -> None:
    none = tmp_path / "none.pem"
    with pytest.raises(BadConfiguration, match="certificates"):
        Node(NodeOptions(tls=Tls(certificate=none, key=none)), MemoryShelf())
