"""What an archive keeps of one DICOM file, as plain values: identity, numbers, places of frames."""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from pydicom.dataset import FileDataset
from pydicom.filereader import read_file_meta_info, read_partial
from pydicom.tag import BaseTag
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from condyle.dicom.exclude import is_directory
from condyle.dicom.frame_bytes import data_set_at, inflated_parts, served_syntax
from condyle.dicom.frame_places import Place, find_pixels, frame_places
from condyle.dicom.header import without_remarks
from condyle.dicom.json_header import MOST_ELEMENTS, deflated_header
from condyle.dicom.patient import body_part_of, is_simulated
from condyle.dicom.values import BROKEN, number, stated_uid, text
from condyle.errors import BadImage

_LONGEST_TEXT = 1024
_DEFERRED_BYTES = 1 << 20
_CHUNK = 1 << 20
_IN_MEMORY = 64 << 20
_ITEMS = (b"\xfe\xff\x00\xe0", b"\xff\xfe\xe0\x00")  # little and big endian
_MOST_ITEMS = MOST_ELEMENTS // 2
_MOST_INTEGER = (1 << 31) - 1


@dataclass(frozen=True)
class PatientFacts:
    """What a file says of its patient, as it says it.

    Attributes:
        identifier: Patient ID, may be empty.
        issuer: Issuer of Patient ID, may be empty.
        name: Patient's Name with its carets, may be empty.
        birth_date: Or ``None`` where none is stated.
        sex: ``"F"``, ``"M"``, ``"O"`` or ``None``.
    """

    identifier: str
    issuer: str
    name: str
    birth_date: dt.date | None
    sex: str | None


@dataclass(frozen=True)
class StudyFacts:
    """What a file says of its study."""

    uid: str
    accession: str
    description: str
    date: dt.date | None
    time: dt.time | None


@dataclass(frozen=True)
class SeriesFacts:
    """What a file says of its series; ``body_part`` holds words that name anatomy."""

    uid: str
    number: int | None
    description: str
    modality: str
    body_part: str


@dataclass(frozen=True)
class InstanceFacts:
    """One DICOM instance as plain values. Nothing of it may be logged.

    Attributes:
        uid: SOP Instance UID.
        class_uid: SOP Class UID.
        transfer_syntax: Of the file as it came.
        number: Instance Number, or ``None``.
        frames: Frames that it holds, 0 where it is no image.
        rows: Rows of a frame, or ``None``.
        columns: Columns of a frame, or ``None``.
        patient: Of its patient.
        study: Of its study.
        series: Of its series.
        simulated: Whether it says that it is simulated.
        header: Its header, as ``deflated_header`` gives it.
        frames_at: For each frame the parts of the file that hold it; of a deflated file the
            parts of what its data set inflates to.
    """

    uid: str
    class_uid: str
    transfer_syntax: str
    number: int | None
    frames: int
    rows: int | None
    columns: int | None
    patient: PatientFacts = field(repr=False)
    study: StudyFacts = field(repr=False)
    series: SeriesFacts = field(repr=False)
    simulated: bool
    header: bytes = field(repr=False)
    frames_at: tuple[tuple[Place, ...], ...] = field(repr=False)


def instance_facts(path: Path) -> InstanceFacts:
    """Reads the facts of a DICOM file without decoding its pixels.

    Args:
        path: The file; its name is not looked at, and is in no message.

    Raises:
        BadImage: It is no DICOM instance, is damaged, or holds far too much.
    """
    try:
        with without_remarks(), path.open("rb") as file:
            stated = "" if _is_bare(file) else _stated_syntax(path)
            if stated != DeflatedExplicitVRLittleEndian:
                return _facts(file, stated, 0)
            with _inflated(file) as (stream, start):
                return _facts(stream, stated, start)
    except BadImage:
        raise
    except BROKEN as error:
        raise _broken() from error


def facts_of_stream(stream: BinaryIO, syntax: str) -> InstanceFacts:
    """Reads the facts of a file that is open, and whose transfer syntax is known.

    Args:
        stream: The file.
        syntax: Its Transfer Syntax UID; not the deflated one.

    Raises:
        BadImage: As for ``instance_facts``.
    """
    try:
        with without_remarks():
            return _facts(stream, syntax, 0)
    except BadImage:
        raise
    except BROKEN as error:
        raise _broken() from error


def _facts(stream: BinaryIO, stated: str, start: int) -> InstanceFacts:
    size = stream.seek(0, 2)
    _check_items(stream, size)
    stream.seek(0)
    header = read_partial(
        stream, stop_when=_Stop().at, defer_size=_DEFERRED_BYTES, force=_is_bare(stream)
    )
    if is_directory(header):
        raise _refused("a DICOMDIR, which lists images and is none", "the images that it lists")
    _, little = header.original_encoding
    pixels = find_pixels(stream, size, little_endian=bool(little))
    places = [] if pixels is None else frame_places(header, pixels)
    syntax = _syntax(stated, header)
    frames = 0 if pixels is None else int(number([header], "NumberOfFrames") or 1)
    if pixels is None and number([header], "Rows"):
        raise _refused("an image without pixel data, or one that ends before them")
    uids = [
        _uid(header, name)
        for name in ("SOPInstanceUID", "SOPClassUID", "StudyInstanceUID", "SeriesInstanceUID")
    ]
    return InstanceFacts(
        uid=uids[0],
        class_uid=uids[1],
        transfer_syntax=syntax,
        number=_whole(header, "InstanceNumber"),
        frames=frames,
        rows=_whole(header, "Rows") if frames else None,
        columns=_whole(header, "Columns") if frames else None,
        patient=_patient(header),
        study=_study(header, uids[2]),
        series=_series(header, uids[3]),
        simulated=is_simulated(header),
        header=deflated_header(header, syntax=served_syntax(syntax)),
        frames_at=tuple(
            tuple((place - start, length) for place, length in frame) for frame in places
        ),
    )


