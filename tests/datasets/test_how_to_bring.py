"""What the how-to says of boxes, tables and DICOM is what the code reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from condyle.datasets.archive import ArchiveOptions
from condyle.datasets.boxes.annotators import annotator_folders
from condyle.datasets.boxes.assemble import NO_CLASS
from condyle.datasets.layouts import LAYOUTS
from condyle.datasets.owners import PATIENT_TABLE
from condyle.datasets.public_sets import PUBLIC_SETS
from condyle.datasets.table import TABLE_NAMES
from condyle.datasets.table_columns import LABEL_PREFIX, ROLES
from condyle.workflows.get_dataset import LICENCE, RECORD, SOURCE

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "bring-boxes-tables-and-dicom.md"


@pytest.fixture(name="page", scope="module")
def _page() -> str:
    return PAGE.read_text("utf-8")


def test_every_layout_of_the_page_can_be_read_and_written(page: str) -> None:
    listed = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    assert listed == ["voc", "coco", "yolo"]
    assert all(LAYOUTS[name].write for name in listed)
    assert {"table", "dicom"} <= set(LAYOUTS)


def test_the_names_of_columns_are_those_that_are_known(page: str) -> None:
    rows = re.findall(r"^\| (\w+)[^|]*\| ([^|]+) \| [^|]*columns: \{(\w+):", page, re.MULTILINE)
    assert [role for role, _, _ in rows] == ["image", "patient", "mask", "study", "split"]
    for role, names, option in rows:
        assert role == option
        assert set(re.findall(r"`(\w+)`", names)) <= set(ROLES[role])


def test_files_that_are_named_have_these_names(page: str) -> None:
    for name in (PATIENT_TABLE, LICENCE, SOURCE, RECORD):
        assert f"`{name}`" in page
    for name in re.findall(r"`(\w+)\.(?:csv|xlsx|parquet)`", page):
        assert name in (*TABLE_NAMES, "patients")
    assert f"`{LABEL_PREFIX}...`" in page


def test_options_and_defaults_are_those_of_the_code(page: str) -> None:
    assert f"`overlap` ({ArchiveOptions().overlap:g})" in page
    assert f"`{ArchiveOptions().consensus}`, `any` or `all`" in page
    assert f"class `{NO_CLASS}`" in page


def test_folders_of_annotators_that_are_named_are_known(page: str, tmp_path: Path) -> None:
    (paragraph,) = re.findall(r"\*\*Several annotators\*\*.*?\n\n", page, re.DOTALL)
    named = re.findall(r"`([\w-]+)/`", paragraph)
    assert len(named) == 4
    for name in named:
        (tmp_path / name).mkdir()
    assert annotator_folders(tmp_path) == tuple(sorted(named))


def test_the_public_sets_that_are_named_are_there(page: str) -> None:
    assert set(re.findall(r"condyle data get (\w+)", page)) <= set(PUBLIC_SETS)
