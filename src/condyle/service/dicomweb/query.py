"""What a search asks for, read from the query of its address (PS3.18 8.3.4)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from condyle.dicom.web_attributes import keyword_of, tag_of
from condyle.errors import InputError

MOST = 1000
"""Results that one answer holds at most."""

_MOST_VALUES = 100
_MOST_TEXT = 256
_MOST_OFFSET = 2**31 - 1

STUDY_KEYS = frozenset(
    {
        "AccessionNumber",
        "ModalitiesInStudy",
        "PatientID",
        "PatientName",
        "StudyDate",
        "StudyDescription",
        "StudyInstanceUID",
    }
)
SERIES_KEYS = frozenset({"Modality", "SeriesInstanceUID", "SeriesNumber"})
INSTANCE_KEYS = frozenset({"SOPClassUID", "SOPInstanceUID", "InstanceNumber"})
"""Attributes that each level can be searched by."""

_UIDS = {"StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID"}
_NUMBERS = {"SeriesNumber", "InstanceNumber"}


@dataclass(frozen=True)
class Query:
    """A search.

    Attributes:
        texts: Values by keyword, with wildcards ``*`` and ``?``.
        lists: Values by keyword, of which one must be met.
        numbers: Numbers by keyword.
        dates: First and last Study Date, each may be open.
        limit: Results at most.
        offset: Results passed over.
        ignored: Whether something was asked for that is not supported.
        fields: Tags that are told besides those that always are; ``None`` means all.
        fuzzy: Whether a name is met by words of it, in any order.
    """

    texts: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]]
    numbers: Mapping[str, int]
    dates: tuple[dt.date | None, dt.date | None] | None = None
    limit: int = MOST
    offset: int = 0
    ignored: bool = False
    fields: frozenset[str] | None = frozenset()
    fuzzy: bool = False


def read_query(
    pairs: Iterable[tuple[str, str]],
    keys: frozenset[str],
    within: Mapping[str, str] | None = None,
) -> Query:
    """Reads a search.

    Args:
        pairs: Names and values of the address's query; those beyond the first 100 are ignored.
        keys: Attributes that can be searched by.
        within: What the address's path names, which holds whatever its query says.

    Raises:
        InputError: A value that is none of its attribute.
    """
    texts: dict[str, str] = {}
    lists: dict[str, tuple[str, ...]] = {}
    numbers: dict[str, int] = {}
    asked = list(pairs)
    limit, offset, dates, fuzzy = MOST, 0, None, False
    ignored = len(asked) > _MOST_VALUES
    fields: set[str] = set()
    for name, value in [*asked[:_MOST_VALUES], *(within or {}).items()]:
        keyword = keyword_of(name)
        if name == "limit":
            limit = min(_whole(name, value), MOST)
        elif name == "offset":
            offset = _whole(name, value)
        elif name == "fuzzymatching":
            fuzzy = value.lower() == "true"
        elif name == "includefield":
            fields.update(value.split(","))
        elif keyword not in keys:
            ignored = True
        elif not value or value == "*":
            continue  # universal matching (PS3.4 C.2.2.2.3)
        elif keyword == "StudyDate":
            dates = _dates(value)
        elif keyword in _UIDS or keyword in ("Modality", "ModalitiesInStudy"):
            lists[keyword] = _list(keyword, value)
        elif keyword in _NUMBERS:
            numbers[keyword] = _whole(keyword, value)
        else:
            texts[keyword] = _text(value)
    wanted = None if "all" in fields else frozenset(filter(None, map(tag_of, fields)))
    return Query(texts, lists, numbers, dates, limit, offset, ignored, wanted, fuzzy)


def _text(value: str) -> str:
    if len(value) > _MOST_TEXT or "\0" in value:
        raise _bad("a text that is too long")
    return value


def _list(keyword: str, value: str) -> tuple[str, ...]:
    values = tuple(
        filter(None, re.split(r"[,\\]", _text(value) if keyword not in _UIDS else value))
    )
    pattern = r"[0-9.]{1,64}" if keyword in _UIDS else r"[A-Z0-9 _]{1,16}"
    if len(values) > _MOST_VALUES or not all(re.fullmatch(pattern, one) for one in values):
        raise _bad(f"a value that is none of {keyword}")
    return values


def _whole(name: str, value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", value) or int(value) > _MOST_OFFSET:
        raise _bad(f"a value of {name} that is no number")
    return int(value)


def _dates(value: str) -> tuple[dt.date | None, dt.date | None]:
    first, dash, last = value.partition("-")
    if not first and not last:
        raise _bad("a StudyDate without a date")
    return _date(first), _date(last) if dash else _date(first)


def _date(value: str) -> dt.date | None:
    if not value:
        return None
    match = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", value)
    try:
        if match:
            return dt.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        pass
    raise _bad("a StudyDate that is no date")


def _bad(found: str) -> InputError:
    return InputError(
        "The search was not understood.",
        found=found,
        needed="values as DICOM has them, such as StudyDate=20240101-20241231",
        mend="correct the address and search again.",
    )
