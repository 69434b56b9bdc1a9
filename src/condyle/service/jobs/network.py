"""Beside the analyses: what waits for other systems goes out, and what was asked of them comes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from condyle.archive.archive import Archive
from condyle.errors import CondyleError, Unavailable

LOOK_S = 2.0
_AGAIN_S = 10.0
_log = logging.getLogger(__name__)


@contextmanager
def talking_to_peers(archive: Archive, home: Path, *, organization: str = "") -> Iterator[None]:
    """Sends and fetches in a thread while it is entered, where peers are listed.

    Args:
        archive: Whose outbox, and where to.
        home: The clinic's folder, with the lists of peers and rules.
        organization: Verifying organization of the results that go out.
    """
    stop = threading.Event()
    of_it = (archive, home, organization, stop)
    thread = threading.Thread(target=_talk, args=of_it, name="network", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(_AGAIN_S)


def look_at_peers(archive: Archive, home: Path, organization: str = "") -> int:
    """Does what is due now; gives how much of it was done. The lists are read anew each time.

    Raises:
        CondyleError: A list cannot be used, or the archive not now.
    """
    from condyle.workflows.pacs.outbox import deliver
    from condyle.workflows.pacs.peers import FILE, read_peers
    from condyle.workflows.pacs.priors import fetch_priors
    from condyle.workflows.pacs.route_study import RulesOf
    from condyle.workflows.pacs.signed_results import put_signed

    file = home / FILE
    if not file.is_file():
        return 0
    peers = read_peers(file)
    rules = RulesOf(home)

    def completed(archive: Archive, study: int) -> None:
        rules(archive, study, "")

    done = fetch_priors(archive, peers, work=home / "work" / "pacs", completed=completed)
    done += put_signed(archive, home, organization=organization)
    return done + deliver(archive, peers)


def _talk(archive: Archive, home: Path, organization: str, stop: threading.Event) -> None:
    if any(find_spec(name) is None for name in ("pynetdicom", "dicomweb_client")):
        return
    told = ""
    while not stop.is_set():
        try:
            done = look_at_peers(archive, home, organization)
            told = ""
            stop.wait(0 if done else LOOK_S)
        except Unavailable as error:
            told = _tell_once(told, error.found, _log.warning)
            stop.wait(_AGAIN_S)
        except CondyleError as error:
            told = _tell_once(told, error.found or error.failed, _log.error)
            stop.wait(_AGAIN_S)


def _tell_once(before: str, now: str, tell: Callable[..., None]) -> str:
    """Says what is wrong when it begins to be, not every time that it still is."""
    if now != before:
        tell("the network waits: %s", now)
    return now
