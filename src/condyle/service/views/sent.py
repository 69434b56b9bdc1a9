"""What went out of a study, as the interface gives it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import groupby

from condyle.archive.results_out import Sent
from condyle.service.schemas.objects import SentObjects

TOGETHER = dt.timedelta(seconds=60)
"""Objects that were put up for a peer within so long of each other are told as one sending."""


def together(sent: Sequence[Sent]) -> list[SentObjects]:
    """Tells objects that went together, and that the same became of, as one.

    Args:
        sent: The latest first.
    """
    sendings: list[list[Sent]] = []
    for one in sent:
        same = sendings and (sendings[-1][0].peer, sendings[-1][0].verified) == (
            one.peer,
            one.verified,
        )
        if same and sendings[-1][-1].put_at - one.put_at < TOGETHER:
            sendings[-1].append(one)
        else:
            sendings.append([one])
    return [
        _told(list(some))
        for each in sendings
        for _, some in groupby(sorted(each, key=_state), key=_state)
    ]


def _told(some: Sequence[Sent]) -> SentObjects:
    first, done = some[0], [one.done_at for one in some if one.done_at is not None]
    return SentObjects(
        peer=first.peer,
        kinds=sorted({one.kind for one in some}),
        verified=first.verified,
        state=first.state,
        put_at=min(one.put_at for one in some),
        done_at=max(done) if done else None,
    )


def _state(one: Sent) -> str:
    return one.state
