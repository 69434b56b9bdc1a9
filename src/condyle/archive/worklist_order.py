"""The orders of the worklist, and the places in them that pages end at."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, literal, or_, tuple_

from condyle.archive.listed import ListedStudy
from condyle.archive.tables import StudyRow
from condyle.errors import InputError

_MOST_LETTERS = 2_000
_LARGEST = 2**31


@dataclass(frozen=True)
class Part:
    """One column of an order, and whether its largest values come first."""

    name: str
    column: ColumnElement[Any]
    falling: bool

    def ordered(self) -> ColumnElement[Any]:
        """Gives it as a query orders by it."""
        return self.column.desc() if self.falling else self.column.asc()

    def beyond(self, value: Any) -> ColumnElement[bool]:
        """Gives what comes later than a value."""
        comes: ColumnElement[bool] = self.column < value if self.falling else self.column > value
        return comes


Place = tuple[Any, ...]
"""The values of an order's columns of the study that a page ended with."""


def order_of(sort: str) -> tuple[Part, ...]:
    """Gives the columns of an order; the last is the study's number, so no two are equal.

    Raises:
        InputError: There is no such order.
    """
    came, number = _part("received_at", falling=True), _part("id", falling=True)
    orders: dict[str, tuple[Part, ...]] = {
        "received": (came, number),
        "date": (_part("date_sort", falling=True), number),
        "patient": (_part("patient_sort", falling=False), _part("id", falling=False)),
        "priority": (_part("priority_rank", falling=False), came, number),
    }
    if sort not in orders:
        raise InputError(
            "The worklist cannot be ordered so.",
            found=f"'{sort[:40]}'",
            needed="one of: " + ", ".join(sorted(orders)),
            mend="choose another order.",
        )
    return orders[sort]


def later_than(order: Sequence[Part], place: Place) -> ColumnElement[bool]:
    """Gives what comes after a place, for an order whose parts may go either way."""
    ways: list[ColumnElement[bool]] = []
    for at, part in enumerate(order):
        same = [each.column == value for each, value in zip(order[:at], place[:at], strict=True)]
        ways.append(and_(*same, part.beyond(place[at])))
    return or_(false(), *ways)


def later_in_index(order: Sequence[Part], place: Place) -> ColumnElement[bool]:
    """Gives the same for parts that all go one way, as a database looks it up in an index."""
    here = tuple_(
        *(literal(value, part.column.type) for part, value in zip(order, place, strict=True))
    )
    row = tuple_(*(part.column for part in order))
    return row < here if order[0].falling else row > here


def place_after(sort: str, row: StudyRow | ListedStudy) -> str:
    """Gives the place after a study, as the next page's ``after``."""
    values = [_text(getattr(row, part.name)) for part in order_of(sort)]
    packed = json.dumps([sort, *values]).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def place_of(sort: str, after: str) -> Place:
    """Gives the place that a page's ``next`` names.

    Raises:
        InputError: It is no place of this order.
    """
    order = order_of(sort)
    try:
        if len(after) > _MOST_LETTERS:
            raise ValueError("too long")
        padded = after + "=" * (-len(after) % 4)
        named, *values = json.loads(base64.urlsafe_b64decode(padded))
        if named == sort:
            return tuple(
                _READERS[part.name](value) for part, value in zip(order, values, strict=True)
            )
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        pass
    raise InputError(
        "The page of the worklist was not found.",
        found="a place that no page of this order ended at",
        needed="the 'next' of the page before, with the same order",
        mend="begin with the first page again.",
    )


def _part(name: str, *, falling: bool) -> Part:
    return Part(name, StudyRow.__table__.c[name], falling)


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _moment(value: Any) -> dt.datetime:
    read = dt.datetime.fromisoformat(value)
    if read.tzinfo is None:
        raise ValueError("a time without its zone")
    return read.astimezone(dt.UTC)


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value < _LARGEST:
        raise ValueError("no number of a study")
    return value


def _word(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("no folded name")
    value.encode()
    return value


_READERS: dict[str, Callable[[Any], Any]] = {
    "id": _number,
    "priority_rank": _number,
    "received_at": _moment,
    "date_sort": dt.date.fromisoformat,
    "patient_sort": _word,
}
