"""How repeatable the measures of discs and thecal sac are, and how they agree with a hand's.

Two contrasts of one examination tell how much the contrast, the slice and the network add;
neighbouring slices with reference masks tell how much the choice of the slice alone does.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from condyle.domain.estimate import Estimate
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.regression import bland_altman, root_mean_squared_error
from condyle.interpretation.agreement import chain_shift
from condyle.interpretation.anatomy import SliceAnatomy, interpret_slice
from condyle.interpretation.bodies import FRACTIONS, Floats
from condyle.interpretation.disc_measures import (
    HEIGHTS,
    LENGTHS,
    SLIP,
    SLIP_PERCENT,
    TAKEN,
    SliceMeasures,
    measure_slice,
)
from condyle.interpretation.midline import matching_disc, midsagittal_slice
from condyle.preprocessing.placement import Placement
from condyle.workflows.reading.measuring import lengths_doubted, pixel_of, same_size

COLUMNS = (
    *("measure", "unit", "pairs", "patients", "discs", "within_sd", "within_sd_low"),
    *("within_sd_high", "repeatability", "repeatability_low", "repeatability_high"),
    *("bias", "bias_low", "bias_high", "lower_limit", "lower_limit_low", "lower_limit_high"),
    *("upper_limit", "upper_limit_low", "upper_limit_high", "interval"),
)
"""Of the table; each figure with the limits of its 95 % interval."""

REPEATABLE = 1.96 * 2**0.5
"""From the within-subject standard deviation to the repeatability coefficient
(Bland and Altman 1999, doi 10.1177/096228029900800204)."""

SEED = 2026

HAND = "masks-hand"
"""Pairs whose second comes from a hand's marks: bias and limits only."""


@dataclass(frozen=True)
class Pair:
    """One measure of one disc taken twice.

    Attributes:
        patient: Whose disc.
        measure: Its name.
        first: The one.
        second: The other.
    """

    patient: str
    measure: str
    first: float
    second: float


@dataclass(frozen=True)
class Seen:
    """One slice of a series as it was labelled.

    Attributes:
        anatomy: What was seen.
        aspect: Height of a pixel over its width that the reading rests on.
    """

    anatomy: SliceAnatomy
    aspect: float = 1.0


def stated_spacing(series_csv: Path) -> dict[str, tuple[float, float]]:
    """Gives series to (row, column) spacing in mm, as SPIDER's ``series.csv`` states it."""
    found = {}
    with series_csv.open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            numbers = row["PixelSpacing"].strip("[] ").replace(",", " ").split()
            if len(numbers) == 2:
                found[row["series"]] = (float(numbers[0]), float(numbers[1]))
    return found


def measure_seen(seen: Seen, spacing: tuple[float, float] | None) -> tuple[SliceMeasures, bool]:
    """Measures a slice, and says whether its lengths are in millimetres.

    Args:
        seen: The slice.
        spacing: (row, column) in mm as stated, or ``None``.
    """
    rows, columns = seen.anatomy.labelmap.shape
    pixel = pixel_of(spacing, (rows, columns), aspect=seen.aspect)
    measures = measure_slice(seen.anatomy, pixel.scale)
    return measures, lengths_doubted(pixel, measures) is None


def contrast_pairs(
    series: Mapping[str, Seen], spacing: Mapping[str, tuple[float, float]]
) -> list[Pair]:
    """Gives each disc of a patient's T1 beside the same of its T2, where both count alike.

    Args:
        series: ``<patient>_t1`` and ``<patient>_t2`` to the slice.
        spacing: Series to (row, column) in mm.
    """
    pairs: list[Pair] = []
    for name in sorted(series):
        patient, _, contrast = name.partition("_")
        if contrast != "t1" or f"{patient}_t2" not in series:
            continue
        first, second = series[name], series[f"{patient}_t2"]
        counts = [len(each.anatomy.chain.discs) for each in (first, second)]
        if counts[0] != counts[1] or chain_shift(first.anatomy, second.anatomy):
            continue
        one, one_mm = measure_seen(first, spacing.get(name))
        two, two_mm = measure_seen(second, spacing.get(f"{patient}_t2"))
        same = [(n, n) for n in range(counts[0])]
        pairs += _pairs(patient, one, two, same, lengths=one_mm and two_mm and same_size(one, two))
    return pairs


def neighbour_pairs(root: Path, spacing: Mapping[str, tuple[float, float]]) -> list[Pair]:
    """Gives each disc on the middle T2-SPACE slice beside the same on the slices next to it.

    Args:
        root: The folder with ``t2space/masks``.
        spacing: Series to (row, column) in mm.
    """
    stacks: dict[str, list[Path]] = {}
    for path in sorted((root / "t2space" / "masks").glob("*.png")):
        stacks.setdefault(path.stem.rpartition("_slice")[0], []).append(path)
    pairs: list[Pair] = []
    for name, paths in stacks.items():
        ordered = sorted(paths, key=lambda path: int(path.stem.rpartition("_slice")[2]))
        slices = [anatomy_of_mask(np.asarray(Image.open(path), np.uint8)) for path in ordered]
        middle = midsagittal_slice(slices)
        here, here_mm = measure_seen(Seen(slices[middle]), spacing.get(name))
        for beside in (middle - 1, middle + 1):
            if not 0 <= beside < len(slices):
                continue
            there, there_mm = measure_seen(Seen(slices[beside]), spacing.get(name))
            chain = slices[middle].chain
            same = [
                (n, other)
                for n, disc in enumerate(chain.discs)
                if (other := matching_disc(slices[beside], disc, length=chain.length)) is not None
            ]
            patient = name.partition("_")[0]
            pairs += _pairs(patient, here, there, same, lengths=here_mm and there_mm)
    return pairs


