"""Cases that are added to a list of annotation after it was made."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from condyle.archive.annotation import NewCase, cases_of, get_list
from condyle.archive.annotation_tables import AnnotationCase
from condyle.archive.annotation_work import adjudicated
from condyle.errors import Conflict, InputError


def add_cases(session: Session, list_id: int, cases: Sequence[NewCase]) -> list[AnnotationCase]:
    """Adds cases behind those that a list has; the ones that it has already are left out.

    Each annotator's order of the earlier cases stays; the new ones fall in between.

    Args:
        session: A writer's transaction.
        list_id: The list.
        cases: To be drawn on; a series of a study that is a case as a whole, or the other way
            round, is there already.

    Raises:
        Conflict: The list was closed, or decided upon: what was exported or said of it would
            not be of the same cases any more.
        InputError: All of them are there already.
    """
    row = get_list(session, list_id)
    if row.closed_at is not None:
        raise _refused("a list that was closed", "a list that is open", "open the list again first")
    if adjudicated(session, list_id):
        raise _refused(
            "a list of which cases have been decided: agreement and reference are of its cases",
            "a list that nobody has decided upon",
            "make a further list of the new cases; it may have the same labels and people",
        )
    there = cases_of(session, list_id)
    known = {NewCase(one.study_id, one.series_uid) for one in there}
    whole = {one.study_id for one in there if one.series_uid is None}
    in_parts = {one.study_id for one in there if one.series_uid is not None}
    fresh = [
        one
        for one in dict.fromkeys(cases)
        if one not in known
        and one.study_id not in whole
        and (one.series_uid is not None or one.study_id not in in_parts)
    ]
    if not fresh:
        raise InputError(
            "No case was added.",
            found="nothing but cases that the list has" if cases else "no case",
            needed="at least one case that it does not have",
            mend="choose other studies.",
        )
    last = max((one.position for one in there), default=0)
    added = [
        AnnotationCase(
            list_id=row.id, study_id=one.study_id, series_uid=one.series_uid, position=position
        )
        for position, one in enumerate(fresh, last + 1)
    ]
    session.add_all(added)
    session.flush()
    return added


def _refused(found: str, needed: str, mend: str) -> Conflict:
    return Conflict("No case was added.", found=found, needed=needed, mend=f"{mend}.")
