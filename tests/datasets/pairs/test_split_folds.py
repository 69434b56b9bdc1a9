"""The folds of nnU-Net beside image and mask pairs: what they become, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from condyle.datasets.archive import Archive, ArchiveOptions
from condyle.datasets.layouts import open_archive
from condyle.datasets.split_design import design_split, open_split
from condyle.datasets.split_rounds import Split
from condyle.datasets.splits import read_split, split_text
from condyle.errors import DatasetError

NAMES = [f"knee_{number:03d}" for number in range(6)]


def fold(*held: int, names: list[str] = NAMES) -> dict[str, list[str]]:
    """Gives a fold as nnU-Net writes it, of which these cases are held out."""
    val = [names[number] for number in held]
    return {"train": [name for name in names if name not in val], "val": val}


THREE = [fold(0, 1), fold(2, 3), fold(4, 5)]


@pytest.fixture
def write(draw: Any):
    """Writes six cases as nnU-Net has them, with folds where they are told."""

    def make(folds: object = None, *, where: str = "", tests: int = 0) -> Path:
        for number, name in enumerate(NAMES):
            draw.pair(f"imagesTr/{name}_0000.png", f"labelsTr/{name}.png", number)
        for number in range(tests):
            name = f"other_{number:03d}"
            draw.pair(f"imagesTs/{name}_0000.png", f"labelsTs/{name}.png", number)
        if folds is not None:
            path = draw.root / where / "splits_final.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(folds), "utf-8")
        return draw.root

    return make


def own(archive: Archive, text: str = "own") -> Split:
    return open_split(text, cases=archive.cases, sides=archive.sides, rounds=archive.rounds, seed=3)


def test_several_folds_are_the_rounds_of_the_own_split(write) -> None:
    archive = open_archive(write(THREE))
    split = own(archive)
    assert archive.sides == {} and split.count == 3
    assert split.design == "own, 3 folds, its validation side as the test"
    assert [round_.test for round_ in split.rounds] == [
        tuple(NAMES[:2]),
        tuple(NAMES[2:4]),
        tuple(NAMES[4:]),
    ]
    for round_ in split.rounds:  # the held out decide nothing: others of train do
        assert len(round_.validation) == 1 and not set(round_.validation) & set(round_.test)
        assert round_.patients == set(NAMES)
    assert any("splits_final.json, 3 folds" in note for note in archive.notes)


def test_a_recipe_that_takes_an_own_split_or_another_takes_the_folds(write, tmp_path) -> None:
    split = own(open_archive(write(THREE)), "own or 70/15/15")
    assert split.count == 3
    path = tmp_path / "fed-back.yaml"
    path.write_text(split_text(split), "utf-8")
    assert read_split(str(path)).sha256 == split.sha256


def test_one_fold_is_a_split_into_train_and_validation(write) -> None:
    archive = open_archive(write([fold(0, 1)]))
    assert archive.rounds == ()
    assert archive.sides == dict(zip(NAMES, ["validation"] * 2 + ["train"] * 4, strict=True))
    assert own(archive).rounds[0].test == tuple(NAMES[:2])


def test_where_there_are_cases_for_tests_the_held_out_ones_decide_when_to_stop(write) -> None:
    archive = open_archive(write(THREE, tests=2))
    split = own(archive)
    assert {round_.test for round_ in split.rounds} == {("other_000", "other_001")}
    assert [round_.validation for round_ in split.rounds] == [
        tuple(NAMES[:2]),
        tuple(NAMES[2:4]),
        tuple(NAMES[4:]),
    ]
    assert split.design == "own, 3 folds"


def test_the_file_may_lie_above_and_its_names_may_have_an_ending(draw: Any) -> None:
    for number, name in enumerate(NAMES):
        draw.pair(f"Dataset7/imagesTr/{name}_0000.png", f"Dataset7/labelsTr/{name}.png", number)
    (draw.root / "splits_final.json").write_text(
        json.dumps([fold(0, names=[f"{name}.png" for name in NAMES])]), "utf-8"
    )
    archive = open_archive(draw.root)
    assert archive.sides[NAMES[0]] == "validation" and len(archive.sides) == 6


def test_a_patient_on_both_sides_of_a_fold_is_a_leak(write) -> None:
    root = write(THREE)
    options = ArchiveOptions(patient=r"knee_(\d\d)")  # all six are of one patient
    archive = open_archive(root, layout="pairs", options=options)
    assert archive.leaks == ("00",) and archive.rounds == ({}, {}, {})


def test_names_that_the_folds_part_are_of_different_patients(draw: Any) -> None:
    """A guess that several images are of one patient gives way to folds that part them."""
    names = [f"p{n // 2}_{n % 2}" for n in range(8)]
    for number, name in enumerate(names):
        draw.pair(f"imagesTr/{name}_0000.png", f"labelsTr/{name}.png", number)
    folds = [fold(0, 2, names=names), fold(1, 3, 4, 5, 6, 7, names=names)]
    (draw.root / "splits_final.json").write_text(json.dumps(folds), "utf-8")
    archive = open_archive(draw.root)
    assert len({case.patient for case in archive.cases}) == 8 and not archive.leaks
    assert own(archive).count == 2


@pytest.mark.parametrize(
    ("folds", "found"),
    [
        ([*THREE[:2], fold(4, names=[*NAMES[:5], "knee_99"])], "fold 2 of 3: 'knee_99', which"),
        ([fold(0, names=["a", "b", "c"])], "fold 0 of 1: 'a' and 2 more, which"),
        ([THREE[0], fold(1, names=NAMES[:4])], "fold 1 of 2: 4 cases, others than the 6 of"),
        ([{"train": NAMES, "val": NAMES[:1]}], "fold 0 of 1: 'knee_000' under 'train' and"),
        ([{"train": NAMES}], "fold 0 of 1: no lists of names under 'train' and 'val'"),
        ([{"train": NAMES, "val": []}], "fold 0 of 1: no lists of names"),
        ([{"train": NAMES, "val": [3]}], "fold 0 of 1: no lists of names"),
        ([], "no fold"),
        ({"train": NAMES}, "dict at the top"),
    ],
)
def test_folds_that_do_not_fit_are_refused_by_file_and_fold(write, folds, found: str) -> None:
    root = write(folds)
    with pytest.raises(DatasetError) as caught:
        open_archive(root)
    error = caught.value
    assert error.found.startswith("splits_final.json") and found in error.found
    assert all((error.failed, error.needed, error.mend))


def test_a_file_that_is_no_json_and_a_second_file_are_refused(write) -> None:
    root = write(THREE)
    (root / "imagesTr" / "splits_final.json").write_text("[]", "utf-8")
    with pytest.raises(DatasetError, match="folds") as caught:
        open_archive(root)
    assert "2 such files" in caught.value.found
    (root / "imagesTr" / "splits_final.json").unlink()
    (root / "splits_final.json").write_text("[{", "utf-8")
    with pytest.raises(DatasetError) as caught:
        open_archive(root)
    assert caught.value.found == "splits_final.json: text that is not JSON"


def test_a_case_that_no_fold_names_cannot_be_on_a_side(write) -> None:
    archive = open_archive(write([fold(0, names=NAMES[:5])]))
    with pytest.raises(DatasetError, match="split of its own") as caught:
        own(archive)
    assert caught.value.found.startswith("5 of 6 patients on a side")
    drawn = design_split("3-fold", cases=archive.cases, sides=archive.sides, seed=1)
    assert drawn.count == 3
