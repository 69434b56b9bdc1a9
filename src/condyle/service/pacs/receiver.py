"""The process that receives: ``python -m condyle.service.pacs.receiver``.

It may be killed at any moment: what it answered with success is in the spool, and of what it did
not answer nothing is left. It knows no database but the spool's.
"""

from __future__ import annotations

import logging
import sys
import threading

from condyle.archive.spool import Spool, spool_folder
from condyle.service.jobs.single import alone
from condyle.service.pacs.processes import MIB, PATIENCE_S, node_options, run_child
from condyle.service.settings import Settings
from condyle.workflows.pacs.receive import receiving

_log = logging.getLogger(__name__)


def receive(settings: Settings, stop: threading.Event) -> None:
    """Receives until it is told to stop.

    Raises:
        Conflict: Another process receives into this spool.
        Unavailable: The port or the disk cannot be had.
    """
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    options = node_options(settings)
    with alone(settings.home / "dicom-receiver.lock", wait_s=PATIENCE_S):
        spool = Spool(spool_folder(settings.home), spare_bytes=settings.dicom_spare_mib * MIB)
        with receiving(spool, options) as node:
            secured = " over TLS" if options.tls is not None else ""
            _log.info(
                "DICOM node %s receives at %s:%d%s", options.title, options.host, node.port, secured
            )
            stop.wait()
        spool.close()


if __name__ == "__main__":
    sys.exit(run_child(receive))
