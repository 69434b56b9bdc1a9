"""How a storage node is set up: who it is, who may send to it, and what bounds a sender."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from condyle.errors import BadConfiguration

ANY = "*"
_TITLE = re.compile(r"[\x20-\x5b\x5d-\x7e]{1,16}")


@dataclass(frozen=True)
class Peer:
    """Somebody who may send.

    Attributes:
        title: Calling AE title, or ``"*"`` for any.
        network: Addresses that it may come from; ``None`` for any.
    """

    title: str
    network: ipaddress.IPv4Network | ipaddress.IPv6Network | None = None

    def admits(self, title: str, address: str) -> bool:
        """Tells whether a caller of that title and address is meant."""
        if self.title not in (ANY, title):
            return False
        return self.network is None or _plain(address) in self.network


@dataclass(frozen=True, kw_only=True)
class Tls:
    """TLS of a node.

    Attributes:
        certificate: PEM file of the server's certificate and those it stands on.
        key: PEM file of its key.
        clients: PEM file of the authorities whose client certificates are asked for;
            ``None`` where a client needs none.
    """

    certificate: Path
    key: Path
    clients: Path | None = None


@dataclass(frozen=True, kw_only=True)
class NodeOptions:
    """A storage node.

    Attributes:
        host: Address to listen on.
        port: Port to listen on, 0 for any.
        title: Its AE title; a call to another one is rejected.
        peers: Who may send; where nobody is named, only programs of this machine.
        associations: Most associations at a time.
        timeout_s: A peer that sends nothing for so long is given up.
        most_bytes: Largest object.
        tls: Or ``None`` for plain TCP.
    """

    host: str = "127.0.0.1"
    port: int = 0
    title: str = "CONDYLE"
    peers: tuple[Peer, ...] = field(default=())
    associations: int = 16
    timeout_s: float = 60.0
    most_bytes: int = 4 << 30
    tls: Tls | None = None

    def admits(self, title: str, address: str) -> bool:
        """Tells whether a caller of that title and address may send."""
        if not self.peers:
            return _plain(address).is_loopback
        return any(peer.admits(title, address) for peer in self.peers)


def is_title(text: str) -> bool:
    """Tells whether a text is an AE title (DICOM PS3.5 6.2: 16 characters, no backslash)."""
    return bool(_TITLE.fullmatch(text)) and bool(text.strip())


def parse_peers(text: str) -> tuple[Peer, ...]:
    """Reads peers such as ``"MR1@10.1.2.3, PACS@10.1.0.0/16, CT2"``.

    Raises:
        BadConfiguration: One is no AE title, or names no address or network.
    """
    return tuple(_peer(part.strip()) for part in text.split(",") if part.strip())


def peers_of(titles: Iterable[str]) -> tuple[Peer, ...]:
    """Gives peers by their titles alone, from any address."""
    return tuple(Peer(title) for title in titles)


def _peer(text: str) -> Peer:
    title, at, address = (part.strip() for part in text.partition("@"))
    if not is_title(title):
        raise _wrong(text, "an AE title of at most 16 characters, or *")
    if not at or address == ANY:
        return Peer(title)
    try:
        return Peer(title, ipaddress.ip_network(address, strict=False))
    except ValueError:
        raise _wrong(text, "an address such as 10.1.2.3 or a network such as 10.1.0.0/16") from None


def _wrong(found: str, needed: str) -> BadConfiguration:
    return BadConfiguration(
        "The list of those who may send images does not fit.",
        found=f"'{found}'",
        needed=needed,
        mend="write it as TITLE@ADDRESS, several with commas between them.",
    )


def _plain(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    return found if mapped is None else mapped
