"""A study's discs are numbered once on all its contrasts, or left as they were read alone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
import pytest

from condyle.domain.study import Weighting
from condyle.interpretation import SliceAnatomy
from condyle.interpretation.chain import Chain
from condyle.interpretation.discs import describe_disc
from condyle.interpretation.together import Together
from condyle.preprocessing.placement import Placement
from condyle.workflows.reading import numbering_together
from condyle.workflows.reading.numbering_together import Numbered, disagrees, number_together
from condyle.workflows.reading.study_anatomy import SeriesReading

T1: Weighting = "t1"
T2: Weighting = "t2"
OTHER: Weighting = "pd"


@dataclass(frozen=True)
class Stated:
    value: Weighting


@dataclass(frozen=True)
class FakeSeries:
    stem: str
    weighting: Stated


@dataclass(frozen=True)
class FakeReading:
    """A reading, as far as numbering looks at it."""

    series: FakeSeries
    slices: tuple[SliceAnatomy, ...]
    middle: int = 0
    plausible: bool = True
    disc_slices: tuple[int, ...] = field(default=())

    @property
    def anatomy(self) -> SliceAnatomy:
        return self.slices[self.middle]


def seen(*, discs: int = 5, mark: float = 1.0, **chain: Any) -> SliceAnatomy:
    """A slice with a column of discs; ``mark`` tells it from others."""
    made = []
    for number in range(discs):
        rows, columns = np.indices((4, 20)).reshape(2, -1)
        made.append(describe_disc(np.stack([rows + 200 - 30 * number, columns + 50], axis=1)))
    shape = (256, 256)
    index = np.zeros(shape, np.uint8)
    for number, disc in enumerate(made, start=1):
        index[disc.pixels[:, 0], disc.pixels[:, 1]] = number
    whole = Chain(tuple(made), **({"sacrum_in_view": True, "length": 20.0} | chain))
    return SliceAnatomy((index > 0).astype(np.uint8), index, whole, Placement(shape, shape), mark)


def reading(stem: str, weighting: Weighting = T2, **more: Any) -> SeriesReading:
    anatomy = more.pop("anatomy", None) or seen()
    made = FakeReading(FakeSeries(stem, Stated(weighting)), (anatomy,), **more)
    return cast(SeriesReading, made)


def together(
    monkeypatch: pytest.MonkeyPatch, *starts: int | None, **chain: Any
) -> list[list[SliceAnatomy]]:
    """Has the slices laid on each other with a known outcome; gives what was laid."""
    asked: list[list[SliceAnatomy]] = []

    def read_together(slices: list[SliceAnatomy]) -> Together:
        asked.append(slices)
        made = tuple(replace(one, confidence=9.0) for one in slices)
        common = replace(slices[0].chain, **chain)
        return Together(made, starts, common, 0, np.zeros((4, 1, 1), np.float32))

    monkeypatch.setattr(numbering_together, "read_together", read_together)
    return asked


def codes(found: Numbered) -> list[str]:
    return [one.code for one in found.warnings]


def test_nothing_and_one_contrast_alone_are_left_as_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = together(monkeypatch)
    assert number_together([]) == Numbered(())
    alone = reading("a")
    assert number_together([alone]) == Numbered((alone,))
    assert asked == []


def test_only_what_is_plausible_and_of_a_graded_contrast_is_laid_on_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = together(monkeypatch, 1, 1)
    taken = [reading("a", T1, anatomy=seen(mark=1.0)), reading("d", T2, anatomy=seen(mark=2.0))]
    left = [reading("b", OTHER), reading("c", T2, plausible=False)]
    found = number_together([taken[0], *left, taken[1]])
    assert [[one.confidence for one in some] for some in asked] == [[1.0, 2.0]]
    assert [one.series.stem for one in found.readings] == ["a", "b", "c", "d"]
    assert list(found.readings[1:3]) == left
    assert [found.readings[at].anatomy.confidence for at in (0, 3)] == [9.0, 9.0]
    assert found.joined == {"a", "d"} and not found.disagree and found.warnings == ()


def test_one_that_could_not_be_laid_on_the_others_stays_and_is_not_joined(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    together(monkeypatch, 1, None, 1)
    given = [reading("a", T1), reading("b", T2), reading("c", T2)]
    found = number_together(given)
    assert found.joined == {"a", "c"}
    assert found.readings[1] is given[1] and found.readings[0] is not given[0]


def test_one_that_missed_discs_is_told_with_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    together(monkeypatch, 1, 3)
    given = [reading("a", T1), reading("b", anatomy=seen(discs=3, sacrum_in_view=False))]
    (told,) = number_together(given).warnings
    assert (told.code, told.subject) == ("levels-from-other-series", "b")
    assert dict(told.params) == {"series": "b", "count": 2}


def test_one_that_took_a_disc_below_for_the_first_is_joined_without_a_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    together(monkeypatch, 1, 0)
    given = [reading("a", T1), reading("b", anatomy=seen(sacrum_in_view=False))]
    found = number_together(given)
    assert found.joined == {"a", "b"} and found.warnings == ()


def test_contrasts_that_disagree_about_the_last_disc_are_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    together(monkeypatch, 1, 2)
    given = [reading("a", T1), reading("b", T2)]
    found = number_together(given)
    assert found == Numbered(tuple(given), disagree=True)


def test_only_the_slice_in_the_middle_is_renumbered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    together(monkeypatch, 1, 1)
    three = (seen(mark=1.0), seen(mark=2.0), seen(mark=3.0))
    series = FakeSeries("a", Stated(T1))
    given = [cast(SeriesReading, FakeReading(series, three, middle=1)), reading("b")]
    after = number_together(given).readings[0]
    assert [one.confidence for one in after.slices] == [1.0, 9.0, 3.0]
    assert len(after.disc_slices) == 5 and set(after.disc_slices) <= {0, 1, 2}


@pytest.mark.parametrize(
    ("lowest", "below", "code", "probability"),
    [
        (0.95, 0.1, None, None),
        (0.7, 0.0, "lowest-disc-may-be-sacral", 0.3),
        (0.95, 0.3, "disc-below-may-be-lumbar", 0.3),
        (0.6, 0.3, "lowest-disc-may-be-sacral", 0.4),
        (0.75, 0.45, "disc-below-may-be-lumbar", 0.45),
    ],
)
@pytest.mark.parametrize("many", [False, True])
def test_a_doubt_about_the_last_disc_is_told_once_with_the_likelier_other_way(
    monkeypatch: pytest.MonkeyPatch,
    lowest: float,
    below: float,
    code: str | None,
    probability: float | None,
    many: bool,
) -> None:
    together(monkeypatch, 1, 1, lowest=lowest, below=below)
    doubtful = seen(lowest=lowest, below=below)
    given = [reading("a", T1, anatomy=doubtful)]
    given += [reading("b")] if many else [reading("b", OTHER, anatomy=doubtful)]
    warnings = number_together(given).warnings
    assert [one.code for one in warnings] == ([code] if code else [])
    assert [one.params["probability"] for one in warnings] == ([probability] if code else [])
    assert {one.subject for one in warnings} <= {"study"}


def test_where_contrasts_disagree_a_doubt_of_one_of_them_is_still_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    together(monkeypatch, 1, 2)
    given = [reading("a", T1), reading("b", anatomy=seen(lowest=0.5))]
    found = number_together(given)
    assert found.disagree and codes(found) == ["lowest-disc-may-be-sacral"]


@pytest.mark.parametrize(
    ("starts", "sacra", "expected"),
    [
        ((), (), False),
        ((1, 1), (True, True), False),
        ((1, 2), (True, True), True),
        ((1, 0), (True, True), True),
        ((1, 2), (True, False), False),
        ((1, 2), (False, False), False),
        ((1, None), (True, True), False),
        ((None, 2, 2), (True, True, True), False),
        ((1, 1, 2), (True, False, True), True),
    ],
)
def test_only_contrasts_that_show_the_sacrum_and_were_laid_can_disagree(
    starts: tuple[int | None, ...], sacra: tuple[bool, ...], expected: bool
) -> None:
    alone = [seen(sacrum_in_view=one) for one in sacra]
    laid = Together(tuple(alone), starts, Chain(()), 0, np.zeros((4, 1, 1), np.float32))
    assert disagrees(laid, alone) is expected
