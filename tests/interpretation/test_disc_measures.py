"""Measures of shapes whose heights, slips and diameters are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.interpretation.made_spine import DEPTH, HEIGHT, MadeSpine

from condyle.interpretation.disc_measures import (
    HEIGHTS,
    INDEX,
    LENGTHS,
    SAC_BODY,
    SAC_DISC,
    SAC_RATIO,
    SLIP,
    SLIP_PERCENT,
    TAKEN,
    Taken,
    measure_slice,
)

TURNS = (1.5, 17.0, -23.0)
"""Degrees; none upright, where a shape's width is rounded to whole pixels."""
PIXELS = ((0.6, 0.6), (0.45, 0.45), (0.5, 0.75))


def measured(spine: MadeSpine) -> tuple[dict[str, Taken], ...]:
    return tuple(dict(d) for d in measure_slice(spine.anatomy(), spine.spacing).discs)


def value(disc: dict[str, Taken], name: str) -> float:
    found = disc[name].value
    assert found is not None, disc[name].reason
    return found


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("spacing", PIXELS)
def test_heights_are_those_of_the_shape_however_it_lies(
    turn: float, spacing: tuple[float, float]
) -> None:
    gaps = ((6.0, 6.0), (8.0, 8.0), (12.0, 12.0), (10.0, 10.0))
    discs = measured(MadeSpine(gaps=gaps, turn=turn, spacing=spacing))
    for disc, (front, _) in zip(discs, reversed(gaps), strict=True):
        for name in HEIGHTS:
            assert value(disc, name) == pytest.approx(front, abs=0.45)


@pytest.mark.parametrize("turn", TURNS)
def test_a_wedged_disc_is_higher_in_front(turn: float) -> None:
    gaps = ((9.0, 9.0), (12.0, 6.0), (9.0, 9.0), (9.0, 9.0))
    disc = measured(MadeSpine(gaps=gaps, turn=turn))[2]
    wanted = [12.0 - 6.0 * share for share in (0.15, 0.5, 0.85)]
    assert [value(disc, name) for name in HEIGHTS] == pytest.approx(wanted, abs=0.5)


@pytest.mark.parametrize("spacing", PIXELS)
def test_the_height_index_needs_no_spacing_but_the_proportions(
    spacing: tuple[float, float],
) -> None:
    anatomy = MadeSpine(spacing=spacing, turn=1.5).anatomy()
    proportion = (spacing[0] / spacing[1], 1.0)
    disc = dict(measure_slice(anatomy, proportion).discs[1])
    assert value(disc, INDEX) == pytest.approx(9.0 / HEIGHT, abs=0.02)


@pytest.mark.parametrize("wrong", [0.7, 1.4])
def test_ratios_of_an_upright_spine_stand_where_the_proportions_are_wrong(wrong: float) -> None:
    spine = MadeSpine(slips=(0.0, 0.0, 5.0, 5.0, 5.0))
    anatomy = spine.anatomy()
    right = dict(measure_slice(anatomy, (1.0, 1.0)).discs[2])
    doubted = dict(measure_slice(anatomy, (wrong, 1.0)).discs[2])
    for name in (INDEX, SLIP_PERCENT, SAC_RATIO):
        assert value(doubted, name) == pytest.approx(value(right, name), rel=0.03)


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("slip", [-5.0, 4.0, 9.0])
def test_a_slip_is_measured_forwards_and_backwards(turn: float, slip: float) -> None:
    slips = (slip, slip, 0.0, 0.0, 0.0)
    discs = measured(MadeSpine(slips=slips, turn=turn))
    assert value(discs[2], SLIP) == pytest.approx(slip, abs=0.6)
    assert value(discs[2], SLIP_PERCENT) == pytest.approx(100 * slip / DEPTH, abs=2.5)
    for other in (1, 0):
        assert value(discs[other], SLIP) == pytest.approx(0.0, abs=0.6)


def test_a_backward_slip_that_nobody_has_is_taken_for_a_missed_corner() -> None:
    disc = measured(MadeSpine(slips=(0.0, 0.0, 12.0, 12.0, 12.0), turn=1.5))[2]
    assert {disc[name].reason for name in (SLIP, SLIP_PERCENT)} == {"corner-doubtful"}
    assert value(disc, HEIGHTS[1]) == pytest.approx(9.0, abs=0.4)
    forward = measured(MadeSpine(slips=(12.0, 12.0, 0.0, 0.0, 0.0), turn=1.5))[2]
    assert value(forward, SLIP) == pytest.approx(12.0, abs=0.6)


