"""Masks that are read when they are asked for, so that an archive of any size opens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray


class MasksOnDemand(Mapping[str, NDArray[np.uint8]]):
    """Series stem to mask, each read from its file every time.

    Args:
        readers: Series stem to what reads its (slice, row, column) uint8 labelmap.
    """

    def __init__(self, readers: Mapping[str, Callable[[], NDArray[np.uint8]]]) -> None:
        self._readers = dict(readers)

    def __getitem__(self, stem: str) -> NDArray[np.uint8]:
        return self._readers[stem]()

    def __contains__(self, stem: object) -> bool:
        return stem in self._readers

    def __iter__(self) -> Iterator[str]:
        return iter(self._readers)

    def __len__(self) -> int:
        return len(self._readers)
