"""The layouts of labelled archives that can be read: one line here adds another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from condyle.datasets import (
    coco,
    dicom_folder,
    folders,
    kneemri,
    mrnet,
    pairs,
    spider,
    spider_volumes,
    table,
    voc,
    yolo,
)
from condyle.datasets.archive import Archive, ArchiveOptions, Layout
from condyle.datasets.coco_writing import write_coco
from condyle.datasets.folder_writing import write_folders
from condyle.datasets.mrnet_writing import write_mrnet
from condyle.datasets.pair_writing import write_pairs
from condyle.datasets.simulated_marker import read_marker
from condyle.datasets.spider_writing import write_spider
from condyle.datasets.table_writing import write_table
from condyle.datasets.voc_writing import write_voc
from condyle.datasets.yolo_writing import write_yolo
from condyle.errors import DatasetError, UnknownName

AUTO = "auto"
"""Stands for the layout that the folder is recognised by."""

LAYOUTS: Mapping[str, Layout] = {
    "mrnet": Layout(mrnet.HOLDS, mrnet.is_mrnet, mrnet.open_mrnet, write_mrnet),
    "kneemri": Layout(kneemri.HOLDS, kneemri.is_kneemri, kneemri.open_kneemri),
    "spider-volumes": Layout(
        spider_volumes.HOLDS, spider_volumes.is_spider_volumes, spider_volumes.open_spider_volumes
    ),
    "spider": Layout(spider.HOLDS, spider.is_spider, spider.open_spider, write_spider),
    "yolo": Layout(yolo.HOLDS, yolo.is_yolo, yolo.open_yolo, write_yolo),
    "coco": Layout(coco.HOLDS, coco.is_coco, coco.open_coco, write_coco),
    "voc": Layout(voc.HOLDS, voc.is_voc, voc.open_voc, write_voc),
    "dicom": Layout(
        dicom_folder.HOLDS, dicom_folder.is_dicom_folder, dicom_folder.open_dicom_folder
    ),
    "table": Layout(table.HOLDS, table.is_table, table.open_table, write_table),
    "pairs": Layout(pairs.HOLDS, pairs.is_pairs, pairs.open_pairs, write_pairs),
    "folders": Layout(folders.HOLDS, folders.is_folders, folders.open_folders, write_folders),
}
"""By the name that a recipe gives them, the most particular first: the first that recognises
a folder reads it."""


def open_archive(
    root: Path, *, layout: str = AUTO, options: ArchiveOptions | None = None
) -> Archive:
    """Reads a labelled archive.

    Args:
        root: Its folder.
        layout: A name of ``LAYOUTS``, or ``"auto"``.
        options: What its files alone do not tell.

    Raises:
        UnknownName: There is no such layout; the message lists the names.
        DatasetError: The folder has none of the layouts, or breaks the one it has, or
            gives no case.
        BadConfiguration: An option is not one that the layout reads.
    """
    name = layout_of(root) if layout == AUTO else layout
    archive = layout_named(name).open(root, options or ArchiveOptions())
    if not archive.cases:
        unread = [f"{item.file}: {item.why}" for item in archive.unreadable[:3]]
        raise DatasetError(
            f"The labelled archive, of the layout '{name}', holds no case.",
            found="; ".join(unread) or "no image",
            needed=LAYOUTS[name].holds,
            mend="give --data the folder that holds these, or mend the files named.",
        )
    return archive if read_marker(root) is None else _simulated(archive)


def _simulated(archive: Archive) -> Archive:
    """Says of every series that it is simulated, which most layouts have no place for."""
    cases = tuple(
        replace(
            case,
            study=replace(
                case.study,
                series=tuple(replace(series, simulated=True) for series in case.study.series),
            ),
        )
        for case in archive.cases
    )
    return replace(archive, cases=cases)


def layout_named(name: str) -> Layout:
    """Gives the layout of a name.

    Raises:
        UnknownName: There is none; the message lists the names.
    """
    if name not in LAYOUTS:
        raise UnknownName("data layout", name, LAYOUTS)
    return LAYOUTS[name]


def layout_of(root: Path) -> str:
    """Gives the name of the layout that a folder has.

    Raises:
        DatasetError: It has none of them.
    """
    for name, layout in LAYOUTS.items():
        if layout.is_of(root):
            return name
    raise DatasetError(
        "The folder is no labelled archive whose layout is known.",
        found=f"a folder in none of the layouts: {', '.join(sorted(LAYOUTS))}",
        needed="; or ".join(f"{name}: {layout.holds}" for name, layout in LAYOUTS.items()),
        mend="give --data the folder that holds these.",
    )
