"""The dashboard's figures, counted at one moment and kept for a while."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from condyle.archive.dashboard import (
    By,
    Came,
    Periods,
    Taken,
    periods_until,
    time_to_read,
    time_to_sign,
    volume,
)
from condyle.archive.dashboard_runs import (
    Ended,
    Found,
    Spoken,
    ended_runs,
    found_counts,
    own_call_pairs,
    run_times,
    spoken_of,
    spoken_of_pairs,
    words_on_findings,
)

T = TypeVar("T")


@dataclass(frozen=True)
class Figures:
    """Everything that the dashboard counts; sums of words are by period, by finding and whole."""

    at: dt.datetime
    periods: Periods
    volume: list[Came]
    to_read: dict[int, Taken]
    to_sign: dict[int, Taken]
    ended: list[Ended]
    run_times: dict[tuple[int, str, str, bool], Taken]
    found: list[Found]
    spoken: list[Spoken]
    spoken_by_period: list[Spoken]
    spoken_by_name: list[Spoken]
    own_calls: list[Spoken]
    own_calls_by_name: list[Spoken]


def figures(session: Session, now: dt.datetime, by: By, *, silent: bool) -> Figures:
    """Counts everything.

    Args:
        session: A reader's transaction.
        now: The time.
        by: Months or weeks.
        silent: Whether silent runs are in it.
    """
    periods = periods_until(now, by)
    words = words_on_findings(session, periods)
    pairs = own_call_pairs(session, periods) if silent else []
    ended = [one for one in ended_runs(session, periods) if silent or not one.hidden]
    return Figures(
        at=now,
        periods=periods,
        volume=volume(session, periods),
        to_read=time_to_read(session, periods),
        to_sign=time_to_sign(session, periods),
        ended=ended,
        run_times=run_times(session, periods),
        found=found_counts(session, periods, silent=silent),
        spoken=spoken_of(words, by_period=False, by_name=False),
        spoken_by_period=spoken_of(words, by_period=True, by_name=False),
        spoken_by_name=spoken_of(words, by_period=False, by_name=True),
        own_calls=spoken_of_pairs(pairs, by_name=False),
        own_calls_by_name=spoken_of_pairs(pairs, by_name=True),
    )


class KeptFor(Generic[T]):
    """Keeps what was counted for a while; of several who ask at once, one counts.

    Args:
        seconds: How long it is as good as new.
    """

    def __init__(self, seconds: float) -> None:
        self._for = dt.timedelta(seconds=seconds)
        self._lock = threading.Lock()
        self._kept: dict[Hashable, tuple[dt.datetime, T]] = {}

    def get(self, key: Hashable, now: dt.datetime, count: Callable[[], T]) -> T:
        """Gives what is kept of a key, or counts it anew."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or not kept[0] <= now < kept[0] + self._for:
                kept = self._kept[key] = (now, count())
            return kept[1]
