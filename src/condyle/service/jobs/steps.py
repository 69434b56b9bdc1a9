"""The steps of one analysis, each done once whatever process dies in between.

What a finished step gave is kept by the runner of the steps, and it is not done again; a step
that was cut off is. So each step may be begun twice, and none needs the memory of another.
The archive's rows stay the truth of what was analysed.
"""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from condyle.archive import analyses
from condyle.archive.archive import Archive
from condyle.archive.bundle_settings import bundle_use
from condyle.archive.tables import Analysis
from condyle.bundle import Bundle, installed_bundles, open_bundle
from condyle.domain.messages import Message
from condyle.domain.progress import Progress, ProgressCallback
from condyle.errors import BundleError, Cancelled, CondyleError, Unavailable, place_of
from condyle.service.jobs.capacity import Capacity, need_of
from condyle.workflows.clinic.analyse import Readers, Result, analyse
from condyle.workflows.clinic.results import (
    KeptResult,
    held_instances,
    keep_result,
    record_result,
    voxels_of,
)
from condyle.workflows.clinic.study_files import lay_out, study_files

TRIES = 3
"""How often a reading that broke unexpectedly is begun."""

PROGRESS_S = 1.0
"""Progress within one stage is written at most so often."""

_WAITS_S = (0.2, 1.0, 3.0, 10.0)
_CANCELLED = "cancelled"

_log = logging.getLogger(__name__)
T = TypeVar("T")

Do = Callable[..., Any]
"""Does a step by its name, its function and its arguments, or gives what it gave before."""


class ReadingBroke(Exception):
    """A reading failed in a way that nobody foresaw; says where, and nothing of the study."""


