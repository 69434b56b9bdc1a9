"""Hands queued analyses over to the durable runner, the most urgent first, and keeps watch.

The archive's rows are the outbox: what is queued there is handed over by the row's own id, as
often as it takes, and runs once.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Literal, Protocol

from condyle.archive import analyses
from condyle.archive.archive import Archive
from condyle.domain.messages import Message
from condyle.errors import Unavailable
from condyle.service.jobs.steps import AnalysisJobs

DOUBT_AFTER = 4
"""Looks after which a run that nobody has in hand is asked for."""

MOST_QUEUED = 200
"""Queued analyses that are looked at: the most urgent, and more than any machine has room for."""

STUCK_AFTER = 120
"""Looks after which an analysis that should run and does not has the worker begin anew."""

_log = logging.getLogger(__name__)


Progress = Literal["here", "elsewhere", "finished", "gave up"]
"""Where a run is: to be run by this worker, by another one, or at its end."""


class Runner(Protocol):
    """What runs an analysis durably, by its id and once."""

    def hand_over(self, analysis_id: str) -> None:
        """Has an analysis run; does nothing where it was handed over before."""

    def progress(self, analysis_id: str) -> Progress:
        """Tells where the run of an analysis is that was handed over."""

    def forget(self, analysis_id: str) -> None:
        """Forgets a run that is at its end, so that it can be handed over once more."""


class Stuck(Exception):
    """An analysis should run in this process and does not."""


@dataclass(frozen=True)
class Seen:
    """The analyses that are under way, by their states: the most urgent first."""

    queued: tuple[str, ...]
    running: tuple[str, ...]
    cancelling: tuple[str, ...]


class Outbox:
    """The analyses of one archive, seen from one worker.

    Args:
        archive: Whose rows are the outbox.
        jobs: What runs them in this process.
        runner: What remembers how far each is.
        room: Most analyses at a time.
    """

    def __init__(self, archive: Archive, jobs: AnalysisJobs, runner: Runner, *, room: int) -> None:
        self._archive = archive
        self._jobs = jobs
        self._runner = runner
        self._room = room
        self._handed: set[str] = set()
        self._idle_looks: dict[str, int] = {}

    def look(self) -> None:
        """Looks once: passes on what shall stop, hands over what there is room for.

        Raises:
            Stuck: An analysis is not run by anybody, though it should be.
        """
        try:
            seen = self._see()
        except Unavailable as error:
            _log.warning("the queue cannot be read: %s", error.found)
            return
        self._jobs.stop(frozenset(seen.cancelling))
        self._handed &= {*seen.queued, *seen.running, *seen.cancelling}
        # What runs already goes on here where its process died; it is not waited with.
        for analysis_id in (*seen.running, *seen.cancelling):
            if analysis_id not in self._handed:
                self._hand_over(analysis_id)
        for analysis_id in seen.queued:
            if self._is_full(seen):
                break
            self._hand_over(analysis_id)
        self._watch(seen)

    def _see(self) -> Seen:
        with self._archive.database.read() as session:
            rows = analyses.analyses_in(session, "running", "cancelling")
            rows += analyses.analyses_in(session, "queued", limit=MOST_QUEUED)
            states = [(row.id, row.state) for row in rows]
        found = {state: tuple(i for i, s in states if s == state) for state in analyses.UNDER_WAY}
        return Seen(found["queued"], found["running"], found["cancelling"])

    def _is_full(self, seen: Seen) -> bool:
        waiting = self._handed.intersection(seen.queued)
        return len(self._jobs.active | waiting) >= self._room

    def _hand_over(self, analysis_id: str) -> None:
        if analysis_id not in self._handed:
            self._runner.hand_over(analysis_id)
            self._handed.add(analysis_id)

    def _watch(self, seen: Seen) -> None:
        """Ends what the runner gave up, and notices what nobody runs."""
        active = self._jobs.active
        waits = [one for one in self._handed if one not in active]
        self._idle_looks = {one: self._idle_looks.get(one, 0) + 1 for one in waits}
        for analysis_id, looks in self._idle_looks.items():
            if looks % DOUBT_AFTER:
                continue  # it may only just have begun, or come to its end since the rows were read
            match self._runner.progress(analysis_id):
                case "gave up":
                    self._give_up(analysis_id)
                case "finished":
                    # The rows are older than the run, as after a restored backup.
                    self._runner.forget(analysis_id)
                    self._handed.discard(analysis_id)
                case "here" if looks >= STUCK_AFTER and not active:
                    raise Stuck

    def _give_up(self, analysis_id: str) -> None:
        _log.error("analysis %s was given up: its process died too often", analysis_id)
        with self._archive.database.write() as session:
            analyses.fail(session, analysis_id, Message("worker-stopped"), at=self._archive.clock())
