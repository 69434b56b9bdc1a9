"""Another system on the network, as it is reached: by DIMSE or by DICOMweb."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

OWN_TITLE = "CONDYLE"
"""AE title by which Condyle calls where nothing else is said."""


@dataclass(frozen=True)
class Tls:
    """How a connection is kept secret (PS3.15 B.12).

    Attributes:
        ca: Certificates that the peer's must come from; ``None`` for those of this machine.
        certificate: Our own, where the peer asks for one.
        key: Its key.
    """

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None


@dataclass(frozen=True)
class DimsePeer:
    """A system that is reached by DIMSE.

    Attributes:
        name: What it is called here.
        title: Its AE title.
        host: Its address.
        port: Where it listens.
        calling: The AE title by which we call.
        tls: ``None`` where the connection is plain.
        timeout_s: After so long without an answer it counts as unreachable.
    """

    name: str
    title: str
    host: str
    port: int
    calling: str = OWN_TITLE
    tls: Tls | None = None
    timeout_s: float = 30.0


@dataclass(frozen=True)
class WebPeer:
    """A system that is reached by DICOMweb.

    Attributes:
        name: What it is called here.
        url: Where its DICOMweb begins, without a slash at the end.
        token: Sent as a bearer token; empty for none.
        ca: Certificates that its own must come from; ``None`` for those of this machine.
        timeout_s: After so long without an answer it counts as unreachable.
    """

    name: str
    url: str
    token: str = field(default="", repr=False)
    ca: Path | None = None
    timeout_s: float = 30.0


Peer = DimsePeer | WebPeer