class AnalysisJobs:
    """Runs analyses of one archive in this process.

    Args:
        archive: Where studies come from and results go.
        work: Folder of private copies of studies, on the file system of the objects.
        capacity: What may run at a time.
    """

    def __init__(self, archive: Archive, work: Path, capacity: Capacity) -> None:
        self._archive = archive
        self._work = work
        self._capacity = capacity
        self._readers = Readers(capacity.threads)
        self._room = threading.Condition()
        self._needs: dict[str, int] = {}
        self._active: set[str] = set()
        self._stopping: frozenset[str] = frozenset()

    def tidy(self) -> None:
        """Removes what a worker that died left of studies; a reading lays its own out anew."""
        shutil.rmtree(self._work, ignore_errors=True)

    @property
    def active(self) -> frozenset[str]:
        """Analyses that this process has in hand."""
        with self._room:
            return frozenset(self._active)

    def stop(self, analysis_ids: frozenset[str]) -> None:
        """Tells which analyses shall stop at their next step."""
        self._stopping = analysis_ids

    def run(self, analysis_id: str, do: Do) -> str:
        """Runs one analysis to its end, or goes on with it; gives the state that it is in then."""
        with self._room:
            self._active.add(analysis_id)
        try:
            with self._memory(analysis_id):
                return self._steps(analysis_id, do)
        finally:
            shutil.rmtree(self._work / analysis_id, ignore_errors=True)
            with self._room:
                self._active.discard(analysis_id)

    def _steps(self, analysis_id: str, do: Do) -> str:
        if not do("begin", self.begin, analysis_id):
            return str(do("stopped", self.stopped, analysis_id))
        try:
            do("lay-out", self.lay_out, analysis_id)
            document = do("read", self.read, analysis_id)
            if document == _CANCELLED:
                return str(do("stopped", self.stopped, analysis_id))
            return str(do("record", self.record, analysis_id, document))
        except Exception as error:  # noqa: BLE001 - the last place where it can be told
            _log.error("analysis %s failed: %s", analysis_id, type(error).__name__)
            return str(do("failed", self.failed, analysis_id))

    def begin(self, analysis_id: str) -> bool:
        """Says that the analysis begins; gives False where it shall not run any more."""

        def begin() -> bool:
            with self._archive.database.write() as session:
                return analyses.start(session, analysis_id, at=self._archive.clock())

        return _patiently(begin)

    def lay_out(self, analysis_id: str) -> None:
        """Lays the files of the study out for the reading."""
        _patiently(lambda: self._lay_out(analysis_id))

    def read(self, analysis_id: str) -> Any:
        """Reads the study and stores what was found.

        Returns:
            What was stored, as plain values, or ``"cancelled"``.
        """
        # The folder is gone where it was laid out on another machine or before a restart.
        _patiently(lambda: self._lay_out(analysis_id))
        row = _patiently(lambda: self._row(analysis_id))
        try:
            result = self._read(row)
        except Cancelled:
            return _CANCELLED
        except CondyleError:
            raise
        except Exception as error:  # noqa: BLE001 - its words may identify, and would be logged
            raise ReadingBroke(place_of(error)) from None
        return _patiently(lambda: keep_result(self._archive, result)).document()

    def record(self, analysis_id: str, document: dict[str, Any]) -> str:
        """Writes the findings into the archive."""
        kept = KeptResult.of_document(document)
        return _patiently(lambda: record_result(self._archive, analysis_id, kept))

    def stopped(self, analysis_id: str) -> str:
        """Says that the analysis has stopped as it was asked to."""

        def stopped() -> str:
            with self._archive.database.write() as session:
                row = analyses.get_analysis(session, analysis_id)
                if row.state != "cancelling":
                    return row.state
                return analyses.cancelled(session, analysis_id, at=self._archive.clock())

        return _patiently(stopped)

    def failed(self, analysis_id: str) -> str:
        """Says that the analysis was given up."""
        reason = Message("analysis-failed", {"tries": TRIES})

        def failed() -> str:
            with self._archive.database.write() as session:
                return analyses.fail(session, analysis_id, reason, at=self._archive.clock())

        return _patiently(failed)

    def _row(self, analysis_id: str) -> Analysis:
        with self._archive.database.read() as session:
            return analyses.get_analysis(session, analysis_id)

    def _lay_out(self, analysis_id: str) -> None:
        with self._archive.database.read() as session:
            row = analyses.get_analysis(session, analysis_id)
            instances = held_instances(session, row.study_id)
        lay_out(
            study_files(instances), self._work / analysis_id, path_of=self._archive.objects.path
        )

    def _read(self, row: Analysis) -> Result:
        bundle = bundle_of(row)
        if bundle is None:
            found = f"no {row.bundle} {row.version} with SHA-256 {row.sha256[:12]}"
            return Result(Message("bundle-not-usable", {"found": found}, row.bundle))
        with self._archive.database.read() as session:
            instances = held_instances(session, row.study_id)
            enabled = bundle_use(session, row.bundle).enabled
        if not enabled:
            return Result(Message("bundle-disabled", {}, row.bundle))
        return analyse(
            self._work / row.id,
            bundle,
            analysis=row.id,
            readers=self._readers,
            instances=instances,
            progress=self._progress(row.id),
        )

    def _progress(self, analysis_id: str) -> ProgressCallback:
        told: list[tuple[str, float]] = [("", 0.0)]

        def tell(progress: Progress) -> None:
            stage, at = told[0]
            now = time.monotonic()
            goes_on = analysis_id not in self._stopping
            if goes_on and (progress.stage != stage or now - at >= PROGRESS_S):
                told[0] = (progress.stage, now)
                goes_on = self._tell(analysis_id, progress)
            if not goes_on:
                raise Cancelled("The analysis was stopped.")

        return tell

    def _tell(self, analysis_id: str, progress: Progress) -> bool:
        try:
            with self._archive.database.write() as session:
                return analyses.progress(
                    session,
                    analysis_id,
                    stage=progress.stage,
                    done=progress.done,
                    total=progress.total,
                )
        except Unavailable:
            return True  # the reading itself needs no database

    @contextmanager
    def _memory(self, analysis_id: str) -> Iterator[None]:
        """Waits until there is room for an analysis, and keeps it as long as it runs."""
        need = _patiently(lambda: self._need(analysis_id))
        with self._room:
            self._room.wait_for(lambda: self._capacity.admits(need, tuple(self._needs.values())))
            self._needs[analysis_id] = need
        try:
            yield
        finally:
            with self._room:
                del self._needs[analysis_id]
                self._room.notify_all()

    def _need(self, analysis_id: str) -> int:
        with self._archive.database.read() as session:
            row = analyses.get_analysis(session, analysis_id)
            voxels = voxels_of(session, row.study_id)
        bundle = bundle_of(row)
        return need_of(() if bundle is None else (bundle.manifest,), voxels)


def bundle_of(row: Analysis) -> Bundle | None:
    """Gives the very bundle that an analysis names, or ``None`` where it is not whole here."""
    for bundle in installed_bundles(check_files=False):
        if bundle.sha256 == row.sha256:
            try:
                return open_bundle(bundle.path)
            except BundleError:
                return None
    return None


def is_worth_another_try(error: BaseException) -> bool:
    """Tells whether a step that broke may do better: not where it said on purpose why not."""
    return isinstance(error, Exception) and not isinstance(error, CondyleError)


def _patiently(call: Callable[[], T]) -> T:
    """Calls something until the database and the disk can be used, however long that takes."""
    tried = 0
    while True:
        try:
            return call()
        except Unavailable as error:
            wait_s = _WAITS_S[min(tried, len(_WAITS_S) - 1)]
            _log.warning("waits %s s: %s", wait_s, error.found)
            time.sleep(wait_s)
            tried += 1
