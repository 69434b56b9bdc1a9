"""Keeping the archive up with the spool: taking in what came, and noticing what is complete."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from condyle.archive.archive import Archive
from condyle.archive.spool import Spool
from condyle.dicom.network.node.listen import Node
from condyle.dicom.network.node.options import NodeOptions
from condyle.errors import CondyleError, Unavailable
from condyle.workflows.pacs.complete import OnComplete, complete_quiet, study_complete
from condyle.workflows.pacs.receive import receiving
from condyle.workflows.pacs.spooled import take_spooled

LOOK_S = 0.25
_AGAIN_S = 2.0
_log = logging.getLogger(__name__)


def keep_up(
    archive: Archive,
    spool: Spool,
    stop: threading.Event,
    *,
    quiet: dt.timedelta,
    on_complete: OnComplete = study_complete,
) -> None:
    """Takes in what comes and tells of what is complete, until it is told to stop.

    Args:
        archive: Where to.
        spool: Where from.
        stop: Set from outside.
        quiet: A study of which nothing came for so long is complete.
        on_complete: Told of each.
    """
    while not stop.is_set():
        try:
            taken = take_spooled(archive, spool)
            if not taken:
                complete_quiet(archive, quiet=quiet, on_complete=on_complete)
                stop.wait(LOOK_S)
        except Unavailable as error:
            _log.warning("received images wait: %s", error.found)
            stop.wait(_AGAIN_S)
        except CondyleError as error:
            _log.error("received images are not taken in: %s", type(error).__name__)
            stop.wait(_AGAIN_S)


@contextmanager
def storage_node(
    archive: Archive,
    spool: Spool,
    options: NodeOptions,
    *,
    quiet: dt.timedelta,
    on_complete: OnComplete = study_complete,
) -> Iterator[Node]:
    """Runs a whole node within this process while it is entered, as tests do.

    Args:
        archive: Takes in what comes.
        spool: Where it waits until then.
        options: Of the node; port 0 takes any, which the node that is given tells.
        quiet: A study of which nothing came for so long is complete.
        on_complete: Told of each.
    """
    stop = threading.Event()
    thread = threading.Thread(
        target=keep_up,
        args=(archive, spool, stop),
        kwargs={"quiet": quiet, "on_complete": on_complete},
        name="taking-in",
        daemon=True,
    )
    with receiving(spool, options) as node:
        thread.start()
        try:
            yield node
        finally:
            stop.set()
            thread.join()
