"""The table of measurements: a row a level, and under it why a number is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from condyle.domain.findings import Measurement
from condyle.reporting.paragraph import site_name
from condyle.reporting.wording import Catalogue

COLUMNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "disc-heights",
        ("disc-height-anterior", "disc-height-middle", "disc-height-posterior"),
    ),
    ("disc-height-index", ("disc-height-index",)),
    ("slip", ("vertebral-slip", "vertebral-slip-percent")),
    ("meyerding", ("meyerding-grade",)),
    ("sac", ("thecal-sac-disc", "thecal-sac-body")),
    ("sac-ratio", ("thecal-sac-ratio",)),
)
"""Key of a column's head to what stands in it."""

DIGITS = {"mm": 1, "%": 0, "1": 2, "{Meyerding}": 0}
"""Decimals that are printed, by unit."""

MISSING = "\N{EN DASH}"


@dataclass(frozen=True)
class MeasurementBlock:
    """What a page says of the measurements.

    Attributes:
        note: How they were taken and what they are not.
        heads: Of the table.
        rows: A row a level, of as many cells.
        reasons: Why numbers are missing, with the levels, in words.
    """

    note: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    reasons: tuple[str, ...]


def measurement_block(
    measurements: Sequence[Measurement], words: Catalogue
) -> MeasurementBlock | None:
    """Gives the table of measurements in words, or ``None`` where there are none.

    Args:
        measurements: Those of one site beside each other.
        words: The catalogue.
    """
    if not measurements:
        return None
    levels = [(site, list(group)) for site, group in groupby(measurements, key=lambda m: m.site)]
    rows = [
        (site_name(site, words), *(_cell(group, names, words) for _, names in COLUMNS))
        for site, group in levels
    ]
    heads = (words.label("level"), *(words.label(f"measured-{key}") for key, _ in COLUMNS))
    return MeasurementBlock(
        note=words.label("measurements-note"),
        heads=heads,
        rows=tuple(rows),
        reasons=_reasons(measurements, words),
    )


def _cell(group: Sequence[Measurement], names: Sequence[str], words: Catalogue) -> str:
    by_name = {one.name: one for one in group}
    parts = [by_name[name] for name in names if name in by_name]
    if not any(part.value is not None for part in parts):
        return MISSING
    return " / ".join(_number(part, words) for part in parts)


def _number(one: Measurement, words: Catalogue) -> str:
    """Words a number with its unit, and a slip beyond the repeatability with its direction."""
    if one.value is None:
        return MISSING
    text = words.number(one.value, DIGITS.get(one.unit, 1))
    if one.unit == "%":
        return f"{text} %"
    return text


def _reasons(measurements: Sequence[Measurement], words: Catalogue) -> tuple[str, ...]:
    levels: dict[str, list[str]] = {}
    for one in measurements:
        if one.reason is not None:
            said = levels.setdefault(words.message(one.reason), [])
            name = site_name(one.site, words)
            if name not in said:
                said.append(name)
    return tuple(f"{', '.join(names)}: {sentence}" for sentence, names in levels.items())
