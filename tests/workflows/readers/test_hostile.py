"""Text and numbers that nobody meant, in lists, sheets and names."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from condyle.errors import CondyleError, InputError
from condyle.workflows.analyse_reader_study import AnalysisOptions, analyse_reader_study
from condyle.workflows.plan_reader_study import StudyDesign, plan_reader_study
from condyle.workflows.read_reader_sheets import import_readings, read_sheets
from condyle.workflows.readers.folder import open_reader_study
from condyle.workflows.readers.spreadsheet import as_day, as_number, read_lines, write_lines
from condyle.workflows.rehearse_reader_study import rehearse_reader_study

NASTY = ("<script>alert(1)</script>", "=1+1", '"; DROP', "ü/ñ 骨", "../../etc", "a,b;c", "{{7*7}}")


def listed(folder: Path, names: tuple[str, ...]) -> Path:
    path = folder / "cases.csv"
    rows = [(name, str(at % 2), "x") for at, name in enumerate(names)]
    write_lines(path, ("case", "reference", "note"), rows)
    return path


@pytest.fixture
def study(tmp_path: Path) -> Path:
    names = (*NASTY, *(f"plain-{at}" for at in range(9)))
    design = StudyDesign("A <b>study</b> {{7*7}}", readers=2, arms=("a & b", "c<d"))
    plan_reader_study(listed(tmp_path, names), tmp_path / "plan", design, seed=3)
    return rehearse_reader_study(tmp_path / "plan", tmp_path / "study")


def test_names_of_cases_survive_the_key_and_make_no_files(study: Path) -> None:
    found = {case.case for case in open_reader_study(study).cases}
    assert set(NASTY) <= found
    assert not [path for path in study.parent.rglob("*") if "etc" in path.name]


def test_titles_and_arms_are_escaped_on_the_page(study: Path, tmp_path: Path) -> None:
    analyse_reader_study(study, tmp_path / "out", AnalysisOptions(replicates=20))
    html = (tmp_path / "out" / "readers.html").read_text()
    assert "<b>study</b>" not in html and "&lt;b&gt;study&lt;/b&gt; {{7*7}}" in html
    assert "c<d" not in html and "alert(1)" not in html
    assert json.loads((tmp_path / "out" / "readers.json").read_text())["arms"] == ["a & b", "c<d"]


@pytest.mark.parametrize("cell", ["1e400", "nan", "-inf", "0x10", "1_0", "٣٣", "9" * 400, "--"])
def test_numbers_that_are_none_are_told_and_never_taken(study: Path, cell: str) -> None:
    path = study / "sheets" / "reader-1-session-1.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    rows[0]["confidence"] = cell
    write_lines(path, list(rows[0]), [list(row.values()) for row in rows])
    sheets = read_sheets(open_reader_study(study))
    assert as_number(cell) is None
    assert [problem.row for problem in sheets.problems] == [2]


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\x01\x02", b"\xff\xfe", b"reader", b"\xef\xbb\xbf", b",,,,\n,,,\n", b'"' * 999],
)
def test_a_sheet_of_anything_is_an_error_of_four_lines(study: Path, content: bytes) -> None:
    (study / "sheets" / "reader-2-session-2.csv").write_bytes(content)
    with pytest.raises(CondyleError) as caught:
        import_readings(study)
    assert len(caught.value.lines()) <= 4 and caught.value.exit_status == 2


def test_a_sheet_that_is_far_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as stream:
        stream.truncate(30 * 2**20)
    with pytest.raises(InputError, match="more than 20 MiB"):
        read_lines(path, required=("a",))


@pytest.mark.parametrize(
    "text", ["0000-00-00", "2030-13-01", "31.02.2030", "1/1", "/", ".", "2030-1-1-1", "T"]
)
def test_days_that_are_none_are_none(text: str) -> None:
    for order in ("iso", "dmy", "mdy"):
        assert as_day(text, order) is None


def test_a_sheet_of_another_reader_put_in_place_of_ones_own_is_told(study: Path) -> None:
    sheets = study / "sheets"
    (sheets / "reader-1-session-1.csv").write_bytes(
        (sheets / "reader-2-session-1.csv").read_bytes()
    )
    problems = read_sheets(open_reader_study(study)).problems
    assert problems[0].row == 2 and "in the sheet of reader-1, session 1" in problems[0].what
    # Each row is in the wrong sheet, and each planned case is missing.
    assert len(problems) == 2 * 16


def test_quoted_cells_with_line_breaks_and_delimiters_are_one_cell(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('case;note\n"a;b";"two\nlines"\nc;d\n')
    first, second = read_lines(path, required=("case",), optional=None)
    assert first.cells == {"case": "a;b", "note": "two\nlines"}
    assert second.cells["case"] == "c"


def test_a_list_whose_cases_are_all_alike_in_reference_cannot_be_analysed(
    tmp_path: Path,
) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("case,reference\n" + "".join(f"c{at},1\n" for at in range(6)))
    plan_reader_study(path, tmp_path / "plan", StudyDesign("x", readers=2), seed=1)
    rehearse_reader_study(tmp_path / "plan", tmp_path / "study")
    with pytest.raises(InputError, match="6 of them positive"):
        analyse_reader_study(tmp_path / "study", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_study_of_four_cases_is_analysed_with_its_warnings(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("case,reference\na,1\nb,0\nc,1\nd,0\n")
    plan_reader_study(path, tmp_path / "plan", StudyDesign("x", readers=2), seed=1)
    rehearse_reader_study(tmp_path / "plan", tmp_path / "study", seed=4)
    options = AnalysisOptions(replicates=20)
    found = analyse_reader_study(tmp_path / "study", tmp_path / "out", options)
    assert sum(warning.code == "few-cases" for warning in found.warnings) == 2
