"""Finding the DICOM studies among files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from condyle.domain.progress import ProgressCallback, ignore_progress
from condyle.domain.study import LeftOut, Study
from condyle.sources import SourceFile


@dataclass(frozen=True)
class DicomStudy:
    """One study, with what tells it from others."""

    study: Study
    patient: int
    images: int


@dataclass(frozen=True)
class Discovery:
    """All studies found."""

    studies: tuple[DicomStudy, ...]
    left_out: tuple[LeftOut, ...]


def discover(
    files: Sequence[SourceFile], *, progress: ProgressCallback = ignore_progress
) -> Discovery:
    """Finds the DICOM studies among files."""
    return Discovery((), ())
