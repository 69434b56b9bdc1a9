"""How much a user's files may hold before they are taken for a mistake or an attack."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Safe limits on what is opened; all are inclusive.

    The ratio is the widest that real images need: an empty DICOM series deflates to
    about a hundredth, a bomb to a thousandth or less.

    Attributes:
        files: Files in all that are looked at.
        total_bytes: Bytes in all that archives may unpack to.
        file_bytes: Bytes that one file, packed or not, may have.
        ratio: Unpacked over packed size of an archive's entry.
        ratio_from_bytes: Unpacked size from which the ratio counts.
        depth: Archives within archives: 1 opens the zips in a zip, and none in those.
        path_length: Characters of a path inside an archive.
        folders: Folders below one another.
    """

    files: int = 50_000
    total_bytes: int = 16 * 1024 * MIB
    file_bytes: int = 4 * 1024 * MIB
    ratio: float = 300.0
    ratio_from_bytes: int = 8 * MIB
    depth: int = 1
    path_length: int = 512
    folders: int = 32


DEFAULT_LIMITS = Limits()
"""What ``sources.open`` uses when it is given no limits."""
