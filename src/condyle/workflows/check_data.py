"""``condyle data check``: what is wrong with a labelled archive, before any training."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from condyle.datasets.archive import Archive, ArchiveOptions
from condyle.datasets.check.assemble import (
    assembled,
    duplicates_of,
    faults_of,
    shortcuts_of,
)
from condyle.datasets.check.look import CaseLook, file_formats, look_at_case
from condyle.datasets.check.text import (
    LOOKED_AT,
    NOT_ASKED,
    TextReader,
    find_text,
    installed_reader,
)
from condyle.datasets.layouts import AUTO, open_archive
from condyle.domain.data_report import DataReport, Pictures, Place, TextSearch
from condyle.domain.progress import Progress, ProgressCallback, ignore_progress
from condyle.reporting.data_check import check_document, check_html
from condyle.workflows.data_pictures import (
    PictureSource,
    chosen_pictures,
    pictures_of,
    searched_places,
)
from condyle.workflows.evaluation.folder import Contents, OutputFolder

PAGE, JSON = "check.html", "check.json"
CHECK = Contents("data check", re.compile(r"check\.(html|json)"))


@dataclass(frozen=True)
class DataChecked:
    """What was found and where it lies.

    Attributes:
        report: All of it.
        page: The HTML page.
    """

    report: DataReport
    page: Path


def check_data(
    data: Path,
    *,
    out: Path,
    layout: str = AUTO,
    options: ArchiveOptions | None = None,
    texts: int = LOOKED_AT,
    reader: TextReader | None = None,
    seed: int = 0,
    progress: ProgressCallback = ignore_progress,
) -> DataChecked:
    """Checks a labelled archive, and writes ``check.html`` and ``check.json``.

    Every image is read once, few again for the page, and little is kept of each.

    Args:
        data: Folder of the archive.
        out: Folder for the two files; new, empty, or with an earlier check.
        layout: A name of ``LAYOUTS``, or ``"auto"``.
        options: What the archive's files alone do not tell.
        texts: Most pictures that are searched for burned-in text.
        reader: Reads text; that of the extra ``ocr`` by default, where it is installed.
        seed: Of the folds of the test of headers, and of the examples shown.
        progress: Told of the stages ``"images"``, ``"duplicates"``, ``"headers"``, ``"text"``.

    Raises:
        DatasetError: The folder is no archive that can be read.
        UsageError: There is no such layout, or it does not read one of the options.
        OutputError: The folder holds something else or cannot be written.
    """
    archive = open_archive(data, layout=layout, options=options)
    folder = OutputFolder(out, CHECK)
    folder.prepare()
    looks = _look(archive, data, progress)
    progress(Progress("duplicates", 0, 1))
    duplicates = duplicates_of(looks, archive=archive)
    progress(Progress("headers", 0, 1))
    shortcuts = shortcuts_of(looks, archive=archive, seed=seed)
    source, rng = PictureSource(archive, looks), np.random.default_rng(seed)
    chosen = chosen_pictures(source, duplicates=duplicates.pairs, faults=faults_of(looks), rng=rng)
    places = searched_places(looks, chosen, rng=rng, most=texts)
    text = _search(source, places, reader=reader, progress=progress)
    report = assembled(
        looks, archive=archive, duplicates=duplicates, shortcuts=shortcuts, text=text
    )
    folder.write_files(_files(report, pictures_of(source, chosen, text=text), data))
    return DataChecked(report, out / PAGE)


def _files(report: DataReport, pictures: Pictures, data: Path) -> dict[str, bytes]:
    document = check_document(report, software=version("condyle"))
    return {
        PAGE: check_html(report, pictures, folder=data.resolve().name).encode("utf-8"),
        JSON: (json.dumps(document, indent=1, sort_keys=True) + "\n").encode("utf-8"),
    }


def _look(archive: Archive, data: Path, progress: ProgressCallback) -> tuple[CaseLook, ...]:
    formats = file_formats(data)
    looks: list[CaseLook] = []
    for number, case in enumerate(archive.cases):
        progress(Progress("images", number, len(archive.cases)))
        looks.append(look_at_case(case, archive=archive, formats=formats))
    progress(Progress("images", len(looks), len(looks)))
    return tuple(looks)


def _search(
    source: PictureSource,
    places: tuple[Place, ...],
    *,
    reader: TextReader | None,
    progress: ProgressCallback,
) -> TextSearch:
    if not places:
        return TextSearch(looked=0, of=source.count, reason=NOT_ASKED)
    found = reader or installed_reader()

    def told() -> Iterator[tuple[Place, NDArray[np.float32]]]:
        for number, place in enumerate(places):
            progress(Progress("text", number, len(places)))
            yield place, source.pixels(place)

    return find_text(told(), of=source.count, reader=found)
