"""A reader study from its list of cases to its pages, on disk."""

from __future__ import annotations

import csv
import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from condyle.errors import InputError, OutputError, UnknownName
from condyle.evaluation.reader_simulation import ReaderModel
from condyle.workflows.analyse_reader_study import AnalysisOptions, analyse_reader_study
from condyle.workflows.plan_reader_study import StudyDesign, plan_reader_study
from condyle.workflows.readers.folder import open_reader_study
from condyle.workflows.readers.model import ModelTable
from condyle.workflows.readers.study_size import SizeQuestion
from condyle.workflows.rehearse_reader_study import rehearse_reader_study

QUICK = 60
DESIGN = StudyDesign("A made-up study", readers=3, reference_readers=3, levels=("L4-L5", "L5-S1"))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def case_list(folder: Path, count: int = 24) -> Path:
    path = folder / "cases.csv"
    rows = [
        {
            "case": f"study-{at:02}",
            "patient": f"patient-{at // 2:02}",
            "reference": str(at % 2),
            "level": ("L4-L5" if at % 4 == 1 else "L5-S1") if at % 2 else "",
            "sex": "F" if at % 3 else "M",
        }
        for at in range(count)
    ]
    write_rows(path, rows)
    return path


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planned")
    plan_reader_study(case_list(folder), folder / "study", DESIGN, seed=5)
    return folder / "study"


@pytest.fixture(scope="module")
def rehearsed(planned: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rehearse_reader_study(planned, tmp_path_factory.mktemp("filled") / "study", seed=2)


@pytest.fixture
def filled(rehearsed: Path, tmp_path: Path) -> Path:
    """A rehearsed study of the test's own, to spoil."""
    return Path(shutil.copytree(rehearsed, tmp_path / "study"))


def test_a_plan_has_a_sheet_for_each_reader_and_session(planned: Path) -> None:
    names = sorted(path.name for path in (planned / "sheets").iterdir())
    expected = [f"reader-{r}-session-{s}.csv" for r in (1, 2, 3) for s in (1, 2)]
    assert names == sorted([*expected, *(f"reference-{r}.csv" for r in (1, 2, 3))])
    sheet = rows_of(planned / "sheets" / "reader-1-session-1.csv")
    assert len(sheet) == 24
    assert list(sheet[0]) == [
        *("reader", "session", "order", "case", "arm"),
        *("call", "confidence", "level", "minutes", "date"),
    ]
    assert not any(row["call"] or row["date"] for row in sheet)


def test_no_file_outside_the_key_tells_which_case_is_which(planned: Path) -> None:
    for path in planned.rglob("*"):
        if path.is_file() and path.parent.name != "key":
            text = path.read_text("utf-8-sig")
            assert "study-" not in text and "patient-" not in text, path.name
            assert "seed" not in text
    key = rows_of(planned / "key" / "key.csv")
    assert {row["case"] for row in key} == {f"study-{at:02}" for at in range(24)}
    assert key[1]["sex"] == "F"


def test_the_same_seed_gives_the_same_bytes_and_another_one_other_codes(
    tmp_path: Path,
) -> None:
    cases = case_list(tmp_path)
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        plan_reader_study(cases, tmp_path / name, DESIGN, seed=seed)
    files = [path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*.*")]
    assert all(
        (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
        for name in files
    )
    assert (tmp_path / "a/plan.json").read_bytes() != (tmp_path / "c/plan.json").read_bytes()


def test_a_plan_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    design = StudyDesign(
        "Dated", readers=2, crossing="cases", start=date(2030, 1, 7), confidence_of="call"
    )
    made = plan_reader_study(case_list(tmp_path), tmp_path / "study", design, seed=1)
    study = open_reader_study(tmp_path / "study")
    assert study.plan == made.plan
    assert {session.not_before for session in study.plan.sessions} == {
        date(2030, 1, 7),
        date(2030, 2, 18),
    }
    assert "not before 2030-02-18" in (tmp_path / "study/HOW-TO-FILL-IN.txt").read_text()


def test_a_plan_never_writes_over_a_study(planned: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="not empty"):
        plan_reader_study(case_list(tmp_path), planned, DESIGN, seed=1)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("case,reference\na,1\na,0\n", "row 3"),
        ("case,reference\na,1\n,0\n", "no case"),
        ("case,reference\na,1\nb,2\n", "reference '2'"),
        ("case\na\n", "1 cases"),
        ("study\na\n", "no column case"),
    ],
)
def test_a_list_that_does_not_fit_is_refused_by_row(tmp_path: Path, text: str, found: str) -> None:
    (tmp_path / "cases.csv").write_text(text)
    with pytest.raises(InputError, match=found):
        plan_reader_study(tmp_path / "cases.csv", tmp_path / "out", DESIGN, seed=1)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "design",
    [
        StudyDesign("x", readers=0),
        StudyDesign("x", readers=2, arms=("reference",)),
        StudyDesign("x", readers=2, washout_days=-1),
        StudyDesign("x", readers=2, reference_readers=99),
    ],
)
def test_a_design_that_cannot_be_is_refused(tmp_path: Path, design: StudyDesign) -> None:
    with pytest.raises(InputError, match="planned"):
        plan_reader_study(case_list(tmp_path), tmp_path / "out", design, seed=1)


