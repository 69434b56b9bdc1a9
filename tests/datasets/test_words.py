"""What the words in names say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condyle.datasets.words import (
    parts_of,
    plane_said,
    side_of,
    weighting_of,
    without,
    words_of,
)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("imagesTr", ("images", "tr")),
        ("train_masks", ("train", "masks")),
        ("IM_0001", ("im", "0001")),
        ("kneemask12", ("knee", "mask", "12")),
        ("GTMasks", ("gt", "masks")),
        ("x.mask", ("x", "mask")),
        ("Ground Truth", ("ground", "truth")),
        ("p01(2)", ("p", "01", "2")),
        ("masks", ("masks",)),
        ("", ()),
        ("---", ()),
        ("Rücken_Maske", ("rücken", "maske")),
    ],
)
def test_words_and_numbers_are_parted(name: str, words: tuple[str, ...]) -> None:
    assert words_of(name) == words


@pytest.mark.parametrize(
    ("name", "side"),
    [
        ("train", "train"),
        ("imagesTr", "train"),
        ("Validation Set", "validation"),
        ("valid", "validation"),
        ("imagesTs", "test"),
        ("testing2", "test"),
        ("trainval", None),
        ("train_test", None),
        ("latest", None),
        ("strain", None),
    ],
)
def test_the_side_of_a_split_is_told_by_one_word(name: str, side: str | None) -> None:
    assert side_of(name) == side


@pytest.mark.parametrize(
    ("name", "weighting"),
    [
        ("T1", "t1"),
        ("sag_T2w", "t2"),
        ("12_t2_SPACE", "t2-space"),
        ("PD-FS", "pd"),
        ("t2_stir", "stir"),
        ("T1 T2", None),
        ("AT1N", None),
        ("space", "t2-space"),
        ("t1_space", "t1"),
    ],
)
def test_the_weighting_is_told_by_a_part_of_the_name(name: str, weighting: str | None) -> None:
    assert weighting_of(name) == weighting


@pytest.mark.parametrize(
    ("name", "plane"),
    [("sagT2", "sagittal"), ("COR", "coronal"), ("Axial", "axial"), ("sag_cor", None), ("k", None)],
)
def test_the_plane_is_told_by_a_word(name: str, plane: str | None) -> None:
    assert plane_said(name) == plane


def test_parts_are_left_out_whatever_their_case() -> None:
    assert without("10_t2_SPACE", ("t2", "space")) == "10"
    assert without("a-b.c d", ()) == "a_b_c_d"
    assert without("T1", ("t1",)) == ""


@given(st.text(max_size=30))
def test_any_name_has_words_in_lower_case_and_no_blank_among_them(name: str) -> None:
    words = words_of(name)
    assert all(word and not word.isspace() for word in words)
    assert all(part == part.lower() for part in parts_of(name))
    assert words == words_of(" ".join(words)) or not name.isascii()
