"""Reading the facts of many files, where what one has in common with another is read once.

The instances of a series differ in a few elements of a hundred. A full reading takes 1.5 ms a
file; of a file whose elements were seen before only those are decoded that were not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset

from condyle.dicom.frame_bytes import served_syntax
from condyle.dicom.frame_places import PixelBytes, Place, frame_places
from condyle.dicom.header import without_remarks
from condyle.dicom.instance_facts import InstanceFacts, facts_of_stream, instance_facts
from condyle.dicom.json_header import element_text, header_of_texts
from condyle.dicom.plain_elements import PlainElements, plain_elements
from condyle.dicom.values import BROKEN
from condyle.errors import BadImage

_HEAD_BYTES = 256 << 10
_MOST_ELEMENT = 4 << 10  # what is longer is decoded each time, and not kept
_MOST_KEPT_BYTES = 16 << 20
_CHARACTERS, _SIGNED = 0x00080005, 0x00280103
_UID, _NUMBER = 0x00080018, 0x00200013
SHARED = (
    *(0x00080005, 0x00080008, 0x00080016, 0x0008001C, 0x00080020, 0x00080030, 0x00080050),
    *(0x00080060, 0x00081030, 0x0008103E, 0x00082218, 0x00100010, 0x00100020, 0x00100021),
    *(0x00100030, 0x00100040, 0x00180015, 0x00181030, 0x00181250, 0x0020000D, 0x0020000E),
    *(0x00200011, 0x00280002, 0x00280004, 0x00280008, 0x00280010, 0x00280011, 0x00280100),
)
"""Tags of all that ``InstanceFacts`` is made of, but its own UID and number and its header."""

_STATED_UID = re.compile(rb"[0-9]+(?:\.[0-9]+)*\0?")
_STATED_NUMBER = re.compile(rb" *-?[0-9]{1,9} *")
_REAL = rb"-?[0-9]{1,9}(?:\.[0-9]{1,14})?"
_PLAIN = {
    b"UI": (re.compile(rb"[0-9.]{1,64}\0?"), '"{}"'.format),
    b"DA": (re.compile(rb"[0-9]{8}"), '"{}"'.format),
    b"TM": (re.compile(rb"[0-9]{6}(?:\.[0-9]{1,6})? ?"), '"{}"'.format),
    b"IS": (re.compile(rb"-?[0-9]{1,9} ?"), lambda text: repr(int(text))),
    b"DS": (re.compile(rb"%s(?:\\%s)* ?" % (_REAL, _REAL)), lambda text: repr(float(text))),
}
"""Values that need no decoding, and how JSON has them: those in which slices of a series differ."""

_Key = tuple[object, ...]


@dataclass(frozen=True)
class _Common:
    """What instances have in common, and the bytes of a frame that is not compressed."""

    facts: InstanceFacts
    frame_bytes: int


class FactsReader:
    """Gives what ``instance_facts`` gives, sooner for files that are like one another.

    It is for one batch after the other of one thread, and forgets what becomes too much.
    """

    def __init__(self) -> None:
        self._common: dict[_Key, _Common] = {}
        self._texts: dict[_Key, dict[bytes, str | None]] = {}
        self._kept = 0

    def read(self, path: Path) -> InstanceFacts:
        """Reads the facts of a file.

        Args:
            path: As for ``instance_facts``.

        Raises:
            BadImage: As it does.
        """
        with path.open("rb", buffering=0) as stream:
            elements = plain_elements(stream.read(_HEAD_BYTES))
            if elements is not None:
                return self._plain(elements, stream.seek(0, 2), lambda: stream)
        return instance_facts(path)

    def read_bytes(self, content: bytes | bytearray) -> InstanceFacts | None:
        """Reads the facts of a file's bytes; ``None`` where only ``read`` can.

        Args:
            content: The whole file.

        Raises:
            BadImage: As for ``instance_facts``.
        """
        elements = plain_elements(bytes(memoryview(content)[:_HEAD_BYTES]))
        if elements is None:
            return None
        return self._plain(elements, len(content), lambda: BytesIO(content))

    def _plain(
        self, elements: PlainElements, size: int, opened: Callable[[], BinaryIO]
    ) -> InstanceFacts:
        if self._kept > _MOST_KEPT_BYTES:
            self._common.clear()
            self._texts.clear()
            self._kept = 0
        key = (elements.syntax, *map(elements.at.get, SHARED))
        common = self._common.get(key)
        if common is not None and (found := self._facts(elements, common, size, opened)):
            return found
        facts = facts_of_stream(opened(), elements.syntax)
        if (made := _common(facts, elements)) is not None:
            self._common[key] = made
            self._kept += sum(len(part) for part in key if isinstance(part, bytes))
        return facts

    def _facts(
        self,
        elements: PlainElements,
        common: _Common,
        size: int,
        opened: Callable[[], BinaryIO],
    ) -> InstanceFacts | None:
        """Gives the facts of a file that is like another; ``None`` where something is odd."""
        uid, number = elements.value(_UID), elements.value(_NUMBER)
        if uid is None or not _STATED_UID.fullmatch(uid) or len(uid.rstrip(b"\0")) > 64:
            return None
        if number is not None and not _STATED_NUMBER.fullmatch(number):
            return None
        try:
            with without_remarks():
                places = _places(elements, common, size, opened)
                header = self._header(elements)
        except (BadImage, *BROKEN):
            return None
        if places is None:
            return None
        return replace(
            common.facts,
            uid=uid.rstrip(b"\0").decode("ascii"),
            number=None if number is None else int(number),
            header=header,
            frames_at=places,
        )

    def _header(self, elements: PlainElements) -> bytes:
        """Gives the header as ``deflated_header`` does."""
        context = _context(elements)
        known = self._texts.setdefault(_key_of(elements, context), {})
        new: dict[int, str | None] = {}
        for tag, some in elements.at.items():
            if some not in known:
                new[tag] = None if elements.implicit else _plain_text(some)
        if odd := [tag for tag, text in new.items() if text is None]:
            dataset = _decoded(elements, sorted({*odd, *context}))
            new.update((tag, element_text(dataset, tag)) for tag in odd)
        for tag, text in new.items():
            if len(elements.at[tag]) <= _MOST_ELEMENT:
                known[elements.at[tag]] = text
                self._kept += len(elements.at[tag]) + len(text or "")
        texts = {
            f"{tag:08X}": text
            for tag, some in elements.at.items()
            if (text := new[tag] if tag in new else known[some]) is not None
        }
        return header_of_texts(texts, syntax=served_syntax(elements.syntax))


def _plain_text(element: bytes) -> str | None:
    """Gives the text of an element that needs no decoding, ``None`` where it does."""
    pattern, told = _PLAIN.get(element[4:6], (None, None))
    if pattern is None or told is None or not pattern.fullmatch(element, 8):
        return None
    vr, value = element[4:6].decode("ascii"), element[8:].rstrip(b" \0").decode("ascii")
    return f'{{"vr":"{vr}","Value":[{",".join(map(told, value.split(chr(92))))}]}}'


def _context(elements: PlainElements) -> list[int]:
    """Gives the tags by which others are understood: characters, sign, and private creators."""
    creators = [tag for tag in elements.at if tag >> 16 & 1 and 0x10 <= tag & 0xFFFF <= 0xFF]
    return [tag for tag in (_CHARACTERS, _SIGNED, *creators) if tag in elements.at]


def _key_of(elements: PlainElements, context: Iterable[int]) -> _Key:
    return (elements.implicit, *(elements.at[tag] for tag in context))


def _decoded(elements: PlainElements, tags: Iterable[int]) -> Dataset:
    content = b"".join(elements.at[tag] for tag in tags)
    return read_dataset(BytesIO(content), elements.implicit, True)


def _common(facts: InstanceFacts, elements: PlainElements) -> _Common | None:
    """Gives what other files may have in common with one; ``None`` where its frames are odd."""
    if not facts.frames_at:
        return None
    frame_bytes = facts.frames_at[0][0][1] if elements.pixels_length is not None else 0
    return _Common(replace(facts, header=b"", frames_at=()), frame_bytes)


def _places(
    elements: PlainElements, common: _Common, size: int, opened: Callable[[], BinaryIO]
) -> tuple[tuple[Place, ...], ...] | None:
    """Gives where the frames lie; ``None`` where they are not all there."""
    start, length, frames = elements.pixels_at, elements.pixels_length, common.facts.frames
    if length is None:
        counted = Dataset()
        counted.NumberOfFrames = frames
        found = frame_places(counted, PixelBytes(opened(), size, start, None))
        return tuple(tuple(frame) for frame in found)
    one = common.frame_bytes
    if not one or min(length, size - start) < one * frames:
        return None
    return tuple(((start + index * one, one),) for index in range(frames))
