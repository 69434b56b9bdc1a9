"""Reads pictures that are no spine, turned spines and all shared slices, with no header to help.

Run it with the shared data at hand: python docs/make_refusal_table.py path/to/data [group ...]
It writes ``models/lumbar-numbering/refusal.csv``, a row a picture, from which
``make_model_pages.py`` makes the table of the card.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pydicom
from numpy.typing import NDArray
from scipy import ndimage

from condyle import dicom, sources
from condyle.bundle import find_bundle
from condyle.datasets.spider import graded_cases, masked_cases
from condyle.datasets.splits import read_split
from condyle.domain.volume import Volume
from condyle.errors import CondyleError
from condyle.interpretation import SliceAnatomy
from condyle.interpretation.discs import CANAL
from condyle.interpretation.plausibility import spine_facts
from condyle.interpretation.turn import turn_of
from condyle.phantoms.ankle import simulate_ankle
from condyle.phantoms.knee import simulate_knee
from condyle.phantoms.simulated import PatientRequest
from condyle.workflows.evaluation.numbering import networks_by_fold
from condyle.workflows.evaluation.turns import read_turn_rules
from condyle.workflows.reading.anatomy_reading import read_picture

TABLE = Path(__file__).parent / "models" / "lumbar-numbering" / "refusal.csv"
TURN_RULES = TABLE.with_name("turn.csv")
COLUMNS = ("group", "kind", "unit", "name", "discs", "aspect", "confidence", "canal")
COLUMNS += ("proportion", "taper", "upright", "gaps", "depth", "turn")
TURNS = {
    "upside-down": lambda image: image[::-1],
    "mirrored": lambda image: image[:, ::-1],
    "half-turn": lambda image: image[::-1, ::-1],
    "quarter-turn": lambda image: image.T[::-1],
    "squashed-to-a-third": lambda image: image[::3],
    "stretched-threefold": lambda image: image[:, ::3],
}
EVERY = {"quarter-turn": 15, "stretched-threefold": 15}
"""One in so many real slices is turned or stretched; all where nothing is said."""

LEAST_SIDE = 96

PREVALENCE = defaultdict[str, float](lambda: 0.5)


@dataclass(frozen=True)
class Picture:
    """One picture: its kind, the patient or source it is of, its name and its pixels."""

    kind: str
    unit: str
    name: str
    image: NDArray[np.float32] = field(repr=False)


def of_dicom(kind: str, folder: Path, *, most: int) -> Iterator[Picture]:
    """Gives slices of every series of every study in a folder, whatever their headers say."""
    with sources.open([str(folder)]) as tree:
        for study in dicom.discover(list(tree.files)).studies:
            for number, series in enumerate(study.study.series):
                try:
                    volume = series.load()
                except CondyleError:
                    continue
                if min(volume.array.shape[1:]) < LEAST_SIDE:
                    continue
                places = np.unique(np.linspace(0, volume.slices - 1, most).astype(int))
                for place in places:
                    name = f"{kind}-{(study.study.uid or '')[-6:]}-{number}-{place}"
                    yield Picture(kind, (study.study.uid or "")[-6:], name, volume.array[place])


def simulated() -> Iterator[Picture]:
    """Gives slices of simulated knees and ankles."""
    for kind, simulate in (("phantom-knee", simulate_knee), ("phantom-ankle", simulate_ankle)):
        for seed in range(3):
            request = PatientRequest(str(seed + 1), 0.5, 256, 5, PREVALENCE)
            patient = simulate(np.random.default_rng(seed), request)
            for number, series in enumerate(patient.series):
                for place in (1, 2, 3):
                    name = f"{kind}-{seed}-{number}-{place}"
                    yield Picture(kind, f"{kind}-{seed}", name, series.volume.array[place])


def noise() -> Iterator[Picture]:
    """Gives noise from fine to coarse, and plain ramps and bars."""
    rng = np.random.default_rng(2026)
    for number in range(24):
        image = ndimage.gaussian_filter(rng.random((256, 256)), 2.0 ** (number % 8 - 2))
        yield Picture("noise", f"noise-{number}", f"noise-{number}", image.astype(np.float32))
    rows, columns = np.indices((256, 256))
    for number, step in enumerate((12, 16, 24, 32, 40, 64)):
        bars = (rows // (step // 2) % 2) * (abs(columns - 128) < 30)
        yield Picture("noise", f"bars-{step}", f"bars-{step}", bars.astype(np.float32))
        yield Picture("noise", f"ramp-{number}", f"ramp-{number}", (rows % (number + 60)) * 1.0)


def real(data: Path) -> Iterator[Picture]:
    """Gives the shared slices."""
    for case in graded_cases(data / "lumbar-spider"):
        for series in case.study.series:
            yield Picture("real", case.patient, series.stem, series.load().array[0])


def turned(data: Path) -> Iterator[Picture]:
    """Gives some of the shared slices, turned, squashed and stretched."""
    for number, one in enumerate(real(data)):
        for kind, turn in TURNS.items():
            if number % EVERY.get(kind, 1):
                continue
            yield Picture(kind, one.unit, f"{one.name}-{kind}", turn(one.image))


def beside_the_middle(data: Path) -> Iterator[Picture]:
    """Gives the slices with masks by how much of the spinal canal they show.

    The share is of the canal's area on the patient's slice that shows most of it: under a half a
    slice is called off the midline, from three quarters on it; those between are left out.
    """
    slices = [
        (case.patient, series, int((mask == CANAL).sum()))
        for case in masked_cases(data / "lumbar-spider")
        for series in case.study.series
        if (mask := case.reference.masks.get(series.stem)) is not None
    ]
    largest = Counter[str]()
    for patient, _, area in slices:
        largest[patient] = max(largest[patient], area)
    for patient, series, area in slices:
        share = area / largest[patient]
        if share < 0.5 or share >= 0.75:
            kind = "off-midline" if share < 0.5 else "on-midline"
            yield Picture(kind, patient, series.stem, series.load().array[0])


def groups(data: Path) -> dict[str, Callable[[], Iterator[Picture]]]:
    """Gives what makes the pictures of each group."""
    shipped = Path(pydicom.__file__).parent / "data" / "test_files"
    return {
        "noise": noise,
        "simulated": simulated,
        "knee": lambda: of_dicom("knee", data / "knee-mese-dicom" / "dicom", most=24),
        "pydicom": lambda: of_dicom("pydicom", shipped, most=6),
        "turned": lambda: turned(data),
        "real": lambda: real(data),
        "beside": lambda: beside_the_middle(data),
    }


def main(data: Path, names: list[str]) -> None:
    """Writes the rows of the groups named, or of all, and keeps those of the others.

    A slice of a patient is read by the network that did not learn from it, and its turn is told
    by the rule that did not.
    """
    rules = read_turn_rules(TURN_RULES)
    folds = read_split("lumbar-spider").folds
    bundle = find_bundle("lumbar-anatomy")
    networks, spec = networks_by_fold(bundle), bundle.manifest.preprocessing
    made = groups(data)
    for name in names or list(made):
        rows = []
        for number, one in enumerate(made[name]()):
            volume = Volume(np.ascontiguousarray(one.image, dtype=np.float32)[None])
            fold = folds.get(one.unit, number % len(networks))
            seen, aspect = read_picture(volume, spec=spec, run=networks[fold])
            turn = turn_of(seen, rule=rules[fold])
            rows.append(row_of(name, one, seen, aspect, turn))
        write(name, rows)


def row_of(name: str, one: Picture, seen: SliceAnatomy, aspect: float, turn: str) -> list[str]:
    """Gives the row of a picture of a group."""
    values = [round(float(value), 4) for value in spine_facts(seen).values()]
    fixed = (name, one.kind, one.unit, one.name, len(seen.chain.discs), aspect)
    return [str(value) for value in (*fixed, *values, turn)]


def write(name: str, rows: list[list[str]]) -> None:
    """Puts the rows of a group in place of those that the table held."""
    before: list[list[str]] = []
    if TABLE.is_file():
        with TABLE.open(encoding="utf-8", newline="") as file:
            before = [row for row in list(csv.reader(file))[1:] if row[0] != name]
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(sorted([*before, *rows]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
