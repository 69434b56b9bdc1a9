"""How often the discs of a slice carry their right numbers, by patient and out of fold."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from condyle.bundle import Bundle
from condyle.datasets.disc_centres import Centres
from condyle.domain.case import Case
from condyle.domain.estimate import Estimate
from condyle.domain.progress import Progress, ProgressCallback, ignore_progress
from condyle.errors import BundleError
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.proportions import proportion
from condyle.inference import Runner
from condyle.interpretation.anatomy import SliceAnatomy
from condyle.interpretation.lowest_disc import SHIPPED, LowestRule, is_doubtful
from condyle.interpretation.together import read_together
from condyle.preprocessing.steps import Spec
from condyle.workflows.read_study import anatomy_runner
from condyle.workflows.reading.anatomy_reading import RunSlices, read_picture

RIGHT = "right"
EXTRA_CAUDAL = "extra-caudal"
LOWEST_MISSED = "lowest-missed"
UPPERMOST_MISSED = "uppermost-missed"
DISC_MISSED = "disc-missed"


@dataclass(frozen=True)
class SliceNumbering:
    """What became of the numbers of one slice.

    Attributes:
        patient: Whose.
        series: Stem of the slice.
        outcome: ``"right"``; ``"extra-caudal"`` where a disc lies caudal of disc 1;
            ``"lowest-missed"`` where disc 1 was not found and all numbers are too low;
            ``"uppermost-missed"`` where only discs at the cranial end were not found;
            ``"disc-missed"`` for any other centre that lies in no disc, or in a wrong one.
        found: Number of the disc that each centre lies in, 0 for none, disc 1 first.
        doubtful: Whether the reading itself says that its lowest disc is doubtful.
    """

    patient: str
    series: str
    outcome: str
    found: tuple[int, ...]
    doubtful: bool = False


def numbers_at(
    disc_index: NDArray[np.uint8], centres: Sequence[tuple[float, float]]
) -> tuple[int, ...]:
    """Gives the number of the disc that each centre lies in, 0 for none.

    Args:
        disc_index: (row, column) number from caudal, 0 where there is no disc.
        centres: (row, column), an integer being a pixel's centre.
    """
    limits = np.array(disc_index.shape) - 1
    places = np.clip(np.rint(np.array(centres)).astype(int), 0, limits)
    return tuple(int(disc_index[row, column]) for row, column in places)


def outcome_of(found: Sequence[int]) -> str:
    """Says whether all numbers are right, or how they are wrong; see ``SliceNumbering``.

    Disc 1 being the most caudal that was predicted, no extra disc lies caudal of it where
    its centre lies in disc 1.

    Args:
        found: Number of the disc that each centre lies in, disc 1 first.
    """
    wanted = list(range(1, len(found) + 1))
    if list(found) == wanted:
        return RIGHT
    shifts = [number - wish for number, wish in zip(found, wanted, strict=True) if number]
    if shifts and min(shifts) > 0:
        return EXTRA_CAUDAL
    if not found[0] and shifts and max(shifts) < 0:
        return LOWEST_MISSED
    seen = [number for number in found if number]
    if list(found) == wanted[: len(seen)] + [0] * (len(found) - len(seen)):
        return UPPERMOST_MISSED
    return DISC_MISSED


def networks_by_fold(bundle: Bundle) -> tuple[RunSlices, ...]:
    """Gives each network of an ensemble of folds alone, fold 0 first.

    Args:
        bundle: Whose models are named after their folds, ``fold-0.onnx`` and so on.

    Raises:
        BundleError: They are not, so that nothing can be measured out of fold.
    """
    names = tuple(f"fold-{fold}.onnx" for fold in range(len(bundle.manifest.models)))
    if tuple(bundle.manifest.models) != names:
        raise BundleError(
            "The bundle cannot be measured out of fold.",
            found=f"models {', '.join(bundle.manifest.models)}",
            needed="one model a fold, named fold-0.onnx, fold-1.onnx, ...",
            mend="give the bundle of a cross-validation.",
        )
    alone = (bundle.manifest.model_copy(update={"models": (name,)}) for name in names)
    return tuple(anatomy_runner(Runner(replace(bundle, manifest=one))) for one in alone)


def read_slices_by_patient(
    cases: Iterable[Case],
    centres: Centres,
    *,
    spec: Spec,
    network_of: Callable[[str], RunSlices],
    progress: ProgressCallback = ignore_progress,
) -> Iterator[tuple[str, dict[str, SliceAnatomy]]]:
    """Gives each patient's slices that have centres, as they were read one by one.

    Args:
        cases: Single slices by patient.
        centres: Where the discs are.
        spec: The anatomy bundle's preprocessing.
        network_of: Patient to the network that reads that patient's slices: for a
            figure out of fold, the one that did not learn from the patient.
        progress: Told of every case.

    Yields:
        Patient, and stem to what was seen.
    """
    listed = list(cases)
    for done, case in enumerate(listed, start=1):
        run, seen = network_of(case.patient), {}
        for series in case.study.series:
            if series.stem in centres:
                seen[series.stem] = read_picture(series.load(), spec=spec, run=run)[0]
        if seen:
            yield case.patient, seen
        progress(Progress("numbering", done, len(listed)))


def number_slices(
    patient: str,
    slices: Mapping[str, SliceAnatomy],
    centres: Centres,
    *,
    rule: LowestRule = SHIPPED,
    together: bool = True,
) -> tuple[SliceNumbering, ...]:
    """Numbers the discs of a patient's slices, and says whether they are right.

    Args:
        patient: Whose.
        slices: Stem to what was seen there.
        centres: Where the discs are.
        rule: For a figure out of fold, the one that was fitted without the patient.
        together: Whether the slices are laid on each other, or each is numbered alone.
    """
    stems = list(slices)
    groups = [stems] if together else [[stem] for stem in stems]
    rows = []
    for group in groups:
        read = read_together([slices[stem] for stem in group], rule=rule)
        for stem, anatomy in zip(group, read.slices, strict=True):
            found = numbers_at(anatomy.disc_index, centres[stem])
            told = is_doubtful(read.chain.lowest, read.chain.below)
            rows.append(SliceNumbering(patient, stem, outcome_of(found), found, told))
    return tuple(rows)


def read_rules(path: Path) -> dict[int, LowestRule]:
    """Reads the rules that tell the last lumbar disc, by the fold that each was fitted without.

    Args:
        path: CSV with without_fold (-1: fitted on all), length, certainty, turn and constant.
    """
    with path.open(encoding="utf-8", newline="") as file:
        return {
            int(row["without_fold"]): LowestRule(
                *(float(row[name]) for name in ("length", "certainty", "turn", "constant"))
            )
            for row in csv.DictReader(file)
        }


def numbering_figures(
    rows: Sequence[SliceNumbering], *, rng: np.random.Generator, replicates: int = 2000
) -> dict[str, Estimate]:
    """Gives the share of patients with every number right, with its interval by patient.

    Args:
        rows: A row a slice.
        rng: Source of randomness.
        replicates: Of the bootstrap.

    Returns:
        ``"t1"``, ``"t2"`` and ``"t2-space"``, each of the patients who have that slice;
        ``"t1-and-t2"`` of those who have both, both being right; ``"all"``, of all patients,
        every slice being right. One that no patient has is left out.
    """
    by_series = {row.series: row.outcome == RIGHT for row in rows}
    patients = sorted({row.patient for row in rows})
    wanted = {
        "t1": ("t1",),
        "t2": ("t2",),
        "t2-space": ("t2_SPACE",),
        "t1-and-t2": ("t1", "t2"),
    }
    shares: dict[str, Mapping[str, bool]] = {
        name: {
            patient: all(by_series[f"{patient}_{end}"] for end in ends)
            for patient in patients
            if all(f"{patient}_{end}" in by_series for end in ends)
        }
        for name, ends in wanted.items()
    }
    shares["all"] = {
        patient: all(row.outcome == RIGHT for row in rows if row.patient == patient)
        for patient in patients
    }
    return {
        name: proportion(
            np.array(list(right.values()), dtype=int),
            np.ones(len(right), dtype=int),
            Resampling(list(right), rng=rng, replicates=replicates, interval="percentile"),
        )
        for name, right in shares.items()
        if right
    }
