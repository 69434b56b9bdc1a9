"""A header as DICOM JSON (PS3.18 Annex F), without bulk data, whatever a file may hold."""

from __future__ import annotations

import base64
import json
import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydicom.datadict import tag_for_keyword
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag, Tag

from condyle.dicom.values import BROKEN
from condyle.errors import BadImage

MOST_ELEMENTS = 1_000_000
"""Elements of one header, those in its sequences among them."""

MOST_DEPTH = 16
"""Sequences within one another; what lies deeper is left out."""

MOST_BYTES = 64 << 20
"""Bytes of one header as JSON."""

MOST_TEXT = 1 << 16
"""Characters of one text; a longer one is bulk data."""

_BINARY = {"OB", "OD", "OF", "OL", "OV", "OW", "OB or OW", "UN"}
_MOST_BINARY = 64
# Look-up tables, without which an image is not shown rightly.
_TABLES = {0x00281201, 0x00281202, 0x00281203, 0x00281221, 0x00281222, 0x00281223, 0x00283006}
_MOST_TABLE = 1 << 18
_AMBIGUOUS = {"US or SS": "US", "US or OW": "OW", "US or SS or OW": "OW"}
_WHOLE = {"IS", "SL", "SS", "SV", "UL", "US", "UV"}
_REAL = {"DS", "FD", "FL"}


@dataclass
class _Left:
    elements: int = MOST_ELEMENTS


def deflated_header(dataset: Dataset, *, syntax: str) -> bytes:
    """Gives a header as deflated DICOM JSON in UTF-8.

    Args:
        dataset: The header, as pydicom read it.
        syntax: Transfer syntax in which its frames are served.

    Raises:
        BadImage: It holds more than any image's header does.
    """
    document = _document(dataset, _Left(), 0)
    texts = {tag: _json(entry) for tag, entry in document.items()}
    return header_of_texts(texts, syntax=syntax)


def element_text(dataset: Dataset, tag: int) -> str | None:
    """Gives one element as a header has it, ``None`` where a header leaves it out.

    Args:
        dataset: Holds it, and what it is understood by.
        tag: Of the element.

    Raises:
        BadImage: It holds more than any image's header does.
    """
    entry = _told(dataset, Tag(tag), _Left(), 0)
    return None if entry is None else _json(entry)


def header_of_texts(texts: Mapping[str, str], *, syntax: str) -> bytes:
    """Gives the header whose elements were written before, as ``deflated_header`` does.

    Args:
        texts: The text of each element by its tag of eight digits, in order.
        syntax: As for ``deflated_header``.

    Raises:
        BadImage: It holds more than any image's header does.
    """
    # JSON is in UTF-8, whatever the file was in (PS3.18 F.2.1).
    stated = {
        "00080005": '{"vr":"CS","Value":["ISO_IR 192"]}',
        "00083002": f'{{"vr":"UI","Value":["{syntax}"]}}',
    }
    told = {**texts, **stated}
    text = ("{" + ",".join([f'"{tag}":{one}' for tag, one in told.items()]) + "}").encode()
    if len(text) > MOST_BYTES:
        raise _too_much()
    return zlib.compress(text)


def inflated_header(header: bytes) -> bytes:
    """Gives the JSON text of a header that ``deflated_header`` gave."""
    return zlib.decompress(header)


def value_of(header: bytes, keyword: str) -> Any:
    """Gives an attribute's first value in a header, ``None`` where it has none.

    Args:
        header: As ``deflated_header`` gave it.
        keyword: Of the attribute.
    """
    entry = json.loads(inflated_header(header)).get(f"{tag_for_keyword(keyword) or 0:08X}", {})
    return next(iter(entry.get("Value", ())), None)


def _document(dataset: Dataset, left: _Left, depth: int) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for tag in sorted(dataset.keys()):
        left.elements -= 1
        if left.elements < 0:
            raise _too_much()
        entry = _told(dataset, tag, left, depth)
        if entry is not None:
            document[f"{tag:08X}"] = entry
    return document


def _told(dataset: Dataset, tag: BaseTag, left: _Left, depth: int) -> dict[str, Any] | None:
    """Gives one element, ``None`` where it is bulk data or cannot be read."""
    try:
        raw = dataset.get_item(tag)
        # A value that was passed over on reading is bulk data.
        if isinstance(raw, RawDataElement) and raw.value is None and raw.length:
            return None
        return _entry(dataset[tag], left, depth)
    except BadImage:
        raise
    except BROKEN:
        return None


def _json(entry: dict[str, Any]) -> str:
    return json.dumps(entry, separators=(",", ":"), allow_nan=False)


def _entry(element: DataElement, left: _Left, depth: int) -> dict[str, Any] | None:
    vr = str(element.VR)
    if vr == "SQ":
        if depth >= MOST_DEPTH:
            return None
        items = [_document(item, left, depth + 1) for item in element.value or ()]
        return {"vr": vr, "Value": items} if items else {"vr": vr}
    if isinstance(element.value, bytes) and (vr in _BINARY or vr in _AMBIGUOUS):
        return _binary(element, _AMBIGUOUS.get(vr, "OW" if vr == "OB or OW" else vr))
    vr = _AMBIGUOUS.get(vr, vr)
    values = [_value(one, vr) for one in _values(element)]
    if vr == "PN":
        return {"vr": vr, "Value": values} if any(values) else {"vr": vr}
    if sum(len(one) for one in values if isinstance(one, str)) > MOST_TEXT:
        return None
    return {"vr": vr, "Value": values} if values else {"vr": vr}


def _binary(element: DataElement, vr: str) -> dict[str, Any] | None:
    most = _MOST_TABLE if int(element.tag) in _TABLES else _MOST_BINARY
    if len(element.value) > most:
        return None
    inline = base64.b64encode(element.value).decode("ascii")
    return {"vr": vr, "InlineBinary": inline} if inline else {"vr": vr}


def _values(element: DataElement) -> list[Any]:
    if element.is_empty:
        return []
    return list(element.value) if element.VM > 1 else [element.value]


def _value(value: Any, vr: str) -> Any:
    """Gives one value as JSON writes it; a number that is none becomes null."""
    if vr == "PN":
        names = ("Alphabetic", "Ideographic", "Phonetic")
        parts = zip(names, value.components, strict=False)
        return {name: _text(part) for name, part in parts if part}
    if vr == "AT":
        return format(int(value), "08X")
    if vr in _WHOLE and str(value).strip():
        return int(value)
    if vr in _REAL and str(value).strip():
        number = float(value)
        return number if math.isfinite(number) else None
    return _text(value) if str(value) else None


def _text(value: Any) -> str:
    # Half of a pair of surrogates has no UTF-8.
    return str(value).replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _too_much() -> BadImage:
    return BadImage(
        "The image was not read.",
        found="a header that holds more than any image's does",
        needed=f"at most {MOST_ELEMENTS:,} elements",
        mend="export the image again from the scanner or archive.",
    )
