"""Writing a report's files: all of them or none."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from condyle.domain.report import Report
from condyle.errors import OutputError
from condyle.reporting.html import html_of
from condyle.reporting.labelmaps import labelmap_file
from condyle.reporting.naming import with_file_names
from condyle.reporting.page import Page, page_of
from condyle.reporting.pdf import pdf_of
from condyle.reporting.pixel_maps import map_file
from condyle.reporting.report_json import report_to_json

_OURS = re.compile(r"report\.(json|html|pdf)|(overlay|labelmap|map)-[A-Za-z0-9._-]+\.(png|nii\.gz)")
_UNFINISHED = ".condyle-unfinished-"


@dataclass(frozen=True)
class WrittenReport:
    """Where a report lies.

    Attributes:
        directory: Its folder.
        files: Names of its files in that folder, sorted.
    """

    directory: Path
    files: tuple[str, ...]


def report_files(report: Report, *, language: str = "en") -> dict[str, bytes]:
    """Gives each file of a report with its content; the same report gives the same bytes.

    Args:
        report: What to write.
        language: Language of the pages and of the wording beside codes.

    Raises:
        UnknownName: There is no wording in that language.
    """
    report = with_file_names(report)
    page = page_of(report, language)
    files = {picture.file: picture.png for picture in page.pictures}
    for series in report.series:
        if series.labelmap is not None and series.labelmap_file is not None:
            files[series.labelmap_file] = labelmap_file(series, series.labelmap_file)
    for one in report.maps:
        files[one.file] = map_file(one, report.series[one.series])
    files |= _pages(page)
    files["report.json"] = report_to_json(report, language).encode("utf-8")
    return files


def report_pages(report: Report, language: str) -> dict[str, bytes]:
    """Gives ``report.html`` and ``report.pdf`` alone, as ``report_files`` gives them.

    Args:
        report: What to write.
        language: Language of the pages.

    Raises:
        UnknownName: There is no wording in that language.
    """
    return _pages(page_of(with_file_names(report), language))


def write_report(report: Report, out: Path, *, language: str = "en") -> WrittenReport:
    """Writes ``report.json``, ``.html`` and ``.pdf``, overlay pictures and labelmaps.

    Files are written to a folder beside and moved in when all are there. An earlier report
    in the folder is replaced.

    Args:
        report: What to write.
        out: The folder: new, empty, or one that holds only an earlier report.
        language: Language of the pages and of the wording beside codes.

    Raises:
        OutputError: The folder holds anything else, or cannot be written.
        UnknownName: There is no wording in that language.
    """
    try:
        earlier = _earlier_files(out)
        files = report_files(report, language=language)
        _write_all(files, out, earlier)
    except OSError as error:
        raise OutputError(
            "The report could not be written.",
            found=error.strerror or type(error).__name__,
            needed="a folder that can be written to, and room for the files",
            mend="name another folder with --out.",
        ) from error
    return WrittenReport(out, tuple(sorted(files)))


def _pages(page: Page) -> dict[str, bytes]:
    return {"report.html": html_of(page).encode("utf-8"), "report.pdf": pdf_of(page)}


def _earlier_files(out: Path) -> list[str]:
    """Gives the files of an earlier report in the folder; refuses a folder of other things."""
    if not out.exists():
        return []
    if not out.is_dir():
        raise _refusal("a file of that name", "a folder")
    names = sorted(entry.name for entry in out.iterdir())
    others = [name for name in names if not _OURS.fullmatch(name) or (out / name).is_dir()]
    if others:
        raise _refusal(f"{len(others)} files or folders that are no part of a report")
    if names and not _is_report(out / "report.json"):
        raise _refusal("files without the report.json of an earlier report")
    return names


def _is_report(path: Path) -> bool:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(values, dict) and str(values.get("schema", "")).startswith("condyle.report/")


def _refusal(
    found: str, needed: str = "a new or empty folder, or an earlier Condyle report"
) -> OutputError:
    return OutputError(
        "The report was not written, so that nothing of yours is lost.",
        found=found,
        needed=needed,
        mend="name another folder with --out, or empty this one.",
    )


def _write_all(files: dict[str, bytes], out: Path, earlier: list[str]) -> None:
    parent = out if out.exists() else out.parent
    parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=parent))
    try:
        unfinished.chmod(0o755)
        for name, content in files.items():
            (unfinished / name).write_bytes(content)
        if out.exists():
            _move_into(unfinished, out, earlier)
        else:
            os.replace(unfinished, out)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _move_into(unfinished: Path, out: Path, earlier: list[str]) -> None:
    """Takes the earlier report.json away first and puts the new one in last.

    Whatever stops it on the way, the earlier report is put back whole.
    """
    new = sorted((path.name for path in unfinished.iterdir()), key=lambda n: n == "report.json")
    aside = unfinished / "earlier"
    aside.mkdir()
    try:
        for name in sorted(earlier, key=lambda n: n != "report.json"):
            os.replace(out / name, aside / name)
        for name in new:
            os.replace(unfinished / name, out / name)
    except BaseException:
        _put_back(unfinished, out, new)
        raise


def _put_back(unfinished: Path, out: Path, new: list[str]) -> None:
    for name in new:
        if not (unfinished / name).exists():
            (out / name).unlink()
    aside = unfinished / "earlier"
    for path in sorted(aside.iterdir(), key=lambda p: p.name == "report.json"):
        path.rename(out / path.name)
