"""The side of a paired part: stated by the header, and never against where the images lie."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileDataset
from pydicom.sequence import Sequence

from condyle.dicom import Discovery
from condyle.dicom.laterality import SURE_MM, laterality_of, stated_sides

Make = Callable[..., FileDataset]
L, R, B = frozenset("L"), frozenset("R"), frozenset("B")


def placed(x: float) -> np.ndarray:
    """An affine whose (1, 3, 3) volume has its centre at x."""
    affine = np.eye(4)
    affine[:3, :3] = [[0, 0, 1], [0, 1, 0], [1, 0, 0]]
    affine[0, 3] = x - 1.0
    return affine


def side(*stated: frozenset[str], x: float | None = None) -> str | None:
    return laterality_of(stated, None if x is None else placed(x), (1, 3, 3)).value


@pytest.mark.parametrize("keyword", ["ImageLaterality", "Laterality"])
def test_the_header_states_it(instance: Make, keyword: str) -> None:
    assert stated_sides([instance(**{keyword: "L"})]) == L
    assert stated_sides([instance(**{keyword: "R "})]) == R
    assert stated_sides([instance(**{keyword: "U"})]) == frozenset()
    assert stated_sides([instance()]) == frozenset()


def test_the_nearest_statement_wins(instance: Make) -> None:
    assert stated_sides([instance(ImageLaterality="L", Laterality="R")]) == L
    anatomy = Dataset()
    anatomy.FrameLaterality = "R"
    assert stated_sides([anatomy, instance(Laterality="L")]) == R


def test_frames_that_agree_give_the_side() -> None:
    assert side(L, L) == "left"
    assert side(R) == "right"


@pytest.mark.parametrize("stated", [(), (frozenset(),), (L, R), (L, frozenset()), (B,)])
def test_no_both_or_different_statements_give_none(stated: tuple[frozenset[str], ...]) -> None:
    assert side(*stated) is None


@pytest.mark.parametrize("x", [None, 0.0, SURE_MM - 1, 1 - SURE_MM, 150.0])
def test_geometry_that_agrees_or_says_nothing_leaves_it(x: float | None) -> None:
    assert side(L, x=x) == "left"


def test_images_surely_on_the_other_side_make_it_unknown() -> None:
    assert side(L, x=-(SURE_MM + 1)) is None
    assert side(R, x=SURE_MM + 1) is None
    assert side(R, x=-150.0) == "right"


def test_geometry_alone_never_gives_a_side() -> None:
    assert side(x=150.0) is None


@pytest.mark.parametrize(("sign", "stated"), [(-1, ["right"]), (1, [None])])
def test_a_series_has_it(
    instance: Make,
    save: Callable[..., Path],
    find: Callable[[Path], Discovery],
    *,
    sign: int,
    stated: list[str | None],
) -> None:
    slices = [
        instance(place=sign * x, name=str(x), Laterality="R", ImagePositionPatient=[sign * x, 0, 0])
        for x in (80, 84, 88)
    ]
    (study,) = find(save(slices)).studies
    assert [series.laterality.value for series in study.study.series] == stated


def test_an_enhanced_instance_states_it_in_its_functional_groups(instance: Make) -> None:
    shared, anatomy = Dataset(), Dataset()
    anatomy.FrameLaterality = "L"
    shared.FrameAnatomySequence = Sequence([anatomy])
    assert stated_sides([shared.FrameAnatomySequence[0]]) == L
