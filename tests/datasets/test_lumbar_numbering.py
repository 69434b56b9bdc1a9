"""The hand-checked numbers of the shared lumbar slices: whole, in order, alike in all contrasts."""

import csv
import os
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

FOLDER = Path(__file__).parents[2] / "docs" / "models" / "lumbar-numbering"
SLICES, PATIENTS, DISCS = 360, 179, 2522
NOT_COUNTABLE = "not-countable"
REASONS = {
    "squashed",
    "stretched",
    "off-midline",
    "lowest-disc-doubtful",
    "cut-disc",
    "slip",
    "count-differs",
    "upside-down",
    "mirrored",
    NOT_COUNTABLE,
}


def rows_of(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def centres() -> dict[str, np.ndarray]:
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in rows_of("disc_centres.csv"):
        found[row["series"]].append((float(row["row"]), float(row["column"])))
    return {series: np.array(points) for series, points in found.items()}


@pytest.fixture(scope="module")
def sizes() -> dict[str, tuple[int, int]]:
    folder = Path(os.environ["CONDYLE_TEST_DATA"]) / "lumbar-spider" / "midsagittal"
    found = {}
    for path in folder.glob("*.png"):
        with Image.open(path) as image:
            found[path.stem] = (image.height, image.width)
    return found


def steps_of(points: np.ndarray) -> np.ndarray:
    return np.linalg.norm(np.diff(points, axis=0), axis=1)


def test_every_slice_has_centres_or_is_named_as_not_countable(centres: dict) -> None:
    refused = {row["series"] for row in rows_of("slices_named.csv") if row["what"] == NOT_COUNTABLE}
    assert not refused & set(centres)
    assert len(refused) + len(centres) == SLICES
    assert len({series.split("_")[0] for series in refused | set(centres)}) == PATIENTS
    assert sum(map(len, centres.values())) == DISCS


def test_discs_are_numbered_from_one_without_a_gap() -> None:
    numbers = defaultdict(list)
    for row in rows_of("disc_centres.csv"):
        assert row["series"].startswith(f"{row['patient']}_")
        numbers[row["series"]].append(int(row["disc"]))
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())


def test_centres_go_up_the_slice(centres: dict) -> None:
    assert not [name for name, points in centres.items() if (np.diff(points[:, 0]) >= 0).any()]


def test_neighbouring_discs_lie_a_plausible_step_apart(centres: dict) -> None:
    odd = {}
    for name, points in centres.items():
        steps = steps_of(points) / np.median(steps_of(points))
        if steps.min() < 0.45 or steps.max() > 1.6:
            odd[name] = steps.round(2)
    assert not odd


def test_what_a_slice_is_named_for_is_known_and_said_once() -> None:
    rows = rows_of("slices_named.csv")
    assert {row["what"] for row in rows} <= REASONS
    assert all(row["note"] and row["series"].startswith(f"{row['patient']}_") for row in rows)
    assert len({(row["series"], row["what"]) for row in rows}) == len(rows)


def test_the_sacrum_lies_below_disc_one(centres: dict) -> None:
    rows = rows_of("s1.csv")
    assert len(rows) >= 24
    assert len({row["patient"] for row in rows}) == len(rows)
    for row in rows:
        points = centres[row["series"]]
        step = np.median(steps_of(points))
        front = np.array([float(row["row0"]), float(row["column0"])])
        back = np.array([float(row["row1"]), float(row["column1"])])
        assert front[1] < back[1]
        along = (back - front) / np.linalg.norm(back - front)
        below = np.array([along[1], -along[0]])
        distance = float((points[0] - front) @ below)
        assert -0.5 * step < distance < 0.1 * step, row["series"]
        assert 0.5 * step < np.linalg.norm(back - front) < 1.8 * step, row["series"]


def test_the_body_of_the_first_sacral_vertebra_begins_with_its_endplate() -> None:
    for row in rows_of("s1.csv"):
        if row["body"]:
            corners = [tuple(map(float, pair.split(":"))) for pair in row["body"].split()]
            assert len(corners) >= 4
            assert corners[0] == (float(row["row0"]), float(row["column0"]))
            assert corners[-3] == (float(row["row1"]), float(row["column1"]))


@pytest.mark.needs("data")
def test_every_shared_slice_is_there_and_holds_its_centres(centres: dict, sizes: dict) -> None:
    refused = {row["series"] for row in rows_of("slices_named.csv") if row["what"] == NOT_COUNTABLE}
    assert set(sizes) == set(centres) | refused
    for name, points in centres.items():
        assert (points >= 0).all() and (points <= np.array(sizes[name]) - 1).all(), name


@pytest.mark.needs("data")
def test_a_disc_has_the_same_number_in_all_contrasts(centres: dict, sizes: dict) -> None:
    """A disc counted one too many would lie a whole step off; the frames differ by up to 0.61."""
    by_patient = defaultdict(list)
    for name in centres:
        by_patient[name.split("_")[0]].append(name)
    off = {}
    for names in by_patient.values():
        for first, second in combinations(names, 2):
            shared = min(len(centres[first]), len(centres[second]))
            places = [centres[name][:shared, 0] / sizes[name][0] for name in (first, second)]
            step = float(np.median(-np.diff(places[0])))
            apart = abs(float(np.median(places[0] - places[1]))) / step
            if apart > 0.65:
                off[first, second] = apart
    assert not off


@pytest.mark.needs("data")
def test_every_count_that_differs_from_the_grades_is_named(centres: dict) -> None:
    graded: dict[str, int] = defaultdict(int)
    table = Path(os.environ["CONDYLE_TEST_DATA"]) / "lumbar-spider" / "gradings.csv"
    with table.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            graded[row["patient"]] += 1
    named = {row["series"] for row in rows_of("slices_named.csv") if row["what"] == "count-differs"}
    differ = {name for name, points in centres.items() if len(points) != graded[name.split("_")[0]]}
    assert differ == named
