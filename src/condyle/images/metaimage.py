"""MetaImage volumes (MHA): a header of text lines, and the voxels after it.

The keys are those of the MetaIO documentation of ITK, which writes such files: voxels run
fastest along the first axis, and ``TransformMatrix`` gives the direction of each axis in
LPS, one after the other. Only what ITK itself writes into one file is read.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from typing import Any

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

_BEGINS = (b"ObjectType", b"NDims", b"Comment", b"ObjectSubType")
_TYPES = {
    "MET_CHAR": "i1",
    "MET_UCHAR": "u1",
    "MET_SHORT": "i2",
    "MET_USHORT": "u2",
    "MET_INT": "i4",
    "MET_UINT": "u4",
    "MET_LONG": "i4",
    "MET_ULONG": "u4",
    "MET_LONG_LONG": "i8",
    "MET_ULONG_LONG": "u8",
    "MET_FLOAT": "f4",
    "MET_DOUBLE": "f8",
}
_LONGEST_HEADER = 1 << 16
_BROKEN = (OSError, EOFError, ValueError, TypeError, LookupError, ArithmeticError, zlib.error)


@dataclass(frozen=True)
class _Header:
    """What a header says.

    Attributes:
        sides: Voxels along each stored axis, three of them.
        dtype: Type of a voxel.
        packed: Whether the voxels are deflated.
        affine: 4 x 4 LPS affine of the stored axes, or ``None``.
        start: Bytes before the voxels.
    """

    sides: tuple[int, int, int]
    dtype: np.dtype[Any]
    packed: bool
    affine: Affine | None
    start: int


def is_metaimage(head: bytes) -> bool:
    """Tells whether a file begins as a MetaImage header does."""
    first, equals, _ = head.partition(b"=")
    return bool(equals) and first.strip() in _BEGINS


def read_metaimage(
    file: SourceFile, *, whole: bool = True, turn: Reorientation | None = None
) -> Series:
    """Gives an MHA file as a series whose slices come first and hang the usual way.

    Args:
        file: The image.
        whole: Whether to read the voxels now, to see that the file is whole.
        turn: How to turn the stored axes, where that is not to be told by the header; the
            series has no geometry then.

    Raises:
        BadImage: The file is damaged, keeps its voxels in another file, holds vectors,
            or is too large.
    """
    header = _header(file)
    affine = header.affine if turn is None else None
    turn = turn or stack_turn(affine, header.sides)
    shape = check_shape([header.sides[axis] for axis in turn.axes], file.label)
    turned = None if affine is None else turn.apply_affine(affine, header.sides)

    def load() -> Volume:
        stored = _voxels(file, header).reshape(header.sides, order="F")
        pixels = as_pixels(turn.apply(stored), file.label)
        return Volume(pixels, None if turned is None else spacing_of(turned), turned)

    if whole:
        load()
    return volume_series(
        file,
        kind="metaimage",
        load=load,
        shape=shape,
        affine=turned,
        turn=turn,
    )


def _header(file: SourceFile) -> _Header:
    try:
        values, start = _lines(file)
        if values["ElementDataFile"] != "LOCAL":
            raise BadImage(
                f"The image {file.label} was not read.",
                found="a header that keeps its voxels in another file",
                needed="header and voxels in one .mha file",
                mend="save it again as one file.",
            )
        return _understood(values, start)
    except _BROKEN as error:
        raise unreadable(file.label, "MetaImage") from error


def _lines(file: SourceFile) -> tuple[dict[str, str], int]:
    """Reads the header, which ends with the line of ``ElementDataFile``."""
    values: dict[str, str] = {}
    with file.open() as stream:
        while stream.tell() < _LONGEST_HEADER:
            line = stream.readline(_LONGEST_HEADER)
            key, equals, value = line.decode("latin-1").partition("=")
            if not line or not equals:
                break
            values[key.strip()] = value.strip()
            if key.strip() == "ElementDataFile":
                return values, stream.tell()
    raise ValueError("a header without an end")


def _understood(values: dict[str, str], start: int) -> _Header:
    axes = int(values["NDims"])
    sides = [int(side) for side in values["DimSize"].split()]
    if axes not in (2, 3) or len(sides) != axes or min(sides) < 1:
        raise ValueError("another number of axes")
    if int(values.get("ElementNumberOfChannels", "1")) != 1 or int(values.get("HeaderSize", "0")):
        raise ValueError("vectors, or a header within the voxels")
    if not _is_true(values.get("BinaryData", "True")):
        raise ValueError("voxels that are written as text")
    high_first = (
        values.get("BinaryDataByteOrderMSB") or values.get("ElementByteOrderMSB") or "False"
    )
    order = ">" if _is_true(high_first) else "<"
    three = (sides[0], sides[1], sides[2] if axes == 3 else 1)
    return _Header(
        sides=three,
        dtype=np.dtype(order + _TYPES[values["ElementType"]]),
        packed=_is_true(values.get("CompressedData", "False")),
        affine=_affine(values) if axes == 3 else None,
        start=start,
    )


def _affine(values: dict[str, str]) -> Affine | None:
    """Gives the affine of the stored axes, or nothing where the header states none."""
    matrix = _numbers(values, ("TransformMatrix", "Rotation", "Orientation"), 9)
    origin = _numbers(values, ("Offset", "Position", "Origin"), 3)
    spacing = _numbers(values, ("ElementSpacing", "ElementSize"), 3)
    if matrix is None or spacing is None:
        return None
    affine = np.eye(4)
    affine[:3, :3] = matrix.reshape(3, 3).T * spacing
    affine[:3, 3] = 0.0 if origin is None else origin
    return as_affine(affine)


def _numbers(
    values: dict[str, str], keys: tuple[str, ...], count: int
) -> NDArray[np.float64] | None:
    text = next((values[key] for key in keys if key in values), None)
    if text is None:
        return None
    found = np.array([float(word) for word in text.split()])
    if found.shape != (count,):
        raise ValueError("another count of numbers")
    return found


def _voxels(file: SourceFile, header: _Header) -> NDArray[Any]:
    """Unpacks exactly the bytes that the header promises, never more."""
    size = math.prod(header.sides) * header.dtype.itemsize
    try:
        with file.open() as stream:
            stream.seek(header.start)
            if header.packed:
                raw = zlib.decompressobj().decompress(stream.read(), size)
            else:
                raw = stream.read(size)
    except _BROKEN as error:
        raise unreadable(file.label, "MetaImage") from error
    if len(raw) != size:
        raise unreadable(file.label, "MetaImage")
    return np.frombuffer(raw, dtype=header.dtype)


def _is_true(word: str) -> bool:
    return word.strip().lower() in ("true", "1", "yes")
