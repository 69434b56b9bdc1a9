"""The process that takes the spool into the archive: ``python -m condyle.service.pacs.taker``.

It may be killed at any moment, and goes on where it stopped. It gives way to the receiver.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import threading

from condyle.archive.archive import Archive
from condyle.archive.database import open_database
from condyle.archive.objects import ObjectStore
from condyle.archive.spool import Spool, spool_folder
from condyle.service.jobs.single import alone
from condyle.service.pacs.processes import PATIENCE_S, run_child
from condyle.service.settings import Settings
from condyle.workflows.pacs.route_study import RulesOf
from condyle.workflows.pacs.taking_in import keep_up

_GIVES_WAY = 10


def take_in(settings: Settings, stop: threading.Event) -> None:
    """Takes in what comes until it is told to stop.

    Raises:
        Conflict: Another process takes in from this spool.
    """
    os.nice(_GIVES_WAY)
    with alone(settings.home / "dicom-taker.lock", wait_s=PATIENCE_S):
        archive = Archive(open_database(settings.database), ObjectStore(settings.objects))
        spool = Spool(spool_folder(settings.home))
        quiet = dt.timedelta(seconds=settings.dicom_quiet_s)
        keep_up(archive, spool, stop, quiet=quiet, on_complete=RulesOf(settings.home))
        spool.close()
        archive.database.close()


if __name__ == "__main__":
    sys.exit(run_child(take_in))
