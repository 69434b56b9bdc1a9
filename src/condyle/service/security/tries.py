"""How often something was tried from an address within the last minute."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable

from condyle.errors import TooManyTries

_WINDOW_S = 60.0
_MOST_ADDRESSES = 10_000


class Tries:
    """Counts tries an address, in memory, for as many addresses as it has room for.

    Args:
        limit: So many within a minute are let through.
        clock: Gives seconds that only grow.
    """

    def __init__(self, limit: int, clock: Callable[[], float]) -> None:
        self._limit = limit
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()

    def count(self, address: str, *, failed: str) -> None:
        """Counts a try.

        Args:
            address: Where it comes from.
            failed: What to say could not be done.

        Raises:
            TooManyTries: There were too many; this one is not counted.
        """
        now = self._clock()
        with self._lock:
            times = self._seen.setdefault(address, deque())
            self._seen.move_to_end(address)
            while times and now - times[0] >= _WINDOW_S:
                times.popleft()
            if len(times) >= self._limit:
                raise TooManyTries(failed, wait_s=int(_WINDOW_S - (now - times[0])) + 1)
            times.append(now)
            if len(self._seen) > _MOST_ADDRESSES:
                self._seen.popitem(last=False)
