"""NIfTI volumes through nibabel: RAS becomes LPS here, and nowhere else on reading."""

from __future__ import annotations

import gzip
import math
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import IOBase
from typing import Any, cast

import nibabel as nib
import numpy as np

from condyle.domain.geometry import (
    AS_STORED,
    Affine,
    Reorientation,
    slices_first,
    spacing_of,
)
from condyle.domain.messages import Message
from condyle.domain.study import Series
from condyle.domain.volume import Volume
from condyle.errors import BadImage
from condyle.images.check import as_affine, as_pixels, check_shape, check_type, unreadable
from condyle.images.stack import stack_axis
from condyle.images.volume_series import volume_series
from condyle.sources import SourceFile

RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
"""NIfTI's world (x right to left, y back to front) to DICOM's; its own inverse."""

_UNITS_MM = {"meter": 1000.0, "micron": 0.001}

_BROKEN = (
    nib.filebasedimages.ImageFileError,
    nib.spatialimages.HeaderDataError,
    OSError,
    EOFError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    MemoryError,
    zlib.error,
)


def is_nifti(head: bytes, suffix: str) -> bool:
    """Tells whether a file is a single-file NIfTI-1 or -2, packed or not.

    Args:
        head: First 352 bytes or more.
        suffix: Known ending, which alone tells a packed one.
    """
    if suffix == ".nii.gz":
        return head.startswith(b"\x1f\x8b")
    return head[344:348] == b"n+1\x00" or head[4:8] == b"n+2\x00"


def read_nifti(
    file: SourceFile, *, whole: bool = True, turn: Reorientation | None = None
) -> Series:
    """Gives a NIfTI file as a series whose slices come first and hang the usual way.

    Of a file that holds several volumes the first is read, with a note.

    Args:
        file: The image.
        whole: Whether to read the pixels now, to see that the file is whole.
        turn: How to turn the stored axes, where that is not to be told by the header; the
            series has no geometry then.

    Raises:
        BadImage: The file is damaged, holds colour or complex values, or is too large.
    """
    with _opened(file) as image:
        stored_shape = [int(side) for side in image.shape]
        check_type(image.get_data_dtype(), file.label)
        further = math.prod(stored_shape[3:])
        sides = [*stored_shape, 1, 1, 1][:3]
        affine = _affine(image) if turn is None else None
        turn = turn or _turn(affine, sides, image)
    shape = check_shape([sides[axis] for axis in turn.axes], file.label)
    notes = []
    if further > 1:
        of = Message("first-volume-only", {"file": file.label, "count": further}, file.stem)
        notes.append(of)
    turned = None if affine is None else turn.apply_affine(affine, _three(sides))
    if whole:
        _load(file, turn, turned)
    return volume_series(
        file,
        kind="nifti",
        load=lambda: _load(file, turn, turned),
        shape=shape,
        affine=turned,
        turn=turn,
        notes=notes,
    )


@contextmanager
def _opened(file: SourceFile) -> Iterator[Any]:
    """Opens a file by its bytes, since an unpacked copy has no ending; reads lazily."""
    logger = nib.imageglobals.logger
    was_disabled = logger.disabled
    try:
        # nibabel writes what it mends in a header to standard error; what matters of
        # that is refused here by rules of our own.
        logger.disabled = True
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            packed = file.head(2) == b"\x1f\x8b"
            with gzip.open(file.path) if packed else file.open() as stream:
                newer = stream.read(8)[4:8] == b"n+2\x00"
                stream.seek(0)
                kind: Any = nib.Nifti2Image if newer else nib.Nifti1Image
                yield kind.from_file_map({"image": nib.FileHolder(fileobj=cast(IOBase, stream))})
    except BadImage:
        raise
    except _BROKEN as error:
        raise unreadable(file.label, "NIfTI") from error
    finally:
        logger.disabled = was_disabled


def _affine(image: Any) -> Affine | None:
    """Gives the LPS affine of the stored axes, or nothing where the header has none.

    Codes of 0 in both the qform and the sform mean that orientation is unknown
    (NIfTI-1 standard, "method 1").
    """
    header = image.header
    if int(header["qform_code"]) <= 0 and int(header["sform_code"]) <= 0:
        return None
    unit = _UNITS_MM.get(str(header.get_xyzt_units()[0]), 1.0)
    scale = np.diag([unit, unit, unit, 1.0])
    return as_affine(scale @ RAS_TO_LPS @ np.asarray(image.affine, dtype=np.float64))


def _turn(affine: Affine | None, sides: list[int], image: Any) -> Reorientation:
    if affine is not None:
        return slices_first(affine, stack_axis(affine, sides))
    zooms = [abs(float(zoom)) for zoom in image.header.get_zooms()[:3]]
    zooms = [*zooms, 0.0, 0.0, 0.0][:3]
    thin = min(range(3), key=lambda axis: (sides[axis], -zooms[axis]))
    rest = [axis for axis in range(3) if axis != thin]
    return AS_STORED if thin == 0 else Reorientation((thin, rest[0], rest[1]))


def _load(file: SourceFile, turn: Reorientation, affine: Affine | None) -> Volume:
    with _opened(file) as image:
        first = (slice(None),) * min(3, len(image.shape)) + (0,) * (len(image.shape) - 3)
        stored = np.asarray(image.dataobj[first], dtype=np.float32)
    stored = stored.reshape((*stored.shape, 1, 1, 1)[:3])
    pixels = as_pixels(turn.apply(stored), file.label)
    return Volume(pixels, None if affine is None else spacing_of(affine), affine)


def _three(sides: list[int]) -> tuple[int, int, int]:
    return (sides[0], sides[1], sides[2])
