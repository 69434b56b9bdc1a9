"""NRRD volumes: the header through pynrrd, the voxels unpacked here under limits."""

from __future__ import annotations

import bz2
import math
import warnings
import zlib
from typing import Any, BinaryIO

import nrrd
import numpy as np
from numpy.typing import NDArray

from condyle.domain.geometry import Affine, Reorientation, spacing_of
from condyle.domain.study import Series
from condyle.domain.volume import Volume
from condyle.errors import BadImage
from condyle.images.check import as_affine, as_pixels, check_shape, unreadable
from condyle.images.stack import stack_turn
from condyle.images.volume_series import volume_series
from condyle.sources import SourceFile

# World spaces by name (NRRD definition, section 5) as signs that give LPS.
_SPACES = {
    "left-posterior-superior": (1.0, 1.0, 1.0),
    "lps": (1.0, 1.0, 1.0),
    "right-anterior-superior": (-1.0, -1.0, 1.0),
    "ras": (-1.0, -1.0, 1.0),
    "left-anterior-superior": (1.0, -1.0, 1.0),
    "las": (1.0, -1.0, 1.0),
}
_TYPES = {
    **dict.fromkeys(("signed char", "int8", "int8_t"), "i1"),
    **dict.fromkeys(("uchar", "unsigned char", "uint8", "uint8_t"), "u1"),
    **dict.fromkeys(("short", "short int", "signed short", "int16", "int16_t"), "i2"),
    **dict.fromkeys(("ushort", "unsigned short", "uint16", "uint16_t"), "u2"),
    **dict.fromkeys(("int", "signed int", "int32", "int32_t"), "i4"),
    **dict.fromkeys(("uint", "unsigned int", "uint32", "uint32_t"), "u4"),
    **dict.fromkeys(("longlong", "long long", "int64", "int64_t"), "i8"),
    **dict.fromkeys(("ulonglong", "unsigned long long", "uint64", "uint64_t"), "u8"),
    "float": "f4",
    "double": "f8",
}
_BROKEN = (
    nrrd.NRRDError,
    OSError,
    EOFError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    MemoryError,
    zlib.error,
)
_LONGEST_HEADER = 1 << 20
_LONGEST_NUMBER = 32  # characters of one voxel written as text, with its blank


def is_nrrd(head: bytes) -> bool:
    """Tells whether a file begins as an NRRD file does."""
    return head.startswith(b"NRRD000")


def read_nrrd(file: SourceFile, *, whole: bool = True, turn: Reorientation | None = None) -> Series:
    """Gives an NRRD file as a series whose slices come first and hang the usual way.

    Args:
        file: The image.
        whole: Whether to read the pixels now, to see that the file is whole.
        turn: How to turn the stored axes, where that is not to be told by the header; the
            series has no geometry then.

    Raises:
        BadImage: The file is damaged, keeps its voxels in another file, holds vectors,
            or is too large.
    """
    header, start = _header(file)
    sides = [int(side) for side in header["sizes"]]
    sides = [*sides, 1] if len(sides) == 2 else sides
    affine = _affine(header, len(header["sizes"])) if turn is None else None
    turn = turn or stack_turn(affine, sides)
    shape = check_shape([sides[a] for a in turn.axes] if len(sides) == 3 else sides, file.label)
    turned = None if affine is None else turn.apply_affine(affine, (sides[0], sides[1], sides[2]))

    def load() -> Volume:
        stored = _voxels(file, header, start).reshape(sides, order="F")
        pixels = as_pixels(turn.apply(stored), file.label)
        return Volume(pixels, None if turned is None else spacing_of(turned), turned)

    if whole:
        load()
    return volume_series(
        file,
        kind="nrrd",
        load=load,
        shape=shape,
        affine=turned,
        turn=turn,
    )


def _header(file: SourceFile) -> tuple[dict[str, Any], int]:
    """Reads the header and where the voxels begin."""
    try:
        with warnings.catch_warnings(), file.open() as stream:
            warnings.simplefilter("ignore")
            if b"\n\n" not in (head := stream.read(_LONGEST_HEADER)) and b"\r\n\r\n" not in head:
                raise unreadable(file.label, "NRRD")
            stream.seek(0)
            header = dict(nrrd.read_header(stream))
            start = stream.tell()
            known = header["type"] in _TYPES and len(header["sizes"]) == int(header["dimension"])
    except _BROKEN as error:
        raise unreadable(file.label, "NRRD") from error
    if "data file" in header or "datafile" in header:
        raise BadImage(
            f"The image {file.label} was not read.",
            found="a header that keeps its voxels in another file",
            needed="header and voxels in one .nrrd file",
            mend="save it again as one file.",
        )
    if not known or header.get("line skip", 0) or header.get("byte skip", 0):
        raise unreadable(file.label, "NRRD")
    check_shape((1, 16, 16) if len(header["sizes"]) in (2, 3) else (0,) * 4, file.label)
    return header, start


def _affine(header: dict[str, Any], axes: int) -> Affine | None:
    signs = _SPACES.get(str(header.get("space", "")).lower())
    directions = header.get("space directions")
    if signs is None or directions is None or axes != 3:
        return None
    along = np.asarray(directions, dtype=np.float64)
    origin = np.asarray(header.get("space origin", (0.0, 0.0, 0.0)), dtype=np.float64)
    if along.shape != (3, 3) or origin.shape != (3,):
        return None
    affine = np.eye(4)
    affine[:3, :3], affine[:3, 3] = along.T, origin
    affine[:3] *= np.reshape(signs, (3, 1))
    return as_affine(affine)


def _voxels(file: SourceFile, header: dict[str, Any], start: int) -> NDArray[Any]:
    """Unpacks exactly the bytes that the header promises, never more."""
    order = ">" if str(header.get("endian", "little")) == "big" else "<"
    dtype = np.dtype(order + _TYPES[header["type"]])
    count = math.prod(int(side) for side in header["sizes"])
    try:
        with file.open() as stream:
            stream.seek(start)
            raw = _unpack(stream, str(header["encoding"]).lower(), count * dtype.itemsize)
            if raw is None:
                words = stream.read(count * _LONGEST_NUMBER).split()[:count]
                if len(words) != count:
                    raise unreadable(file.label, "NRRD")
                return np.asarray(words, dtype=np.float64)
        if len(raw) != count * dtype.itemsize:
            raise unreadable(file.label, "NRRD")
        return np.frombuffer(raw, dtype=dtype)
    except _BROKEN as error:
        raise unreadable(file.label, "NRRD") from error


def _unpack(stream: BinaryIO, encoding: str, size: int) -> bytes | None:
    """Gives the voxels' bytes, or nothing where they are written as text."""
    if encoding == "raw":
        return stream.read(size)
    if encoding in ("ascii", "text", "txt"):
        return None
    if encoding in ("gzip", "gz"):
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(stream.read(), size)
    if encoding in ("bzip2", "bz2"):
        return bz2.BZ2Decompressor().decompress(stream.read(), size)
    raise ValueError("an encoding that is not read")
