"""Measuring the discs, the slips and the thecal sac of a study, from the masks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from condyle.domain.findings import Finding, Measurement, Site
from condyle.domain.messages import Message
from condyle.interpretation.disc_measures import (
    LENGTHS,
    PLAUSIBLE_DEPTH_MM,
    SLIP,
    SLIP_PERCENT,
    TAKEN,
    SliceMeasures,
    Taken,
    measure_slice,
)
from condyle.interpretation.midline import matching_disc
from condyle.workflows.reading.disc_grading import DISC, Roles, study_levels, subject_of
from condyle.workflows.reading.repeatability import repeatability
from condyle.workflows.reading.study_anatomy import SeriesReading

METHOD = "masks-midsagittal"
MEYERDING = "meyerding-grade"
SPONDYLOLISTHESIS = "spondylolisthesis"

PLAUSIBLE_HEIGHT_MM = (200.0, 420.0)
"""Height of the field of view of a lumbar series; a spacing that gives another is doubted."""

PLAUSIBLE_PROPORTION = (0.8, 1.25)
"""Height of a pixel over its width, as scanners make them for the lumbar spine."""

BACKWARD_PERCENT = -17.0
"""A slip is called backward below this. A lordotic disc shifts the foot of the corner back by
itself: of the discs of SPIDER's T2 slices that were graded without a slip, 97.5 % lie above it
at L4-L5, where it shifts most, and more at every other level."""

SAME = 1.15
"""Ratio of two depths of one patient's bodies beyond which one of the spacings is wrong."""

MEYERDING_STEP = 25.0
"""Percent of the endplate below a grade (Meyerding 1932, Surg Gynecol Obstet 54:371)."""


@dataclass(frozen=True)
class Pixel:
    """The size of a pixel, and whether lengths may be told.

    Attributes:
        scale: (row, column) in mm, or in proportion only.
        reason: Code of why nothing is in millimetres, or ``None``.
    """

    scale: tuple[float, float]
    reason: str | None = None


def pixel_of(
    spacing: tuple[float, float] | None, shape: tuple[int, int], *, aspect: float = 1.0
) -> Pixel:
    """Decides whether lengths may be told in millimetres.

    Args:
        spacing: (row, column) in mm as stated, or ``None``.
        shape: (row, column) of the slice.
        aspect: Height of a pixel over its width that a reading without spacing rests on.
    """
    if spacing is None:
        return Pixel((aspect, 1.0), "spacing-not-known")
    if not min(spacing) > 0:
        return Pixel((aspect, 1.0), "spacing-implausible")
    height = spacing[0] * shape[0]
    proportion = spacing[0] / spacing[1]
    plausible = (
        aspect == 1.0
        and PLAUSIBLE_HEIGHT_MM[0] <= height <= PLAUSIBLE_HEIGHT_MM[1]
        and PLAUSIBLE_PROPORTION[0] <= proportion <= PLAUSIBLE_PROPORTION[1]
    )
    return Pixel(spacing, None if plausible else "spacing-implausible")


def measure_study(roles: Roles, *, report_index: Mapping[str, int]) -> tuple[Measurement, ...]:
    """Measures each disc of the reading that numbers them, on the disc's own slice.

    Args:
        roles: Which reading numbers the discs.
        report_index: Series stem to its position in the report.

    Returns:
        Those of one level beside each other, caudal to cranial.
    """
    reading = roles.primary
    pixel = _pixel(reading)
    others = _of_others(roles)
    places = [_place(reading, position) for position in range(len(reading.anatomy.chain.discs))]
    slices = {
        number: measure_slice(
            reading.slices[number],
            pixel.scale,
            only={disc for where, disc in places if where == number},
        )
        for number in {where for where, _ in places}
    }
    found: list[Measurement] = []
    for position, level in enumerate(study_levels(reading)):
        number, own = places[position]
        site = Site(DISC, level, position + 1)
        here = Measurement(
            "", None, "", site, report_index[reading.series.stem], reading.first + number, METHOD
        )
        told = lengths_doubted(pixel, slices[number]) or _contradicted(slices[number], others)
        found += _of_disc(slices[number].discs[own], here, without_mm=told)
    return tuple(found)


def _pixel(reading: SeriesReading) -> Pixel:
    volume = reading.volume
    spacing = None if volume.spacing is None else (volume.spacing[1], volume.spacing[2])
    rows, columns = volume.array.shape[1:]
    return pixel_of(spacing, (rows, columns), aspect=reading.aspect)


def _of_others(roles: Roles) -> list[SliceMeasures]:
    """Gives the depth of the bodies in each other series whose spacing is believed."""
    others = [other for other in roles.readings.values() if other is not roles.primary]
    pixels = [_pixel(other) for other in others]
    return [
        measure_slice(other.anatomy, pixel.scale, only=())
        for other, pixel in zip(others, pixels, strict=True)
        if pixel.reason is None
    ]