def test_the_size_comes_with_power_for_each_population(tmp_path: Path) -> None:
    question = SizeQuestion("auc", 0.80, 0.90, simulations=20)
    made = plan_reader_study(
        case_list(tmp_path), tmp_path / "study", DESIGN, seed=1, question=question
    )
    assert made.size is not None
    assert set(made.size.cases_needed) == {"readers and cases", "cases", "readers"}
    assert made.size.power_listed["cases"] >= made.size.power_listed["readers and cases"]
    assert made.size.simulated is not None
    kept = json.loads((tmp_path / "study/plan.json").read_text())["size"]
    assert kept["one_reader"]["positives"] > 50
    assert kept["prevalence"] == 0.5


def test_the_size_for_a_sensitivity_counts_only_positives(tmp_path: Path) -> None:
    question = SizeQuestion("sensitivity", 0.70, 0.85, prevalence=0.25, discordant=0.2)
    made = plan_reader_study(case_list(tmp_path), tmp_path / "a", DESIGN, seed=1, question=question)
    often = SizeQuestion("sensitivity", 0.70, 0.85, prevalence=0.5, discordant=0.2)
    more = plan_reader_study(case_list(tmp_path), tmp_path / "b", DESIGN, seed=1, question=often)
    few, many = made.size.cases_needed["cases"], more.size.cases_needed["cases"]
    assert few == pytest.approx(2 * many, rel=0.05)
    assert made.size.one_reader["discordant"] == 0.2


def test_a_size_without_a_share_of_positives_or_with_a_wrong_aim_is_refused(
    tmp_path: Path,
) -> None:
    (tmp_path / "cases.csv").write_text("case\na\nb\nc\n")
    question = SizeQuestion("auc", 0.8, 0.9)
    with pytest.raises(InputError, match="--prevalence"):
        plan_reader_study(tmp_path / "cases.csv", tmp_path / "o", DESIGN, seed=1, question=question)
    wrong = SizeQuestion("f1", 0.8, 0.9, prevalence=0.5)
    with pytest.raises(UnknownName, match="sensitivity"):
        plan_reader_study(tmp_path / "cases.csv", tmp_path / "o", DESIGN, seed=1, question=wrong)


def test_a_rehearsal_is_marked_as_simulated_and_keeps_the_codes(
    planned: Path, rehearsed: Path
) -> None:
    before, after = open_reader_study(planned), open_reader_study(rehearsed)
    assert after.plan.simulated and not before.plan.simulated
    assert after.cases == before.cases
    assert set(after.years) == {*after.plan.readers, *after.plan.reference_readers}
    model = ReaderModel(areas=(0.7, 0.8, 0.9), minutes=(1.0, 1.0, 1.0))
    with pytest.raises(InputError, match="3 areas for 2 arms"):
        rehearse_reader_study(planned, rehearsed.parent / "other", model=model)


