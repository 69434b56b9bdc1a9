"""Private attributes: all go, but those that are listed as safe (PS3.15 E.3.10)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from pydicom.dataset import Dataset

from condyle.dicom.deidentify.table import data_rows
from condyle.errors import BadConfiguration

SafePrivate = frozenset[tuple[int, str, int]]
"""Group, creator, and the two last digits of the element number."""

_COLUMNS = {"group", "creator", "element"}


def known_safe() -> SafePrivate:
    """Gives the attributes that come listed with Condyle."""
    return _entries(data_rows("private.csv"))


def read_safe(text: str) -> SafePrivate:
    """Reads a hospital's own list: CSV with the columns group, creator and element.

    Args:
        text: Of the file; lines that begin with ``#`` are comments.

    Raises:
        BadConfiguration: It is no such list.
    """
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    reader = csv.DictReader(io.StringIO("\n".join(lines)))
    if not set(reader.fieldnames or ()) >= _COLUMNS:
        raise _bad("other columns")
    try:
        return _entries(reader)
    except (ValueError, TypeError) as error:
        raise _bad("a group or element that is no odd, no hexadecimal or no such number") from error


def is_safe(dataset: Dataset, tag: int, safe: SafePrivate) -> bool:
    """Tells whether a private attribute is listed, by the creator of its own block.

    Args:
        dataset: That holds it.
        tag: Its group and element as one number.
        safe: What is listed.
    """
    group, element = tag >> 16, tag & 0xFFFF
    if element < 0x1000:
        return False
    creator = dataset.get((group, element >> 8))
    stated = str(creator.value).strip() if creator is not None else ""
    return (group, stated, element & 0xFF) in safe


def _entries(lines: Iterable[dict[str, str]]) -> SafePrivate:
    found = set()
    for line in lines:
        group, element = int(line["group"], 16), int(line["element"], 16)
        if not group & 1 or not 0 <= element <= 0xFF or not line["creator"].strip():
            raise ValueError(line["group"])
        found.add((group, line["creator"].strip(), element))
    return frozenset(found)


def _bad(found: str) -> BadConfiguration:
    return BadConfiguration(
        "The list of safe private attributes was not understood.",
        found=found,
        needed="CSV with the columns group, creator and element, the numbers hexadecimal",
        mend="see docs/how-to/deidentify.md for an example.",
    )
