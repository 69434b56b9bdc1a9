"""Batches by their number, one made ahead while another is learned from."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import torch
from torch import Tensor


class Feed:
    """Gives batch after batch; each depends on nothing but the seed and its number.

    Args:
        make_batch: From the number and its own generator to a batch.
        seed: Of the generators.
        stride: From one number that is asked for to the next.
        last: Number after the last batch that will be asked for.
        ahead: Make the next batch in a thread while this one is learned from. It pays
            where the network runs on another device than the one that makes batches.
    """

    def __init__(
        self,
        make_batch: Callable[[int, torch.Generator], tuple[Tensor, ...]],
        *,
        seed: int,
        stride: int,
        last: int,
        ahead: bool,
    ) -> None:
        self._make_batch = make_batch
        self._seed = seed
        self._stride = stride
        self._last = last
        self._pool = ThreadPoolExecutor(1, "batches") if ahead else None
        self._next: tuple[int, Future[tuple[Tensor, ...]]] | None = None

    def take(self, number: int) -> tuple[Tensor, ...]:
        """Gives a batch, and begins the next one where that is done ahead.

        Args:
            number: Of the batch, from 0.
        """
        if self._pool is None:
            return self._make(number)
        waiting, self._next = self._next, None
        known = waiting is not None and waiting[0] == number
        batch = waiting[1].result() if waiting and known else self._make(number)
        after = number + self._stride
        if after < self._last:
            self._next = (after, self._pool.submit(self._make, after))
        return batch

    def close(self) -> None:
        """Stops the thread; what it was making is thrown away."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _make(self, number: int) -> tuple[Tensor, ...]:
        generator = torch.Generator().manual_seed(self._seed * 1_000_003 + number)
        return self._make_batch(number, generator)
