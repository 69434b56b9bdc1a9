"""A report with its files, whether just made, lying in a folder or stored in the archive."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from condyle.domain.report import Report, SeriesSummary
from condyle.errors import BadConfiguration
from condyle.reporting.labelmaps import read_labelmap
from condyle.reporting.report_json import read_report_json

REPORT, PDF = "report.json", "report.pdf"


@dataclass(frozen=True)
class WrittenOverlay:
    """An overlay picture of a report: series and slice count from 0; ``png`` are its bytes."""

    series: int
    slice: int
    name: str
    png: bytes = field(repr=False)


@dataclass(frozen=True)
class WrittenReading:
    """What a reading wrote.

    Attributes:
        report: With its labelmaps.
        overlays: Its pictures.
        pdf: Its pages, or ``None``.
    """

    report: Report
    overlays: tuple[WrittenOverlay, ...] = ()
    pdf: bytes | None = field(default=None, repr=False)


def reading_of(files: Mapping[str, bytes]) -> WrittenReading:
    """Gives what a reading wrote from its files, ``report.json`` among them.

    Raises:
        BadConfiguration: A file is missing, or does not fit the report.
    """
    text = _file(files, REPORT).decode("utf-8", "replace")
    report = read_report_json(text)
    series = tuple(_with_labelmap(one, files) for one in report.series)
    overlays = tuple(
        WrittenOverlay(
            int(one["series"]),
            int(one["slice"]),
            one["file"].removeprefix("overlay-").removesuffix(".png"),
            _file(files, one["file"]),
        )
        for one in json.loads(text).get("overlays", ())
    )
    return WrittenReading(replace(report, series=series), overlays, files.get(PDF))


def files_beside(report: Path) -> dict[str, bytes]:
    """Gives the files of a report that ``condyle read`` wrote.

    Args:
        report: Its ``report.json``, or the folder that holds it.

    Raises:
        BadConfiguration: It cannot be read.
    """
    path = report / REPORT if report.is_dir() else report
    try:
        named = _names(path.read_bytes())
        files = {name: (path.parent / name).read_bytes() for name in named if name != REPORT}
        pages = path.parent / PDF
        if pages.is_file():
            files[PDF] = pages.read_bytes()
        return {REPORT: path.read_bytes(), **files}
    except OSError as error:
        raise _unfit(error.strerror or type(error).__name__) from error


def _names(document: bytes) -> list[str]:
    """Gives the files that a report names: labelmaps and overlays, in its own folder."""
    try:
        values = json.loads(document)
        named = [one["labelmap"] for one in values["series"] if one["labelmap"]]
        named += [one["file"] for one in values.get("overlays", ())]
    except (ValueError, KeyError, TypeError) as error:
        raise _unfit("no report of Condyle") from error
    if any(Path(name).name != name for name in named):
        raise _unfit("a file name that leads out of the report's folder")
    return named


def _with_labelmap(series: SeriesSummary, files: Mapping[str, bytes]) -> SeriesSummary:
    if series.labelmap_file is None:
        return series
    return replace(series, labelmap=read_labelmap(series, _file(files, series.labelmap_file)))


def _file(files: Mapping[str, bytes], name: str) -> bytes:
    if name not in files:
        raise _unfit(f"no file '{name}' beside it")
    return files[name]


def _unfit(found: str) -> BadConfiguration:
    return BadConfiguration(
        "The report could not be read with its files.",
        found=found,
        needed="a report.json of 'condyle read', with the files that were written beside it",
        mend="read the study again: condyle read STUDY --out DIR",
    )
