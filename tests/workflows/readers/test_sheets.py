"""What readers may do to a sheet, and what is said of it."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from condyle.errors import InputError, OutputError
from condyle.workflows.plan_reader_study import StudyDesign, plan_reader_study
from condyle.workflows.read_reader_sheets import import_readings, read_sheets, require_readings
from condyle.workflows.readers.folder import open_reader_study
from condyle.workflows.readers.spreadsheet import (
    DateOrder,
    as_day,
    as_number,
    read_lines,
    write_bytes,
)
from condyle.workflows.rehearse_reader_study import rehearse_reader_study
from condyle.workflows.settle_reader_reference import reference_of_study, settle_in_folder

Row = dict[str, str]
SHEET = "sheets/reader-1-session-1.csv"


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sheets")
    cases = folder / "cases.csv"
    lines = [f"s{at},{at % 2},{'L4-L5' if at % 2 else ''}" for at in range(12)]
    cases.write_text("case,reference,level\n" + "\n".join(lines) + "\n")
    design = StudyDesign("S", readers=2, reference_readers=3, levels=("L4-L5", "L5-S1"))
    plan_reader_study(cases, folder / "plan", design, seed=1)
    return rehearse_reader_study(folder / "plan", folder / "study", seed=4)


@pytest.fixture
def study(rehearsed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(rehearsed, tmp_path / "study"))


def rows_of(path: Path) -> list[Row]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


def save(path: Path, rows: list[Row], *, delimiter: str = ",", mark: str = "") -> None:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(mark + stream.getvalue(), "utf-8")


def spoil(study: Path, change: Callable[[list[Row]], object], name: str = SHEET) -> None:
    rows = rows_of(study / name)
    change(rows)
    save(study / name, rows)


def problems(study: Path, **options: Any) -> list[str]:
    found = read_sheets(open_reader_study(study), **options)
    return [problem.text() for problem in found.problems]


def put(column: str, value: str, row: int = 0) -> Callable[[list[Row]], None]:
    def change(rows: list[Row]) -> None:
        rows[row][column] = value

    return change


def test_a_filled_study_has_no_problem_and_every_reading(study: Path) -> None:
    found = read_sheets(open_reader_study(study))
    require_readings(found)
    assert len(found.in_arms()) == 2 * 2 * 12 and len(found.of_reference()) == 3 * 12
    assert len(found.of_reference(("reference-2",))) == 12


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (put("case", "C9"), "row 2: unknown case 'C9'"),
        (put("confidence", "120"), "row 2: confidence '120', not 0 to 100"),
        (put("confidence", "-1", 3), "row 5: confidence '-1', not 0 to 100"),
        (put("confidence", "high"), "row 2: confidence 'high', not 0 to 100"),
        (put("confidence", ""), "row 2: confidence '', not 0 to 100"),
        (put("call", "maybe"), "row 2: call 'maybe', not yes or no"),
        (put("minutes", "0"), "row 2: minutes '0', not over 0 to 600"),
        (put("minutes", "4000"), "row 2: minutes '4000', not over 0 to 600"),
        (put("level", "L9-S9"), "row 2: level 'L9-S9', not one of the plan's"),
        (put("date", "yesterday"), "row 2: date 'yesterday', not as 2030-01-31"),
        (put("date", ""), "row 2: date '', not as 2030-01-31"),
        (put("date", "1/2/2030"), "tell the order with --dates"),
        (
            put("reader", "reader-2"),
            "row 2: reader 'reader-2', session '1' in the sheet",
        ),
        (put("arm", "both"), "row 2: arm 'both', planned"),
    ],
)
def test_what_cannot_be_is_told_by_file_and_row(
    study: Path, change: Callable[[list[Row]], object], said: str
) -> None:
    spoil(study, change)
    found = problems(study)
    assert found[0].startswith("reader-1-session-1.csv, row")
    assert any(said in text for text in found)


def test_a_case_twice_and_a_case_lost_are_both_told(study: Path) -> None:
    rows = rows_of(study / SHEET)
    lost = rows[4]["case"]
    rows[4] = dict(rows[1])
    save(study / SHEET, rows)
    assert problems(study) == [
        f"reader-1-session-1.csv, row 6: case {rows[1]['case']} again, as in row 3",
        f"reader-1-session-1.csv: case {lost} is missing",
    ]


def test_a_reading_before_the_washout_is_over_is_told_with_its_days(study: Path) -> None:
    first = rows_of(study / SHEET)[0]
    second = study / "sheets/reader-1-session-2.csv"
    rows = rows_of(second)
    (at,) = (n for n, row in enumerate(rows) if row["case"] == first["case"])
    rows[at]["date"] = (date.fromisoformat(first["date"]) + timedelta(days=27)).isoformat()
    save(second, rows)
    assert problems(study) == [
        f"reader-1-session-2.csv, row {at + 2}: case {first['case']} read 27 days from the "
        "reading of session 1, washout is 28"
    ]
    rows[at]["date"] = (date.fromisoformat(first["date"]) + timedelta(days=28)).isoformat()
    save(second, rows)
    assert not problems(study)


def test_a_reading_before_its_session_may_begin_is_told(tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text("case,reference\na,1\nb,0\nc,1\nd,0\n")
    design = StudyDesign("D", readers=1, start=date(2030, 5, 6))
    plan_reader_study(tmp_path / "cases.csv", tmp_path / "plan", design, seed=1)
    rehearse_reader_study(tmp_path / "plan", tmp_path / "study")
    spoil(tmp_path / "study", put("date", "2030-05-05"))
    (found,) = problems(tmp_path / "study")
    assert "read on 2030-05-05, not before 2030-05-06 by the plan" in found


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_any_spreadsheets_csv_is_read_alike(study: Path, delimiter: str, mark: str) -> None:
    before = read_sheets(open_reader_study(study)).readings
    for path in (study / "sheets").iterdir():
        rows = rows_of(path)
        if delimiter == ";":
            for row in rows:
                row["minutes"] = row["minutes"].replace(".", ",")
                day = date.fromisoformat(row["date"])
                row["date"] = f"{day.day:02}.{day.month:02}.{day.year}"
        save(path, rows, delimiter=delimiter, mark=mark)
    assert read_sheets(open_reader_study(study)).readings == before


def test_a_sheet_may_be_sorted_and_have_empty_rows_and_capitals(study: Path) -> None:
    before = read_sheets(open_reader_study(study)).readings
    rows = sorted(rows_of(study / SHEET), key=lambda row: row["case"])
    save(study / SHEET, rows)
    text = (study / SHEET).read_text()
    head, rest = text.split("\n", 1)
    (study / SHEET).write_text(f"{head.title()}\n,,,,,,,,,\n{rest.upper()}\n\n")
    text = (study / SHEET).read_text().replace("READER-1", "reader-1")
    (study / SHEET).write_text(text.replace("WITHOUT", "without").replace(",WITH,", ",with,"))
    assert read_sheets(open_reader_study(study)).readings == before


def test_an_empty_row_is_unread_and_not_wrong(study: Path) -> None:
    def empty(rows: list[Row]) -> None:
        for column in ("call", "confidence", "level", "minutes", "date"):
            rows[2][column] = ""

    spoil(study, empty)
    found = read_sheets(open_reader_study(study))
    assert not found.problems and len(found.unread) == 1
    assert found.unread[0][:2] == ("reader-1", 1)
    with pytest.raises(InputError, match="reader-1, session 1, case C"):
        require_readings(found)
    require_readings(found, unread_allowed=True)


def test_many_problems_are_one_error_of_four_lines_and_a_list(study: Path) -> None:
    def wreck(rows: list[Row]) -> None:
        for row in rows:
            row["confidence"] = "101"

    spoil(study, wreck)
    with pytest.raises(InputError) as caught:
        import_readings(study)
    lines = caught.value.lines()
    assert len(lines) == 4 and "12 rows are wrong" in lines[0] and "and 9 more" in lines[1]
    assert len(rows_of(study / "problems.csv")) == 12
    assert not (study / "readings.csv").exists()


def test_an_import_joins_the_sheets_and_takes_the_old_list_of_problems_away(
    study: Path,
) -> None:
    (study / "problems.csv").write_text("x")
    found = import_readings(study)
    rows = rows_of(study / "readings.csv")
    assert len(rows) == len(found.readings) == 84
    assert set(rows[0]) == {
        *("reader", "session", "arm", "code"),
        *("call", "confidence", "level", "minutes", "date"),
    }
    assert not (study / "problems.csv").exists()


def test_a_sheet_that_is_not_there_or_no_table_is_refused(study: Path) -> None:
    (study / SHEET).write_bytes("reader;año\n".encode("latin-1"))
    with pytest.raises(InputError, match="UTF-8"):
        problems(study)
    (study / SHEET).write_text("reader,case\n")
    with pytest.raises(InputError, match="no column session"):
        problems(study)
    (study / SHEET).unlink()
    with pytest.raises(InputError, match=r"reader-1-session-1\.csv"):
        problems(study)


def vote(study: Path, code: str, calls: tuple[str, ...], level: str = "L4-L5") -> None:
    for number, call in enumerate(calls, start=1):
        path = study / f"sheets/reference-{number}.csv"
        rows = rows_of(path)
        for row in rows:
            if row["case"] == code:
                row["call"], row["level"] = call, level if call == "yes" else ""
        save(path, rows)


def agreed(study: Path) -> list[str]:
    codes = sorted(case.code for case in open_reader_study(study).cases)
    for code in codes:
        vote(study, code, ("yes", "yes", "yes"))
    return codes


def test_disagreements_are_written_out_filled_in_and_read_back(study: Path) -> None:
    codes = agreed(study)
    vote(study, codes[0], ("yes", "no", "no"))
    found = settle_in_folder(study, rule="consensus")
    assert found.open == 1
    (row,) = rows_of(study / "adjudication.csv")
    assert row["code"] == codes[0] and row["decision"] == ""
    assert [row[f"reference-{at}"] for at in (1, 2, 3)] == ["yes", "no", "no"]
    with pytest.raises(InputError, match="none for 1 of 12 cases"):
        reference_of_study(open_reader_study(study))
    save(study / "adjudication.csv", [{**row, "decision": "Yes", "level": "L5-S1"}])
    again = settle_in_folder(study, rule="consensus")
    assert again.open == 0
    reference, source = reference_of_study(open_reader_study(study))
    assert source == "reference.csv" and reference[codes[0]] == (True, "L5-S1")
    (kept,) = rows_of(study / "adjudication.csv")
    assert kept["decision"] == "yes"


def test_a_majority_needs_no_adjudicator_and_may_be_of_named_readers(study: Path) -> None:
    codes = agreed(study)
    vote(study, codes[0], ("yes", "no", "no"))
    assert settle_in_folder(study, rule="majority").open == 0
    reference, _ = reference_of_study(open_reader_study(study))
    assert reference[codes[0]] == (False, "")
    assert settle_in_folder(study, rule="majority", by=("reference-1", "reference-2")).open == 1


def test_a_reader_who_is_judged_cannot_set_the_reference(study: Path) -> None:
    with pytest.raises(InputError, match="'reader-1', who is no reference reader"):
        settle_in_folder(study, rule="majority", by=("reader-1",))


def test_a_decision_that_is_no_call_is_refused_by_row(study: Path) -> None:
    (study / "adjudication.csv").write_text("code,decision,level\nC1,perhaps,\n")
    with pytest.raises(InputError, match="'perhaps' in adjudication.csv, row 2"):
        settle_in_folder(study, rule="majority")


def test_a_table_of_references_is_taken_by_case_or_by_code(study: Path, tmp_path: Path) -> None:
    opened = open_reader_study(study)
    table = tmp_path / "truth.csv"
    table.write_text("case;reference\n" + "".join(f"s{at};{at % 3 == 0:d}\n" for at in range(12)))
    found, source = reference_of_study(opened, table)
    by_case = {case.case: found[case.code][0] for case in opened.cases}
    assert source == "truth.csv" and by_case["s3"] is True and by_case["s1"] is False
    table.write_text("case,reference\ns1,1\ns1,1\n")
    with pytest.raises(InputError, match=r"a case twice in truth\.csv, row 3"):
        reference_of_study(opened, table)
    table.write_text("case,reference\nother,1\n")
    with pytest.raises(InputError, match="an unknown case"):
        reference_of_study(opened, table)


def test_without_a_settled_reference_the_lists_own_is_taken(study: Path) -> None:
    found, source = reference_of_study(open_reader_study(study))
    assert source == "key/key.csv" and sum(called for called, _ in found.values()) == 6


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("2030-01-31", "iso", date(2030, 1, 31)),
        ("2030-01-31 00:00:00", "iso", date(2030, 1, 31)),
        ("31.1.2030", "iso", date(2030, 1, 31)),
        ("31/01/2030", "dmy", date(2030, 1, 31)),
        ("1/31/30", "mdy", date(2030, 1, 31)),
        ("31/01/2030", "iso", None),
        ("31/01/2030", "mdy", None),
        ("soon", "dmy", None),
    ],
)
def test_days_are_read_as_written_and_never_guessed(
    text: str, order: DateOrder, expected: date | None
) -> None:
    assert as_day(text, order) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2.5", 2.5), ("2,5", 2.5), ("80 %", 80.0), ("x", None), ("inf", None), ("nan", None)],
)
def test_numbers_have_a_point_or_a_comma(text: str, expected: float | None) -> None:
    assert as_number(text) == expected


def test_cells_beyond_the_header_and_open_quotes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2,3\n")
    with pytest.raises(InputError, match="3 cells in row 2"):
        read_lines(path, required=("a", "b"))
    path.write_text('a,b\n"1,2\n')
    with pytest.raises(InputError, match="cannot be read"):
        read_lines(path, required=("a", "b"))
    path.write_text("a,a\n1,2\n")
    with pytest.raises(InputError, match="column a twice"):
        read_lines(path, required=("a",), optional=None)
    path.write_text("")
    with pytest.raises(InputError, match="no column a"):
        read_lines(path, required=("a",))


def test_a_file_that_cannot_be_written_is_told_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"out\.csv"):
        write_bytes(tmp_path / "file" / "out.csv", b"")
