"""Figures of agreement and majorities where an order, a gap or an empty drawing decides them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from condyle.domain.estimate import Estimate
from condyle.service.views.annotation import figures_body
from condyle.workflows.clinic.annotation.agreed import (
    agreed_answer,
    agreed_area,
    agreed_boxes,
    series_drawn_on,
)
from condyle.workflows.clinic.annotation.agreement import agreement, dice_of
from condyle.workflows.clinic.annotation.drawn import Reading, boxes_of, mask_of, window_of

FRAME = ("1.2", "1.2.3", 0)
BOX = {"key": "hernia", "kind": "box", "answers": []}
AREA = {"key": "disc", "kind": "mask", "answers": []}
ASKED = {"key": "quality", "kind": "case", "answers": ["good", "poor"]}


def square(row0: int, column0: int, row1: int, column1: int) -> list[list[float]]:
    """Gives the edges of a rectangle of whole pixels."""
    top, left, bottom, right = row0 - 0.5, column0 - 0.5, row1 - 0.5, column1 - 0.5
    return [[top, left], [top, right], [bottom, right], [bottom, left]]


def mark(label: str, **what: Any) -> dict[str, Any]:
    place = {"series_uid": "1.2", "instance_uid": "1.2.3", "frame": what.pop("frame", 0)}
    return {"label": label, "place": place, "box": None, "outlines": [], "answer": None} | what


def box(*sides: float, frame: int = 0) -> dict[str, Any]:
    return mark("hernia", box=list(sides), frame=frame)


def area(*rings: list[list[float]], frame: int = 0) -> dict[str, Any]:
    return mark("disc", outlines=list(rings), frame=frame)


def said(answer: str) -> dict[str, Any]:
    return mark("quality", answer=answer, place=None)


def read(case: int, reader: int, *marks: dict[str, Any], patient: str = "") -> Reading:
    return Reading(case, patient or f"p{case}", reader, marks)


def estimates(label: dict[str, Any], *readings: Reading) -> list[Estimate | None]:
    return [figure.estimate for figure in agreement([label], readings)]


def values(label: dict[str, Any], *readings: Reading) -> list[float | None]:
    return [None if one is None else one.value for one in estimates(label, *readings)]


def test_the_better_pair_of_boxes_is_joined_first_whatever_the_order_of_drawing() -> None:
    # Of height 10, so that the overlap is that of the columns: 6 of 10 and 9 of 10.
    worse, better, theirs = box(0, 4, 10, 10), box(0, 0, 10, 9), box(0, 0, 10, 10)
    for first in ([worse, better], [better, worse]):
        overlap, matched = values(BOX, read(1, 1, *first), read(1, 2, theirs))
        assert overlap == pytest.approx(0.9)
        assert matched == pytest.approx(2 / 3), "the worse one is nobody else's"


def test_a_box_is_matched_with_one_box_of_each_annotator_at_most() -> None:
    twice = read(1, 1, box(0, 0, 10, 10), box(0, 0, 10, 10))
    overlap, matched = values(BOX, twice, read(1, 2, box(0, 0, 10, 10)))
    assert overlap == 1.0
    assert matched == pytest.approx(2 / 3)


@pytest.mark.parametrize(("right", "one"), [(5.0, True), (4.99, False)])
def test_boxes_are_one_from_half_of_their_union_on(right: float, one: bool) -> None:
    overlap, matched = values(BOX, read(1, 1, box(0, 0, 10, 10)), read(1, 2, box(0, 0, 10, right)))
    assert (overlap, matched) == ((0.5, 1.0) if one else (None, 0.0))


def test_boxes_on_different_frames_are_never_one() -> None:
    overlap, matched = values(
        BOX, read(1, 1, box(0, 0, 9, 9)), read(1, 2, box(0, 0, 9, 9, frame=1))
    )
    assert (overlap, matched) == (None, 0.0)


def test_of_three_annotators_every_pair_of_a_matched_box_counts() -> None:
    widths = (10, 8, 9)
    readings = [read(1, n, box(0, 0, 10, width)) for n, width in enumerate(widths)]
    overlap, matched = estimates(BOX, *readings)
    assert overlap is not None and matched is not None
    assert overlap.value == pytest.approx((8 / 10 + 9 / 10 + 8 / 9) / 3) and overlap.n == 3
    assert (matched.value, matched.n) == (1.0, 3)


def test_nothing_against_nothing_has_no_figure_and_something_against_nothing_has_none_of_it() -> (
    None
):
    assert values(BOX, read(1, 1), read(1, 2)) == [None, None]
    assert values(AREA, read(1, 1), read(1, 2)) == [None]
    assert values(BOX, read(1, 1, box(0, 0, 4, 4)), read(1, 2)) == [None, 0.0]
    assert values(AREA, read(1, 1, area(square(0, 0, 4, 4))), read(1, 2)) == [0.0]


def test_a_case_that_one_annotator_finished_changes_no_figure() -> None:
    both = [read(1, n, box(0, 0, 4, 4), area(square(0, 0, 4, 4)), said("good")) for n in (1, 2)]
    alone = read(2, 1, box(9, 9, 12, 12), area(square(1, 1, 3, 3)), said("poor"))
    for label in (BOX, AREA, ASKED):
        with_alone, without = agreement([label], [*both, alone]), agreement([label], both)
        assert figures_body(with_alone) == figures_body(without)


def test_dice_of_areas_with_holes_and_pieces_counts_their_pixels() -> None:
    holed = {FRAME: [square(0, 0, 8, 8), square(2, 2, 4, 5)]}
    whole = {FRAME: [square(0, 0, 8, 8)]}
    pieces = {FRAME: [square(0, 0, 2, 2), square(10, 10, 13, 12)]}
    assert dice_of(holed, whole) == pytest.approx(2 * 58 / (58 + 64))
    assert dice_of(holed, pieces) == pytest.approx(2 * 4 / (58 + 10))
    assert dice_of(pieces, pieces) == 1.0
    assert dice_of(holed, {FRAME: [square(2, 2, 4, 5)]}) == 0.0, "a hole and what fills it"


def test_an_area_that_holds_no_pixels_centre_is_as_if_not_drawn() -> None:
    speck = {FRAME: [[[1.1, 1.1], [1.1, 1.4], [1.4, 1.4]]]}
    assert dice_of(speck, speck) is None
    assert dice_of(speck, {FRAME: [square(0, 0, 2, 2)]}) == 0.0


def test_areas_that_share_an_edge_share_no_pixel_and_leave_none_out() -> None:
    corner = [3.0, 3.0]
    split = [[[0.0, 0.0], [0.0, 6.0], corner], [[0.0, 6.0], [6.0, 6.0], corner],
             [[6.0, 6.0], [6.0, 0.0], corner], [[6.0, 0.0], [0.0, 0.0], corner]]  # fmt: skip
    parts = np.sum([mask_of([ring], (0, 0, 8, 8)) for ring in split], axis=0)
    whole = mask_of([[[0.0, 0.0], [0.0, 6.0], [6.0, 6.0], [6.0, 0.0]]], (0, 0, 8, 8))
    assert (parts == whole).all() and whole.sum() == 36


def test_a_window_cuts_from_a_mask_what_the_whole_image_has_there() -> None:
    rings = [square(1, 2, 7, 9), [[3.2, 3.1], [3.2, 6.7], [5.9, 5.0]]]
    whole = mask_of(rings, (0, 0, 12, 12))
    for window in ((0, 0, 12, 12), (2, 3, 6, 8), window_of([rings]), (4, 11, 9, 12)):
        row0, column0, row1, column1 = window
        assert (mask_of(rings, window) == whole[row0:row1, column0:column1]).all()
    assert mask_of(rings, (5, 5, 3, 3)).shape == (0, 0)


def test_kappa_of_two_annotators_is_that_worked_out_by_hand() -> None:
    answers = [("good", "good"), ("good", "poor"), ("poor", "poor"), ("poor", "poor")]
    readings = [read(n, k, said(pair[k])) for n, pair in enumerate(answers) for k in (0, 1)]
    # They agree in 3 of 4; good is 3 of 8 answers, so by chance in 9/64 + 25/64.
    assert values(ASKED, *readings) == [pytest.approx((3 / 4 - 34 / 64) / (1 - 34 / 64))]


def test_kappa_of_three_annotators_is_that_worked_out_by_hand() -> None:
    answers = ["ggg", "ggp", "ppp", "gpp"]
    names = {"g": "good", "p": "poor"}
    readings = [
        read(n, k, said(names[a])) for n, row in enumerate(answers) for k, a in enumerate(row)
    ]
    # Pairs agree in 1, 1/3, 1 and 1/3 of each case; both answers are half of all.
    assert values(ASKED, *readings) == [pytest.approx((2 / 3 - 1 / 2) / (1 - 1 / 2))]


def test_kappa_that_is_not_defined_is_told_as_nothing() -> None:
    readings = [read(case, reader, said("good")) for case in range(4) for reader in (1, 2)]
    (told,) = figures_body(agreement([ASKED], readings))
    assert (told.measure, told.value, told.cases) == ("kappa", None, 4)
    assert told.model_dump_json(), "JSON has no word for what is not a number"


def test_an_answer_that_is_no_longer_one_of_the_labels_is_left_out() -> None:
    readings = [read(1, 1, said("good")), read(1, 2, said("fair"))]
    (figure,) = agreement([ASKED], readings)
    assert (figure.estimate, figure.cases) == (None, 0)


def test_patients_and_not_cases_are_what_an_interval_rests_on() -> None:
    def wide(*patients: str) -> Estimate:
        readings = [
            read(case, reader, area(square(0, 0, 4, 4 + reader * (case % 4))), patient=patient)
            for case, patient in enumerate(patients)
            for reader in (0, 1)
        ]
        (found,) = estimates(AREA, *readings)
        assert found is not None and found.n == len(patients)
        return found

    own = wide(*(f"p{n}" for n in range(16)))
    shared = wide(*(f"p{n % 4}" for n in range(16)))
    assert own.value == pytest.approx(shared.value)
    assert shared.high - shared.low > own.high - own.low


@pytest.mark.parametrize(("patients", "too_few"), [(9, True), (10, False)])
def test_an_interval_wants_ten_patients_and_not_ten_cases(patients: int, too_few: bool) -> None:
    readings = [
        read(case, reader, area(square(0, 0, 4, 4 + reader * (case % 4))), patient=patient)
        for case, patient in enumerate(f"p{n % patients}" for n in range(30))
        for reader in (0, 1)
    ]
    (told,) = figures_body(agreement([AREA], readings))
    assert told.value is not None and told.too_few is too_few
    assert (told.low is None, told.high is None) == (too_few, too_few)


def test_figures_are_the_same_whenever_they_are_asked_for() -> None:
    readings = [
        read(n, k, box(0, 0, 10, 10 - k * (n % 3)), said("good" if n % (2 + k) else "poor"))
        for n in range(12)
        for k in (0, 1)
    ]
    first = figures_body(agreement([BOX, ASKED], readings))
    assert first == figures_body(agreement([BOX, ASKED], readings))
    assert all(one.low is not None and one.high is not None for one in first)


def voted(count: int, of: int, made: Callable[[], dict[str, Any]]) -> list[Reading]:
    return [read(1, n, *([made()] if n < count else [])) for n in range(of)]


@pytest.mark.parametrize(
    ("count", "of", "holds"),
    [(1, 1, True), (1, 2, False), (2, 3, True), (2, 4, False), (3, 4, True)],
)
def test_what_more_than_half_drew_or_said_holds(count: int, of: int, holds: bool) -> None:
    drew = voted(count, of, lambda: area(square(1, 1, 3, 4)))
    assert agreed_area(drew, "disc", FRAME, sides=(5, 5)).sum() == (6 if holds else 0)
    assert len(agreed_boxes(voted(count, of, lambda: box(1, 1, 3, 4)), {FRAME: 0})) == holds
    answer = agreed_answer(voted(count, of, lambda: said("poor")), "quality")
    assert answer == ("poor" if holds else None)


def test_a_majority_of_areas_keeps_the_hole_that_most_left() -> None:
    ring, hole = square(0, 0, 6, 6), square(2, 2, 4, 4)
    readings = [read(1, 1, area(ring, hole)), read(1, 2, area(ring, hole)), read(1, 3, area(ring))]
    agreed = agreed_area(readings, "disc", FRAME, sides=(6, 6))
    expected = np.ones((6, 6), dtype=bool)
    expected[2:4, 2:4] = False
    assert (agreed == expected).all()


def test_an_area_that_leaves_the_frame_by_half_a_pixel_is_cut_at_its_border() -> None:
    drawn = read(1, 1, area(square(0, 0, 5, 7)))
    assert agreed_area([drawn], "disc", FRAME, sides=(5, 7)).all()
    assert agreed_area([drawn], "other", FRAME, sides=(5, 7)).sum() == 0


def test_boxes_carry_their_label_and_the_slice_of_their_frame() -> None:
    marks = [box(1, 2, 3, 4), box(5, 6, 7, 8, frame=3), box(0, 0, 1, 1, frame=9), said("good")]
    at = {FRAME: 4, ("1.2", "1.2.3", 3): 0}
    found = boxes_of([one for one in marks if one["place"]], at)
    assert [(one.box, one.slice, one.labels) for one in found] == [
        ((1, 2, 3, 4), 4, ("hernia",)),
        ((5, 6, 7, 8), 0, ("hernia",)),
    ]


def test_an_answer_alone_draws_on_no_series() -> None:
    assert series_drawn_on([read(1, 1, said("good"))]) == set()
