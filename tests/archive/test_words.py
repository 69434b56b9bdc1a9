"""Folding makes text found however it is typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condyle.archive.words import LAST, clean, folded, words_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Müller^Jürgen", "muller jurgen"),
        ("Straße", "strasse"),
        ("O'NEILL^Ana-María==", "o neill ana maria"),
        ("İstanbul", "istanbul"),
        ("ﬁbula", "fibula"),
        ("李^小龙", "李 小龙"),
        ("a_b.c/d", "a b c d"),
        ("  ", ""),
        ("\0x\ud800", "x"),
    ],
)
def test_text_is_folded(text: str, expected: str) -> None:
    assert folded(text) == expected


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@given(st.text())
def test_case_makes_no_difference_to_plain_letters(text: str) -> None:
    plain = text.encode("ascii", "ignore").decode()
    assert folded(plain.upper()) == folded(plain.lower())


@given(st.text())
def test_clean_text_is_held_by_every_database(text: str) -> None:
    cleaned = clean(text)
    assert "\0" not in cleaned
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned


@given(st.text(), st.integers(1, 5))
def test_a_word_lies_in_the_range_of_each_of_its_beginnings(text: str, length: int) -> None:
    for word in words_of(text):
        begin = word[:length]
        assert begin <= word < begin + LAST


def test_the_words_of_very_long_text_are_bounded() -> None:
    assert max(map(len, words_of("x" * 1000))) == 64
    assert len(words_of(" ".join(f"w{n}" for n in range(1000)))) == 200
