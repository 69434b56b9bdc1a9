"""One readable file of what a user gave, under a name that tells nobody who it is of."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

KNOWN_SUFFIXES = (
    ".nii.gz",
    ".nii",
    ".nrrd",
    ".nhdr",
    ".mha",
    ".mhd",
    ".npy",
    ".npz",
    ".png",
    ".jpeg",
    ".jpg",
    ".tiff",
    ".tif",
    ".dcm",
    ".dicom",
    ".ima",
    ".zip",
    ".csv",
    ".json",
    ".txt",
    ".pdf",
    ".html",
    ".xml",
)
"""File endings that may be shown; any other could be part of a patient's name."""

_STEM_LENGTH = 80


@dataclass(frozen=True)
class SourceFile:
    """A file that can be read while its tree is open.

    Attributes:
        label: Such as ``"file-12.dcm"``: its place among the files given and a known
            ending. Safe in logs, messages and reports.
        stem: The file's own name without its ending, reduced to letters, digits, dot,
            dash and underscore. Only for naming what is written for the user.
        suffix: Known ending in lower case with its dot, or empty.
        size: Bytes.
        path: Where the bytes lie: the user's own file, or a private unpacked copy.
        named: True where the user gave this very file, not a folder or archive of it.
    """

    label: str
    stem: str = field(repr=False)
    suffix: str
    size: int
    path: Path = field(repr=False)
    named: bool = False

    def open(self) -> BinaryIO:
        """Opens the bytes for reading; the caller closes them."""
        return self.path.open("rb")

    def head(self, count: int) -> bytes:
        """Gives the first bytes, fewer where the file is shorter."""
        with self.open() as stream:
            return stream.read(count)


def known_suffix(name: str) -> str:
    """Gives the known ending of a file name in lower case, or an empty string."""
    lower = name.lower()
    return next((suffix for suffix in KNOWN_SUFFIXES if lower.endswith(suffix)), "")


def safe_stem(name: str) -> str:
    """Gives a file name without its known ending, safe to put in another file's name.

    Accents are dropped, every run of other characters becomes one dash, and 80
    characters are kept. Never empty, never a dot name.
    """
    suffix = known_suffix(name)
    stem = name[: len(name) - len(suffix)] if suffix else name
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode("ascii")
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("-.")[:_STEM_LENGTH].strip("-.")
    return safe or "image"
