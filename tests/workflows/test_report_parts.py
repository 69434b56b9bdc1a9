"""What a report says of a study whose contrasts do not show the same discs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from condyle.domain.messages import Message
from condyle.workflows.reading.disc_grading import Roles
from condyle.workflows.reading.report_parts import remarks
from condyle.workflows.reading.study_anatomy import SeriesReading

CODE = "modic-on-one-contrast"


def reading(discs: int) -> SeriesReading:
    """A reading that found so many discs, the lowest above the sacrum."""
    chain = SimpleNamespace(discs=(None,) * discs, gaps=(), sacrum_in_view=True)
    found = SimpleNamespace(
        anatomy=SimpleNamespace(chain=chain), series=SimpleNamespace(stem=f"of-{discs}")
    )
    return cast(SeriesReading, found)


def said(roles: Roles) -> list[tuple[str, object]]:
    return [(w.subject, w.params["contrast"]) for w in remarks(roles)[1] if w.code == CODE]


@pytest.mark.parametrize(
    ("t1", "t2", "expected"),
    [
        (6, 6, []),
        (6, 5, [("T12-L1", "T1")]),
        (5, 7, [("T12-L1", "T2"), ("T11-T12", "T2")]),
    ],
)
def test_a_level_on_one_contrast_says_on_which_its_modic_change_was_judged(t1, t2, expected):
    readings = {"t1": reading(t1), "t2": reading(t2)}
    longest = readings["t1"] if t1 > t2 else readings["t2"]
    assert said(Roles(readings, longest)) == expected


def test_a_lowest_level_that_one_contrast_missed_says_so_too():
    readings = {"t1": reading(5), "t2": reading(6)}
    roles = Roles(readings, readings["t2"], lowest={"t1": 1})
    assert said(roles) == [("L5-S1", "T2")]


def test_a_study_of_one_contrast_says_so_once_and_one_that_was_not_judged_never():
    only = {"t2": reading(6)}
    assert said(Roles(only, only["t2"])) == [("study", "T2")]
    both = {"t1": reading(6), "t2": reading(5)}
    reason = Message("slice-off-midline", {}, "of-6")
    assert said(Roles(both, both["t1"], abstention=reason)) == []
