"""The worklist: studies filtered, searched, sorted and given page by page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Session

from condyle.archive.listed import ListedPatient, ListedStudy, listed
from condyle.archive.worklist_order import place_after, place_of
from condyle.archive.worklist_search import COUNTED, Criteria, find

__all__ = ["COUNTED", "Sort", "WorklistPage", "WorklistQuery", "place_after", "worklist"]

Sort = Literal["received", "date", "priority", "patient"]


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
        studies: In order.
        patients: Whose they are, by number.
        next: Asks for the page after it; ``None`` at the end.
        total: How many studies there are in all, up to ``COUNTED``.
        total_is_floor: Whether there are more than that.
        revision: The last revision that the page knows of.
    """

    studies: Sequence[ListedStudy]
    patients: Mapping[int, ListedPatient]
    next: str | None
    total: int
    total_is_floor: bool
    revision: int


def worklist(session: Session, query: WorklistQuery) -> WorklistPage:
    """Gives a page of the worklist.

    Args:
        session: A glance is enough: what changed up to the page's revision is in the page, and a
            study that changes meanwhile is shown as it is then.
        query: What is wanted.

    Raises:
        InputError: ``after`` is no place that a page of this sort ended at.
    """
    place = None if query.after is None else place_of(query.sort, query.after)
    found = find(session, _criteria(query), query.sort, place, limit=query.limit + 1)
    shown, patients = listed(session, found.ids[: query.limit])
    more = len(found.ids) > query.limit
    return WorklistPage(
        studies=shown,
        patients=patients,
        next=place_after(query.sort, shown[-1]) if more and shown else None,
        total=min(found.total, COUNTED),
        total_is_floor=found.total > COUNTED,
        revision=found.revision,
    )


def _criteria(query: WorklistQuery) -> Criteria:
    equal = {
        "state": query.state,
        "anatomy": query.anatomy,
        "source": query.source,
        "priority_rank": query.priority_rank,
    }
    return Criteria.of(
        {name: value for name, value in equal.items() if value is not None},
        query.search,
        first_date=query.first_date,
        last_date=query.last_date,
        pseudonym=query.pseudonym,
    )