class _Stop:
    """Stops reading before the pixels, and where there are more elements than in any image."""

    def __init__(self) -> None:
        self.left = MOST_ELEMENTS

    def at(self, tag: BaseTag, vr: str | None, length: int) -> bool:
        self.left -= 1
        if self.left < 0:
            raise _refused("a header that holds more than any image's does")
        return tag in (0x7FE00008, 0x7FE00009, 0x7FE00010)


@contextmanager
def _inflated(file: BinaryIO) -> Iterator[tuple[BinaryIO, int]]:
    """Gives what a deflated file inflates to, under a header of its own, and that one's length."""
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as copy:
        # A preamble and the transfer syntax alone: (0002,0010) UI, padded to an even length.
        copy.write(bytes(128) + b"DICM" + b"\x02\x00\x10\x00UI\x14\x00")
        copy.write(str(ExplicitVRLittleEndian).encode().ljust(20, b"\0"))
        start = copy.tell()
        file.seek(data_set_at(file))
        for part in inflated_parts(file):
            copy.write(part)
        copy.seek(0)
        yield cast(BinaryIO, copy), start


def _stated_syntax(path: Path) -> str:
    return str(read_file_meta_info(path).get("TransferSyntaxUID", ""))


def _check_items(stream: BinaryIO, size: int) -> None:
    """Refuses a file with so many items of sequences that reading them would fill the memory."""
    if size < 8 * _MOST_ITEMS:
        return  # an item has 8 bytes or more
    count = 0
    stream.seek(0)
    while chunk := stream.read(_CHUNK):
        count += sum(chunk.count(item) for item in _ITEMS)
        if count > _MOST_ITEMS:
            raise _refused("a header that holds more than any image's does")


def _is_bare(stream: BinaryIO) -> bool:
    head = stream.read(132)
    stream.seek(0)
    return head[128:] != b"DICM"


def _syntax(stated: str, header: FileDataset) -> str:
    meta = getattr(header, "file_meta", None)
    stated = stated or (str(meta.get("TransferSyntaxUID", "")) if meta is not None else "")
    if stated:
        return _checked_uid(stated, "TransferSyntaxUID")
    implicit, little = header.original_encoding
    explicit = ExplicitVRLittleEndian if little else ExplicitVRBigEndian
    return str(ImplicitVRLittleEndian if implicit else explicit)


def _patient(header: FileDataset) -> PatientFacts:
    sex = text([header], "PatientSex").upper()
    return PatientFacts(
        identifier=_text(header, "PatientID"),
        issuer=_text(header, "IssuerOfPatientID"),
        name=_text(header, "PatientName"),
        birth_date=_date(text([header], "PatientBirthDate")),
        sex=sex if sex in ("F", "M", "O") else None,
    )


def _study(header: FileDataset, uid: str) -> StudyFacts:
    return StudyFacts(
        uid=uid,
        accession=_text(header, "AccessionNumber"),
        description=_text(header, "StudyDescription"),
        date=_date(text([header], "StudyDate")),
        time=_time(text([header], "StudyTime")),
    )


def _series(header: FileDataset, uid: str) -> SeriesFacts:
    return SeriesFacts(
        uid=uid,
        number=_whole(header, "SeriesNumber"),
        description=_text(header, "SeriesDescription"),
        modality=_text(header, "Modality").upper()[:16],
        body_part=body_part_of(header) or "",
    )


def _text(header: FileDataset, keyword: str) -> str:
    """Gives a text that every database takes: no control character, no half of a pair."""
    stated = text([header], keyword)[:_LONGEST_TEXT].encode("utf-8", "replace").decode("utf-8")
    return "".join(one if one.isprintable() else " " for one in stated).strip()


def _whole(header: FileDataset, keyword: str) -> int | None:
    stated = number([header], keyword)
    return int(stated) if stated is not None and abs(stated) <= _MOST_INTEGER else None


def _uid(header: FileDataset, keyword: str) -> str:
    return _checked_uid(text([header], keyword), keyword)


def _checked_uid(stated: str, keyword: str) -> str:
    found = stated_uid(stated.strip())
    if found is None:
        raise _refused(f"no valid {UID_NAMES[keyword]}", "a DICOM instance with its UIDs")
    return str(UID(found))


UID_NAMES = {
    "SOPClassUID": "SOP Class UID",
    "SOPInstanceUID": "SOP Instance UID",
    "SeriesInstanceUID": "Series Instance UID",
    "StudyInstanceUID": "Study Instance UID",
    "TransferSyntaxUID": "Transfer Syntax UID",
}
"""Names of the UIDs that every instance must have."""


def _date(stated: str) -> dt.date | None:
    match = re.match(r"(\d{4})\.?(\d{2})\.?(\d{2})", stated)
    try:
        return dt.date(*(int(part) for part in match.groups())) if match else None
    except ValueError:
        return None


def _time(stated: str) -> dt.time | None:
    match = re.match(r"(\d{2}):?(\d{2})?:?(\d{2})?", stated)
    try:
        hour, minute, second = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
        return dt.time(hour, minute, min(second, 59)) if match else None
    except ValueError:
        return None


def _broken() -> BadImage:
    return _refused("a DICOM file that is damaged or ends early")


def _refused(found: str, needed: str = "a whole DICOM file") -> BadImage:
    return BadImage(
        "The image was not read.",
        found=found,
        needed=needed,
        mend="export the image again from the scanner or archive.",
    )
