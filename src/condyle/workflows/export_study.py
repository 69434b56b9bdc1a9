"""``condyle export``: from a read study to DICOM objects that a PACS shows."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from condyle import dicom, sources
from condyle.dicom.objects import (
    DicomObject,
    Kind,
    SentObject,
    SourceStudy,
    read_sources,
    wanted_of,
)
from condyle.domain.progress import ProgressCallback, ignore_progress
from condyle.domain.report import Report
from condyle.errors import MissingExtra, UsageError
from condyle.reporting.write import report_files
from condyle.workflows.exporting.contents import DRAFT, Review, content_of
from condyle.workflows.exporting.written import WrittenReading, files_beside, reading_of
from condyle.workflows.read_study import read_study


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What shall go out.

    Attributes:
        kinds: Of objects.
        language: Of their words.
        replaces: What went out before and is taken back.
    """

    kinds: Sequence[Kind]
    language: str = "en"
    replaces: tuple[SentObject, ...] = field(default=())


def need_highdicom() -> None:
    """Refuses work that no installed library can do.

    Raises:
        MissingExtra: highdicom is not there.
    """
    if find_spec("highdicom") is None:
        raise MissingExtra("pacs", "Exporting results as DICOM")


def export_objects(
    reading: WrittenReading,
    source: SourceStudy,
    *,
    kinds: Sequence[Kind],
    review: Review = DRAFT,
    language: str = "en",
) -> tuple[DicomObject, ...]:
    """Gives the DICOM objects of a reading; the same reading gives the same bytes.

    Args:
        reading: A report with its labelmaps, pictures and pages, corrections applied.
        source: The images that it was made from.
        kinds: Which objects.
        review: What clinicians made of it; without it all goes out as an unverified draft.
        language: Of the words.

    Raises:
        MissingExtra: highdicom is not installed.
        UnknownName: There is no wording in that language.
    """
    need_highdicom()
    from condyle.dicom.objects.make import make_objects

    return make_objects(content_of(reading, review, language), source, kinds)


def export_study(
    paths: Sequence[str | os.PathLike[str]],
    wanted: Wanted,
    *,
    report: Path | None = None,
    study: int | None = None,
    bundle: str | None = None,
    progress: ProgressCallback = ignore_progress,
) -> tuple[DicomObject, ...]:
    """Gives the DICOM objects of a study, as an unverified draft.

    Args:
        paths: The study's DICOM files, folders or zips.
        wanted: What shall go out.
        report: The ``report.json`` of an earlier reading; the study is read where ``None``.
        study: Which study to read where there are several, from 1.
        bundle: What to read by; the shipped grading bundle where ``None``.
        progress: Told of the steps of a reading.

    Raises:
        InputError: What was named cannot be read as one study.
        UsageError: The study is no DICOM, or not the one that the report is of.
        BundleError: A bundle is absent or altered.
    """
    need_highdicom()
    if report is not None:
        files = files_beside(report)
    else:
        bundles = None if bundle is None else [bundle]
        read = read_study(paths, study=study, bundles=bundles, progress=progress)
        _refuse_pictures(read)
        files = report_files(read, language=wanted.language)
    reading = reading_of(files)
    _refuse_pictures(reading.report)
    return export_objects(
        reading,
        _sources(paths, reading.report),
        kinds=wanted.kinds,
        review=Review(replaces=wanted.replaces),
        language=wanted.language,
    )


def _sources(paths: Sequence[str | os.PathLike[str]], report: Report) -> SourceStudy:
    used = [series for series in report.series if series.used]
    with sources.open(list(dicom.with_listed(paths))) as tree:
        return read_sources(tree.files, wanted_of(used or report.series))


def _refuse_pictures(report: Report) -> None:
    """Refuses images that name no patient, no study and no place."""
    kinds = sorted({series.kind for series in report.series if series.kind != "dicom"})
    if kinds:
        raise UsageError(
            "Nothing was exported.",
            found=f"images that are no DICOM ({', '.join(kinds)})",
            needed="a DICOM study, whose patient, study and images the objects name",
            mend="export from the DICOM study, or bring the images into the clinic, which makes"
            " DICOM of them, and export there.",
        )
