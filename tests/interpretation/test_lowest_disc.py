"""The last lumbar disc and S1-S2, discs that are hardly seen, and discs in pieces."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from condyle.interpretation import find_chain
from condyle.interpretation.discs import describe_disc, filled
from condyle.interpretation.faint_discs import next_disc
from condyle.interpretation.lowest_disc import (
    SHIPPED,
    LowestRule,
    body_between,
    is_doubtful,
    lowest_facts,
    lumbar_probability,
)

DISC, VERTEBRA = 1, 2
TABLE = Path(__file__).parents[2] / "docs" / "models" / "lumbar-numbering" / "lowest-disc.csv"
Draw = Callable[..., Any]


def bar(row: float, column: float, *, length: int, turn: float = 0.0) -> Any:
    """A disc of 5 pixels' height, leaning forwards by a turn in degrees."""
    rows, columns = np.indices((256, 256)).astype(float)
    angle = math.radians(turn)
    along = (columns - column) * math.cos(angle) - (rows - row) * math.sin(angle)
    across = (columns - column) * math.sin(angle) + (rows - row) * math.cos(angle)
    return describe_disc(np.argwhere((abs(along) <= length / 2) & (abs(across) <= 2.5)))


def sure(*discs: Any, value: float = 0.9) -> np.ndarray:
    """Probabilities of vertebra everywhere but on the discs."""
    maps = np.zeros((4, 256, 256), dtype=np.float32)
    maps[VERTEBRA] = 1.0
    for disc in discs:
        maps[DISC][disc.pixels[:, 0], disc.pixels[:, 1]] = value
        maps[VERTEBRA][disc.pixels[:, 0], disc.pixels[:, 1]] = 1 - value
    return maps


def test_the_facts_are_length_certainty_and_turn() -> None:
    above, disc = bar(100, 120, length=40), bar(130, 125, length=20, turn=20)
    length, certainty, turn = lowest_facts(disc, above, sure(above, disc, value=0.7))
    assert length == pytest.approx(0.5, abs=0.06)
    assert certainty == pytest.approx(0.7)
    assert abs(turn) == pytest.approx(2.0, abs=0.2)
    assert lowest_facts(above, disc, sure(above, disc))[0] == 1.0


def test_a_shorter_disc_is_less_probably_lumbar() -> None:
    above = bar(100, 120, length=40)
    found = []
    for length in (16, 22, 28, 34, 40):
        disc = bar(130, 120, length=length, turn=15)
        found.append(lumbar_probability(disc, above, sure(above, disc), rule=SHIPPED))
    assert found == sorted(found)
    assert found[0] < 0.5 < found[-1]


def test_without_a_body_above_it_a_disc_is_not_lumbar() -> None:
    above, disc = bar(100, 120, length=40), bar(130, 120, length=40)
    maps = sure(above, disc)
    maps[VERTEBRA] = 0.5
    assert body_between(disc, above, maps) == pytest.approx(0.5)
    assert lumbar_probability(disc, above, maps, rule=SHIPPED) == 0.0


@pytest.mark.parametrize(
    ("lowest", "below", "doubtful"),
    [(0.95, 0.0, False), (0.7, 0.0, True), (0.95, 0.3, True), (0.95, 0.1, False)],
)
def test_a_lowest_disc_is_doubtful_between_two_probabilities(
    lowest: float, below: float, doubtful: bool
) -> None:
    assert is_doubtful(lowest, below) is doubtful


def test_the_shipped_rule_is_that_of_the_table_and_none_of_a_fold() -> None:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = {int(row["without_fold"]): row for row in csv.DictReader(file)}
    assert set(rows) == {-1, 0, 1, 2, 3, 4}
    names = ("length", "certainty", "turn", "constant")
    rules = {fold: LowestRule(*(float(row[n]) for n in names)) for fold, row in rows.items()}
    assert rules.pop(-1) == SHIPPED
    assert SHIPPED not in rules.values()
    assert all(rule.length > 0 for rule in rules.values())


@pytest.mark.parametrize("end", [0, 5])
def test_a_faint_disc_at_an_end_belongs_to_the_chain(drawn: Draw, end: int) -> None:
    drawing = drawn(faint=(end,))
    chain = find_chain(drawing.probabilities, drawing.inside)
    rows = [drawing.spine.centre(number)[0] for number in range(6)]
    assert [disc.centre[0] for disc in chain.discs] == pytest.approx(rows, abs=3)
    assert chain.lowest > 0.5


def test_nothing_faint_is_found_in_padding_or_off_the_way(drawn: Draw) -> None:
    drawing = drawn(faint=(0,))
    chain = find_chain(drawn().probabilities, drawing.inside)
    upper = chain.discs[1:]
    look = {"length": chain.length, "caudal": True}
    assert next_disc(upper, drawing.probabilities, drawing.inside, **look) is not None
    assert next_disc(upper, drawing.probabilities, np.zeros_like(drawing.inside), **look) is None
    moved = np.roll(drawing.probabilities, 60, axis=2)
    assert next_disc(upper, moved, drawing.inside, **look) is None


def test_the_proportion_tells_a_squashed_spine() -> None:
    def chain(step: float) -> Any:
        discs = [bar(200 - step * number, 120, length=32) for number in range(5)]
        maps = sure(*discs)
        maps[VERTEBRA][:, :90] = maps[VERTEBRA][:, 150:] = 0.0
        maps[0] = 0.1
        return find_chain(maps, np.ones((256, 256), dtype=bool))

    assert chain(32).proportion == pytest.approx(1.0, abs=0.08)
    assert chain(20).proportion == pytest.approx(1.6, abs=0.12)
    assert find_chain(np.zeros((4, 64, 64), np.float32), np.ones((64, 64), bool)).proportion == 1.0


def test_the_gap_between_the_pieces_of_a_disc_is_filled() -> None:
    whole = bar(100, 120, length=40, turn=25)
    away = np.abs(whole.pixels[:, 1] - 124) > 3
    pieces = describe_disc(whole.pixels[away])
    before = {tuple(p) for p in pieces.pixels}
    after = {tuple(p) for p in filled(pieces)}
    assert before < after
    assert len(after & {tuple(p) for p in whole.pixels}) > 0.85 * whole.area
    assert len(after) < 1.2 * whole.area


def test_a_bent_disc_stays_bent() -> None:
    columns = np.arange(-20, 21)
    bent = np.concatenate(
        [np.stack([100 + columns**2 // 40 + row, 120 + columns], axis=1) for row in range(4)]
    )
    assert len(filled(describe_disc(bent))) < 1.25 * len(bent)
