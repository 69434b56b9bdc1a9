"""The worklist: studies filtered, searched, sorted and given page by page."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, exists, func, literal, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from condyle.archive.studies import last_revision
from condyle.archive.tables import Patient, StudyRow, StudyWord
from condyle.archive.words import LAST, words_of
from condyle.errors import InputError

Sort = Literal["received", "date", "priority", "patient"]
COUNTED = 1000
"""Studies are counted up to so many; beyond, there are at least so many."""

_RANKS = (0, 1, 2)


@dataclass(frozen=True, kw_only=True)
class WorklistQuery:
    """Which studies are wanted; what is ``None`` is not asked.

    Attributes:
        search: Beginnings of words, all of which must be found: of the patient's name and
            identifier, the accession number and the description.
        pseudonym: Beginning of the patient's pseudonym, for those who see no names.
        state: State of the study.
        anatomy: Such as ``"lumbar-spine"``.
        source: Where the study came from.
        priority_rank: 0 stat, 1 urgent, 2 routine.
        first_date: Of the study, or later.
        last_date: Of the study, or earlier.
        sort: ``"received"``: the latest first; ``"date"``: the latest study date first, those
            without one last; ``"priority"``: the most urgent first and then the latest;
            ``"patient"``: by the patient's folded name.
        after: Where the page before ended, as it said.
        limit: Studies a page.
    """

    search: str = ""
    pseudonym: str = ""
    state: str | None = None
    anatomy: str | None = None
    source: str | None = None
    priority_rank: int | None = None
    first_date: dt.date | None = None
    last_date: dt.date | None = None
    sort: Sort = "received"
    after: str | None = None
    limit: int = 50


@dataclass(frozen=True)
class WorklistPage:
    """A page of studies.

    Attributes:
        studies: The rows, in order.
        next: Asks for the page after it; ``None`` at the end.
        total: How many studies there are in all, up to ``COUNTED``.
        total_is_floor: Whether there are more than that.
        revision: The last revision that the page knows of.
    """

    studies: Sequence[StudyRow]
    next: str | None
    total: int
    total_is_floor: bool
    revision: int


@dataclass(frozen=True)
class _Place:
    """Where a page ended: the sort's value of its last study, and its number."""

    sort: Sort
    value: str
    id: int
    rank: int


def worklist(session: Session, query: WorklistQuery) -> WorklistPage:
    """Gives a page of the worklist.

    Args:
        session: A reader's transaction.
        query: What is wanted.

    Raises:
        InputError: ``after`` is no place that a page of this sort ended at.
    """
    wanted = _conditions(query)
    place = _place_of(query)
    rows = _rows(session, query, wanted, place)
    shown, more = rows[: query.limit], len(rows) > query.limit
    total = len(rows)
    if more or place is not None:
        within = select(literal(1)).select_from(StudyRow).where(*wanted).limit(COUNTED + 1)
        total = session.scalar(select(func.count()).select_from(within.subquery())) or 0
    return WorklistPage(
        studies=shown,
        next=_place_after(query.sort, shown[-1]) if more else None,
        total=min(total, COUNTED),
        total_is_floor=total > COUNTED,
        revision=last_revision(session),
    )


def _rows(
    session: Session,
    query: WorklistQuery,
    wanted: list[ColumnElement[bool]],
    place: _Place | None,
) -> list[StudyRow]:
    if query.sort != "priority":
        return _page(session, query, wanted, place)
    found: list[StudyRow] = []
    # One rank after the other, so that each page is one walk along an index.
    for rank in _RANKS:
        if place is not None and rank < place.rank:
            continue
        start = place if place is not None and rank == place.rank else None
        left = replace(query, limit=query.limit - len(found))
        found += _page(session, left, [*wanted, StudyRow.priority_rank == rank], start)
        if len(found) > query.limit:
            break
    return found


def _page(
    session: Session,
    query: WorklistQuery,
    wanted: list[ColumnElement[bool]],
    place: _Place | None,
) -> list[StudyRow]:
    column = _column(query.sort)
    ordered = (column, StudyRow.id)
    rows = select(StudyRow).where(*wanted)
    if query.sort == "patient":
        rows = rows.order_by(*ordered)
    else:
        rows = rows.order_by(*(each.desc() for each in ordered))
    if place is not None:
        here = tuple_(literal(_value(place), column.type), literal(place.id))
        beyond = tuple_(*ordered) > here if query.sort == "patient" else tuple_(*ordered) < here
        rows = rows.where(beyond)
    return list(session.scalars(rows.limit(query.limit + 1)))


def _conditions(query: WorklistQuery) -> list[ColumnElement[bool]]:
    equal = {
        StudyRow.state: query.state,
        StudyRow.anatomy: query.anatomy,
        StudyRow.source: query.source,
        StudyRow.priority_rank: query.priority_rank,
    }
    found: list[ColumnElement[bool]] = [
        column == value for column, value in equal.items() if value is not None
    ]
    if query.first_date is not None:
        found.append(StudyRow.study_date >= query.first_date)
    if query.last_date is not None:
        found.append(StudyRow.study_date <= query.last_date)
    if query.pseudonym.strip():
        named = func.lower(Patient.pseudonym).startswith(
            query.pseudonym.strip().lower(), autoescape=True
        )
        found.append(StudyRow.patient_id.in_(select(Patient.id).where(named)))
    for word in sorted(words_of(query.search)):
        found.append(
            exists().where(
                and_(
                    StudyWord.study_id == StudyRow.id,
                    StudyWord.word >= word,
                    StudyWord.word < word + LAST,
                )
            )
        )
    return found


def _column(sort: Sort) -> InstrumentedAttribute[Any]:
    columns: dict[Sort, InstrumentedAttribute[Any]] = {
        "received": StudyRow.received_at,
        "priority": StudyRow.received_at,
        "date": StudyRow.date_sort,
        "patient": StudyRow.patient_sort,
    }
    return columns[sort]


def _value(place: _Place) -> Any:
    if place.sort == "patient":
        return place.value
    if place.sort == "date":
        return dt.date.fromisoformat(place.value)
    return dt.datetime.fromisoformat(place.value)


def _place_after(sort: Sort, row: StudyRow) -> str:
    value = getattr(row, _column(sort).key)
    text = value if isinstance(value, str) else value.isoformat()
    packed = json.dumps([sort, text, row.id, row.priority_rank]).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _place_of(query: WorklistQuery) -> _Place | None:
    if query.after is None:
        return None
    try:
        padded = query.after + "=" * (-len(query.after) % 4)
        sort, value, number, rank = json.loads(base64.urlsafe_b64decode(padded))
        place = _Place(sort, str(value), int(number), int(rank))
        _value(place)
        if sort == query.sort and 0 <= place.id < 2**31 and place.rank in _RANKS:
            return place
    except (ValueError, TypeError, KeyError, binascii.Error, UnicodeError):
        pass
    raise InputError(
        "The page of the worklist was not found.",
        found="a place that no page of this order ended at",
        needed="the 'next' of the page before, with the same order",
        mend="begin with the first page again.",
    )
