"""Whether what a reader says fits what it is said of."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from condyle.archive.absence import absent
from condyle.archive.tables import InstanceRow, SeriesRow
from condyle.domain.anatomy import FINDINGS, LEVELS, SCALES
from condyle.errors import UsageError

FEWEST_POINTS = 3
"""An outline with fewer points has no area."""

_EDGE_PX = 1.0
"""How far an outline may reach over the edge of its frame: pixels are drawn from their centres."""
_UID = re.compile(r"[0-9.]{1,64}")


@dataclass(frozen=True)
class Subject:
    """The finding that something is said of.

    Attributes:
        name: Of the findings table.
        value: The model's or the reader's; ``None`` where the model gives none.
    """

    name: str
    value: int | bool | None


def check_value(kind: str, value: Mapping[str, Any], subject: Subject) -> None:
    """Checks what is said of the value of a finding.

    Raises:
        UsageError: There is nothing to accept or reject, the finding is not one that is
            graded or called, or the grade is not on its scale.
    """
    if kind in ("accept", "reject"):
        if subject.value is None:
            raise unfit("a finding to which the model gives no value", "a grade or a call of one's")
        return
    of = _concept_kind(subject.name)
    if of != {"grade": "grade", "call": "presence"}[kind]:
        raise unfit(f"a {kind} of {subject.name}", f"a finding that has a {kind}")
    check_worth(subject.name, value["grade" if kind == "grade" else "positive"])


def check_added(session: Session, study_id: int, value: Mapping[str, Any]) -> None:
    """Checks a finding that a reader adds.

    Raises:
        UsageError: It is in no table, its value does not fit it, or it is drawn nowhere.
        NotThere: The study has no such image.
    """
    if value["name"] not in FINDINGS:
        raise unfit("a finding that is in no table", "one of: " + ", ".join(FINDINGS))
    if value["level"] is not None and value["level"] not in LEVELS:
        raise unfit("a level that is in no table", "one of: " + ", ".join(LEVELS))
    check_worth(value["name"], value["value"])
    if drawn := value["drawn"]:
        for kind in ("outline", "box"):
            if drawn[kind]:
                check_drawn(session, study_id, drawn, kind=kind)


def check_levels(value: Mapping[str, Any], indices: Sequence[int]) -> None:
    """Checks names for the discs of a run.

    Args:
        value: ``levels`` maps the index from caudal, as text, to the name.
        indices: Of the run's discs, in order.

    Raises:
        UsageError: Not each disc is named once, a name is no level, or the names do not
            follow each other from caudal to cranial.
    """
    levels = value["levels"]
    if not indices or set(levels) != {str(index) for index in indices}:
        told = ", ".join(map(str, indices)) or "none"
        raise unfit("names of other discs than the run has", f"each of its discs once: {told}")
    names = [levels[str(index)] for index in indices]
    if not set(names) <= set(LEVELS):
        raise unfit("a level that is in no table", "levels of: " + ", ".join(LEVELS))
    order = list(LEVELS)
    for (one, lower), (two, upper) in pairwise(zip(indices, names, strict=True)):
        # Where a disc between two was not found, nothing says how many levels are skipped.
        beside = LEVELS[upper].below == LEVELS[lower].above
        if not (beside if two == one + 1 else order.index(upper) > order.index(lower)):
            raise unfit(f"{upper} above {lower}", "levels from caudal to cranial without a gap")


def check_drawn(session: Session, study_id: int, value: Mapping[str, Any], *, kind: str) -> None:
    """Checks an outline or a box on a frame of the study.

    Raises:
        UsageError: It has no area, or does not lie on the frame.
        NotThere: The study has no such image, or the image no such frame.
    """
    instance = _instance(session, study_id, value["place"])
    rows, columns = instance.rows or math.inf, instance.columns or math.inf
    if kind == "box":
        row0, column0, row1, column1 = value["box"]
        if not (0 <= row0 < row1 <= rows and 0 <= column0 < column1 <= columns):
            raise unfit("a box that is empty or leaves its frame", "(row0, column0, row1, column1)")
        if not math.isfinite(row1 + column1):
            raise unfit("a box without an end", "pixels of the frame")
        return
    points = value["outline"]
    on_frame = (
        math.isfinite(row + column)
        and -_EDGE_PX <= row <= rows + _EDGE_PX
        and -_EDGE_PX <= column <= columns + _EDGE_PX
        for row, column in points
    )
    if len(points) < FEWEST_POINTS or not all(on_frame):
        raise unfit("an outline of too few points, or off its frame", "at least 3 points on it")


def unfit(found: str, needed: str) -> UsageError:
    """Gives the error for a correction that does not fit."""
    return UsageError(
        "The correction does not fit.",
        found=found,
        needed=needed,
        mend="correct it and send it again.",
    )


def _concept_kind(name: str) -> str:
    if name not in FINDINGS:
        raise unfit("a finding without a known scale", "one of: " + ", ".join(FINDINGS))
    return FINDINGS[name].kind


def check_worth(name: str, value: object) -> None:
    """Checks that a value is on the scale of a finding, or is yes or no where it has none.

    Raises:
        UsageError: It is not.
    """
    concept = FINDINGS[name]
    if concept.scale is None:
        if not isinstance(value, bool):
            raise unfit(f"a number for {name}", "true or false")
        return
    grades = [grade for grade, _ in SCALES[concept.scale].grades]
    if isinstance(value, bool) or value not in grades:
        raise unfit(f"no grade of {name}", "one of: " + ", ".join(map(str, grades)))


def _instance(session: Session, study_id: int, place: Mapping[str, Any]) -> InstanceRow:
    uid, series = str(place["instance_uid"]), str(place["series_uid"])
    known = _UID.fullmatch(uid) and session.scalar(
        select(InstanceRow)
        .join(SeriesRow, SeriesRow.id == InstanceRow.series_id)
        .where(InstanceRow.uid == uid, InstanceRow.study_id == study_id)
    )
    if not known or session.get_one(SeriesRow, known.series_id).uid != series:
        raise absent("image of the study", uid)
    if not 0 <= place["frame"] < known.frames:
        raise absent("frame of the image", place["frame"])
    return known
