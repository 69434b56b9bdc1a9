"""What may be drawn on a case: by its labels, and on its own images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from condyle.archive.annotation_tables import AnnotationCase
from condyle.archive.tables import InstanceRow, SeriesRow
from condyle.errors import InputError

Frame = tuple[int, int, int]
"""How many frames an instance has, and its rows and columns."""


def check_marks(
    session: Session,
    case: AnnotationCase,
    labels: Sequence[Mapping[str, Any]],
    marks: Sequence[Mapping[str, Any]],
) -> None:
    """Checks what was drawn on a case.

    Args:
        session: A transaction.
        case: The case.
        labels: Of its list.
        marks: As ``AnnotationWork.marks``.

    Raises:
        InputError: A mark has no label of the list, another kind than its label, or does not
            lie on an image of the case; or two marks say one thing.
    """
    by_key = {label["key"]: label for label in labels}
    frames = _frames(session, case, {_instance(mark) for mark in marks if mark["place"]})
    said: set[tuple[str, str, int]] = set()
    for mark in marks:
        label = by_key.get(mark["label"])
        if label is None:
            raise _unfit("a label that the list does not have", "a label of the list")
        if label["kind"] == "case":
            _check_answer(mark, label)
        else:
            _check_drawn(mark, label["kind"], frames)
        if label["kind"] != "box":
            one = (mark["label"], _instance(mark)[1], (mark["place"] or {}).get("frame", 0))
            if one in said:
                raise _unfit("two answers or areas of one label", "one a case, one area a slice")
            said.add(one)
    if len({mark["id"] for mark in marks}) < len(marks):
        raise _unfit("two marks of one name", "a name for each")


def _check_answer(mark: Mapping[str, Any], label: Mapping[str, Any]) -> None:
    if mark["place"] or mark["box"] or mark["outlines"]:
        raise _unfit("a drawing for a label of the whole case", "an answer alone")
    if mark["answer"] not in label["answers"]:
        raise _unfit("an answer that the label does not have", "one of its answers")


def _check_drawn(
    mark: Mapping[str, Any], kind: str, frames: Mapping[tuple[str, str], Frame]
) -> None:
    if not mark["place"] or mark["answer"] is not None:
        raise _unfit("a drawing without a place, or with an answer", "a place on an image")
    if bool(mark["box"]) != (kind == "box") or bool(mark["outlines"]) != (kind == "mask"):
        raise _unfit(f"another drawing than a {kind}", f"a {kind}, as the label says")
    known = frames.get(_instance(mark))
    if known is None or not 0 <= mark["place"]["frame"] < known[0]:
        raise _unfit("an image that is not of the case", "an image of the case")
    _check_within(mark, rows=known[1], columns=known[2])


def _check_within(mark: Mapping[str, Any], *, rows: int, columns: int) -> None:
    if mark["box"]:
        row0, column0, row1, column1 = mark["box"]
        if not (0 <= row0 < row1 <= rows and 0 <= column0 < column1 <= columns):
            raise _unfit("a box that is empty or leaves its image", "a box within its image")
    for outline in mark["outlines"]:
        # Pixels' centres are whole numbers, so an outline along the border lies half outside.
        if len(outline) < 3 or not all(
            -0.5 <= row <= rows - 0.5 and -0.5 <= column <= columns - 0.5 for row, column in outline
        ):
            raise _unfit("an outline that leaves its image", "outlines within their image")


def _instance(mark: Mapping[str, Any]) -> tuple[str, str]:
    place = mark["place"] or {}
    return place.get("series_uid", ""), place.get("instance_uid", "")


def _frames(
    session: Session, case: AnnotationCase, wanted: set[tuple[str, str]]
) -> dict[tuple[str, str], Frame]:
    query = select(
        SeriesRow.uid, InstanceRow.uid, InstanceRow.frames, InstanceRow.rows, InstanceRow.columns
    ).join(InstanceRow, InstanceRow.series_id == SeriesRow.id)
    query = query.where(SeriesRow.study_id == case.study_id)
    if case.series_uid is not None:
        query = query.where(SeriesRow.uid == case.series_uid)
    if not wanted:
        return {}
    rows = session.execute(query)
    return {
        (series, instance): (frames, rows or 0, columns or 0)
        for series, instance, frames, rows, columns in rows
        if (series, instance) in wanted
    }


def _unfit(found: str, needed: str) -> InputError:
    return InputError(
        "What was drawn was not kept.",
        found=found,
        needed=needed,
        mend="load the case again and draw it anew.",
    )
