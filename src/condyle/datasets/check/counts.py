"""How many patients and images of what sort an archive holds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from condyle.datasets.archive import Archive
from condyle.datasets.check.headers import PERSON
from condyle.datasets.check.look import CaseLook
from condyle.domain.case import STUDY_UNIT
from condyle.domain.data_report import (
    NO_BOX,
    NO_CLASS,
    NOTHING_MARKED,
    Count,
    CountTable,
    LabelCounts,
)

MOST_VALUES = 12
"""Values of a characteristic that are listed; the rest are counted together."""

AGES = ((0, 18), (18, 40), (40, 60), (60, 80), (80, 200))
"""Groups of age in years, half-open; nothing is validated under 18."""

UNDER_18 = "under 18"
"""The youngest group of age."""

_REST = "others"


def count_tables(looks: Sequence[CaseLook], *, sides: Mapping[str, str]) -> tuple[CountTable, ...]:
    """Counts patients and series by what is known of them.

    Args:
        looks: What is kept of the cases.
        sides: Patient to side of the data set's own split.
    """
    series = [(look.case.patient, item) for look in looks for item in look.series]
    of_series: dict[str, list[tuple[str, str]]] = {
        "sequence": [(p, one.series.weighting.value or "") for p, one in series],
        "plane": [(p, one.series.plane.value or "") for p, one in series],
        "file format": [(p, " ".join(one.header.words["file format"])) for p, one in series],
        "matrix size": [(p, f"{one.shape[1]} x {one.shape[2]}") for p, one in series],
        "slices a series": [(p, str(one.shape[0])) for p, one in series],
    }
    of_cases: dict[str, list[tuple[str, str]]] = {
        "age": _told_by_other_cases(
            [(look.case.patient, age_group(age_of(look))) for look in looks]
        )
    }
    for name in _covariates(looks):
        pairs = [(look.case.patient, look.case.covariates.get(name, "")) for look in looks]
        of_cases[name] = _told_by_other_cases(pairs)
    if sides:
        of_cases["side of its own split"] = [
            (look.case.patient, sides.get(look.case.patient, "")) for look in looks
        ]
    return (
        *(_table(name, "series", pairs) for name, pairs in of_series.items()),
        *(_table(name, "cases", pairs) for name, pairs in of_cases.items()),
    )


def age_of(look: CaseLook) -> float:
    """Gives the age in years from a covariate or a header, NaN where neither tells."""
    for name, value in look.case.covariates.items():
        if "age" in name.lower() and name.lower() in PERSON:
            try:
                return float(value)
            except ValueError:
                continue
    known = [s.series.age_years for s in look.series if s.series.age_years is not None]
    return known[0] if known else math.nan


def age_group(age: float) -> str:
    """Words the group of an age, such as ``"40 to 59"``; empty where it is unknown."""
    for low, high in AGES:
        if low <= age < high:
            return UNDER_18 if low == 0 else f"{low} to {high - 1}" if high < 100 else "80+"
    return ""


def label_counts(looks: Sequence[CaseLook], *, archive: Archive) -> tuple[LabelCounts, ...]:
    """Counts the values of every label, box class and structure, and what is missing.

    Args:
        looks: What is kept of the cases.
        archive: Which names the values.
    """
    return (*_grades(looks, archive), *_boxes(looks, archive), *_masks(looks, archive))


def unit_kind(unit: str, look: CaseLook) -> str:
    """Gives the kind of a unit of a reference: the study, a series, or a part such as a disc."""
    if unit == STUDY_UNIT:
        return STUDY_UNIT
    if any(unit == series.stem for series in look.case.study.series):
        return "series"
    return unit.rsplit("-", 1)[0]


def _grades(looks: Sequence[CaseLook], archive: Archive) -> Iterator[LabelCounts]:
    units: dict[str, list[tuple[str, Mapping[str, int]]]] = {}
    for look in looks:
        for unit, values in look.case.reference.grades.items():
            units.setdefault(unit_kind(unit, look), []).append((look.case.patient, values))
    named = dict(archive.labels)
    for held in (values for rows in units.values() for _, values in rows):
        for label in held:
            named.setdefault(label, ())
    for label, names in named.items():
        for kind, rows in units.items():
            pairs = [(p, values[label]) for p, values in rows if label in values]
            if pairs:
                known = range(len(names)) if names else sorted({value for _, value in pairs})
                missing = len(rows) - len(pairs)
                counts = (_count(pairs, v, names[v] if v < len(names) else str(v)) for v in known)
                # A value that no unit can have, such as grade 0 of a scale from 1.
                kept = tuple(c for c in counts if c.items or c.value not in ("0", ""))
                yield LabelCounts(label, kind, kept, missing, len(rows))


def _boxes(looks: Sequence[CaseLook], archive: Archive) -> Iterator[LabelCounts]:
    looked = [(x.case.patient, b) for x in looks for b in x.case.reference.boxes.values()]
    if not looked:
        return
    pairs = [(patient, label) for patient, boxes in looked for b in boxes for label in b.labels]
    bare = [(p, NO_CLASS) for p, boxes in looked for b in boxes if not b.labels]
    none = [(p, NO_BOX) for p, boxes in looked if not boxes]
    names = sorted({*archive.box_classes, *(label for _, label in pairs)})
    counts = [_count(pairs, name, name) for name in names]
    counts += [_count(extra, extra[0][1], extra[0][1]) for extra in (bare, none) if extra]
    unlooked = sum(len(x.case.study.series) for x in looks) - len(looked)
    yield LabelCounts("boxes", "box", tuple(counts), unlooked, unlooked + len(looked))


def _masks(looks: Sequence[CaseLook], archive: Archive) -> Iterator[LabelCounts]:
    masks = [(look.case.patient, mask) for look in looks for mask in look.masks]
    if not masks:
        return
    pairs = [(patient, value) for patient, mask in masks for value in mask.values]
    values = sorted({*range(1, len(archive.structures)), *(value for _, value in pairs)})
    named = dict(enumerate(archive.structures))
    counts = [_count(pairs, v, named.get(v, str(v))) for v in values[:MOST_VALUES]]
    empty = [(patient, 0) for patient, mask in masks if not mask.values]
    counts += [_count(empty, 0, NOTHING_MARKED)] if empty else []
    without = sum(len(look.series) for look in looks) - len(masks)
    yield LabelCounts("masks", "mask", tuple(counts), without, without + len(masks))


def _count(pairs: Iterable[tuple[str, object]], value: object, name: str) -> Count:
    those = [patient for patient, held in pairs if held == value]
    return Count(name, len(set(those)), len(those))


def _told_by_other_cases(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Fills what a case leaves open where all others of its patient agree."""
    known: dict[str, set[str]] = {}
    for patient, value in pairs:
        known.setdefault(patient, set()).update({value} - {""})
    return [(p, v or ("".join(known[p]) if len(known[p]) == 1 else "")) for p, v in pairs]


def _covariates(looks: Sequence[CaseLook]) -> list[str]:
    """Names covariates, without age, which is grouped, and those that differ in every case."""
    names = sorted({name for look in looks for name in look.case.covariates})
    kept = []
    for name in names:
        values = [v for look in looks if (v := look.case.covariates.get(name, ""))]
        many = len(set(values)) > max(MOST_VALUES, len(values) / 2)
        if not many and not ("age" in name.lower() and name.lower() in PERSON):
            kept.append(name)
    return kept


def _table(name: str, unit: str, pairs: Sequence[tuple[str, str]]) -> CountTable:
    counts = [_count(pairs, value, value) for value in {value for _, value in pairs}]
    known = sorted((c for c in counts if c.value), key=lambda c: (-c.items, c.value))
    listed = known[: MOST_VALUES - 1] if len(known) > MOST_VALUES else known
    if len(listed) < len(known):
        rest = {c.value for c in known[len(listed) :]}
        those = [patient for patient, value in pairs if value in rest]
        listed = [*listed, Count(f"{len(rest)} {_REST}", len(set(those)), len(those))]
    return CountTable(name, unit, (*listed, *(c for c in counts if not c.value)))
