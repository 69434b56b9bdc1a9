"""Which proportion of a picture without spacing is read, of those that are tried."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from condyle.domain.volume import Volume
from condyle.interpretation import SliceAnatomy
from condyle.workflows.reading import anatomy_reading
from condyle.workflows.reading.anatomy_reading import ASPECTS, MUCH_LESS_SURE, read_picture

PICTURE = Volume(np.zeros((1, 8, 8), dtype=np.float32))


def seen(
    discs: int, sure: float, proportion: float = 1.0, *, gaps: int = 0, canal: float = 1.0
) -> SliceAnatomy:
    """A slice with so many discs, of which a network was so sure."""
    chain = SimpleNamespace(
        discs=(None,) * discs, proportion=proportion, gaps=(0,) * gaps, canal_share=canal
    )
    return cast(SliceAnatomy, SimpleNamespace(chain=chain, confidence=sure))


def chosen(monkeypatch: pytest.MonkeyPatch, by_aspect: dict[float, SliceAnatomy]) -> float:
    """Gives the aspect that is read, and holds that each that is told of was tried."""
    tried = set()

    def read_slices(volume: Volume, *given: object, **named: object) -> list[SliceAnatomy]:
        aspect = 1.0 if volume.spacing is None else volume.spacing[1]
        tried.add(aspect)
        return [by_aspect[aspect]]

    monkeypatch.setattr(anatomy_reading, "read_slices", read_slices)
    anatomy, aspect = read_picture(PICTURE, spec=(), run=lambda array: iter(()))
    assert anatomy is by_aspect[aspect]
    assert tried == set(by_aspect)
    return aspect


def test_of_readings_that_look_like_a_spine_that_with_most_discs_is_kept(monkeypatch):
    low, high = ASPECTS
    told = {1.0: seen(4, 0.91), low: seen(6, 0.90), high: seen(5, 0.92)}
    assert chosen(monkeypatch, told) == low


def test_more_discs_in_a_reading_that_looks_far_less_like_a_spine_do_not_count(monkeypatch):
    low, high = ASPECTS
    much = seen(9, 0.94 - MUCH_LESS_SURE - 0.01)
    told = {1.0: seen(4, 0.90), low: seen(6, 0.94), high: much}
    assert chosen(monkeypatch, told) == low
    told[high] = seen(9, 0.94 - MUCH_LESS_SURE + 0.01)
    assert chosen(monkeypatch, told) == high


def test_a_misshapen_chain_with_few_discs_is_tried_in_its_own_proportion_too(monkeypatch):
    low, high = ASPECTS
    gapped = seen(8, 0.92, 1.46, gaps=2)
    told = {1.0: gapped, low: seen(8, 0.876, 1.74), high: seen(6, 0.92), 1.46: seen(7, 0.93)}
    assert chosen(monkeypatch, told) == 1.46


def test_a_picture_on_which_nothing_is_found_is_read_as_it_is(monkeypatch):
    told = {aspect: seen(0, 0.5) for aspect in (1.0, *ASPECTS)}
    assert chosen(monkeypatch, told) == 1.0
