"""Masks that are read when they are asked for."""

from __future__ import annotations

import numpy as np
import pytest

from condyle.datasets.masks_on_demand import MasksOnDemand
from condyle.domain.case import Reference


def test_a_mask_is_read_each_time_it_is_asked_for_and_never_before() -> None:
    read: list[str] = []

    def reader(name: str) -> np.ndarray:
        read.append(name)
        return np.full((1, 2, 2), len(read), dtype=np.uint8)

    masks = MasksOnDemand({name: lambda name=name: reader(name) for name in ("a", "b")})
    assert list(masks) == ["a", "b"] and len(masks) == 2 and "a" in masks and read == []
    assert masks["b"][0, 0, 0] == 1 and masks["b"][0, 0, 0] == 2
    assert read == ["b", "b"]


def test_it_stands_for_the_masks_of_a_reference() -> None:
    none = Reference(masks=MasksOnDemand({}))
    assert not none.masks and none.masks.get("a") is None
    one = Reference(masks=MasksOnDemand({"a": lambda: np.zeros((1, 2, 2), np.uint8)}))
    assert one.masks and one.masks.get("a") is not None
    with pytest.raises(KeyError):
        _ = one.masks["b"]


def test_later_changes_of_its_readers_change_nothing() -> None:
    readers = {"a": lambda: np.zeros((1, 2, 2), np.uint8)}
    masks = MasksOnDemand(readers)
    readers.clear()
    assert list(masks) == ["a"]
