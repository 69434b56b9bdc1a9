"""What a file's name says of its sequence."""

import pytest

from condyle.images.names import hint_of


@pytest.mark.parametrize(
    ("stem", "weighting"),
    [
        ("100_t1", "t1"),
        ("100_t2", "t2"),
        ("100_t2_SPACE", "t2-space"),
        ("100_t2_SPACE_slice7", "t2-space"),
        ("sag-T1w", "t1"),
        ("knee_PD_fs", "pd"),
        ("sag_stir", "stir"),
        ("t2_stir_sag", "stir"),
        ("t1_t2", None),
        ("patient2", None),
        ("at1b", None),
        ("", None),
    ],
)
def test_a_name_hints_at_the_weighting(stem: str, weighting: str | None) -> None:
    hint = hint_of(stem)
    assert hint.weighting.value == weighting
    assert hint.weighting.estimated == (weighting is not None)


def test_a_name_hints_at_fat_suppression_and_contrast_agent() -> None:
    hint = hint_of("sag_t1_fs_gd")
    assert hint.fat_suppressed.value is True
    assert hint.fat_suppressed.estimated
    assert hint.contrast_agent.value is True


def test_a_name_that_says_nothing_claims_nothing() -> None:
    hint = hint_of("100_t1")
    assert hint.fat_suppressed.value is None
    assert hint.contrast_agent.value is None
