"""The rows of a table, whatever program wrote it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pyarrow
import pyarrow.parquet
import pytest

from condyle.datasets.rows import read_rows
from condyle.errors import DatasetError


def cells_of(root: Path, name: str) -> list[tuple[int, Mapping[str, str]]]:
    return [(number, dict(cells)) for number, cells in read_rows(root, name).rows]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("a,b\n1,2\n", [(2, {"a": "1", "b": "2"})]),
        ("\ufeffa,b\n1,2\n", [(2, {"a": "1", "b": "2"})]),
        ("a;b\n1,5;2\n", [(2, {"a": "1,5", "b": "2"})]),
        ("a\tb\n1\t2\n", [(2, {"a": "1", "b": "2"})]),
        (" a , b \n 1 , 2 \n", [(2, {"a": "1", "b": "2"})]),
        ("a,b\n1\n", [(2, {"a": "1", "b": ""})]),
        ("a,b\r\n\r\n,\r\n1,2\r\n", [(4, {"a": "1", "b": "2"})]),
        ('a,b\n"x\ny",2\n3,4\n', [(3, {"a": "x\ny", "b": "2"}), (4, {"a": "3", "b": "4"})]),
        ("a\n1\n", [(2, {"a": "1"})]),
        ("a,b\n", []),
    ],
    ids=["plain", "mark", "semicolons", "tabs", "blanks", "short", "empty", "lines", "one", "none"],
)
def test_a_text_table_is_read_with_the_numbers_of_its_lines(
    tmp_path: Path, text: str, cells: list[tuple[int, dict[str, str]]]
) -> None:
    (tmp_path / "t.csv").write_bytes(text.encode())
    assert cells_of(tmp_path, "t.csv") == cells


def test_an_empty_table_has_no_header(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("")
    with pytest.raises(DatasetError) as refused:
        read_rows(tmp_path, "t.csv")
    assert refused.value.found == "t.csv, row 1: nothing"


def test_a_cell_larger_than_any_is_named_as_damage(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('a,b\n"' + "x" * 200_000)
    with pytest.raises(DatasetError, match=r"t.csv: Error"):
        read_rows(tmp_path, "t.csv")


def test_excel_cells_are_as_a_text_table_would_hold_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["text", "whole", "part", "yes", "day", None])
    sheet.append([" a ", 3, 2.5, True, datetime.date(2024, 1, 2), None])
    sheet.append([None, 3.0, None, False, None, None])
    sheet.append([None, None, None, None, None, None])
    sheet.append(["007", None, None, None, None, None])
    book.create_sheet("other").append(["nothing"])
    book.save(tmp_path / "t.xlsx")
    assert cells_of(tmp_path, "t.xlsx") == [
        (2, {"text": "a", "whole": "3", "part": "2.5", "yes": "1", "day": "2024-01-02T00:00:00"}),
        (3, {"text": "", "whole": "3", "part": "", "yes": "0", "day": ""}),
        (5, {"text": "007", "whole": "", "part": "", "yes": "", "day": ""}),
    ]


def test_a_value_beside_an_excel_table_is_named_by_its_row(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["a"])
    book.active.append(["1", "stray"])
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(DatasetError, match=r"t.xlsx, row 2: 2 values"):
        read_rows(tmp_path, "t.xlsx")


def test_parquet_columns_are_read_in_their_order(tmp_path: Path) -> None:
    table = pyarrow.table({"b": [1.0, None], "a": ["x", None], "c": [float("nan"), 2.25]})
    pyarrow.parquet.write_table(table, tmp_path / "t.parquet")
    rows = read_rows(tmp_path, "t.parquet")
    assert rows.columns == ("b", "a", "c")
    assert [dict(cells) for _, cells in rows.rows] == [
        {"b": "1", "a": "x", "c": ""},
        {"b": "", "a": "", "c": "2.25"},
    ]


def test_endings_are_known_in_capital_letters_too(tmp_path: Path) -> None:
    (tmp_path / "T.CSV").write_text("a\n1\n")
    assert cells_of(tmp_path, "T.CSV") == [(2, {"a": "1"})]
