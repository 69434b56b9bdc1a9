"""Finding the studies of a page without looking at all of them.

Two ways lead there. A walk goes along the index of the order, which holds every filter, until
the page is full: quick where much fits. A narrow set is that of the rarest criterion, looked up
first and sorted: quick where little fits. The rows that each criterion has are counted up to a
bound, which tells which way is quick; the database's own guess is wrong where a value's share is
far from the mean share, as it is of states and of names. Where several words are common and
never come together, as the names of two joints, a sample shows it, and what they share is the
narrow set.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, intersect, literal, select
from sqlalchemy.orm import Session, aliased

from condyle.archive.listed import whole_numbers
from condyle.archive.tables import Patient, StudyRow, StudyWord
from condyle.archive.words import LAST, clean, words_of
from condyle.archive.worklist_order import Part, Place, later_in_index, later_than, order_of

COUNTED = 1000
"""Studies are counted up to so many; beyond, there are at least so many."""

_NARROW = 2_000
_NARROW_OF_SEVERAL = 10_000
_SAMPLE = 500
_SHARE = 0.1
_RANKS = (0, 1, 2)
_MOST_WORDS = 8
_OTHER = aliased(StudyRow)  # made once: each one anew costs as much as its query


@dataclass(frozen=True)
class Found:
    """The numbers of a page's studies, in order, and how many there are of all pages.

    ``total`` is counted to one more than ``COUNTED``. ``revision`` was the last one before the
    page was looked for: what changed up to it is in the page.
    """

    ids: Sequence[int]
    total: int
    revision: int


@dataclass(frozen=True)
class Criteria:
    """What a study must have.

    Attributes:
        equal: Values of columns, by name.
        words: Beginnings of words.
        first_date: Of the study, or later.
        last_date: Of the study, or earlier.
        pseudonym: Beginning of the patient's, in capitals.
    """

    equal: Mapping[str, Any]
    words: Sequence[str]
    first_date: dt.date | None
    last_date: dt.date | None
    pseudonym: str = ""

    @classmethod
    def of(
        cls,
        equal: Mapping[str, Any],
        search: str,
        *,
        first_date: dt.date | None,
        last_date: dt.date | None,
        pseudonym: str = "",
    ) -> Criteria:
        """Gives criteria with the words of a search, the longest ones of very many."""
        words = sorted(words_of(search), key=lambda word: (-len(word), word))
        begins = clean(pseudonym).strip().upper()
        return cls(equal, words[:_MOST_WORDS], first_date, last_date, begins)

    @property
    def is_dated(self) -> bool:
        """Whether the study's date is asked for."""
        return self.first_date is not None or self.last_date is not None

    @property
    def count(self) -> int:
        """How many criteria there are."""
        return len(self.words) + len(self.equal) + self.is_dated + bool(self.pseudonym)

    def dated(self, column: Any) -> list[ColumnElement[bool]]:
        """Gives the conditions on the study's date, which a study without one does not meet."""
        found = [column >= self.first_date] if self.first_date else [column > dt.date.min]
        return [*found, column <= self.last_date] if self.last_date else found

    def sets(self) -> Iterator[Select[Any]]:
        """Gives of each criterion the query of the numbers of the studies that meet it."""
        for word in self.words:
            yield select(StudyWord.study_id).where(*_begins(word))
        for name, value in self.equal.items():
            yield select(_OTHER.id).where(getattr(_OTHER, name) == value)
        if self.is_dated:
            yield select(_OTHER.id).where(*self.dated(_OTHER.date_sort))
        if self.pseudonym:
            yield select(_OTHER.id).where(_OTHER.patient_id.in_(self._patients()))

    def conditions(self, *, unindexed: bool, by_date: bool) -> list[ColumnElement[bool]]:
        """Gives each criterion as a condition on a study, in the order of ``sets``.

        Args:
            unindexed: Whether to hide the columns from the database's choice of an index.
            by_date: Whether the date may still choose it.
        """

        def column(name: str) -> Any:
            given = getattr(StudyRow, name)
            return func.coalesce(given, given) if unindexed else given

        found: list[ColumnElement[bool]] = [
            exists().where(StudyWord.study_id == StudyRow.id, *_begins(word)) for word in self.words
        ]
        found += [column(name) == value for name, value in self.equal.items()]
        if self.is_dated:
            date = StudyRow.date_sort if by_date else column("date_sort")
            found.append(and_(*self.dated(date)))
        if self.pseudonym:
            found.append(StudyRow.patient_id.in_(self._patients()))
        return found

    def _patients(self) -> Select[Any]:
        named = Patient.pseudonym.startswith(self.pseudonym, autoescape=True)
        return select(Patient.id).where(named)


def find(
    session: Session, criteria: Criteria, sort: str, place: Place | None, *, limit: int
) -> Found:
    """Finds the studies of a page.

    Args:
        session: A reader's transaction.
        criteria: What they must have.
        sort: Their order.
        place: Where the page before ended.
        limit: How many.
    """
    sets = list(criteria.sets())
    bound = (COUNTED, _NARROW, _NARROW_OF_SEVERAL)[min(len(sets), 2)]
    revision, counts = _first_look(session, sets or [select(StudyRow.id)], bound)
    if 0 in counts:
        return Found([], 0, revision)
    if not sets:
        ids, total = _walked(session, criteria, sort, place, limit), counts[0]
    elif min(counts) <= bound:
        wanted = _narrowed(session, criteria, sets, counts)
        ids, total = _within(session, wanted, (order_of(sort), place), limit)
    elif (shared := _together(session, criteria, sets, counts)) is not None:
        ids, total = _within(session, shared, (order_of(sort), place), limit)
    else:
        ids, total = _along(session, criteria, sort, place, limit=limit)
    return Found(ids, total, revision)


