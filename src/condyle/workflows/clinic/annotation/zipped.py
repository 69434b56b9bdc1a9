"""A folder as a zip that is sent while it is packed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_CHUNK = 1 << 20


class _Outbox(io.RawIOBase):
    """Holds what was packed until it is taken."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        packed = bytes(piece)
        self._pieces.append(packed)
        return len(packed)

    def take(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken


def zipped(root: Path, *, name: str) -> Iterator[bytes]:
    """Gives the files below a folder as a zip, a piece at a time.

    Args:
        root: The folder.
        name: Of the folder in the zip.
    """
    outbox = _Outbox()
    with zipfile.ZipFile(outbox, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(root.rglob("*")):
            if not path.is_file():
                continue
            entry = zipfile.ZipInfo(f"{name}/{path.relative_to(root).as_posix()}")
            entry.compress_type = zipfile.ZIP_DEFLATED
            with path.open("rb") as source, archive.open(entry, "w", force_zip64=True) as packed:
                while piece := source.read(_CHUNK):
                    packed.write(piece)
                    yield outbox.take()
            yield outbox.take()
    yield outbox.take()
