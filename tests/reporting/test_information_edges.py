"""Clinical information in both languages: red flags of many forms, days and hostile words."""

from __future__ import annotations

import datetime as dt

import pytest

from condyle.reporting.clinical.information import Observed, clinical_information
from condyle.reporting.wording import LANGUAGES, catalogue

NEW, OLD = dt.date(2030, 2, 28), dt.date(2028, 2, 29)
HEADS = {"en": "RED FLAGS: ", "es": "SIGNOS DE ALARMA: "}
PART = ("Power", (("L5", "3 / 5"),))


def told(language: str, *observed: Observed) -> list[str]:
    return clinical_information(observed, catalogue(language)).split("\n")


def test_every_language_has_a_heading_of_its_own_for_red_flags() -> None:
    assert set(HEADS) == set(LANGUAGES)
    for language, head in HEADS.items():
        assert told(language, Observed("x", NEW, ("Fever",))) == [f"{head}Fever (2030-02-28)"]


@pytest.mark.parametrize("language", sorted(HEADS))
def test_the_same_flag_of_two_days_is_told_with_each_day_in_the_order_given(language: str) -> None:
    first, *rest = told(
        language,
        Observed("Back", NEW, ("Fever", "Weight loss"), (PART,)),
        Observed("Back", OLD, ("Fever",)),
    )
    flags = "Fever (2030-02-28); Weight loss (2030-02-28); Fever (2028-02-29)"
    assert first == HEADS[language] + flags
    assert rest == ["Back, 2030-02-28:", "- Power: L5: 3 / 5."]


@pytest.mark.parametrize("language", sorted(HEADS))
def test_braces_and_markup_in_what_was_typed_stand_as_they_are(language: str) -> None:
    hostile = "{items} {0} <b>& %s"
    lines = told(language, Observed(hostile, NEW, (hostile,), text=hostile))
    assert lines == [
        f"{HEADS[language]}{hostile} (2030-02-28)",
        f"{hostile}, 2030-02-28:",
        f"- {hostile}",
    ]


def test_lines_of_any_ending_are_lines_and_a_form_keeps_its_place() -> None:
    one = Observed("A", NEW, text="first\r\nsecond\rthird")
    two = Observed("B", OLD, sections=(PART,))
    assert told("en", one, two) == [
        "A, 2030-02-28:",
        "- first",
        "- second",
        "- third",
        "B, 2028-02-29:",
        "- Power: L5: 3 / 5.",
    ]


def test_what_was_typed_is_in_no_log_of_an_observation() -> None:
    assert "xylophone" not in repr(Observed("A", NEW, text="xylophone"))
