"""Difficulty makes lesions faint and small, images noisy, and artefacts frequent."""

from __future__ import annotations

import numpy as np
import pytest

from condyle.errors import UsageError
from condyle.phantoms.difficulty import (
    check_difficulty,
    contrast_of,
    draw_acquisition,
    draw_person,
    size_of,
)


def test_the_ends_are_those_that_are_stated() -> None:
    assert (contrast_of(0.0), contrast_of(1.0)) == (1.0, 0.25)
    assert (size_of(0.0), size_of(1.0)) == (1.0, 0.5)


def test_noise_grows_with_difficulty_and_falls_with_the_field() -> None:
    easy, hard, strong = (
        draw_acquisition(np.random.default_rng(1), difficulty, field_t=field)
        for difficulty, field in ((0.0, 1.5), (1.0, 1.5), (1.0, 3.0))
    )
    assert hard.noise == pytest.approx(4.0 * easy.noise)
    assert strong.noise == pytest.approx(hard.noise / 2.0)
    assert hard.bias > easy.bias


@pytest.mark.parametrize(("difficulty", "share"), [(0.0, 0.0), (0.5, 1 / 6), (1.0, 1 / 3)])
def test_the_share_of_series_with_ghosts_is_that_of_the_difficulty(
    difficulty: float, share: float
) -> None:
    rng = np.random.default_rng(3)
    drawn = [draw_acquisition(rng, difficulty, field_t=1.5) for _ in range(2000)]
    ghosts = np.mean([one.ghosts is not None for one in drawn])
    assert ghosts == pytest.approx(share, abs=0.03)
    assert np.mean([one.wrap for one in drawn]) == pytest.approx(share / 2.0, abs=0.03)


def test_a_person_is_an_adult_of_the_ages_asked_for_with_both_sides_and_sexes() -> None:
    rng = np.random.default_rng(4)
    people = [draw_person(rng, ages=(20, 22)) for _ in range(200)]
    assert {one.age_years for one in people} == {20, 21, 22}
    assert {one.sex for one in people} == {"F", "M"}
    assert {one.laterality for one in people} == {"left", "right"}
    assert {one.field_t for one in people} == {1.5, 3.0}
    assert draw_person(rng, ages=(20, 20), joint=False).laterality is None


@pytest.mark.parametrize("wrong", [-0.1, 1.1, float("nan"), float("inf")])
def test_a_difficulty_outside_0_to_1_is_refused(wrong: float) -> None:
    with pytest.raises(UsageError, match="difficulty"):
        check_difficulty(wrong)
