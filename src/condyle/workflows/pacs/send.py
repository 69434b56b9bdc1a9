"""Sending files to another system, as they are, until each is stored or refused."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from condyle.dicom.network.client import send_instances
from condyle.dicom.network.outgoing import Outgoing, Sent, outgoing_of
from condyle.dicom.network.peer import Peer
from condyle.domain.progress import Progress, ProgressCallback, ignore_progress
from condyle.errors import BadImage, NothingReadable, PeerUnreachable

STAGE = "send"
TRIES = 4
"""Times that sending is begun without any instance getting through, before it is given up."""

_WAITS_S = (0.5, 2.0, 5.0)


@dataclass(frozen=True)
class SendOutcome:
    """What became of files that were sent.

    Attributes:
        stored: How many the peer stored.
        failed: What it did not, and why.
        left_out: Files of the folder that are no DICOM.
    """

    stored: int
    failed: tuple[Sent, ...]
    left_out: int = 0


def send_paths(
    peer: Peer,
    paths: Sequence[Path],
    *,
    progress: ProgressCallback = ignore_progress,
    wait: Callable[[float], None] = time.sleep,
) -> SendOutcome:
    """Sends every DICOM file under some paths.

    Args:
        peer: Where to.
        paths: Files and folders.
        progress: Told of the stage ``"send"``, instance by instance.
        wait: Waits between tries.

    Raises:
        NothingReadable: There is no DICOM file.
        PeerError: The peer cannot be reached, or refuses all of it.
    """
    files, left_out = _files(paths)
    if not files:
        raise NothingReadable(
            "Nothing was sent.",
            found=f"{left_out} files, none of them DICOM",
            needed="files with DICOM's file meta information (PS3.10)",
            mend="name the folder that holds the study.",
        )
    done = send_files(peer, files, progress=progress, wait=wait)
    return SendOutcome(
        sum(one.state == "stored" for one in done),
        tuple(one for one in done if one.state != "stored"),
        left_out,
    )


def send_files(
    peer: Peer,
    files: Sequence[Outgoing],
    *,
    progress: ProgressCallback = ignore_progress,
    wait: Callable[[float], None] = time.sleep,
) -> list[Sent]:
    """Sends files, and those again to which the peer gave no answer.

    Raises:
        PeerError: The peer cannot be reached, or refuses all of it.
    """
    outcomes: dict[str, Sent] = {}

    def tell(one: Sent) -> None:
        outcomes[one.uid] = one
        progress(Progress(STAGE, len(outcomes), len(files)))

    tried = 0
    while left := [one for one in files if one.uid not in outcomes]:
        before = len(outcomes)
        try:
            send_instances(peer, left, tell)
        except PeerUnreachable:
            tried = 1 if len(outcomes) > before else tried + 1
            if tried >= TRIES:
                raise
            wait(_WAITS_S[tried - 1])
    return list(outcomes.values())


def _files(paths: Sequence[Path]) -> tuple[list[Outgoing], int]:
    """Gives the DICOM files under paths, each instance once, and how many others there are."""
    found: dict[str, Outgoing] = {}
    left_out = 0
    for path in paths:
        for file in [path] if path.is_file() else _below(path):
            try:
                one = outgoing_of(file)
            except BadImage:
                left_out += 1
                continue
            found.setdefault(one.uid, one)
    return list(found.values()), left_out


def _below(folder: Path) -> list[Path]:
    return [
        Path(place) / name
        for place, folders, names in os.walk(folder)
        for name in sorted(names)
        if folders.sort() is None and not name.startswith(".")
    ]
