"""Reading one file's header, and telling whether its pixels are all there."""

from __future__ import annotations

import logging
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import pydicom
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.filereader import read_file_meta_info
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from condyle.dicom.values import BROKEN, number
from condyle.errors import BadImage
from condyle.sources import SourceFile

MOST_INFLATED_BYTES = 1 << 30
"""A deflated instance that unpacks to more is taken for an attack."""

_ITEM = b"\xfe\xff\x00\xe0"
_DELIMITER = b"\xfe\xff\xdd\xe0"
_UNDEFINED = 0xFFFFFFFF
_CHUNK = 1 << 20


def is_dicom(file: SourceFile) -> bool:
    """Tells whether a file has the DICOM preamble, or begins as a data set does.

    Raises:
        OSError: The file cannot be opened.
    """
    head = file.head(140)
    return head[128:132] == b"DICM" or _is_bare(head)


def read_header(file: SourceFile) -> FileDataset:
    """Reads everything of an instance but its pixels, and checks that those are whole.

    Raises:
        BadImage: The file is damaged, ends early, or unpacks to far too much.
    """
    try:
        with without_remarks(), file.open() as stream:
            header = _read(stream, file)
            if number([header], "Rows") is not None:
                _check_pixels(header, stream, file)
            return header
    except BadImage:
        raise
    except BROKEN as error:
        raise broken(file, "a DICOM file that is damaged or ends early") from error


def read_whole(file: SourceFile) -> FileDataset:
    """Reads an instance with its pixels.

    Raises:
        BadImage: The file is damaged or ends early.
    """
    try:
        with without_remarks(), file.open() as stream:
            return _read(stream, file, pixels=True)
    except BROKEN as error:
        raise broken(file, "a DICOM file that is damaged or ends early") from error


def read_header_at(stream: BinaryIO, file: SourceFile) -> FileDataset:
    """Reads everything of an open instance but its pixels, and leaves the stream at those.

    Args:
        stream: The file, at its start.
        file: What to call it in an error.

    Raises:
        BadImage: The file is damaged or ends early.
    """
    try:
        with without_remarks():
            return _read(stream, file)
    except BadImage:
        raise
    except BROKEN as error:
        raise broken(file, "a DICOM file that is damaged or ends early") from error


def broken(file: SourceFile, found: str, needed: str = "a whole DICOM file") -> BadImage:
    """Gives the error for one instance that cannot be used."""
    return BadImage(
        f"The image {file.label} was not read.",
        found=found,
        needed=needed,
        mend="export the image again from the scanner or archive.",
    )


@contextmanager
def without_remarks() -> Iterator[None]:
    """Keeps pydicom's remarks, which may quote values of a header, from being shown."""
    logger = logging.getLogger("pydicom")
    was_disabled = logger.disabled
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logger.disabled = True
        try:
            yield
        finally:
            logger.disabled = was_disabled


def _is_bare(head: bytes) -> bool:
    """Tells whether bytes begin with a data element of group 2 or 8, in either order."""
    if len(head) < 16:
        return False
    for order in "<>":
        group, element = struct.unpack_from(f"{order}HH", head)
        if group not in (0x0002, 0x0008) or element > 0x0070:
            continue
        explicit = head[4:6].isalpha() and head[4:6].isupper()
        (length,) = struct.unpack_from(f"{order}I", head, 4)
        if explicit or length <= 128:
            return True
    return False


def _read(stream: BinaryIO, file: SourceFile, *, pixels: bool = False) -> FileDataset:
    bare = file.head(140)[128:132] != b"DICM"
    if not bare:
        _check_inflated(stream, file)
        stream.seek(0)
    header = pydicom.dcmread(stream, stop_before_pixels=not pixels, force=bare)
    if "TransferSyntaxUID" not in getattr(header, "file_meta", ()):
        implicit, little = header.original_encoding
        if not hasattr(header, "file_meta"):
            header.file_meta = FileMetaDataset()
        explicit = ExplicitVRLittleEndian if little else ExplicitVRBigEndian
        header.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else explicit
    return header


def _check_inflated(stream: BinaryIO, file: SourceFile) -> None:
    """Counts what a deflated data set unpacks to, without keeping it."""
    meta = read_file_meta_info(file.path)
    if str(meta.get("TransferSyntaxUID", "")) != DeflatedExplicitVRLittleEndian:
        return
    stream.seek(144 + int(meta.get("FileMetaInformationGroupLength", 0)))
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    total = 0
    rest = b""
    while chunk := rest or stream.read(_CHUNK):
        total += len(unpacker.decompress(chunk, _CHUNK))
        rest = unpacker.unconsumed_tail
        if total > MOST_INFLATED_BYTES:
            raise broken(file, "a deflated file that unpacks to more than 1 GiB")
    if not unpacker.eof:
        raise broken(file, "a DICOM file that is damaged or ends early")


def _check_pixels(header: FileDataset, stream: BinaryIO, file: SourceFile) -> None:
    """Checks that the pixel data begin where the header stopped and reach their end."""
    syntax = UID(header.file_meta.TransferSyntaxUID)
    if syntax == DeflatedExplicitVRLittleEndian:
        return
    _, little = header.original_encoding
    tag = stream.read(4)
    if tag != (b"\xe0\x7f\x10\x00" if little else b"\x7f\xe0\x00\x10"):
        raise broken(file, "an image without pixel data, or one that ends before them")
    rest = stream.read(8)
    implicit = not (rest[:2].isalpha() and rest[:2].isupper())
    order = "<" if little else ">"
    (length,) = struct.unpack_from(f"{order}I", rest, 0 if implicit else 4)
    start = stream.tell() - (4 if implicit else 0)
    if length == _UNDEFINED:
        _check_fragments(stream, file, start)
        return
    sizes = [number([header], name) or 0 for name in ("Rows", "Columns", "BitsAllocated")]
    frames = number([header], "NumberOfFrames") or 1
    samples = number([header], "SamplesPerPixel") or 1
    expected = sizes[0] * sizes[1] * sizes[2] / 8 * frames * samples
    if str(header.get("PhotometricInterpretation", "")) == "YBR_FULL_422":
        expected *= 2 / 3
    if syntax.is_encapsulated or min(length, file.size - start) < int(expected):
        raise broken(file, "fewer pixels than its header states")


def _check_fragments(stream: BinaryIO, file: SourceFile, start: int) -> None:
    """Walks the fragments of encapsulated pixel data (DICOM PS3.5 A.4) to their end."""
    stream.seek(start)
    while True:
        head = stream.read(8)
        if head[:4] == _DELIMITER or (not head and stream.tell() == file.size):
            return
        if len(head) < 8 or head[:4] != _ITEM:
            raise broken(file, "compressed pixels that end early")
        (length,) = struct.unpack("<I", head[4:])
        if stream.tell() + length > file.size:
            raise broken(file, "compressed pixels that end early")
        stream.seek(length, 1)