def test_an_analysis_writes_pages_tables_and_figures(rehearsed: Path, tmp_path: Path) -> None:
    out = tmp_path / "results"
    found = analyse_reader_study(rehearsed, out, AnalysisOptions(replicates=QUICK))
    names = {path.relative_to(out).as_posix() for path in out.rglob("*.*")}
    assert {"readers.html", "readers.pdf", "readers.json", "readers.csv"} <= names
    assert {"figures/readers-roc.svg", "figures/readers-times.png"} <= names
    document = json.loads((out / "readers.json").read_text())
    assert document["simulated"] is True and document["cases"] == 24
    table = found.table
    sheet = rows_of(rehearsed / "sheets/reader-2-session-1.csv")
    arm = table.arms.index(sheet[0]["arm"])
    assert table.calls[arm, 1].sum() == sum(row["call"] == "yes" for row in sheet)
    minutes = sorted(float(row["minutes"]) for row in sheet)
    assert sorted(table.minutes[arm, 1]) == minutes
    html = (out / "readers.html").read_text()
    assert "SIMULATED READINGS" in html and "http" not in html.replace("http-equiv", "")
    assert "study-0" not in html


def test_the_same_analysis_gives_the_same_bytes(rehearsed: Path, tmp_path: Path) -> None:
    for name in "ab":
        analyse_reader_study(rehearsed, tmp_path / name, AnalysisOptions(replicates=QUICK))
    for path in (tmp_path / "a").rglob("*.*"):
        other = tmp_path / "b" / path.relative_to(tmp_path / "a")
        assert path.read_bytes() == other.read_bytes(), path.name


def test_every_row_of_the_csv_has_its_interval_and_n(rehearsed: Path, tmp_path: Path) -> None:
    analyse_reader_study(rehearsed, tmp_path / "out", AnalysisOptions(replicates=QUICK))
    rows = rows_of(tmp_path / "out/readers.csv")
    assert {row["part"] for row in rows} == {"reader", "change", "all readers"}
    for row in rows:
        assert row["value"] == "" or row["low"] == "" or float(row["low"]) <= float(row["value"])
        assert int(row["n"]) >= 1 and row["interval"]
    pooled = [row for row in rows if row["part"] == "all readers" and row["figure"] == "auc"]
    assert [row["holds_for"] for row in pooled] == ["readers and cases", "cases", "readers"]


def model_table(folder: Path, *, abstain: str = "", drop: str = "") -> Path:
    lines = [
        "schema,patient,study,series,unit,task,fold,reference,prediction,"
        "probability_0,probability_1,abstained,bundle"
    ]
    for at in range(24):
        case = f"study-{at:02}"
        if case != drop:
            p = 0.8 if at % 2 else 0.3
            declined = "true" if case == abstain else "false"
            lines.append(
                f"condyle.predictions/1,p{at // 2},{case},,study,finding,-1,{at % 2},"
                f"{at % 2},{1 - p},{p},{declined},"
            )
    path = folder / "predictions.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_the_model_stands_beside_the_readers(rehearsed: Path, tmp_path: Path) -> None:
    table = ModelTable(model_table(tmp_path, abstain="study-01"), name="a bundle")
    options = AnalysisOptions(model=table, replicates=QUICK)
    found = analyse_reader_study(rehearsed, tmp_path / "out", options)
    assert found.model is not None
    assert found.model.sensitivity.value == pytest.approx(11 / 12)
    assert found.model.specificity.value == 1.0
    assert found.model_declined == 1
    html = (tmp_path / "out/readers.html").read_text()
    assert "a bundle alone" in html and "declined 1 cases" in html


