"""What a client says it takes, and which of the ways in which we give is the one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.exceptions import HTTPException

JSON = "application/dicom+json"
OCTETS = "application/octet-stream"
DICOM = "application/dicom"
MULTIPART = "multipart/related"

_COMPRESSED: Mapping[str, str] = {
    "1.2.840.10008.1.2.4.50": "image/jpeg",
    "1.2.840.10008.1.2.4.51": "image/jpeg",
    "1.2.840.10008.1.2.4.57": "image/jpeg",
    "1.2.840.10008.1.2.4.70": "image/jpeg",
    "1.2.840.10008.1.2.4.80": "image/jls",
    "1.2.840.10008.1.2.4.81": "image/jls",
    "1.2.840.10008.1.2.4.90": "image/jp2",
    "1.2.840.10008.1.2.4.91": "image/jp2",
    "1.2.840.10008.1.2.4.92": "image/jpx",
    "1.2.840.10008.1.2.4.93": "image/jpx",
    "1.2.840.10008.1.2.4.201": "image/jphc",
    "1.2.840.10008.1.2.4.202": "image/jphc",
    "1.2.840.10008.1.2.4.203": "image/jphc",
    "1.2.840.10008.1.2.5": "image/dicom-rle",
}
"""Media type of the frames of each compressed transfer syntax (PS3.18 Table 8.7.3-5)."""

_PART = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*")+')
_PARAMETER = re.compile(r';\s*([\w-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;,\s]*)')


@dataclass(frozen=True)
class Range:
    """One media range of an ``Accept`` header.

    Attributes:
        media: Such as ``"multipart/related"`` or ``"*/*"``, in lower case.
        parameters: Without quotes.
    """

    media: str
    parameters: Mapping[str, str]

    @property
    def weight(self) -> float:
        """How much it is wanted, 0 for not at all."""
        try:
            return float(self.parameters.get("q", "1"))
        except ValueError:
            return 0.0

    @property
    def syntax(self) -> str:
        """The transfer syntax that it asks for, ``"*"`` for any."""
        return self.parameters.get("transfer-syntax", "*")


@dataclass(frozen=True)
class Given:
    """How frames or instances are given.

    Attributes:
        media: Media type of each part.
        multipart: Whether they are parts, or one is the whole answer.
    """

    media: str
    multipart: bool


def ranges_of(header: str) -> list[Range]:
    """Reads an ``Accept`` header, what is wanted most first; an empty one takes anything."""
    found = []
    for part in _PART.findall(header[:4096]):
        media = part.split(";", 1)[0].strip().lower()
        parameters = {name.lower(): value.strip('"') for name, value in _PARAMETER.findall(part)}
        found.append(Range(media, parameters))
    found = [one for one in found if one.weight > 0]
    return sorted(found, key=lambda one: -one.weight) or ([] if header else [Range("*/*", {})])


def json_media(accept: str) -> str:
    """Gives the media type in which JSON is given.

    Raises:
        HTTPException: The client takes no JSON.
    """
    for one in ranges_of(accept):
        if one.media in (JSON, "application/*", "*/*"):
            return JSON
        if one.media == "application/json":
            return "application/json"
    raise HTTPException(406)


def frames_given(accept: str, syntax: str, count: int) -> Given:
    """Gives how frames are given: in parts, or alone where one is asked for so.

    Args:
        accept: The ``Accept`` header.
        syntax: Transfer syntax of the frames as they are served.
        count: How many are asked for.

    Raises:
        HTTPException: The client takes them in no way in which they are there.
    """
    own = _COMPRESSED.get(syntax, OCTETS)
    return _given(accept, syntax, (own, OCTETS), many=count > 1)


def instance_given(accept: str, syntax: str) -> Given:
    """Gives how a whole instance is given.

    Raises:
        HTTPException: The client takes it in no way in which it is there.
    """
    return _given(accept, syntax, (DICOM,), many=False)


def _given(accept: str, syntax: str, media: tuple[str, ...], *, many: bool) -> Given:
    for one in ranges_of(accept):
        if one.syntax not in ("*", syntax):
            continue
        if one.media == "*/*":
            return Given(media[0], multipart=True)
        if one.media == MULTIPART:
            wanted = one.parameters.get("type", media[0]).lower()
            if wanted in media:
                return Given(wanted, multipart=True)
            if wanted in ("*/*", media[0].split("/")[0] + "/*"):
                return Given(media[0], multipart=True)
        elif one.media in media and not many:
            return Given(one.media, multipart=False)
    raise HTTPException(406)