def test_a_slip_adds_nothing_to_the_heights() -> None:
    disc = measured(MadeSpine(slips=(8.0, 8.0, 0.0, 0.0, 0.0)))[2]
    assert [value(disc, name) for name in HEIGHTS] == pytest.approx([9.0] * 3, abs=0.4)


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("sac", [8.0, 15.0])
def test_the_sac_is_measured_at_right_angles_to_its_axis(turn: float, sac: float) -> None:
    disc = measured(MadeSpine(sac=sac, turn=turn))[1]
    assert value(disc, SAC_DISC) == pytest.approx(sac, abs=0.5)
    assert value(disc, SAC_BODY) == pytest.approx(sac, abs=0.5)
    assert value(disc, SAC_RATIO) == pytest.approx(1.0, abs=0.05)


def test_lengths_scale_with_the_pixel_and_ratios_do_not() -> None:
    anatomy = MadeSpine(slips=(4.0, 4.0, 4.0, 0.0, 0.0)).anatomy()
    one, two = (measure_slice(anatomy, (s, s)).discs[1] for s in (0.6, 1.2))
    for name in TAKEN:
        factor = 2.0 if name in LENGTHS else 1.0
        assert value(dict(two), name) == pytest.approx(factor * value(dict(one), name), rel=1e-6)


def test_the_spinous_processes_are_no_part_of_the_bodies() -> None:
    found = measure_slice(MadeSpine().anatomy(), (0.6, 0.6))
    assert found.depth == pytest.approx(DEPTH, abs=1.0)


def test_without_the_sacrum_the_last_disc_gives_only_the_sac() -> None:
    lowest, above = measured(MadeSpine(sacrum=False))[:2]
    for name in (*HEIGHTS, INDEX, SLIP, SLIP_PERCENT):
        assert lowest[name] == Taken(None, reason="sacrum-not-seen")
    assert value(lowest, SAC_DISC) == pytest.approx(14.0, abs=0.5)
    assert value(above, HEIGHTS[1]) == pytest.approx(9.0, abs=0.4)


def test_the_vertebra_at_each_end_gives_no_index_for_it_may_not_be_whole() -> None:
    discs = measured(MadeSpine())
    assert [disc[INDEX].reason for disc in discs] == ["vertebra-cut", None, None, "vertebra-cut"]


def test_a_fragment_of_a_disc_gives_no_height() -> None:
    disc = measured(MadeSpine(without=(1,)))[2]
    assert {disc[name].reason for name in (*HEIGHTS, INDEX, SLIP)} == {"disc-fragment"}


def test_a_mirrored_slice_is_not_measured() -> None:
    anatomy = MadeSpine().anatomy()
    mirrored = replace(
        anatomy,
        labelmap=np.ascontiguousarray(anatomy.labelmap[:, ::-1]),
        disc_index=np.ascontiguousarray(anatomy.disc_index[:, ::-1]),
    )
    discs = measure_slice(mirrored, (0.6, 0.6)).discs
    assert {taken.reason for disc in discs for taken in disc.values()} == {"sac-not-behind"}


def test_a_body_that_the_border_cuts_gives_neither_index_nor_slip() -> None:
    anatomy = MadeSpine().anatomy()
    first = int(np.flatnonzero((anatomy.disc_index > 0).any(axis=0))[0]) + 12
    cut = replace(
        anatomy, labelmap=anatomy.labelmap[:, first:], disc_index=anatomy.disc_index[:, first:]
    )
    for disc in measure_slice(cut, (0.6, 0.6)).discs[1:3]:
        assert disc[INDEX].reason == "vertebra-cut"
        assert disc[SLIP].reason == "vertebra-cut"


def test_a_sac_that_the_border_cuts_has_no_diameter() -> None:
    anatomy = MadeSpine().anatomy()
    last = int(np.flatnonzero((anatomy.labelmap == 3).any(axis=0))[-1]) - 4
    cut = replace(
        anatomy, labelmap=anatomy.labelmap[:, :last], disc_index=anatomy.disc_index[:, :last]
    )
    disc = measure_slice(cut, (0.6, 0.6)).discs[1]
    assert disc[SAC_DISC].reason == "sac-cut"
    assert disc[SAC_RATIO].reason == "sac-cut"


def test_points_lie_on_the_slice_and_span_the_height() -> None:
    spine = MadeSpine(turn=12.0)
    for disc in measured(spine)[1:3]:
        for name in (*HEIGHTS, SAC_DISC):
            ends = np.array(disc[name].points) * np.array(spine.spacing)
            assert np.linalg.norm(ends[1] - ends[0]) == pytest.approx(value(disc, name), abs=0.3)
