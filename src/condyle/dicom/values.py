"""Reading header values that may be absent, empty, many where one is meant, or nonsense.

What cannot be understood is given as absent: whoever needs the value then says so.
"""

from __future__ import annotations

import math
import re
import struct
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence as DicomSequence

BROKEN = (
    InvalidDicomError,
    BytesLengthException,
    ArithmeticError,
    AssertionError,
    AttributeError,
    BufferError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What parsers and decoders raise on bytes that are not what they claim to be."""


def raw(sources: Iterable[Dataset], keyword: str) -> Any:
    """Gives the first value of an attribute that is there and not empty, or ``None``."""
    for source in sources:
        try:
            value = source.get(keyword)
        except BROKEN:
            continue
        if value is not None and not (hasattr(value, "__len__") and len(value) == 0):
            return value
    return None


def texts(sources: Iterable[Dataset], keyword: str) -> tuple[str, ...]:
    """Gives an attribute's values as upper-case words, none where it is absent."""
    value = raw(sources, keyword)
    if value is None:
        return ()
    parts = value if isinstance(value, MultiValue | list | tuple) else [value]
    return tuple(str(part).strip().upper() for part in parts if str(part).strip())


def written(sources: Iterable[Dataset], keyword: str) -> tuple[str, ...]:
    """Gives an attribute's values as written, none where it is absent."""
    value = raw(sources, keyword)
    if value is None:
        return ()
    parts = value if isinstance(value, MultiValue | list | tuple) else [value]
    return tuple(str(part).strip("\0 ") for part in parts)


def text(sources: Iterable[Dataset], keyword: str) -> str:
    """Gives an attribute's values as one text as written, empty where it is absent."""
    return " ".join(written(sources, keyword)).strip()


def number(sources: Iterable[Dataset], keyword: str) -> float | None:
    """Gives an attribute's first value as a finite number, or ``None``."""
    many = numbers(sources, keyword)
    return many[0] if many else None


def numbers(sources: Iterable[Dataset], keyword: str) -> tuple[float, ...]:
    """Gives an attribute's values as numbers, none where one of them is not finite."""
    value = raw(sources, keyword)
    parts = value if isinstance(value, MultiValue | list | tuple) else [value]
    try:
        found = tuple(float(part) for part in parts)
    except (TypeError, ValueError, OverflowError):
        return ()
    return found if all(math.isfinite(one) for one in found) else ()


def stated_uid(value: str) -> str | None:
    """Gives a UID (PS3.5 9.1), or ``None`` for any other text: it could be a name or path."""
    stated = len(value) <= 64 and re.fullmatch(r"[0-9]+(\.[0-9]+)*", value)
    return value if stated else None


def items(sources: Iterable[Dataset], keyword: str) -> Sequence[Dataset]:
    """Gives the items of a sequence, none where it is absent or no sequence."""
    value = raw(sources, keyword)
    return list(value) if isinstance(value, DicomSequence) else []
