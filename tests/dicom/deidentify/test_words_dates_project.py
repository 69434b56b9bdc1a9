from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condyle.dicom.deidentify.dates import shifted
from condyle.dicom.deidentify.project import MOST_SHIFT_DAYS, Person, Project
from condyle.dicom.deidentify.words import cleaned, is_of_imaging, plain
from condyle.errors import UsageError

PROJECT = Project(b"a secret of thirty-two bytes,yes")


@given(st.text(max_size=80))
def test_a_new_uid_is_one_of_the_standard_and_always_the_same(original: str) -> None:
    new = PROJECT.uid(original)
    assert re.fullmatch(r"2\.25\.[1-9][0-9]{35,38}", new) and len(new) <= 64
    number = int(new[5:])
    assert number < 1 << 128 and (number >> 76) & 15 == 8 and (number >> 62) & 3 == 2
    assert new == PROJECT.uid(original)


def test_padding_does_not_make_a_uid_another() -> None:
    assert PROJECT.uid("1.2.3\0") == PROJECT.uid("1.2.3")


@given(st.text(), st.text())
def test_pseudonyms_of_two_persons_differ(one: str, two: str) -> None:
    first, second = PROJECT.pseudonym(Person(one)), PROJECT.pseudonym(Person(two))
    assert (first == second) == (one == two)
    assert re.fullmatch(r"P[A-Z2-7]{10}", first)


@given(st.text())
def test_dates_move_back_by_at_most_ten_years(identity: str) -> None:
    assert -MOST_SHIFT_DAYS <= PROJECT.shift_days(Person(identity)) <= -1


def test_the_secret_is_in_no_representation_and_not_short() -> None:
    assert "thirty" not in repr(PROJECT) and "Doe" not in repr(Person("Doe"))
    with pytest.raises(UsageError):
        Project(b"short")


@given(st.dates(dt.date(1930, 1, 1), dt.date(2060, 1, 1)), st.integers(-3652, -1))
def test_a_shift_is_one_of_the_calendar(day: dt.date, days: int) -> None:
    moved = (day + dt.timedelta(days)).strftime("%Y%m%d")
    assert shifted("DA", day.strftime("%Y%m%d"), days) == moved
    assert shifted("DT", day.strftime("%Y%m%d") + "1314.5+0100", days) == moved + "1314.5+0100"


@pytest.mark.parametrize(
    ("vr", "value", "gives"),
    [
        ("DA", "2024.03.01", "20240229"),
        ("DA", "20240301-20240302", "20240229-20240301"),
        ("DA", "20240301-", "20240229-"),
        ("DA", "20241301", None),
        ("DA", "yesterday", None),
        ("DA", "20240301 Jane", None),
        ("DT", "2024", None),
        ("DT", "202403", None),
        ("DT", "20240301", "20240229"),
        ("DT", "20240301Jane", None),
        ("TM", "131415.25", "131415.25"),
        ("TM", "13:14", "13:14"),
        ("TM", "noon", None),
        ("DA", "00010101", None),
    ],
)
def test_forms_of_dates(vr: str, value: str, gives: str | None) -> None:
    assert shifted(vr, value, -1) == gives


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("T2 TSE SAG 4mm", "T2 TSE SAG 4mm"),
        ("t1_tse_sag_320", "t1_tse_sag"),
        ("Lumbar spine for Mr. Weber, born 3.4.1961", "Lumbar spine Mr"),
        ("Rodilla izquierda - García", "Rodilla izquierda"),
        ("L4/L5 disc", "L4/L5 disc"),
        ("王小东 knee", "knee"),
        ("Jane", ""),
        ("", ""),
    ],
)
def test_free_text_keeps_the_words_of_imaging(text: str, kept: str) -> None:
    assert cleaned(text) == kept


def test_a_word_of_imaging_that_is_the_patients_name_goes() -> None:
    assert cleaned("head of Head, John", {"head"}) == "of"


@given(st.text())
def test_cleaning_twice_is_cleaning_once_and_adds_no_word(text: str) -> None:
    once = cleaned(text)
    assert cleaned(once) == once
    assert all(is_of_imaging(word) for word in re.findall(r"[^\W_]+", once))


def test_accents_and_case_do_not_hide_a_word() -> None:
    assert plain("MÜLLER") == plain("müller") == "muller"
