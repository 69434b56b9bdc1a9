"""The table of measurements: a row a level, in both languages, with why a number is missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from condyle.domain.findings import Measurement, Site
from condyle.domain.messages import Message
from condyle.reporting.page_measurements import COLUMNS, MISSING, measurement_block
from condyle.reporting.wording import LANGUAGES, catalogue

HERE = Measurement("", None, "", Site("intervertebral-disc", "L4-L5", 2), 0, 3, "masks")


def one(name: str, value: float | None, unit: str, reason: str | None = None) -> Measurement:
    said = None if reason is None else Message(reason, {}, "L4-L5")
    return replace(HERE, name=name, value=value, unit=unit, reason=said)


MEASURED = (
    one("disc-height-anterior", 9.04, "mm"),
    one("disc-height-middle", 8.0, "mm"),
    one("disc-height-posterior", 7.26, "mm"),
    one("disc-height-index", 0.314, "1"),
    one("vertebral-slip", 5.1, "mm"),
    one("vertebral-slip-percent", 14.6, "%"),
    one("thecal-sac-disc", 12.0, "mm"),
    one("thecal-sac-body", None, "mm", "sac-cut"),
    one("thecal-sac-ratio", None, "1", "sac-cut"),
    one("meyerding-grade", 1.0, "{Meyerding}"),
)


def test_a_level_is_a_row_with_its_numbers_beside_each_other() -> None:
    block = measurement_block(MEASURED, catalogue("en"))
    assert block is not None
    assert block.rows == (
        ("L4-L5", "9.0 / 8.0 / 7.3", "0.31", "5.1 / 15 %", "1", f"12.0 / {MISSING}", MISSING),
    )
    assert len(block.heads) == len(COLUMNS) + 1


def test_levels_keep_their_order_and_what_was_not_measured_is_a_dash() -> None:
    above = [replace(m, site=Site("intervertebral-disc", "L3-L4", 3), value=None) for m in MEASURED]
    block = measurement_block([*MEASURED, *above], catalogue("en"))
    assert block is not None
    assert [row[0] for row in block.rows] == ["L4-L5", "L3-L4"]
    assert set(block.rows[1][1:]) == {MISSING}


def test_a_reason_is_said_once_with_all_its_levels() -> None:
    other = [replace(m, site=Site("intervertebral-disc", None, 3)) for m in MEASURED]
    words = catalogue("en")
    block = measurement_block([*MEASURED, *other], words)
    assert block is not None
    (reason,) = block.reasons
    assert reason.startswith("L4-L5, Disc 3")
    assert reason.endswith(words.message(Message("sac-cut", {}, "")))


def test_spanish_has_its_own_decimals_and_heads() -> None:
    block = measurement_block(MEASURED, catalogue("es"))
    assert block is not None
    assert block.rows[0][1] == "9,0 / 8,0 / 7,3"
    assert "Meyerding" in block.heads[4]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_note_says_that_no_stenosis_is_graded(language: str) -> None:
    block = measurement_block(MEASURED, catalogue(language))
    assert block is not None
    assert "stenosis" in block.note or "estenosis" in block.note


def test_without_measurements_there_is_no_table() -> None:
    assert measurement_block((), catalogue("en")) is None
