"""What tells a spine from another picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from condyle.interpretation import SliceAnatomy, interpret_slice
from condyle.interpretation.plausibility import PROPORTION_COST, spine_facts, spine_score

Draw = Callable[..., Any]


def read(drawing: Any) -> SliceAnatomy:
    return interpret_slice(drawing.probabilities, drawing.image, drawing.placement)


def test_a_spine_scores_its_confidence_less_what_its_shape_costs(drawn: Draw) -> None:
    seen = read(drawn())
    cost = PROPORTION_COST * abs(np.log(seen.chain.proportion))
    assert spine_score(seen) == pytest.approx(seen.confidence - cost)
    assert spine_score(replace(seen, confidence=0.5)) < spine_score(seen)


def test_a_squashed_spine_scores_less(drawn: Draw) -> None:
    squashed = drawn(step=22.0, thickness=6.0, bottom=190.0)
    assert spine_score(read(squashed)) < spine_score(read(drawn(step=34.0)))


def test_without_a_chain_there_is_no_score(drawn: Draw) -> None:
    seen = read(drawn(count=1))
    assert spine_score(seen) == 0.0
    facts = spine_facts(seen)
    assert facts.pop("confidence") > 0
    assert set(facts.values()) == {0.0}


def test_the_facts_are_of_the_chain(drawn: Draw) -> None:
    facts = spine_facts(read(drawn()))
    assert facts["canal"] == 1.0 and facts["gaps"] == 0.0
    assert facts["upright"] == pytest.approx(1.0, abs=0.01)
    assert facts["taper"] == pytest.approx(0.0, abs=0.01)
    assert facts["proportion"] == pytest.approx(36 / 33, rel=0.1)
    assert spine_facts(read(drawn(canal=False)))["canal"] == 0.0


def test_a_spine_that_lies_across_the_image_is_none(drawn: Draw) -> None:
    drawing = drawn()
    turned = drawing.probabilities.transpose(0, 2, 1).copy()
    seen = interpret_slice(turned, drawing.image.T, drawing.placement)
    assert seen.chain.discs == ()