def _first_look(session: Session, sets: Sequence[Select[Any]], bound: int) -> tuple[int, list[int]]:
    """Gives the last revision, and of each set how many it has, up to one more than the bound.

    All in one query: on a database that is a process of its own, asking takes longer than such
    an answer does.
    """
    last = select(func.max(StudyRow.revision)).scalar_subquery()
    counts = [_counted(each, bound).scalar_subquery() for each in sets]
    row = session.execute(select(last, *counts)).one()
    return row[0] or 0, list(row[1:])


def _narrowed(
    session: Session, criteria: Criteria, sets: Sequence[Select[Any]], counts: Sequence[int]
) -> list[ColumnElement[bool]]:
    """Gives what is wanted, with the rarest criterion as the set that it is looked up in."""
    rarest = counts.index(min(counts))
    wanted = criteria.conditions(unindexed=False, by_date=False)
    if rarest < len(criteria.words) or _is_sqlite(session):  # PostgreSQL goes there itself
        wanted[rarest] = StudyRow.id.in_(sets[rarest])
    return wanted


def _together(
    session: Session, criteria: Criteria, sets: Sequence[Select[Any]], counts: Sequence[int]
) -> list[ColumnElement[bool]] | None:
    """Gives what is wanted, with what several words share as its set, where that is seldom."""
    words = len(criteria.words)
    if words < 2 or not _seldom_together(session, criteria.words, counts[:words]):
        return None
    others = criteria.conditions(unindexed=False, by_date=False)[words:]
    return [StudyRow.id.in_(intersect(*sets[:words])), *others]


def _seldom_together(session: Session, words: Sequence[str], counts: Sequence[int]) -> bool:
    """Tells whether few of the studies that have the rarest word have the others too.

    Each word alone is common here, so that a walk would be quick if they came together.
    """
    rarest = counts.index(min(counts))
    some = select(StudyWord.study_id).where(*_begins(words[rarest])).limit(_SAMPLE).subquery()
    both = select(func.count()).select_from(some)
    for at, word in enumerate(words):
        if at != rarest:
            both = both.where(exists().where(StudyWord.study_id == some.c.study_id, *_begins(word)))
    return (session.scalar(both) or 0) < _SAMPLE * _SHARE


def _within(
    session: Session,
    wanted: Sequence[ColumnElement[bool]],
    at: tuple[Sequence[Part], Place | None],
    limit: int,
) -> tuple[list[int], int]:
    """Looks a narrow set up, and sorts what of it is wanted; gives its numbers and how many."""
    order, place = at
    columns = [part.column.label(part.name) for part in order]
    kept = select(*columns).where(*wanted).cte("kept").prefix_with("MATERIALIZED")
    parts = [Part(part.name, kept.c[part.name], part.falling) for part in order]
    total = select(func.count()).select_from(kept).scalar_subquery()
    page = select(parts[-1].column, total).order_by(*(part.ordered() for part in parts))
    if place is not None:
        page = page.where(later_than(parts, place))
    rows = whole_numbers(session, page.limit(limit))
    return [row[0] for row in rows], rows[0][1] if rows else 0


def _along(
    session: Session, criteria: Criteria, sort: str, place: Place | None, *, limit: int
) -> tuple[list[int], int]:
    """Walks along the index of the order; gives the page's numbers and how many there are."""
    ids = _walked(session, criteria, sort, place, limit)
    if place is None and len(ids) < limit:
        return ids, len(ids)
    if criteria.count == 1:  # it has more rows than any narrow set, or there were no walk
        return ids, COUNTED + 1
    wide = criteria.conditions(unindexed=_is_sqlite(session), by_date=False)
    within = select(literal(1)).select_from(StudyRow).where(*wide)
    return ids, session.scalar(_counted(within, COUNTED)) or 0


def _walked(
    session: Session, criteria: Criteria, sort: str, place: Place | None, limit: int
) -> list[int]:
    """Walks along the index of the order until the page is full."""
    conditions = criteria.conditions(unindexed=_is_sqlite(session), by_date=sort == "date")
    if sort == "priority":
        return _rank_by_rank(session, conditions, place, limit)
    return _walk(session, conditions, (order_of(sort), place), limit)


def _rank_by_rank(
    session: Session, conditions: Sequence[ColumnElement[bool]], place: Place | None, limit: int
) -> list[int]:
    """Walks each rank by itself, within which the order goes one way."""
    order = order_of("priority")[1:]
    found: list[int] = []
    for rank in _RANKS:
        if len(found) < limit and (place is None or rank >= place[0]):
            start = place[1:] if place is not None and rank == place[0] else None
            of_rank = [*conditions, StudyRow.priority_rank == rank]
            found += _walk(session, of_rank, (order, start), limit - len(found))
    return found


def _walk(
    session: Session,
    conditions: Sequence[ColumnElement[bool]],
    at: tuple[Sequence[Part], Place | None],
    limit: int,
) -> list[int]:
    order, place = at
    page = select(StudyRow.id).where(*conditions)
    if place is not None:
        page = page.where(later_in_index(order, place))
    page = page.order_by(*(part.ordered() for part in order)).limit(limit)
    return [row[0] for row in whole_numbers(session, page)]


def _counted(rows: Select[Any], bound: int) -> Select[Any]:
    """Gives the query that counts rows up to one more than the bound."""
    return select(func.count()).select_from(rows.limit(bound + 1).subquery())


def _begins(word: str) -> list[ColumnElement[bool]]:
    return [StudyWord.word >= word, StudyWord.word < word + LAST]


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
