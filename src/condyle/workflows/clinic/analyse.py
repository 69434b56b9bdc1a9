"""One bundle on one study of the archive: from its files to stored results."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from condyle.bundle import Bundle
from condyle.domain.messages import Message
from condyle.domain.progress import Progress, ProgressCallback, ignore_progress
from condyle.domain.report import Report
from condyle.errors import BundleError, InputError
from condyle.reporting.naming import name_in, with_file_names
from condyle.reporting.report_json import report_to_dict
from condyle.reporting.wording import LANGUAGES
from condyle.reporting.write import report_files, report_pages
from condyle.workflows.clinic.outlines import overlays_of
from condyle.workflows.clinic.placing import place_series, places_of
from condyle.workflows.clinic.study_files import HeldInstance
from condyle.workflows.open_study import open_study
from condyle.workflows.read_study import StudyReader, reader_of

REPORT = "report.json"
OVERLAYS = "overlays.json"
FINDINGS = "findings.json"
"""Findings as ``report.json`` has them, each with its ``places`` in the archive's images."""


@dataclass(frozen=True)
class Result:
    """What an analysis gave.

    Attributes:
        refusal: Why the bundle declined the study, or ``None`` where it read it.
        files: Content by name: ``report.json``, pages in every language, pictures, labelmaps,
            overlays, findings; none where the study could not be opened.
        anatomy: What the study shows, or ``None`` where that was not seen.
    """

    refusal: Message | None = None
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    anatomy: str | None = None


class Readers:
    """The bundles of a process, each loaded once and used by all of its analyses.

    Args:
        threads: Threads of each network.
    """

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._loaded: dict[str, StudyReader] = {}

    def of(self, bundle: Bundle) -> StudyReader:
        """Gives what reads studies by a bundle.

        Raises:
            BundleError: It reads no studies, or what it requires is absent or altered.
        """
        if bundle.sha256 not in self._loaded:
            self._loaded[bundle.sha256] = reader_of(bundle, threads=self._threads)
        return self._loaded[bundle.sha256]


def analyse(
    folder: Path,
    bundle: Bundle,
    *,
    analysis: str,
    readers: Readers,
    instances: Sequence[HeldInstance],
    progress: ProgressCallback = ignore_progress,
) -> Result:
    """Reads a study by a bundle, as ``condyle read`` does, and places what it found.

    Args:
        folder: Holds the files of the study.
        bundle: Gives the findings.
        analysis: Id of the analysis.
        readers: The loaded bundles of this process.
        instances: All that the archive holds of the study.
        progress: Told of each step of the reading and of the stage ``"pages"``; stops the
            analysis by raising ``Cancelled``.

    Returns:
        The results, or why the study or the bundle could not be used.
    """
    try:
        with open_study([folder], progress=progress) as study:
            report = readers.of(bundle)(study, progress)
    except InputError as error:
        return Result(Message("study-not-read", {"found": error.found or error.failed}))
    except BundleError as error:
        return Result(Message("bundle-not-usable", {"found": error.failed}, bundle.manifest.name))
    refusal = report.refused[0] if report.refused and not report.findings else None
    progress(Progress("pages", 0, 1))
    return Result(
        refusal=refusal,
        files=_files(report, analysis, instances),
        anatomy=None if refusal else report.study.anatomy,
    )


def _files(report: Report, analysis: str, instances: Sequence[HeldInstance]) -> dict[str, bytes]:
    report = with_file_names(report)
    placed = place_series(report, instances)
    values = report_to_dict(report)
    findings = [
        {**entry, "places": places_of(finding.evidence, placed)}
        for entry, finding in zip(values["findings"], report.findings, strict=True)
    ]
    files = report_files(report)
    for language in LANGUAGES[1:]:
        pages = report_pages(report, language)
        files |= {name_in(language, name): page for name, page in pages.items()}
    files[FINDINGS] = _json(findings)
    files[OVERLAYS] = _json(overlays_of(report, placed, analysis=analysis))
    return files


def _json(values: Any) -> bytes:
    text = json.dumps(values, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")
