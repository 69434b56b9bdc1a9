"""Which items a step learns from: every item once an epoch, in an order that the seed gives."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]


def epoch_order(items: int, *, batch: int, seed: int) -> Callable[[int], IntArray]:
    """Gives a function from a step to the items of its batch.

    All items are gone through in a random order before any comes again; a batch that is at
    the end of one order goes on with the next. The items of a step depend on nothing but
    the seed and the step.

    Args:
        items: How many there are, at least one.
        batch: Items a step.
        seed: Of the orders.
    """

    def order(number: int) -> IntArray:
        return np.random.default_rng([seed, number]).permutation(items)

    def chosen(step: int) -> IntArray:
        first, last = step * batch, (step + 1) * batch
        orders = [order(number) for number in range(first // items, (last - 1) // items + 1)]
        start = first - (first // items) * items
        return np.concatenate(orders)[start : start + batch]

    return chosen
