"""The systems that this one talks to, as an administrator lists them in YAML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from condyle.dicom.network.peer import OWN_TITLE, DimsePeer, Peer, Tls, WebPeer
from condyle.errors import BadConfiguration, UnknownName
from condyle.workflows.pacs.configuration import Strict, read_configuration

FILE = "pacs.yaml"
"""Name of the file in the clinic's folder."""

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


def _title(value: str) -> str:
    if not value.strip() or value != value.strip() or not value.isprintable() or "\\" in value:
        raise ValueError("an AE title of 1 to 16 letters without a backslash (PS3.5 6.2)")
    return value


def _url(value: str) -> str:
    parts = urlsplit(value)
    more = parts.query or parts.fragment or parts.port == 0  # a port that is none raises by itself
    if parts.scheme not in ("http", "https") or not parts.hostname or more:
        raise ValueError("an address such as https://pacs.hospital.example/dicom-web")
    if parts.username or parts.password:
        raise ValueError("an address without a password; use token_file")
    return value.rstrip("/")


Title = Annotated[str, Field(max_length=16, pattern=r"^[ -~]+$"), AfterValidator(_title)]


class TlsPart(Strict):
    """How a connection is kept secret; paths are taken from the file's folder."""

    ca: str | None = None
    certificate: str | None = None
    key: str | None = None

    @model_validator(mode="after")
    def _is_a_pair(self) -> TlsPart:
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate and key come together")
        return self


class PeerPart(Strict):
    """One system: title, host and port, or a url."""

    title: Title | None = None
    host: Annotated[str, Field(min_length=1, max_length=253)] | None = None
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    calling: Title | None = None
    tls: TlsPart | None = None
    url: Annotated[str, AfterValidator(_url)] | None = None
    token_file: str | None = None
    timeout_s: Annotated[float, Field(gt=0, le=3600)] = 30.0

    @model_validator(mode="after")
    def _is_one_of_both(self) -> PeerPart:
        dimse = {"title": self.title, "host": self.host, "port": self.port}
        if self.url is not None:
            wrong = [name for name, value in dimse.items() if value is not None]
            wrong += ["calling"] if self.calling is not None else []
            if wrong:
                raise ValueError(f"a url, and {', '.join(wrong)} of DIMSE: a peer has one of both")
            if self.tls is not None and self.tls.certificate is not None:
                raise ValueError("tls.certificate, which is for DIMSE; a url has a token_file")
            if self.tls is not None and not self.url.startswith("https://"):
                raise ValueError("tls, and a url of http://, over which nothing is kept secret")
            if self.token_file is not None and not self.url.startswith("https://"):
                host = urlsplit(self.url).hostname
                if host not in ("127.0.0.1", "localhost", "::1"):
                    raise ValueError("a token over http://, where anybody could read it")
        else:
            missing = [name for name, value in dimse.items() if value is None]
            if missing:
                raise ValueError(f"neither a url, nor {', '.join(missing)} beside the rest")
            if self.token_file is not None:
                raise ValueError("token_file, which is for a url")
        return self


class PeersFile(Strict):
    """The whole file."""

    title: Title = OWN_TITLE
    peers: dict[Annotated[str, Field(pattern=f"^{_NAME.pattern}$")], PeerPart]


def read_peers(path: Path) -> Mapping[str, Peer]:
    """Reads the systems that a file lists, by their names.

    Args:
        path: YAML. Files that it names are looked for from its folder.

    Raises:
        BadConfiguration: It does not fit, with every fault and its place; or a token cannot
            be read, or can be read by others.
    """
    if not path.is_file():
        raise BadConfiguration(
            "There is no list of other systems.",
            found=f"no file {path.name} at the place where it is looked for",
            needed="a file that lists them as docs/how-to/talk-to-a-pacs.md shows",
            mend=f"write {FILE} into the folder of CONDYLE_HOME, or name a file with --peers.",
        )
    read = read_configuration(path, PeersFile, kind="peers")
    faults: list[str] = []
    found = {
        name: _peer(name, part, read.title, path.parent, faults)
        for name, part in read.peers.items()
    }
    if faults:
        raise BadConfiguration(
            f"The peers in {path.name} cannot be used.",
            found="; ".join(faults),
            needed="files that this user alone can read",
            mend="correct the paths, and set the mode of token files to 600.",
        )
    return found


def peer_named(peers: Mapping[str, Peer], name: str) -> Peer:
    """Gives a peer by its name.

    Raises:
        UnknownName: There is none; it lists those that are.
    """
    if name not in peers:
        raise UnknownName("peer", name, peers)
    return peers[name]


def _peer(name: str, part: PeerPart, own: str, folder: Path, faults: list[str]) -> Peer:
    tls = part.tls
    if part.url is not None:
        ca = _file(folder, None if tls is None else tls.ca, f"peers.{name}.tls.ca", faults)
        token = _token(folder, part.token_file, f"peers.{name}.token_file", faults)
        return WebPeer(name, part.url, token, ca, part.timeout_s)
    secured = None
    if tls is not None:
        at = f"peers.{name}.tls"
        secured = Tls(
            _file(folder, tls.ca, f"{at}.ca", faults),
            _file(folder, tls.certificate, f"{at}.certificate", faults),
            _file(folder, tls.key, f"{at}.key", faults),
        )
    return DimsePeer(
        name=name,
        title=part.title or "",
        host=part.host or "",
        port=part.port or 0,
        calling=part.calling or own,
        tls=secured,
        timeout_s=part.timeout_s,
    )


def _file(folder: Path, stated: str | None, place: str, faults: list[str]) -> Path | None:
    if stated is None:
        return None
    path = folder / stated
    if not path.is_file():
        faults.append(f"{place}: no such file")
    return path


def _token(folder: Path, stated: str | None, place: str, faults: list[str]) -> str:
    path = _file(folder, stated, place, faults)
    if path is None or not path.is_file():
        return ""
    if path.stat().st_mode & 0o077:
        faults.append(f"{place}: a file that other users can read")
        return ""
    token = path.read_text("ascii", errors="replace").strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        faults.append(f"{place}: a file that holds no token")
    return token
