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
from condyle.archive.words import LAST, words_of
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

    ``total`` is counted to one more than ``COUNTED``.
    """

    ids: Sequence[int]
    total: int


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
        return cls(equal, words[:_MOST_WORDS], first_date, last_date, pseudonym.strip().upper())

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
    bound = _NARROW if len(sets) < 2 else _NARROW_OF_SEVERAL
    counts = [_count(session, each, bound) for each in sets]
    if 0 in counts:
        return Found([], 0)
    if counts and min(counts) <= bound:
        rarest = counts.index(min(counts))
        wanted = criteria.conditions(unindexed=False, by_date=False)
        if rarest < len(criteria.words) or _is_sqlite(session):  # PostgreSQL goes there itself
            wanted[rarest] = StudyRow.id.in_(sets[rarest])
        return _within(session, wanted, (order_of(sort), place), limit)
    words = len(criteria.words)
    if words > 1 and _seldom_together(session, criteria.words, counts[:words]):
        others = criteria.conditions(unindexed=False, by_date=False)[words:]
        wanted = [StudyRow.id.in_(intersect(*sets[:words])), *others]
        return _within(session, wanted, (order_of(sort), place), limit)
    return _along(session, criteria, sort, place, limit=limit)


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
) -> Found:
    """Looks a narrow set up, and sorts what of it is wanted."""
    order, place = at
    columns = [part.column.label(part.name) for part in order]
    kept = select(*columns).where(*wanted).cte("kept").prefix_with("MATERIALIZED")
    parts = [Part(part.name, kept.c[part.name], part.falling) for part in order]
    total = select(func.count()).select_from(kept).scalar_subquery()
    page = select(parts[-1].column, total).order_by(*(part.ordered() for part in parts))
    if place is not None:
        page = page.where(later_than(parts, place))
    rows = whole_numbers(session, page.limit(limit))
    return Found([row[0] for row in rows], rows[0][1] if rows else 0)


def _along(
    session: Session, criteria: Criteria, sort: str, place: Place | None, *, limit: int
) -> Found:
    """Walks along the index of the order until the page is full."""
    conditions = criteria.conditions(unindexed=_is_sqlite(session), by_date=sort == "date")
    if sort == "priority":
        ids = _rank_by_rank(session, conditions, place, limit)
    else:
        ids = _walk(session, conditions, (order_of(sort), place), limit)
    if place is None and len(ids) < limit:
        return Found(ids, len(ids))
    if criteria.count == 1:  # it has more rows than any narrow set, or there were no walk
        return Found(ids, COUNTED + 1)
    wide = criteria.conditions(unindexed=_is_sqlite(session), by_date=False)
    within = select(literal(1)).select_from(StudyRow).where(*wide)
    return Found(ids, _count(session, within, COUNTED))


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


def _count(session: Session, rows: Select[Any], bound: int) -> int:
    """Counts rows up to one more than the bound."""
    bounded = rows.limit(bound + 1).subquery()
    return session.scalar(select(func.count()).select_from(bounded)) or 0


def _begins(word: str) -> list[ColumnElement[bool]]:
    return [StudyWord.word >= word, StudyWord.word < word + LAST]


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
