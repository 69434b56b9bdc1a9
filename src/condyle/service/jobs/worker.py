"""The process that runs the bundles: ``python -m condyle.service.jobs.worker``.

It may be killed at any moment: what it had in hand, the next one finishes. It ends when its
standard input does, where that is a pipe. It calls nothing on the network but the database.
"""

from __future__ import annotations

import argparse
import datetime as dt
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from condyle.archive.archive import Archive
from condyle.archive.arrivals import BY_STOW
from condyle.archive.database import open_database
from condyle.archive.objects import ObjectStore
from condyle.errors import CondyleError, Unavailable
from condyle.service.jobs.capacity import capacity
from condyle.service.jobs.network import talking_to_peers
from condyle.service.jobs.outbox import Outbox, Progress, Stuck
from condyle.service.jobs.parent import stop_with_parent
from condyle.service.jobs.single import alone
from condyle.service.jobs.steps import TRIES, AnalysisJobs, is_worth_another_try
from condyle.service.settings import Settings, load_settings
from condyle.workflows.clinic.queueing import QUIET, queue_left_over
from condyle.workflows.pacs.complete import complete_quiet
from condyle.workflows.pacs.route_study import RulesOf

QUEUE = "analyses"
LOOK_S = 0.5
"""How often the outbox is looked at."""

LEFT_OVER_LOOKS = 60
"""Every so many looks, studies are looked for that nobody queued the bundles for."""

AGAIN_S = 1.0
"""Wait before a reading that broke is begun again; twice as long the next time."""

PATIENCE_S = 15.0
"""A worker that takes over waits so long for the one before it to end."""

STEPS = "analysis-1"
"""Version of the workflow's steps: raise it where a step is added, removed or moved."""

