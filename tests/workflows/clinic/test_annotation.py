"""Areas as pixels, agreement against closed forms and other libraries, and majorities."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.path import Path
from sklearn.metrics import cohen_kappa_score

from condyle.domain.geometry import Reorientation
from condyle.workflows.clinic.annotation.agreed import (
    agreed_answer,
    agreed_area,
    agreed_boxes,
    series_drawn_on,
)
from condyle.workflows.clinic.annotation.agreement import agreement, dice_of
from condyle.workflows.clinic.annotation.drawn import Reading, frame_of, mask_of, window_of
from condyle.workflows.clinic.placing import PlacedSeries, ShownFrame

PLACE = {"series_uid": "1.2", "instance_uid": "1.2.3", "frame": 0}
FRAME = ("1.2", "1.2.3", 0)
BOX = {"key": "hernia", "kind": "box", "answers": []}
AREA = {"key": "disc", "kind": "mask", "answers": []}
ASKED = {"key": "quality", "kind": "case", "answers": ["good", "fair", "poor"]}


def rectangle(row0: int, column0: int, row1: int, column1: int) -> list[list[float]]:
    top, left, bottom, right = row0 - 0.5, column0 - 0.5, row1 - 0.5, column1 - 0.5
    return [[top, left], [top, right], [bottom, right], [bottom, left]]


def box(*sides: float, label: str = "hernia") -> dict[str, Any]:
    return {"label": label, "place": PLACE, "box": list(sides), "outlines": [], "answer": None}


def area(*rings: list[list[float]], frame: int = 0) -> dict[str, Any]:
    place = PLACE | {"frame": frame}
    return {"label": "disc", "place": place, "box": None, "outlines": rings, "answer": None}


def said(answer: str) -> dict[str, Any]:
    return {"label": "quality", "place": None, "box": None, "outlines": [], "answer": answer}


def read(case: int, reader: int, *marks: dict[str, Any], patient: str = "") -> Reading:
    return Reading(case, patient or f"p{case}", reader, marks)


def test_outlines_along_pixels_edges_hold_exactly_those_pixels() -> None:
    mask = mask_of([rectangle(2, 3, 5, 9)], (0, 0, 8, 12))
    expected = np.zeros((8, 12), dtype=bool)
    expected[2:5, 3:9] = True
    assert (mask == expected).all()


def test_an_outline_in_another_is_a_hole() -> None:
    mask = mask_of([rectangle(0, 0, 8, 8), rectangle(2, 2, 4, 5)], (0, 0, 8, 8))
    assert mask.sum() == 64 - 6 and not mask[2:4, 2:5].any()


def test_a_slanted_outline_holds_the_centres_that_another_library_finds_in_it() -> None:
    rng = np.random.default_rng(3)
    rows, columns = np.mgrid[0:40, 0:40]
    centres = np.column_stack([rows.ravel(), columns.ravel()])
    for _ in range(20):
        points = rng.uniform(1, 38, (7, 2))
        angles = np.arctan2(*(points - points.mean(axis=0)).T)
        ring = points[np.argsort(angles)]
        inside = Path(np.vstack([ring, ring[:1]])).contains_points(centres).reshape(40, 40)
        assert (mask_of([ring.tolist()], (0, 0, 40, 40)) == inside).all()


def test_a_window_holds_everything_that_was_drawn() -> None:
    rings = [rectangle(2, 3, 5, 9)]
    row0, column0, row1, column1 = window_of([rings, []])
    assert mask_of(rings, (row0, column0, row1, column1)).sum() == 18
    assert window_of([[]]) == (0, 0, 0, 0) and mask_of([], (0, 0, 0, 0)).size == 0


def test_dice_is_over_all_frames_of_a_case() -> None:
    one = read(1, 1, area(rectangle(0, 0, 4, 4)), area(rectangle(0, 0, 2, 2), frame=1))
    other = read(1, 2, area(rectangle(0, 2, 4, 6)))
    # 8 of 16 and 16 are shared on the first frame, none of 4 on the second.
    assert dice_of(one.areas("disc"), other.areas("disc")) == pytest.approx(2 * 8 / 36)
    assert dice_of({}, {}) is None
    assert dice_of(one.areas("disc"), {}) == 0.0


def test_boxes_agree_where_they_are_one() -> None:
    readings = [
        read(1, 1, box(0, 0, 10, 10), box(20, 20, 30, 30)),
        read(1, 2, box(0, 0, 10, 8)),
        read(2, 1, box(5, 5, 9, 9)),
        read(2, 2, box(5, 5, 9, 9)),
    ]
    overlap, matched = agreement([BOX], readings)
    assert overlap.measure == "iou" and overlap.estimate is not None
    assert overlap.estimate.value == pytest.approx((0.8 + 1.0) / 2)
    assert matched.estimate is not None and matched.estimate.value == pytest.approx(4 / 5)
    assert matched.estimate.low <= 0.8 <= matched.estimate.high and matched.cases == 2


def test_kappa_of_two_annotators_is_near_cohens() -> None:
    rng = np.random.default_rng(5)
    answers = ASKED["answers"]
    first = rng.integers(0, 3, 60)
    second = np.where(rng.random(60) < 0.7, first, rng.integers(0, 3, 60))
    readings = [
        read(case, reader, said(answers[value[case]]))
        for case in range(60)
        for reader, value in ((1, first), (2, second))
    ]
    (found,) = agreement([ASKED], readings)
    assert found.estimate is not None and found.cases == 60
    # Fleiss' takes one prevalence for both, so that it is a little below Cohen's.
    cohen = cohen_kappa_score(first, second)
    assert cohen - 0.01 <= found.estimate.value + 0.01 <= cohen + 0.02
    assert found.estimate.low < found.estimate.value < found.estimate.high


def test_who_did_not_answer_does_not_count() -> None:
    readings = [read(1, 1, said("good")), read(1, 2), read(2, 1, said("poor"))]
    (found,) = agreement([ASKED], readings)
    assert (found.estimate, found.cases) == (None, 0)


def test_one_annotator_agrees_with_nobody() -> None:
    figures = agreement([BOX, AREA, ASKED], [read(1, 1, box(0, 0, 4, 4), said("good"))])
    assert [figure.estimate for figure in figures] == [None] * 4


def test_most_of_three_decide_pixels_boxes_and_answers() -> None:
    readings = [
        read(1, 1, box(0, 0, 10, 10), area(rectangle(0, 0, 4, 4)), said("good")),
        read(1, 2, box(0, 0, 10, 12), area(rectangle(0, 2, 4, 6)), said("good")),
        read(1, 3, area(rectangle(0, 2, 4, 4)), said("poor")),
    ]
    mask = agreed_area(readings, "disc", FRAME, sides=(8, 8))
    assert np.argwhere(mask).tolist() == [[row, column] for row in range(4) for column in (2, 3)]
    assert [held.box for held in agreed_boxes(readings, {FRAME: 5})] == [(0, 0, 10, 11)]
    assert agreed_boxes(readings, {FRAME: 5})[0].slice == 5
    assert agreed_answer(readings, "quality") == "good"
    assert agreed_answer(readings[1:], "quality") is None
    assert series_drawn_on(readings) == {"1.2"}


def test_half_of_two_is_no_majority() -> None:
    readings = [read(1, 1, area(rectangle(0, 0, 4, 4))), read(1, 2)]
    assert not agreed_area(readings, "disc", FRAME, sides=(8, 8)).any()


def test_one_persons_boxes_are_as_they_drew_them() -> None:
    first = read(1, 1, box(4, 4, 9, 9), box(0, 0, 3, 3), box(4, 5, 9, 9, label="other"))
    held = agreed_boxes([first], {FRAME: 0})
    assert [one.box for one in held] == [(0, 0, 3, 3), (4, 4, 9, 9), (4, 5, 9, 9)]
    assert agreed_boxes([first], {("1.2", "9", 0): 0}) == ()
    assert frame_of(first.marks[0]) == FRAME


@pytest.mark.parametrize("axes", [(0, 1, 2), (0, 2, 1)])
@pytest.mark.parametrize("flips", [(False, False, False), (False, True, False), (True, True, True)])
def test_what_is_drawn_on_a_stored_frame_lies_on_the_same_pixels_of_the_volume(
    axes: tuple[int, int, int], flips: tuple[bool, bool, bool]
) -> None:
    turn = Reorientation(axes, flips)
    stored = np.arange(5 * 7).reshape(1, 5, 7)
    volume = turn.apply(stored)
    placed = PlacedSeries((ShownFrame("1", "2", 0),), volume.shape[1:], turn)
    assert placed.stored_sides == (5, 7)
    assert (placed.turned(stored[0]) == volume[0]).all()
    row0, column0, row1, column1 = (int(side) for side in placed.turned_box((1, 2, 4, 6)))
    inside = volume[0, row0:row1, column0:column1]
    assert sorted(inside.ravel()) == sorted(stored[0, 1:4, 2:6].ravel())
    assert placed.box((row0, column0, row1, column1)) == (1, 2, 4, 6)
