"""Whether lengths are told, when a slip gets a grade, and what is said of a disagreement."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import NamedTuple, cast

import numpy as np
import pytest
from tests.interpretation.made_spine import MadeSpine

from condyle.domain.findings import Finding, Measurement, Site
from condyle.domain.messages import Message
from condyle.domain.volume import Volume
from condyle.interpretation.disc_measures import HEIGHTS, LENGTHS, SLIP_PERCENT, measure_slice
from condyle.workflows.reading.disc_grading import DISC, Roles
from condyle.workflows.reading.measuring import (
    MEYERDING,
    direction,
    lengths_doubted,
    measure_study,
    meyerding,
    pixel_of,
    slip_warnings,
)
from condyle.workflows.reading.repeatability import repeatability


class Measured(NamedTuple):
    """What was measured in a study, and what is said beside it."""

    measurements: tuple[Measurement, ...]
    warnings: tuple[Message, ...]


def read(
    spine: MadeSpine,
    *,
    called: bool | None = None,
    spacing: tuple[float, float] | None = None,
    probability: float | None = None,
    other: tuple[float, float, float] | None = None,
) -> Measured:
    """Measures a made spine as the one series of a study."""
    anatomy = spine.anatomy()
    anatomy = replace(anatomy, chain=replace(anatomy.chain, sacrum_in_view=True, length=50.0))
    pixel = spacing or spine.spacing
    volume = Volume(
        np.zeros((1, *anatomy.labelmap.shape), np.float32),
        None if spacing == (0.0, 0.0) else (4.0, *pixel),
    )
    reading = SimpleNamespace(
        volume=volume,
        aspect=1.0,
        slices=(anatomy,),
        anatomy=anatomy,
        first=7,
        middle=0,
        disc_slices=(0,) * len(anatomy.chain.discs),
        series=SimpleNamespace(stem="series-1"),
    )
    beside = SimpleNamespace(**{**vars(reading), "volume": Volume(volume.array, other)})
    readings = {"t2": reading} | ({} if other is None else {"t1": beside})
    roles = cast(Roles, SimpleNamespace(primary=reading, readings=readings))
    site = Site(DISC, "L4-L5", 2)
    finding = Finding(
        "spondylolisthesis/disc-2", "spondylolisthesis", site, called, probability, threshold=0.4
    )
    measurements = measure_study(roles, report_index={"series-1": 3})
    return Measured(measurements, slip_warnings(measurements, [finding]))


def of(measured: Measured, name: str, level: str) -> Measurement:
    return next(m for m in measured.measurements if (m.name, m.site.level) == (name, level))


def codes(measured: Measured) -> list[tuple[str, str]]:
    return [(w.code, w.subject) for w in measured.warnings]


FORWARD = MadeSpine(slips=(8.0, 8.0, 8.0, 0.0, 0.0), turn=3.0)
STRAIGHT = MadeSpine(turn=3.0)


def test_each_level_says_where_it_was_measured_and_how_repeatable_that_is() -> None:
    found = of(read(STRAIGHT), HEIGHTS[1], "L3-L4")
    assert (found.series, found.slice, found.unit) == (3, 7, "mm")
    assert found.value == pytest.approx(9.0, abs=0.4)
    assert found.repeatability == repeatability()[HEIGHTS[1]]
    assert len(found.points) == 2


def test_a_forward_slip_beyond_the_repeatability_gets_a_grade_at_its_level_only() -> None:
    graded = [m for m in read(FORWARD).measurements if m.name == MEYERDING]
    assert [(m.site.level, m.value) for m in graded] == [("L4-L5", 1.0)]


def test_a_backward_slip_gets_no_grade() -> None:
    backward = MadeSpine(slips=(0.0, 0.0, 0.0, 8.0, 8.0), turn=3.0)
    measured = read(backward)
    percent = of(measured, SLIP_PERCENT, "L4-L5").value
    assert percent is not None and percent < -repeatability()[SLIP_PERCENT]
    assert not any(m.name == MEYERDING for m in measured.measurements)


@pytest.mark.parametrize(
    ("percent", "grade"), [(24.0, 1), (25.1, 2), (50.1, 3), (99.0, 4), (130.0, 5)]
)
def test_grades_are_quarters_of_the_endplate(percent: float, grade: int) -> None:
    assert meyerding(percent) == grade


def test_a_slip_within_the_repeatability_or_none_gets_no_grade() -> None:
    least = repeatability()[SLIP_PERCENT]
    assert meyerding(least) is None
    assert meyerding(least + 0.1) == 1
    assert meyerding(-60.0) is None
    assert meyerding(None) is None


def test_a_slip_that_was_called_but_not_measured_is_said() -> None:
    assert codes(read(STRAIGHT, called=True)) == [
        ("slip-supine", "study"),
        ("slip-called-not-measured", "L4-L5"),
    ]


def test_a_slip_that_was_measured_but_not_called_is_said() -> None:
    assert codes(read(FORWARD, called=False)) == [
        ("slip-supine", "study"),
        ("anterolisthesis-measured", "L4-L5"),
        ("slip-measured-not-called", "L4-L5"),
    ]


@pytest.mark.parametrize(("spine", "called"), [(STRAIGHT, False), (FORWARD, True), (FORWARD, None)])
def test_no_disagreement_is_said_where_there_is_none_or_no_decision_was_given(
    spine: MadeSpine, called: bool | None
) -> None:
    said = {code for code, _ in codes(read(spine, called=called))}
    assert not said & {"slip-called-not-measured", "slip-measured-not-called"}
    assert ("anterolisthesis-measured" in said) == (spine is FORWARD)


def test_a_call_that_is_not_shown_is_held_against_the_measure_all_the_same() -> None:
    assert ("slip-called-not-measured", "L4-L5") in codes(read(STRAIGHT, probability=0.4))
    assert ("slip-measured-not-called", "L4-L5") in codes(read(FORWARD, probability=0.39))


def test_a_slip_is_called_backward_only_beyond_what_a_lordotic_disc_shows_by_itself() -> None:
    backward = MadeSpine(slips=(0.0, 0.0, 0.0, 8.0, 8.0), turn=3.0)
    assert ("retrolisthesis-measured", "L4-L5") in codes(read(backward))
    assert [direction(percent) for percent in (-17.1, -16.0, 0.0)] == ["retrolisthesis", None, None]


def test_an_implausible_spacing_leaves_the_ratios_and_tells_why_lengths_are_missing() -> None:
    measured = read(STRAIGHT, spacing=(1.5, 1.5))
    for one in measured.measurements:
        if one.site.level not in ("L3-L4", "L4-L5"):
            continue
        if one.name in LENGTHS:
            assert one.value is None and one.reason is not None
            assert one.reason.code == "spacing-implausible"
        else:
            assert one.value is not None and one.reason is None


def test_bodies_of_two_sizes_in_one_patient_cast_doubt_on_both_spacings() -> None:
    agreed = of(read(STRAIGHT, other=(4.0, 0.62, 0.62)), HEIGHTS[1], "L3-L4")
    assert agreed.value == pytest.approx(9.0, abs=0.4)
    measured = read(STRAIGHT, other=(4.0, 0.75, 0.75))
    doubted = of(measured, HEIGHTS[1], "L3-L4")
    assert doubted.value is None and doubted.reason is not None
    assert doubted.reason.code == "spacing-contradicted"
    assert of(measured, SLIP_PERCENT, "L3-L4").value is not None


@pytest.mark.parametrize(
    ("spacing", "aspect", "reason"),
    [
        ((0.6, 0.6), 1.0, None),
        (None, 1.0, "spacing-not-known"),
        ((0.6, 0.6), 1.5, "spacing-implausible"),
        ((0.3, 0.3), 1.0, "spacing-implausible"),
        ((1.2, 1.2), 1.0, "spacing-implausible"),
        ((0.6, 0.3), 1.0, "spacing-implausible"),
        ((0.0, 0.6), 1.0, "spacing-implausible"),
    ],
)
def test_lengths_are_told_only_of_a_plausible_field_of_view(
    spacing: tuple[float, float] | None, aspect: float, reason: str | None
) -> None:
    assert pixel_of(spacing, (512, 512), aspect=aspect).reason == reason


def test_bodies_of_a_depth_that_nobody_has_cast_doubt_on_the_spacing() -> None:
    anatomy = STRAIGHT.anatomy()
    for spacing, doubt in (((0.6, 0.6), None), ((0.95, 0.95), "spacing-implausible")):
        pixel = pixel_of(spacing, anatomy.labelmap.shape)
        assert pixel.reason is None
        assert lengths_doubted(pixel, measure_slice(anatomy, pixel.scale)) == doubt
