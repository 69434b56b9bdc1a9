"""Every item once an epoch, in an order that the seed gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from condyle.training.draws import epoch_order


@given(st.integers(1, 30), st.integers(1, 12), st.integers(0, 2**31))
def test_every_item_comes_once_before_any_comes_again(items: int, batch: int, seed: int) -> None:
    order = epoch_order(items, batch=batch, seed=seed)
    flat = np.concatenate([order(step) for step in range(-(-3 * items // batch))])
    for epoch in range(3):
        mine = flat[epoch * items : (epoch + 1) * items]
        assert sorted(mine.tolist()) == list(range(items))


@given(st.integers(1, 9), st.integers(1, 25), st.permutations(range(7)))
def test_the_items_of_a_step_do_not_depend_on_what_was_asked_before(
    items: int, batch: int, steps: list[int]
) -> None:
    order = epoch_order(items, batch=batch, seed=3)
    inorder = {step: order(step).tolist() for step in range(7)}
    other = epoch_order(items, batch=batch, seed=3)
    assert {step: other(step).tolist() for step in steps} == inorder
    assert all(len(chosen) == batch for chosen in inorder.values())


def test_epochs_and_seeds_have_orders_of_their_own() -> None:
    order, other = epoch_order(20, batch=20, seed=1), epoch_order(20, batch=20, seed=2)
    assert order(0).tolist() != order(1).tolist()
    assert order(0).tolist() != other(0).tolist()


def test_a_batch_over_the_end_of_an_order_goes_on_with_the_next() -> None:
    order, whole = epoch_order(5, batch=3, seed=8), epoch_order(5, batch=5, seed=8)
    assert order(1).tolist() == [*whole(0)[3:], *whole(1)[:1]]


@pytest.mark.parametrize("batch", [1, 7, 16])
def test_a_batch_larger_than_the_archive_repeats_items_evenly(batch: int) -> None:
    counts = np.bincount(epoch_order(4, batch=4 * batch, seed=0)(2), minlength=4)
    assert counts.tolist() == [batch] * 4
