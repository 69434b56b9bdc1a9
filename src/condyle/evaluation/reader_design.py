"""Who reads what in which order: codes that tell nothing, and balanced cross-over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from condyle.domain.reader_study import REFERENCE_ARM, Crossing, ReadingSession
from condyle.errors import InputError


def blind_codes(count: int, rng: np.random.Generator) -> tuple[str, ...]:
    """Gives codes such as ``"C4171"``, in an order that has nothing to do with their value.

    The letter keeps a spreadsheet from taking them for numbers.
    """
    lowest = 10 ** max(3, len(str(count)))
    numbers = rng.choice(9 * lowest, size=count, replace=False) + lowest
    return tuple(f"C{number}" for number in numbers)


def cross_over(
    codes: Sequence[str],
    readers: Sequence[str],
    arms: Sequence[str],
    *,
    crossing: Crossing,
    rng: np.random.Generator,
) -> tuple[ReadingSession, ...]:
    """Gives each reader every case in every arm, once a session, in a fresh random order.

    With ``"sessions"`` the arm that a reader begins with is drawn so that each arm begins
    equally often, as far as the number of readers allows. With ``"cases"`` each reader's
    cases are parted at random, and the arms change places at the next session.

    Raises:
        InputError: There is no case, reader or arm, or a name occurs twice.
    """
    for name, values in (("case", codes), ("reader", readers), ("arm", arms)):
        if not values or len(set(values)) != len(values):
            raise InputError(
                "A reader study cannot be planned.",
                found=f"no {name}" if not values else f"a {name} twice",
                needed=f"at least one {name}, each once",
                mend="check the list.",
            )
    starts = rng.permutation(np.arange(len(readers)) % len(arms))
    sessions = []
    for reader, start in zip(readers, starts, strict=True):
        begin = np.full(len(codes), start)
        if crossing == "cases":
            begin = rng.permutation((np.arange(len(codes)) + start) % len(arms))
        for session in range(len(arms)):
            order = rng.permutation(len(codes))
            rows = tuple((codes[at], arms[(begin[at] + session) % len(arms)]) for at in order)
            sessions.append(ReadingSession(reader, session + 1, rows))
    return tuple(sessions)


def reference_sessions(
    codes: Sequence[str], readers: Sequence[str], rng: np.random.Generator
) -> tuple[ReadingSession, ...]:
    """Gives each reference reader every case once, in a random order of their own."""
    return tuple(
        ReadingSession(
            reader, 1, tuple((codes[at], REFERENCE_ARM) for at in rng.permutation(len(codes)))
        )
        for reader in readers
    )


def with_dates(
    sessions: Sequence[ReadingSession], start: date, *, session_days: int, washout_days: int
) -> tuple[ReadingSession, ...]:
    """Sets the first day of each session: the days for the one before it, then the washout.

    Raises:
        InputError: A number of days is negative.
    """
    if session_days < 1 or washout_days < 0:
        raise InputError(
            "A reader study cannot be planned.",
            found=f"{session_days} days a session, {washout_days} days of washout",
            needed="at least one day a session, and no negative washout",
            mend="give whole days.",
        )
    apart = timedelta(days=session_days + washout_days)
    return tuple(replace(each, not_before=start + apart * (each.number - 1)) for each in sessions)
