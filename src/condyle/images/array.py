"""NPY arrays: (row, column), or (slice, row, column); they state no geometry."""

from __future__ import annotations

import math
import tokenize
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from condyle.domain.messages import Message
from condyle.domain.study import Instance, Series
from condyle.domain.volume import Volume
from condyle.images.check import as_pixels, check_shape, check_type, unreadable
from condyle.images.names import hint_of
from condyle.sources import SourceFile

_BROKEN = (
    OSError,
    ValueError,
    EOFError,
    SyntaxError,
    TypeError,
    LookupError,
    ArithmeticError,
    MemoryError,
    RuntimeError,
    tokenize.TokenError,
)


def is_array(head: bytes) -> bool:
    """Tells whether a file begins as an NPY file does."""
    return head.startswith(b"\x93NUMPY")


def read_array(file: SourceFile, *, whole: bool = True) -> Series:
    """Gives an NPY file as a series; a last axis of 3 or 4 is taken for colour.

    Args:
        file: The image.
        whole: Whether to read the pixels now, to see that the file is whole.

    Raises:
        BadImage: Objects, complex numbers, NaN, a wrong count of axes, or a file that
            is damaged.
    """
    stored = _map(file)
    colour = stored.ndim == 3 and stored.shape[2] in (3, 4) and stored.shape[1] > 4
    sides = (1, *stored.shape[:2]) if colour or stored.ndim == 2 else stored.shape
    shape = check_shape(sides, file.label)
    load = _loader(file, shape, colour=colour)
    if whole:
        load()
    hint = hint_of(file.stem)
    return Series(
        stem=file.stem,
        load=load,
        kind="array",
        instances=(Instance(),) * shape[0],
        weighting=hint.weighting,
        fat_suppressed=hint.fat_suppressed,
        contrast_agent=hint.contrast_agent,
        shape=shape,
        notes=(Message("colour-picture", {"file": file.label}, file.stem),) if colour else (),
    )


def _loader(file: SourceFile, shape: tuple[int, int, int], *, colour: bool) -> Callable[[], Volume]:
    def load() -> Volume:
        stored = _map(file)
        if colour:
            stored = stored[..., :3].mean(axis=2)
        return Volume(as_pixels(stored.reshape(shape), file.label))

    return load


def _map(file: SourceFile) -> NDArray[Any]:
    """Maps the array's bytes; nothing is unpickled and the size is checked first."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            stored: NDArray[Any] = np.load(file.path, mmap_mode="r", allow_pickle=False)
    except _BROKEN as error:
        raise unreadable(file.label, "NPY") from error
    check_type(stored.dtype, file.label)
    if math.prod(stored.shape) == 0:
        raise unreadable(file.label, "NPY")
    return stored
