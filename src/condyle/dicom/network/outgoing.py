"""Instances that are to be stored at another system, and what became of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydicom.filereader import read_file_meta_info

from condyle.dicom.header import without_remarks
from condyle.dicom.values import BROKEN
from condyle.errors import BadImage


@dataclass(frozen=True)
class Outgoing:
    """A file that is to be sent.

    Attributes:
        path: Where it lies.
        uid: SOP Instance UID.
        class_uid: SOP Class UID.
        syntax: Transfer Syntax UID.
    """

    path: Path = field(repr=False)
    uid: str
    class_uid: str
    syntax: str


@dataclass(frozen=True)
class Sent:
    """What became of an instance.

    Attributes:
        uid: SOP Instance UID.
        state: ``"stored"``, or ``"refused"`` by the peer, or ``"later"``: it may take it then.
        said: What the peer said where it did not store it as it was.
        mend: What to do then.
    """

    uid: str
    state: Literal["stored", "refused", "later"]
    said: str = ""
    mend: str = ""


Tell = Callable[[Sent], None]
"""Called with what became of each instance, as soon as it is known."""


def outgoing_of(path: Path) -> Outgoing:
    """Reads what is said of an instance before it is sent.

    Raises:
        BadImage: It is no DICOM file, or one without its UIDs.
    """
    try:
        with without_remarks():
            meta = read_file_meta_info(path)
            return Outgoing(
                path,
                str(meta.MediaStorageSOPInstanceUID),
                str(meta.MediaStorageSOPClassUID),
                str(meta.TransferSyntaxUID),
            )
    except BROKEN as error:
        raise BadImage(
            "An instance was not sent.",
            found="a file without DICOM's file meta information",
            needed="DICOM files (PS3.10)",
            mend="leave out of the folder what is none.",
        ) from error
