"""Reading a body of several parts as it comes, without keeping it (RFC 2046 5.1, RFC 2387)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from condyle.errors import InputError

MOST_HEADER_BYTES = 16 << 10
_PARAMETER = re.compile(r';\s*([\w-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;\s]*)')
_LONGEST_BOUNDARY = 70


@dataclass(frozen=True)
class Media:
    """A media type with its parameters.

    Attributes:
        type: Such as ``"multipart/related"``, in lower case.
        parameters: Without quotes, their names in lower case.
    """

    type: str
    parameters: Mapping[str, str]


def media_of(header: str) -> Media:
    """Reads a ``Content-Type``."""
    found = {
        name.lower(): re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value
        for name, value in _PARAMETER.findall(header[:4096])
    }
    return Media(header.split(";", 1)[0].strip().lower(), found)


def boundary_of(media: Media) -> bytes:
    """Gives the line between the parts.

    Raises:
        InputError: It has several parts and says no line, or one that none may be.
    """
    stated = media.parameters.get("boundary", "")
    if not 1 <= len(stated) <= _LONGEST_BOUNDARY or not stated.isascii() or "\r" in stated:
        raise _broken("no boundary between the parts")
    return stated.encode("ascii")


@dataclass(frozen=True)
class Parts:
    """What is told of the parts as they come.

    Attributes:
        begin: Told the headers of a part, their names in lower case.
        data: Told some bytes of its content; they must not be kept beyond the call.
        end: Told that it is over.
    """

    begin: Callable[[Mapping[str, str]], None]
    data: Callable[[memoryview], None]
    end: Callable[[], None]


class MultipartReader:
    """Cuts a body into its parts.

    Args:
        boundary: As ``boundary_of`` gives it.
        parts: What is told of them.
    """

    def __init__(self, boundary: bytes, parts: Parts) -> None:
        self._line = b"\r\n--" + boundary
        self._parts = parts
        # The first line has no line's end before it where the body begins with it.
        self._waiting = bytearray(b"\r\n")
        self._state = self._preamble

    def feed(self, chunk: bytes) -> None:
        """Takes the next bytes of the body.

        Raises:
            InputError: They are no parts.
        """
        self._waiting += chunk
        while self._state():
            pass

    def finish(self) -> None:
        """Says that the body is over.

        Raises:
            InputError: It is, in the middle of a part.
        """
        if self._state != self._epilogue:
            raise _broken("a body that ends before its last part does")

    def _preamble(self) -> bool:
        at = self._waiting.find(self._line)
        if at < 0:
            del self._waiting[: max(0, len(self._waiting) - len(self._line) + 1)]
            return False
        del self._waiting[: at + len(self._line)]
        self._state = self._after_line
        return True

    def _after_line(self) -> bool:
        """Reads what follows a boundary: two dashes at the very end, else a line's end."""
        if self._waiting[:2] == b"--":
            self._waiting.clear()
            self._state = self._epilogue
            return True
        end = self._waiting.find(b"\r\n")
        if end < 0:
            self._check_header()
            return False
        if self._waiting[:end].strip(b" \t"):
            raise _broken("a line between the parts that goes on")
        del self._waiting[:end]
        self._state = self._headers
        return True

    def _headers(self) -> bool:
        # With the end of the line before them, a part without headers is found the same way.
        end = self._waiting.find(b"\r\n\r\n")
        if end < 0:
            self._check_header()
            return False
        lines = bytes(self._waiting[:end]).decode("latin-1").split("\r\n")
        named = (line.partition(":") for line in lines if line)
        headers = {name.strip().lower(): value.strip() for name, _, value in named}
        del self._waiting[: end + 4]
        self._state = self._content
        self._parts.begin(headers)
        return True

    def _content(self) -> bool:
        at = self._waiting.find(self._line)
        # What may be the beginning of the line stays until more has come.
        safe = at if at >= 0 else max(0, len(self._waiting) - len(self._line) + 1)
        if safe:
            with memoryview(self._waiting) as whole:
                self._parts.data(whole[:safe])
            del self._waiting[:safe]
        if at < 0:
            return False
        del self._waiting[: len(self._line)]
        self._state = self._after_line
        self._parts.end()
        return True

    def _epilogue(self) -> bool:
        self._waiting.clear()
        return False

    def _check_header(self) -> None:
        if len(self._waiting) > MOST_HEADER_BYTES:
            raise _broken("a part whose headers do not end")


def _broken(found: str) -> InputError:
    return InputError(
        "The parts of a message were not understood.",
        found=found,
        needed="multipart/related, as DICOM has it (PS3.18 8.6.1.2)",
        mend="send it again with a boundary of its own.",
    )
