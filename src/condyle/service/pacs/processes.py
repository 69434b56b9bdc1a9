"""The two processes of the DICOM node, as children of the server.

One receives into the spool and answers the senders; the other takes the spool into the archive.
So no sender waits for a header to be read, and neither shares an interpreter with the web.
"""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from condyle.dicom.network.node.options import NodeOptions, Tls, parse_peers
from condyle.errors import CondyleError
from condyle.service.jobs.parent import stop_with_parent
from condyle.service.jobs.worker_process import WorkerProcess
from condyle.service.settings import Settings, load_settings

RECEIVE = (sys.executable, "-m", "condyle.service.pacs.receiver")
TAKE_IN = (sys.executable, "-m", "condyle.service.pacs.taker")

PATIENCE_S = 15.0
"""A process that takes over waits so long for the one before it to end."""

MIB = 1 << 20


def node_options(settings: Settings) -> NodeOptions:
    """Gives the node that the settings describe."""
    tls = None
    if settings.dicom_tls_certificate is not None and settings.dicom_tls_key is not None:
        tls = Tls(
            certificate=settings.dicom_tls_certificate,
            key=settings.dicom_tls_key,
            clients=settings.dicom_tls_clients,
        )
    return NodeOptions(
        host=settings.dicom_host,
        port=settings.dicom_port or 0,
        title=settings.dicom_ae_title,
        peers=parse_peers(settings.dicom_peers),
        associations=settings.dicom_associations,
        timeout_s=settings.dicom_timeout_s,
        most_bytes=settings.dicom_max_object_mib * MIB,
        tls=tls,
    )


@contextmanager
def storage_node_processes(settings: Settings) -> Iterator[None]:
    """Keeps both processes running while it is entered, where the settings ask for a node."""
    with ExitStack() as stack:
        if settings.dicom_port is not None:
            stack.enter_context(WorkerProcess(settings, RECEIVE, name="DICOM receiver"))
            stack.enter_context(WorkerProcess(settings, TAKE_IN, name="DICOM taker"))
        yield


def run_child(work: Callable[[Settings, threading.Event], None]) -> int:
    """Runs what a process is for until it is told to stop; gives its exit status."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    stop = threading.Event()
    stop_with_parent(stop)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        work(load_settings(), stop)
    except CondyleError as error:
        sys.stderr.write("\n".join(error.lines()) + "\n")
        return error.exit_status
    return 0
