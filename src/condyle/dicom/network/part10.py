"""A data set as it came over the network, as the file that holds it (PS3.10 7.1)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from importlib.metadata import version

IMPLEMENTATION_UID = "2.25.201178463395917385473047912358476215093"
"""Of Condyle; the same as in the objects that it writes."""

_PREAMBLE = bytes(128) + b"DICM"


@dataclass(frozen=True)
class Received:
    """An instance as it came.

    Attributes:
        uid: SOP Instance UID.
        content: Its file, with preamble and file meta information.
    """

    uid: str
    content: bytes = field(repr=False)


def as_file(class_uid: str, uid: str, syntax: str, dataset: bytes, *, sender: str = "") -> bytes:
    """Gives the file of a data set, whose bytes stay as they are.

    Args:
        class_uid: SOP Class UID.
        uid: SOP Instance UID.
        syntax: Transfer Syntax UID of the data set.
        dataset: Encoded in it.
        sender: AE title of who sent it, empty where it is none of DIMSE.
    """
    elements = [
        _element(0x01, b"OB", b"\0\1"),
        _element(0x02, b"UI", class_uid.encode("ascii")),
        _element(0x03, b"UI", uid.encode("ascii")),
        _element(0x10, b"UI", syntax.encode("ascii")),
        _element(0x12, b"UI", IMPLEMENTATION_UID.encode("ascii")),
        _element(0x13, b"SH", f"CONDYLE_{version('condyle')}"[:16].encode("ascii")),
    ]
    if sender:
        elements.append(_element(0x16, b"AE", sender.encode("ascii", "replace")[:16]))
    meta = b"".join(elements)
    length = _element(0x00, b"UL", struct.pack("<I", len(meta)))
    return b"".join((_PREAMBLE, length, meta, dataset))


def _element(number: int, vr: bytes, value: bytes) -> bytes:
    if len(value) % 2:
        value += b"\0" if vr in (b"UI", b"OB") else b" "
    head = struct.pack("<HH2s", 2, number, vr)
    if vr == b"OB":
        return head + struct.pack("<HI", 0, len(value)) + value
    return head + struct.pack("<H", len(value)) + value