def _contradicted(measures: SliceMeasures, others: Sequence[SliceMeasures]) -> str | None:
    """Says that the bodies have another size in another series, so that a spacing is wrong."""
    if all(same_size(measures, other) for other in others):
        return None
    return "spacing-contradicted"


def same_size(one: SliceMeasures, other: SliceMeasures) -> bool:
    """Says whether two slices of one patient give the bodies one size, or one gives none."""
    if not one.depth or not other.depth:
        return True
    return 1 / SAME < one.depth / other.depth < SAME


def _place(reading: SeriesReading, position: int) -> tuple[int, int]:
    """Gives the slice of a disc, and its position in that slice's own chain."""
    number = reading.disc_slices[position]
    if number == reading.middle:
        return number, position
    chain = reading.anatomy.chain
    own = matching_disc(reading.slices[number], chain.discs[position], length=chain.length)
    return (reading.middle, position) if own is None else (number, own)


def lengths_doubted(pixel: Pixel, measures: SliceMeasures) -> str | None:
    """Says why lengths are not told: the spacing, or bodies of a depth that nobody has.

    Args:
        pixel: Size of a pixel.
        measures: Taken with it.
    """
    if pixel.reason is not None or measures.depth is None:
        return pixel.reason
    low, high = PLAUSIBLE_DEPTH_MM
    return None if low <= measures.depth <= high else "spacing-implausible"


def _of_disc(
    taken: Mapping[str, Taken], here: Measurement, *, without_mm: str | None
) -> list[Measurement]:
    found = []
    for name in TAKEN:
        one = taken[name]
        reason = one.reason or (without_mm if name in LENGTHS else None)
        found.append(
            replace(
                here,
                name=name,
                value=None if reason else one.value,
                unit="mm" if name in LENGTHS else "%" if name == SLIP_PERCENT else "1",
                points=one.points,
                reason=None if reason is None else _said(reason, here.site),
                repeatability=repeatability().get(name),
            )
        )
    grade = meyerding(taken[SLIP_PERCENT].value)
    if grade is not None:
        points = taken[SLIP].points
        found.append(replace(here, name=MEYERDING, value=grade, unit="{Meyerding}", points=points))
    return found


def meyerding(percent: float | None) -> float | None:
    """Gives the grade, 1 to 5, of a forward slip beyond the repeatability; else ``None``.

    Args:
        percent: Of the endplate below; positive forwards.
    """
    least = repeatability().get(SLIP_PERCENT)
    if percent is None or least is None or percent <= least:
        return None
    return float(min(5, math.ceil(percent / MEYERDING_STEP)))


def direction(percent: float) -> str | None:
    """Gives ``"anterolisthesis"``, ``"retrolisthesis"``, or ``None`` within what is usual.

    Args:
        percent: Of the endplate below; positive forwards.
    """
    least = repeatability().get(SLIP_PERCENT)
    if least is not None and percent > least:
        return "anterolisthesis"
    return "retrolisthesis" if percent < BACKWARD_PERCENT else None


def slip_warnings(
    measurements: Sequence[Measurement], findings: Sequence[Finding]
) -> tuple[Message, ...]:
    """Says what a measured slip is not, and where the classifier and the number disagree.

    Args:
        measurements: Of a study.
        findings: Of the same study, which a slip is held against.
    """
    least = repeatability().get(SLIP_PERCENT)
    slips = {
        m.site: m.value for m in measurements if m.name == SLIP_PERCENT and m.value is not None
    }
    if not slips or least is None:
        return ()
    found = [Message("slip-supine", {"percent": round(least, 1)}, "study")]
    for site, percent in slips.items():
        way = direction(percent)
        if way is not None:
            told: dict[str, str | int | float] = {"percent": round(abs(percent), 1)}
            found.append(Message(f"{way}-measured", told, subject_of(site)))
    for finding in findings:
        measured = slips.get(finding.site)
        if finding.name != SPONDYLOLISTHESIS or finding.abstained or measured is None:
            continue
        said: dict[str, str | int | float] = {"percent": round(measured, 1)}
        subject, called = subject_of(finding.site), _called(finding)
        if called and direction(measured) is None:
            found.append(Message("slip-called-not-measured", said, subject))
        elif called is False and direction(measured) is not None:
            found.append(Message("slip-measured-not-called", said, subject))
    return tuple(found)


def _called(finding: Finding) -> bool | None:
    """Says whether a probability reaches its threshold, whether or not the call is shown."""
    if finding.value is not None:
        return bool(finding.value)
    if finding.probability is None or finding.threshold is None:
        return None
    return finding.probability >= finding.threshold


def _said(code: str, site: Site) -> Message:
    return Message(code, {}, subject_of(site))