def test_a_case_that_the_model_lacks_is_refused(rehearsed: Path, tmp_path: Path) -> None:
    lacking = AnalysisOptions(model=ModelTable(model_table(tmp_path, drop="study-03")))
    with pytest.raises(InputError, match="0 rows of predictions"):
        analyse_reader_study(rehearsed, tmp_path / "out", lacking)
    path = model_table(tmp_path)
    other = AnalysisOptions(model=ModelTable(path, task="other"))
    with pytest.raises(UnknownName, match="finding"):
        analyse_reader_study(rehearsed, tmp_path / "out", other)


def test_a_class_that_the_model_lacks_is_refused(rehearsed: Path, tmp_path: Path) -> None:
    options = AnalysisOptions(model=ModelTable(model_table(tmp_path), positive=(2,)))
    with pytest.raises(InputError, match="classes 0 to 1"):
        analyse_reader_study(rehearsed, tmp_path / "out", options)


def test_a_study_of_one_arm_and_one_reader_is_analysed(tmp_path: Path) -> None:
    design = StudyDesign("Alone", readers=1, arms=("alone",))
    plan_reader_study(case_list(tmp_path), tmp_path / "study", design, seed=1)
    rehearse_reader_study(tmp_path / "study", tmp_path / "filled")
    options = AnalysisOptions(replicates=QUICK)
    found = analyse_reader_study(tmp_path / "filled", tmp_path / "out", options)
    assert not found.pooled and not found.readers[0].changes
    assert (tmp_path / "out/readers.html").exists()


def test_three_arms_are_each_held_against_the_first(tmp_path: Path) -> None:
    design = StudyDesign("Three", readers=2, arms=("none", "old", "new"), confidence_of="call")
    plan_reader_study(case_list(tmp_path), tmp_path / "study", design, seed=1)
    rehearse_reader_study(tmp_path / "study", tmp_path / "filled")
    options = AnalysisOptions(replicates=QUICK, covariance="jackknife")
    found = analyse_reader_study(tmp_path / "filled", tmp_path / "out", options)
    assert len(found.pooled) == 2 and len(found.readers[0].changes) == 2
    assert found.pooled[0][0].covariance == "jackknife"
    assert ((found.table.scores >= 50) == found.table.calls).all()


def test_cases_that_one_reader_did_not_read_are_left_out_for_all(
    filled: Path, tmp_path: Path
) -> None:
    path = filled / "sheets/reader-1-session-2.csv"
    rows = rows_of(path)
    for column in ("call", "confidence", "level", "minutes", "date"):
        rows[0][column] = ""
    write_rows(path, rows)
    with pytest.raises(InputError, match="1 readings are missing"):
        analyse_reader_study(filled, tmp_path / "out")
    options = AnalysisOptions(complete_cases=True, replicates=QUICK)
    found = analyse_reader_study(filled, tmp_path / "out", options)
    assert len(found.table.reference) == 23
    assert "1 cases were left out" in (tmp_path / "out/readers.html").read_text()


def test_a_key_of_another_study_is_refused(filled: Path, tmp_path: Path) -> None:
    rows = rows_of(filled / "key/key.csv")
    write_rows(filled / "key/key.csv", rows[1:])
    with pytest.raises(InputError, match="24 codes in plan.json, 23 in"):
        analyse_reader_study(filled, tmp_path / "out")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "other/1"}'])
def test_a_plan_that_does_not_fit_is_refused(filled: Path, text: str) -> None:
    (filled / "plan.json").write_text(text)
    with pytest.raises(InputError, match=r"plan\.json"):
        open_reader_study(filled)


@pytest.mark.parametrize("years", ["-1", "abc", "120"])
def test_years_that_cannot_be_are_refused_by_row(filled: Path, years: str) -> None:
    (filled / "readers.csv").write_text(f"reader,years\nreader-1,3\nreader-2,{years}\n")
    with pytest.raises(InputError, match="row 3"):
        open_reader_study(filled)


def test_years_may_be_left_empty(filled: Path) -> None:
    (filled / "readers.csv").write_text("reader;years;name\nreader-1;3,5;x\nreader-2;;y\n")
    assert open_reader_study(filled).years == {"reader-1": 3.5}
