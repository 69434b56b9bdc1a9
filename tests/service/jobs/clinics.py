"""An archive in a folder, and workers on it as processes."""

import os
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from condyle.archive import analyses
from condyle.archive.archive import Archive
from condyle.archive.database import open_database
from condyle.archive.objects import ObjectStore
from condyle.archive.studies import get_study
from condyle.workflows.clinic.queueing import queue_for_study

DRIVER = Path(__file__).with_name("faulty_worker.py")


@dataclass
class Clinic:
    """An archive in a folder, and workers on it as processes."""

    home: Path
    archive: Archive
    store: Path
    url: str = ""
    ids: dict[str, str] = field(default_factory=dict)
    studies: dict[str, int] = field(default_factory=dict)

    def queue(self, name, study_id):
        self.studies[name] = study_id
        (self.ids[name],) = queue_for_study(self.archive, study_id)

    def put(self, name, what, text=""):
        (self.home / f"{self.ids[name]}.{what}").write_text(text)

    def worker(self):
        environment = {
            **os.environ,
            "CONDYLE_HOME": str(self.home),
            "CONDYLE_BUNDLES": str(self.store),
            "CONDYLE_DATABASE_URL": self.url,
            "OMP_NUM_THREADS": "1",
        }
        arguments = [sys.executable, str(DRIVER), "--jobs", "1"]
        with (self.home / "log").open("a") as log:
            return subprocess.Popen(
                arguments, env=environment, stdin=subprocess.PIPE, stdout=log, stderr=log
            )

    def killed_worker(self, ready_times, delay_s):
        """Starts a worker and kills it so long after it was ready."""
        worker = self.worker()
        try:
            self.until(lambda: self.ready() == ready_times)
            time.sleep(delay_s)
        finally:
            worker.kill()
            worker.communicate()

    def ready(self):
        """How often a worker was ready."""
        return (self.home / "log").read_text().count("worker ready")

    def row(self, name):
        with self.archive.database.read() as session:
            return analyses.get_analysis(session, self.ids[name])

    def study(self, name):
        with self.archive.database.read() as session:
            return get_study(session, self.studies[name])

    def tries(self, name):
        path = self.home / f"{self.ids[name]}.tries"
        return len(path.read_text()) if path.exists() else 0

    def keys(self, name):
        with self.archive.database.read() as session:
            return [row.key for row in analyses.findings_of(session, [self.ids[name]])]

    def until(self, what, limit_s=60.0):
        end = time.monotonic() + limit_s
        while not what():
            assert time.monotonic() < end, (self.home / "log").read_text()
            time.sleep(0.03)

    def steps(self, name):
        """How often each step of an analysis was finished."""
        with sqlite3.connect(self.home / "steps.sqlite") as connection:
            query = "select function_name from operation_outputs where workflow_uuid = ?"
            rows = connection.execute(query, (self.ids[name],)).fetchall()
        connection.close()
        return sorted(name for (name,) in rows)


def clinic_at(home, url, store):
    database = open_database(url or f"sqlite:///{home / 'condyle.sqlite'}")
    return Clinic(home, Archive(database, ObjectStore(home / "objects")), store, url)
