"""Disks of a test's own that fill up and turn read-only, as a server's do."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class SmallDisk:
    """A file system in memory, as small as a test needs it.

    Args:
        folder: Where it is seen.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def resize(self, mib: int) -> None:
        """Gives it another size."""
        self._again(f"size={mib}m")

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """Lets nothing be written on it meanwhile; nobody may be writing when it begins."""
        self._again("ro")
        try:
            yield
        finally:
            self._again("rw")

    def _again(self, how: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{how}", self.folder], check=True)


@contextmanager
def small_disk(folder: Path, mib: int) -> Iterator[SmallDisk]:
    """Mounts a disk on a folder that is made for it; ask for it under ``needs("mount")``."""
    folder.mkdir(mode=0o700)
    command = ["mount", "-t", "tmpfs", "-o", f"size={mib}m,mode=700", "condyle-test", folder]
    subprocess.run(command, check=True)
    try:
        yield SmallDisk(folder)
    finally:
        # Where a server that failed to end still writes there, it goes when that does.
        subprocess.run(["umount", "--lazy", folder], check=True)
