"""Measurements in words, a line a level, as a clinician's report has them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from condyle.domain.findings import Measurement
from condyle.reporting.page_measurements import COLUMNS, DIGITS, MISSING
from condyle.reporting.paragraph import site_name
from condyle.reporting.wording import Catalogue


def measure_text(one: Measurement, words: Catalogue) -> str:
    """Gives a measure's number with its unit, or a dash.

    Args:
        one: The measure.
        words: The catalogue of the reader's language.
    """
    if one.value is None:
        return MISSING
    number = words.number(one.value, DIGITS.get(one.unit, 1))
    return f"{number} {one.unit}" if one.unit in ("mm", "%") else number


def measured_lines(measurements: Sequence[Measurement], words: Catalogue) -> list[str]:
    """Gives a line a level of what was measured there; a level without a number has none.

    Args:
        measurements: Those of one site beside each other.
        words: The catalogue of the report's language.
    """
    lines = []
    for site, group in groupby(measurements, key=lambda one: one.site):
        by_name = {one.name: one for one in group if one.value is not None}
        parts = [
            words.label(f"clinical-measured-{key}", values=_values(names, by_name, words))
            for key, names in COLUMNS
            if by_name.keys() & set(names)
        ]
        if parts:
            lines.append(f"- {site_name(site, words)}: {'; '.join(parts)}.")
    return lines


def _values(names: Iterable[str], by_name: dict[str, Measurement], words: Catalogue) -> str:
    told = (by_name.get(name) for name in names)
    return " / ".join(MISSING if one is None else _bare(one, words) for one in told)


def _bare(one: Measurement, words: Catalogue) -> str:
    """Gives a number without millimetres, which its label has."""
    return measure_text(one, words).removesuffix(" mm")