def anatomy_of_mask(mask: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> SliceAnatomy:
    """Gives what a network that is right and sure would have seen.

    Args:
        mask: (row, column) 0 background, 1 disc, 2 vertebra, 3 canal.
    """
    sure = np.stack([mask == value for value in range(4)]).astype(np.float32)
    shape = (int(mask.shape[0]), int(mask.shape[1]))
    return interpret_slice(sure, np.ones(shape, np.float32), Placement(shape, shape))


def _pairs(
    patient: str,
    one: SliceMeasures,
    two: SliceMeasures,
    same: Iterable[tuple[int, int]],
    *,
    lengths: bool,
) -> list[Pair]:
    found = []
    for first, second in same:
        for name in TAKEN:
            values = one.discs[first][name].value, two.discs[second][name].value
            if (name in LENGTHS and not lengths) or values[0] is None or values[1] is None:
                continue
            found.append(Pair(patient, name, values[0], values[1]))
    return found


def repeatability_rows(pairs: Sequence[Pair], kind: str) -> list[dict[str, str]]:
    """Gives a row of the table for each measure, patients being the unit.

    Args:
        pairs: Of one kind.
        kind: Its name in the table, such as ``"t1-t2"``.
    """
    rows = []
    for name in TAKEN:
        own = [pair for pair in pairs if pair.measure == name]
        if len(own) < 2:
            continue
        plan = Resampling(
            [pair.patient for pair in own], np.random.default_rng(SEED), unit="disc", interval="bca"
        )
        first, second = [p.first for p in own], [p.second for p in own]
        spread = root_mean_squared_error(first, second, plan)
        limits = bland_altman(first, second, plan)
        row = {
            "measure": name,
            "unit": "mm" if name in LENGTHS else "%" if name == SLIP_PERCENT else "1",
            "pairs": kind,
            "patients": str(plan.patient_count),
            "discs": str(len(own)),
            "interval": spread.method,
        }
        if kind != HAND:
            row |= _told("within_sd", spread, 2**-0.5)
            row |= _told("repeatability", spread, 2**-0.5 * REPEATABLE)
        row |= _told("bias", limits.bias)
        row |= _told("lower_limit", limits.lower_limit) | _told("upper_limit", limits.upper_limit)
        rows.append(row)
    return rows


def _told(name: str, estimate: Estimate, factor: float = 1.0) -> dict[str, str]:
    values = (estimate.value, estimate.low, estimate.high)
    keys = (name, f"{name}_low", f"{name}_high")
    return {key: f"{value * factor:.4g}" for key, value in zip(keys, values, strict=True)}


def hand_pairs(
    points_csv: Path,
    series: Mapping[str, Seen],
    spacing: Mapping[str, tuple[float, float]],
) -> list[Pair]:
    """Gives each disc as measured from the masks (first) beside a hand's marks (second).

    Args:
        points_csv: Columns series, disc, point, row, column; six points a disc.
        series: Series to the slice.
        spacing: Series to (row, column) in mm.
    """
    marks: dict[tuple[str, int], dict[str, Floats]] = {}
    with points_csv.open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            place = np.array([float(row["row"]), float(row["column"])])
            marks.setdefault((row["series"], int(row["disc"])), {})[row["point"]] = place
    pairs = []
    for (name, disc), points in marks.items():
        measures, lengths = measure_seen(series[name], spacing.get(name))
        if not lengths:
            continue
        by_hand = measure_marks({k: v * np.array(spacing[name]) for k, v in points.items()})
        taken = measures.discs[disc - 1]
        for measure, value in by_hand.items():
            mine = taken[measure].value
            if mine is not None:
                pairs.append(Pair(name.partition("_")[0], measure, mine, value))
    return pairs


def measure_marks(points: Mapping[str, Floats]) -> dict[str, float]:
    """Measures six marks of a disc as ``disc_gaps`` and ``slip`` measure masks.

    Args:
        points: ``"upper-front"`` to ``"lower-back"``, (row, column) in mm.
    """
    upper, lower = (
        np.array([points[f"{side}-{place}"] for place in ("front", "middle", "back")])
        for side in ("upper", "lower")
    )
    along = _unit(_unit(upper[2] - upper[0]) + _unit(lower[2] - lower[0]))
    down = np.array([along[1], -along[0]])
    front = max(upper[0] @ along, lower[0] @ along)
    back = min(upper[2] @ along, lower[2] @ along)
    found = {}
    for name, fraction in zip(HEIGHTS, FRACTIONS, strict=True):
        place = front + fraction * (back - front)
        ends = [np.interp(place, line @ along, line @ down) for line in (upper, lower)]
        found[name] = float(ends[1] - ends[0])
    endplate = lower[2] - lower[0]
    length = float(np.linalg.norm(endplate))
    found[SLIP] = float((lower[2] - upper[2]) @ endplate) / length
    found[SLIP_PERCENT] = 100 * found[SLIP] / length
    return found


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float64)


def write_rows(rows: Sequence[Mapping[str, str]], path: Path) -> None:
    """Writes the table as CSV.

    Args:
        rows: As ``repeatability_rows`` gives them.
        path: File to write.
    """
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
