"""What a reader said, as the domain holds it."""

from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condyle.domain.reader_study import ListedCase, Reading, presence


@given(st.booleans(), st.floats(0.0, 100.0))
def test_confidence_in_the_finding_is_taken_as_it_is(called: bool, confidence: float) -> None:
    assert presence(called, confidence, "presence") == confidence


@given(st.booleans(), st.floats(0.0, 100.0))
def test_confidence_in_a_call_never_contradicts_the_call(called: bool, confidence: float) -> None:
    found = presence(called, confidence, "call")
    assert 0.0 <= found <= 100.0
    assert found >= 50.0 if called else found <= 50.0


@given(st.floats(0.0, 100.0), st.floats(0.0, 100.0))
def test_the_surer_call_is_the_further_from_a_coins_toss(one: float, other: float) -> None:
    surer, less = max(one, other), min(one, other)
    assert presence(True, surer, "call") >= presence(True, less, "call")
    assert presence(False, surer, "call") <= presence(False, less, "call")


def test_a_reading_is_frozen_and_untimed_unless_it_is_told() -> None:
    reading = Reading("reader-1", 1, "without", "C1", True, 80.0)
    assert math.isnan(reading.minutes) and reading.level == "" and reading.read_on is None
    with pytest.raises(dataclasses.FrozenInstanceError):
        reading.called = False


def test_a_case_has_no_covariates_unless_they_are_told() -> None:
    assert ListedCase("C1", "s", "", "p", 1.0).covariates == {}
