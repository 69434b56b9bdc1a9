"""Which weightings stand for which contrast, and what cannot be said without one."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from condyle.domain.anatomy import FINDINGS
from condyle.domain.study import Weighting
from condyle.errors import BadConfiguration
from condyle.interpretation.contrasts import CONTRASTS, contrast_of, missing_contrast
from condyle.interpretation.crops import (
    FACTS,
    PLAIN_FACTS,
    SHOWN_AT,
    SIGNALS_AT,
    CropShape,
    crop_shape,
    measure_facts,
    shown_contrasts,
    signal_facts,
)


def test_t2_space_stands_for_t2_and_other_weightings_for_nothing() -> None:
    found = {weighting: contrast_of(weighting) for weighting in get_args(Weighting)}
    assert found.pop("t1") == "t1"
    assert found.pop("t2") == found.pop("t2-space") == "t2"
    assert set(found.values()) == {None} == {contrast_of(None)}


@pytest.mark.parametrize(
    ("finding", "contrasts", "code"),
    [
        ("pfirrmann-grade", {"t1"}, "no-plain-t2"),
        ("pfirrmann-grade", {"t2"}, None),
        ("pfirrmann-grade", {"t1", "t2"}, None),
    ],
)
def test_a_grade_needs_t2(finding: str, contrasts: set[str], code: str | None) -> None:
    assert missing_contrast(finding, contrasts) == code


def test_the_other_findings_need_no_contrast_above_another() -> None:
    others = [name for name in FINDINGS if name != "pfirrmann-grade"]
    assert len(others) == 7
    assert {missing_contrast(name, one) for name in others for one in ({"t1"}, {"t2"})} == {None}


def test_every_fact_belongs_to_one_part() -> None:
    parts = [range(SHOWN_AT), range(SHOWN_AT, SIGNALS_AT)]
    for part in (signal_facts, measure_facts):
        parts += [range(FACTS)[part(number)] for number in range(len(CONTRASTS))]
    assert [fact for part in parts for fact in part] == list(range(FACTS))
    assert parts[3][-1] + 1 == PLAIN_FACTS


def test_the_facts_tell_which_contrasts_there_are() -> None:
    facts = np.zeros(FACTS, dtype=np.float32)
    assert shown_contrasts(facts) == ()
    facts[SHOWN_AT + 1] = 1.0
    assert shown_contrasts(facts) == ("t2",)


def test_a_declared_crop_is_read_and_a_missing_or_foreign_one_refused() -> None:
    assert crop_shape({"crop": {"rows": 8, "columns": 9}}) == CropShape(rows=8, columns=9)
    for wrong in ({}, {"crop": {"high": 8}}, {"crop": 3}):
        with pytest.raises(BadConfiguration, match="crop"):
            crop_shape(wrong)
