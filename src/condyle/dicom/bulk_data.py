"""One value of a stored instance as its bytes, by the path of its element."""

from __future__ import annotations

from pathlib import Path

import pydicom
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from condyle.dicom.header import without_remarks
from condyle.dicom.values import BROKEN
from condyle.errors import BadImage, NotThere


def bulk_data(path: Path, where: str) -> bytes:
    """Gives the bytes of a value, as they are encoded in the file.

    Args:
        path: The stored file.
        where: Tag in eight hexadecimal digits; within a sequence ``TAG.ITEM.TAG``, items
            counted from 1, as a BulkDataURI of ours has it.

    Raises:
        NotThere: The instance has no such element.
        BadImage: The file cannot be read.
    """
    try:
        with without_remarks():
            dataset: Dataset = pydicom.dcmread(path, defer_size=1 << 16, force=True)
            return _value(dataset, where.split("."))
    except NotThere:
        raise
    except BROKEN as error:
        raise BadImage(
            "The value was not given.",
            found="a stored file that is damaged",
            needed="a whole DICOM file",
            mend="bring the study into the archive again.",
        ) from error


def _value(dataset: Dataset, parts: list[str]) -> bytes:
    *above, last = parts
    for tag, number in zip(above[::2], above[1::2], strict=True):
        element = dataset.get(Tag(int(tag, 16)))
        items = element.value if element is not None and element.VR == "SQ" else ()
        if not 1 <= int(number) <= len(items):
            raise _absent()
        dataset = items[int(number) - 1]
    element = dataset.get(Tag(int(last, 16)))
    if not isinstance(element, DataElement) or element.VR == "SQ" or element.value is None:
        raise _absent()
    value = element.value
    return value if isinstance(value, bytes) else str(value).encode()


def _absent() -> NotThere:
    return NotThere(
        "The value was not given.",
        found="no such element in the instance, or one without a value",
        needed="a tag that its metadata list with a BulkDataURI",
        mend="ask for its metadata.",
    )
