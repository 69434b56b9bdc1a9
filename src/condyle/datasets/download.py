"""Fetching a file so that a stop loses nothing and nothing false is kept.

This module alone speaks to the network, and only for ``condyle data get``.
"""

from __future__ import annotations

import hashlib
import http.client
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message as Headers
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from condyle.datasets.public_sets import Expected
from condyle.domain.progress import Progress, ProgressCallback, ignore_progress
from condyle.errors import DatasetError, OutputError, UnsafeInput

PART = ".part"
"""Ending of a file that is not whole yet."""

TIMEOUT_S = 60.0
"""How long a host may be silent."""

ATTEMPTS = 3
"""How often a connection that breaks off is taken up again in one run."""

_CHUNK = 1 << 20
_MIB = 1 << 20
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_BROKEN_OFF = (OSError, http.client.HTTPException)


@dataclass(frozen=True)
class Checksums:
    """Checksums of a file.

    Attributes:
        md5: As hosts state it.
        sha256: As Condyle records it.
    """

    md5: str
    sha256: str


def fetch(
    expected: Expected, target: Path, *, progress: ProgressCallback = ignore_progress
) -> Checksums:
    """Fetches a file, going on where an earlier run stopped, and checks it.

    What has come so far lies in ``target`` with the ending ``.part``; a stop, also by
    Ctrl-C, leaves it. It gets its name when its size and checksum are right.

    Args:
        expected: Where it is and what it must be.
        target: Where it goes; a whole and right file there is not fetched again.
        progress: Called in the stage ``"get NAME"`` with MiB done and in all.

    Raises:
        UnsafeInput: The address, or one that it leads on to, is not https.
        DatasetError: The host does not give it, or what came is not what it must be.
        OutputError: It cannot be written.
    """
    require_safe(expected.url)
    part = target.with_name(target.name + PART)
    try:
        if target.is_file():
            return check_file(target, expected, progress=progress)
        target.parent.mkdir(parents=True, exist_ok=True)
        for attempt in range(1, ATTEMPTS + 1):
            if _taken_up(expected, part, target.name, last=attempt == ATTEMPTS, progress=progress):
                break
        found = check_file(part, expected, name=target.name, progress=progress)
        part.replace(target)
    except OSError as error:
        raise _unwritten(target.name, expected) from error
    return found


def _taken_up(
    expected: Expected, part: Path, name: str, *, last: bool, progress: ProgressCallback
) -> bool:
    """Fetches until the host breaks off, and says whether all is there.

    Raises:
        DatasetError: Nothing came, or not all, and this was the last attempt.
    """
    before = _size(part)
    if before > expected.size:
        part.unlink()
        before = 0
    try:
        _go_on(expected, part, name=name, progress=progress)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code != http.client.REQUESTED_RANGE_NOT_SATISFIABLE or last:
            raise _refused(name, f"the answer {error.code}") from error
        part.unlink()  # what is here is longer than what the host has
        return False
    except _BROKEN_OFF as error:
        if last or _size(part) == before:
            raise _refused(name, "a connection that failed") from error
    if _size(part) < expected.size and last:
        found = f"{_size(part):,} of {expected.size:,} bytes, and then the host broke off"
        raise _refused(name, found)
    return _size(part) >= expected.size


def read_small(url: str, *, most_bytes: int = 16 << 20) -> bytes:
    """Fetches a short document, such as a record.

    Args:
        url: Its address.
        most_bytes: A longer one is refused.

    Raises:
        UnsafeInput: The address is not https.
        DatasetError: The host does not give it, or it is too long.
    """
    require_safe(url)
    try:
        with _open(urllib.request.Request(url)) as answer:
            content: bytes = answer.read(most_bytes + 1)
    except urllib.error.HTTPError as error:
        error.close()
        raise _refused("The record", f"the answer {error.code}") from error
    except _BROKEN_OFF as error:
        raise _refused("The record", "a connection that failed") from error
    if len(content) > most_bytes:
        raise _refused("The record", f"more than {most_bytes >> 20} MiB")
    return content