MOST_DEATHS = 20
"""A run whose process died so often is given up: it may be what kills it."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Options:
    """How a worker is started.

    Attributes:
        name: Of this worker: one that comes after it under its name goes on with its work.
        jobs: Most analyses at a time, or ``None`` for what the machine has room for.
    """

    name: str = "worker"
    jobs: int | None = None


class DurableRunner:
    """Runs analyses as workflows of dbos, each under the analysis' own id.

    Args:
        jobs: What runs them.
        settings: Of the clinic.
        name: Of this worker.
        room: Most analyses at a time.
    """

    def __init__(self, jobs: AnalysisJobs, settings: Settings, *, name: str, room: int) -> None:
        # Nothing in the environment may point dbos to anything outside.
        for variable in [one for one in os.environ if one.startswith("DBOS_")]:
            del os.environ[variable]
        from dbos import DBOS

        self._name = name
        self._dbos = DBOS
        DBOS(
            config={
                "name": "condyle",
                "system_database_url": _steps_url(settings),
                "application_version": STEPS,
                "executor_id": name,
                "log_level": "WARNING",
                "enable_otlp": False,
            }
        )
        self._workflow = _workflow(jobs)
        DBOS.listen_queues([QUEUE])
        DBOS.launch()
        DBOS.register_queue(
            QUEUE,
            worker_concurrency=room,
            polling_interval_sec=LOOK_S / 2,
            on_conflict="always_update",
        )

    def hand_over(self, analysis_id: str) -> None:
        """Has an analysis run; does nothing where it was handed over before."""
        from dbos import SetWorkflowID

        with SetWorkflowID(analysis_id):
            self._dbos.enqueue_workflow(QUEUE, self._workflow, analysis_id)

    def progress(self, analysis_id: str) -> Progress:
        """Tells where the run of an analysis is that was handed over."""
        status = self._dbos.get_workflow_status(analysis_id)
        if status is None or status.status in ("ENQUEUED", "DELAYED"):
            return "here"
        if status.status == "PENDING":
            return "here" if status.executor_id == self._name else "elsewhere"
        return "finished" if status.status == "SUCCESS" else "gave up"

    def forget(self, analysis_id: str) -> None:
        """Forgets a run that is at its end, so that it can be handed over once more."""
        self._dbos.delete_workflow(analysis_id)


def _workflow(jobs: AnalysisJobs) -> Any:
    from dbos import DBOS, StepOptions

    def do(name: str, step: Callable[..., Any], *arguments: Any) -> Any:
        options = StepOptions(name=name)
        if name == "read":
            options["retries_allowed"] = True
            options["max_attempts"] = TRIES
            options["interval_seconds"] = AGAIN_S
            options["should_retry"] = is_worth_another_try
        return DBOS.run_step(options, step, *arguments)

    @DBOS.workflow(name="analyse", max_recovery_attempts=MOST_DEATHS)
    def analyse(analysis_id: str) -> str:
        return jobs.run(analysis_id, do)

    return analyse


def run_worker(settings: Settings, options: Options, stop: threading.Event) -> None:
    """Runs analyses until it is told to stop.

    Args:
        settings: Of the clinic.
        options: How this worker was started.
        stop: Set from outside; what runs then is left as it is, for the next worker.

    Raises:
        Conflict: Another worker of that name is at work.
        Stuck: A fresh process must go on.
    """
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with alone(settings.home / f"{options.name}.lock", wait_s=PATIENCE_S):
        room = capacity(jobs=options.jobs)
        archive = Archive(open_database(settings.database), ObjectStore(settings.objects))
        jobs = AnalysisJobs(archive, settings.home / "work" / options.name, room)
        jobs.tidy()
        runner = DurableRunner(jobs, settings, name=options.name, room=room.jobs)
        outbox = Outbox(archive, jobs, runner, room=room.jobs)
        _log.info("worker ready: %d at a time, %d threads each", room.jobs, room.threads)
        looked = 0
        with talking_to_peers(archive, settings.home, organization=settings.organization):
            while not stop.is_set():
                if looked % LEFT_OVER_LOOKS == 0:
                    _queue_left_over(archive, settings)
                looked += 1
                outbox.look()
                stop.wait(LOOK_S)


def _queue_left_over(archive: Archive, settings: Settings) -> None:
    try:
        found = queue_left_over(archive) + complete_left_over(archive, settings)
    except Unavailable as error:
        _log.warning("studies cannot be looked through: %s", error.found)
        return
    except CondyleError as error:
        _log.error("what came is not routed: %s", error.found or error.failed)
        return
    if found:
        _log.info("queued the bundles for %d studies that were left over", found)


def complete_left_over(archive: Archive, settings: Settings) -> int:
    """Takes for complete what came by DICOMweb, and what no storage node is there for any more.

    Returns:
        How many studies were routed.

    Raises:
        BadConfiguration: The rules or the peers cannot be used; the studies wait for them.
        Unavailable: The archive cannot be used now.
    """
    rules, quiet = RulesOf(settings.home), dt.timedelta(seconds=settings.dicom_quiet_s)
    done = complete_quiet(archive, quiet=quiet, on_complete=rules, called=BY_STOW)
    return done + complete_quiet(archive, quiet=quiet + QUIET, on_complete=rules)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a worker as a process; gives its exit status: 0 stopped, 1 to be started again."""
    options = _options(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    stop = threading.Event()
    stop_with_parent(stop)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        run_worker(load_settings(), options, stop)
    except Stuck:
        _log.error("an analysis does not go on; the worker begins anew")
        return 1
    except CondyleError as error:
        sys.stderr.write("\n".join(error.lines()) + "\n")
        return error.exit_status
    return 0


def _options(arguments: Sequence[str] | None) -> Options:
    parser = argparse.ArgumentParser(
        prog="python -m condyle.service.jobs.worker",
        description="Runs the bundles on the studies of the clinic's archive.",
    )
    parser.add_argument("--name", default="worker", help="of this worker; one process a name")
    parser.add_argument("--jobs", type=int, help="most analyses at a time")
    given = parser.parse_args(arguments)
    if not given.name.isidentifier():
        parser.error("a name is letters, digits and underscores")
    if given.jobs is not None and given.jobs < 1:
        parser.error("at least one analysis at a time")
    return Options(given.name, given.jobs)


def _steps_url(settings: Settings) -> str:
    """Gives where finished steps are kept: beside the SQLite file, or in the same PostgreSQL."""
    if settings.database.startswith("sqlite"):
        return f"sqlite:///{settings.home / 'steps.sqlite'}"
    return settings.database


if __name__ == "__main__":
    status = main()
    # A reading that is under way cannot be waited for; the next worker goes on with it.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
