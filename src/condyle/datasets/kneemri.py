"""KneeMRI of the hospital in Rijeka: sagittal knee volumes, pickled, with a graded ACL.

Stajduhar et al. 2017, doi 10.1016/j.cmpb.2016.12.006. The layout is::

    metadata.csv                    a row a volume; the columns are those of COLUMNS
    volumetric_data/*.pck           pickled NumPy arrays, (slice, row, column); any folder

The pickles are read by ``safe_pickle``, which runs no code of theirs.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from condyle.datasets.archive import Archive, ArchiveOptions, Unreadable, refuse_options
from condyle.datasets.rows import bad_row, read_rows
from condyle.datasets.safe_pickle import read_pickled_array
from condyle.datasets.tree import Tree, natural, tree_of
from condyle.domain.case import STUDY_UNIT, Case, LabelledBox, Reference
from condyle.domain.study import Attribute, Instance, Series, Study
from condyle.domain.volume import Volume
from condyle.errors import BadImage, DatasetError, UnsafeInput
from condyle.images.check import as_pixels, check_shape, check_type
from condyle.sources import SourceFile
from condyle.sources.files import safe_stem

NAME = "kneemri"
"""Name of the layout."""

HOLDS = "metadata.csv with aclDiagnosis and volumeFilename, and the .pck volumes in any folder"
"""What the folder holds, in words."""

TABLE = "metadata.csv"
"""Name of the table."""

NUMBERS = ("examId", "aclDiagnosis", "kneeLR")
REGION = ("roiX", "roiY", "roiZ", "roiHeight", "roiWidth", "roiDepth")
COLUMNS = (*NUMBERS, *REGION, "volumeFilename")
"""Columns of the table that are read; ``seriesNo`` is there as well."""

INJURY, TEAR, REGION_LABEL = "acl-injury", "acl-tear", "acl-region"

LABELS = {INJURY: ("intact", "partial-tear", "complete-tear"), TEAR: ("no", "yes")}
"""Label to the names of its values; ``aclDiagnosis`` is the number of the first."""

_NOTES = (
    "aclDiagnosis 0, 1 and 2 (healthy, partially injured, completely ruptured) are the label"
    " 'acl-injury': intact, partial-tear, complete-tear. The label 'acl-tear' is yes for 1 and 2.",
    "The label is of a volume, and an exam may have several; the exam counts as the patient, since"
    " the data do not say whose it is.",
    "Every volume is sagittal, proton density with fat suppressed, at 1.5 T (Stajduhar et al."
    " 2017); no file states it, and there is no spacing.",
    "The region around the ligament is a box on each of its slices, called 'acl-region'. It was"
    " drawn by hand on healthy and injured knees alike, and says where, not whether.",
    "kneeLR is kept as it stands: what its 0 and 1 mean is not taken for laterality.",
)


@dataclass(frozen=True)
class _Row:
    """A row of the table.

    Attributes:
        number: In the file.
        numbers: Column to whole number.
    """

    number: int
    numbers: Mapping[str, int]


def is_kneemri(root: Path) -> bool:
    """Says whether a folder has this layout, by the columns of its table."""
    try:
        with (root / TABLE).open(encoding="utf-8-sig", newline="") as stream:
            header = next(csv.reader([stream.readline(4096)]), [])
    except (OSError, UnicodeDecodeError, csv.Error):
        return False
    return {"aclDiagnosis", "volumeFilename"} <= {name.strip() for name in header}


def open_kneemri(root: Path, options: ArchiveOptions) -> Archive:
    """Gives one case a volume.

    Args:
        root: The folder.
        options: None are read.

    Raises:
        DatasetError: The layout is broken, or a row of the table cannot be used; names
            file and row.
        BadConfiguration: An option was given.
    """
    refuse_options(NAME, options)
    if not is_kneemri(root):
        raise DatasetError(
            "The data does not have the layout 'kneemri'.",
            found=f"no {TABLE} with the columns aclDiagnosis and volumeFilename",
            needed=HOLDS,
            mend=f"give --data the folder that holds {TABLE}.",
        )
    rows = _rows(root)
    tree = tree_of(root)
    volumes = _volumes(tree)
    read = list(_read(rows, volumes))
    alone = [file.label for name, file in volumes.items() if name not in rows]
    return Archive(
        layout=NAME,
        cases=tuple(one for one in read if isinstance(one, Case)),
        labels=LABELS,
        box_classes=(REGION_LABEL,),
        unreadable=(
            *(one for one in tree.unreadable if one.file.endswith(".pck")),
            *(one for one in read if isinstance(one, Unreadable)),
            *(Unreadable(label, f"a volume without a row in {TABLE}") for label in alone),
        ),
        notes=_NOTES,
    )


def _read(
    rows: Mapping[str, _Row], volumes: Mapping[str, SourceFile]
) -> Iterator[Case | Unreadable]:
    """Gives the case of each row, or why there is none."""
    for name in sorted(rows, key=natural):
        if name not in volumes:
            file = f"{TABLE}, row {rows[name].number}"
            yield Unreadable(file, "names a volume that is not here")
            continue
        try:
            yield _case(volumes[name], rows[name])
        except (BadImage, UnsafeInput) as error:
            yield Unreadable(volumes[name].label, error.found)


def _case(file: SourceFile, row: _Row) -> Case:
    """Makes a case of a volume, which is read once to see that it is whole.

    Raises:
        BadImage: It is damaged, or too small or large.
        UnsafeInput: It is a pickle of something else.
        DatasetError: The region of its row lies outside it.
    """
    array = read_pickled_array(file)
    check_type(array.dtype, file.label)
    shape = check_shape(array.shape, file.label)
    stem = safe_stem(PurePosixPath(file.label).stem)
    series = Series(
        stem=stem,
        load=partial(_load, file),
        kind="array",
        instances=(Instance(),) * shape[0],
        modality="MR",
        body_part="knee",
        plane=Attribute("sagittal"),
        weighting=Attribute("pd"),
        fat_suppressed=Attribute(True),
        contrast_agent=Attribute(False),
        shape=shape,
    )
    injury = row.numbers["aclDiagnosis"]
    return Case(
        id=stem,
        patient=str(row.numbers["examId"]),
        study=Study(uid=None, series=(series,)),
        reference=Reference(
            grades={STUDY_UNIT: {INJURY: injury, TEAR: int(injury > 0)}},
            boxes={stem: _boxes(row, shape)},
        ),
        covariates={"kneeLR": str(row.numbers["kneeLR"])},
    )


def _load(file: SourceFile) -> Volume:
    array = read_pickled_array(file)
    check_type(array.dtype, file.label)
    check_shape(array.shape, file.label)
    return Volume(as_pixels(array, file.label))


def _boxes(row: _Row, shape: tuple[int, int, int]) -> tuple[LabelledBox, ...]:
    x, y, z, height, width, depth = (row.numbers[name] for name in REGION)
    slices, rows, columns = shape
    if min(x, y, z) < 0 or x + width > columns or y + height > rows or z + depth > slices:
        found = f"a region of {depth} x {height} x {width} at ({z}, {y}, {x})"
        needed = f"one inside its volume of {slices} x {rows} x {columns}"
        raise bad_row(TABLE, row.number, found, needed)
    box = (float(y), float(x), float(y + height), float(x + width))
    return tuple(LabelledBox(box, (REGION_LABEL,), one) for one in range(z, z + depth))


def _rows(root: Path) -> dict[str, _Row]:
    """Gives the name of each volume to its row."""
    table = read_rows(root, TABLE)
    if absent := [name for name in COLUMNS if name not in table.columns]:
        raise bad_row(TABLE, 1, f"no column {', '.join(absent)}", ", ".join(COLUMNS))
    found: dict[str, _Row] = {}
    for number, cells in table.rows:
        try:
            numbers = {name: int(cells[name]) for name in (*NUMBERS, *REGION)}
        except ValueError as error:
            needed = "whole numbers in " + ", ".join((*NUMBERS, *REGION))
            raise bad_row(TABLE, number, "a value that is no whole number", needed) from error
        if numbers["aclDiagnosis"] not in (0, 1, 2):
            raise bad_row(TABLE, number, f"aclDiagnosis {numbers['aclDiagnosis']}", "0, 1 or 2")
        if min(numbers[name] for name in ("roiHeight", "roiWidth", "roiDepth")) < 1:
            raise bad_row(TABLE, number, "a region without extent", "a region of 1 or more")
        name = PurePosixPath(cells["volumeFilename"].replace("\\", "/")).name
        if not name or name in found:
            said = f"'{name}' again" if name else "no volumeFilename"
            raise bad_row(TABLE, number, said, "each volume once")
        found[name] = _Row(number, numbers)
    return found


def _volumes(tree: Tree) -> dict[str, SourceFile]:
    """Gives the name of each volume to its file.

    Raises:
        DatasetError: Two files have one name, or all are still packed.
    """
    pickles = [file for file in tree.files if file.label.lower().endswith(".pck")]
    packed = [file.label for file in tree.files if file.label.lower().endswith(".7z")]
    if packed and not pickles:
        raise DatasetError(
            "The volumes of KneeMRI are still packed.",
            found=f"{packed[0]}, and no .pck file",
            needed="the .pck files themselves, in any folder",
            mend="unpack the .7z files where they are.",
        )
    by_name: dict[str, list[SourceFile]] = defaultdict(list)
    for file in pickles:
        by_name[PurePosixPath(file.label).name].append(file)
    _check_once(by_name)
    return {name: files[0] for name, files in by_name.items()}


def _check_once(by_name: Mapping[str, Sequence[SourceFile]]) -> None:
    counts = Counter({name: len(files) for name, files in by_name.items()})
    for name, count in counts.most_common(1):
        if count > 1:
            raise DatasetError(
                "Two volumes have one name.",
                found=" and ".join(file.label for file in by_name[name][:2]),
                needed="each volume once",
                mend="take the copies away.",
            )