def check_file(
    path: Path,
    expected: Expected,
    *,
    name: str = "",
    progress: ProgressCallback = ignore_progress,
) -> Checksums:
    """Checks that a file is what it must be.

    A ``.part`` that is not is taken away, since going on with it cannot mend it.

    Args:
        path: The file.
        expected: Its size and checksum.
        name: What to call it; its own name by default.
        progress: Called in the stage ``"check NAME"``.

    Raises:
        DatasetError: Its size or checksum is another.
        OSError: It cannot be read.
    """
    called = name or path.name
    size = path.stat().st_size
    if size != expected.size:
        raise _not_it(called, f"{size:,} bytes", f"{expected.size:,} bytes")
    md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
    done = 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            md5.update(chunk)
            sha256.update(chunk)
            done += len(chunk)
            progress(_step(f"check {called}", done, size))
    if md5.hexdigest() != expected.md5:
        if path.suffix == PART:
            path.unlink()
        raise _not_it(called, f"MD5 {md5.hexdigest()}", f"MD5 {expected.md5}")
    return Checksums(md5.hexdigest(), sha256.hexdigest())


def require_safe(url: str) -> None:
    """Refuses an address that is not https, unless it is this very machine.

    Raises:
        UnsafeInput: It is not.
    """
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return
    raise UnsafeInput(
        "The data set was not fetched.",
        found=f"an address that begins with {parts.scheme or 'nothing'}:",
        needed="https, so that nobody on the way can change it",
        mend="tell Condyle's maintainers which data set it is.",
    )


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follows a host to another address only where that is safe as well."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Any,
        newurl: str,
    ) -> urllib.request.Request | None:
        try:
            require_safe(newurl)
        except UnsafeInput:
            fp.close()
            raise
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _open(request: urllib.request.Request) -> Any:
    handlers: list[urllib.request.BaseHandler] = [_SafeRedirects()]
    if urlsplit(request.full_url).hostname in _LOOPBACK:
        handlers.append(urllib.request.ProxyHandler({}))
    opener = urllib.request.build_opener(*handlers)
    opener.addheaders = [("User-Agent", "condyle"), ("Accept-Encoding", "identity")]
    return opener.open(request, timeout=TIMEOUT_S)


def _go_on(expected: Expected, part: Path, *, name: str, progress: ProgressCallback) -> None:
    """Fetches what is missing and puts it behind what is there."""
    have = _size(part)
    if have == expected.size:
        return
    request = urllib.request.Request(expected.url)
    if have:
        request.add_header("Range", f"bytes={have}-")
    with _open(request) as answer:
        if have and answer.status == http.client.PARTIAL_CONTENT:
            if not _goes_on(answer.headers, have):
                part.unlink()  # the next attempt begins anew
                return
        elif have:
            # A host that does not know ranges sends the whole file again.
            have = 0
        try:
            out = part.open("ab" if have else "wb")
        except OSError as error:
            raise _unwritten(name, expected) from error
        with out:
            _copy(answer.read, out, have=have, expected=expected, name=name, progress=progress)


def _goes_on(headers: Headers, have: int) -> bool:
    """Says whether an answer begins where the part ends."""
    match = re.match(r"bytes (\d+)-", headers.get("Content-Range", ""))
    return match is not None and int(match[1]) == have


def _copy(
    read: Callable[[int], bytes],
    out: IO[bytes],
    *,
    have: int,
    expected: Expected,
    name: str,
    progress: ProgressCallback,
) -> None:
    progress(_step(f"get {name}", have, expected.size))
    while chunk := read(_CHUNK):
        have += len(chunk)
        if have > expected.size:
            raise _refused(name, "more bytes than its record states")
        try:
            out.write(chunk)
            out.flush()
        except OSError as error:
            raise _unwritten(name, expected) from error
        progress(_step(f"get {name}", have, expected.size))


def _step(stage: str, done: int, total: int) -> Progress:
    return Progress(stage, done // _MIB, -(-total // _MIB), "MiB")


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _refused(name: str, found: str) -> DatasetError:
    return DatasetError(
        f"{name} was not fetched.",
        found=found,
        needed="the whole file from its host",
        mend="run the same command again: it goes on where it stopped. On a machine without"
        " network, bring the files by hand and give --from.",
    )


def _unwritten(name: str, expected: Expected) -> OutputError:
    return OutputError(
        f"{name} was not written.",
        found="a folder that is full, or that cannot be written to",
        needed=f"room for {expected.size >> 20:,} MiB",
        mend="make room, and run the same command again: it goes on where it stopped.",
    )


def _not_it(name: str, found: str, needed: str) -> DatasetError:
    return DatasetError(
        f"{name} is not the published file.",
        found=found,
        needed=needed,
        mend="take it away and fetch it again; if it happens twice, do not use it.",
    )
