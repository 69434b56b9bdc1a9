"""Which cases an evaluation shows as examples: the most right, and the most wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from condyle.domain.evaluation_report import GOOD_OVERLAP, Example
from condyle.evaluation.cohort import patients_learned_from
from condyle.evaluation.inputs import BoolArray
from condyle.evaluation.predictions import Predictions
from condyle.workflows.evaluation.finding import finding_rows
from condyle.workflows.evaluation.grade import grade_rows
from condyle.workflows.evaluation.number import exactly_right
from condyle.workflows.evaluation.overlap import overlap_values
from condyle.workflows.evaluation.rows import TaskRows, task_rows

MOST = 6

SHOWN_SCORE = 0.3
"""Score from which a found box is shown on a picture and counts among the examples; no figure
rests on it."""


@dataclass(frozen=True)
class CaseScore:
    """How much of a case was right.

    Attributes:
        case: Identifier of the study.
        right: Statements that were right.
        stated: Statements that could be judged.
    """

    case: str
    right: int
    stated: int

    @property
    def share(self) -> float:
        """Share of the statements that were right."""
        return self.right / self.stated


def case_scores(table: Predictions) -> tuple[CaseScore, ...]:
    """Counts the right statements of each case, the most right first.

    Findings and grades are right where they are the reference's, numbers where they are
    the same, and overlaps from 0.8; what was declined is wrong. Of boxes the reference's are
    right where one hits them that is sure enough to be shown, and such a box that hits none is
    wrong. Patients that were learned from are left out.

    Args:
        table: The predictions.
    """
    seen = patients_learned_from(table)
    counts: dict[str, tuple[int, int]] = {}
    for task in table.tasks:
        rows = task_rows(table, task)
        if rows is None:
            continue
        kept = rows.without(seen)
        if kept.kind == "detection":
            kept = kept.where(_sure_boxes(kept))
        if not len(kept.table):
            continue
        for study, hit in zip(kept.table.study, right_rows(kept), strict=True):
            right, stated = counts.get(str(study), (0, 0))
            counts[str(study)] = (right + bool(hit), stated + 1)
    found = [CaseScore(case, right, stated) for case, (right, stated) in counts.items()]
    return tuple(sorted(found, key=lambda score: (-score.share, -score.stated, score.case)))


def right_rows(rows: TaskRows) -> BoolArray:
    """Tells of each row of a task whether it was right; declined ones are not."""
    if rows.kind == "finding":
        return finding_rows(rows).right
    if rows.kind == "grade":
        return grade_rows(rows).right
    if rows.kind == "detection":
        return np.asarray((rows.table.reference == 1.0) & (rows.probability >= SHOWN_SCORE))
    if rows.kind == "overlap":
        return np.asarray(np.nan_to_num(overlap_values(rows), nan=1.0) >= GOOD_OVERLAP)
    return exactly_right(rows)


def _sure_boxes(rows: TaskRows) -> BoolArray:
    """Tells the rows of a reference's box, and of a box that is sure enough to be shown."""
    return np.asarray((rows.table.reference == 1.0) | (rows.probability >= SHOWN_SCORE))


def examples(
    table: Predictions, picture: Callable[[str], bytes | None], *, most: int = MOST
) -> tuple[Example, ...]:
    """Gives the most right and the most wrong cases that have a picture.

    A case stands among the right ones only with at least half of its statements right, and
    among the wrong ones only with one that is wrong; none stands among both.

    Args:
        table: The predictions.
        picture: From a case to its picture, or nothing.
        most: Cases of either sort.
    """
    scores = case_scores(table)
    good = _with_picture([s for s in scores if s.share >= 0.5], picture, most, good=True)
    taken = {example.case for example in good}
    rest = [s for s in reversed(scores) if s.share < 1.0 and s.case not in taken]
    bad = _with_picture(rest, picture, most, good=False)
    return (*good, *bad)


def _with_picture(
    scores: list[CaseScore], picture: Callable[[str], bytes | None], most: int, *, good: bool
) -> list[Example]:
    made: list[Example] = []
    for score in scores:
        if len(made) == most:
            break
        png = picture(score.case)
        if png is not None:
            made.append(Example(score.case, score.right, score.stated, good, png))
    return made
