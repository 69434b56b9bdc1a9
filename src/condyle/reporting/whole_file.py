"""Writing a file so that nobody ever finds half of it."""

from __future__ import annotations

import os
from pathlib import Path

UNFINISHED = ".unfinished"
"""Name of what is being written, beside what it will be."""


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all, in place of an earlier one.

    Args:
        path: The file, in a folder that is there.
        content: Of the file.

    Raises:
        OSError: It cannot be written; what was there before is still there.
    """
    part = path.with_name(UNFINISHED)
    part.write_bytes(content)
    os.replace(part, path)
