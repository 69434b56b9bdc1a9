"""The clinical information that a report begins with, in English and in Spanish."""

from __future__ import annotations

import datetime as dt

from condyle.reporting.clinical.filling import Source, filled
from condyle.reporting.clinical.information import Observed, clinical_information
from condyle.reporting.wording import catalogue

DAY = dt.date(2030, 1, 6)
PAIN = ("Symptoms", (("Leg pain", "7 / 10"), ("Walking distance", "200 m")))
POWER = ("Power", (("L5 (left)", "3 / 5"),))


def lines(*observed: Observed, language: str = "en") -> list[str]:
    return clinical_information(observed, catalogue(language)).split("\n")


def test_nothing_observed_is_nothing_said() -> None:
    assert lines() == [""]
    assert filled(Source((), ()), "en")["clinical-information"] == ""


def test_a_form_has_a_line_for_its_day_and_one_for_each_part_that_was_asked() -> None:
    assert lines(Observed("Back", DAY, sections=(PAIN, POWER))) == [
        "Back, 2030-01-06:",
        "- Symptoms: Leg pain: 7 / 10; Walking distance: 200 m.",
        "- Power: L5 (left): 3 / 5.",
    ]


def test_red_flags_stand_before_everything_whichever_form_told_them() -> None:
    earlier = Observed("Back", dt.date(2029, 12, 1), ("Fever",), (PAIN,))
    told = lines(Observed("Note", DAY, text="Walks."), earlier)
    assert told[0] == "RED FLAGS: Fever (2029-12-01)"
    assert told[1] == "Note, 2030-01-06:"


def test_a_red_flag_of_two_forms_and_one_day_is_told_once() -> None:
    flagged = Observed("Back", DAY, ("Fever",), (PAIN,))
    assert lines(flagged, flagged)[0] == "RED FLAGS: Fever (2030-01-06)"


def test_free_text_keeps_its_lines_and_loses_its_gaps() -> None:
    assert lines(Observed("Note", DAY, text="Fell.\n\n  \nCannot sit.")) == [
        "Note, 2030-01-06:",
        "- Fell.",
        "- Cannot sit.",
    ]


def test_spanish_has_its_own_words() -> None:
    told = lines(Observed("Espalda", DAY, ("Fiebre",)), language="es")
    assert told == ["SIGNOS DE ALARMA: Fiebre (2030-01-06)"]


def test_of_a_red_flag_alone_there_is_no_heading_without_a_line() -> None:
    told = lines(Observed("Back", DAY, ("Fever",), text="  "), Observed("Note", DAY, text="Fell."))
    assert told == ["RED FLAGS: Fever (2030-01-06)", "Note, 2030-01-06:", "- Fell."]


def test_a_report_takes_the_words_of_its_own_language() -> None:
    observed = {
        "en": [Observed("Back", DAY, text="Fell.")],
        "es": [Observed("Espalda", DAY, text="Fell.")],
    }
    source = Source((), (), observed)
    assert filled(source, "en")["clinical-information"] == "Back, 2030-01-06:\n- Fell."
    assert filled(source, "es")["clinical-information"] == "Espalda, 2030-01-06:\n- Fell."
