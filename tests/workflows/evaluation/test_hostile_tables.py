"""Names out of a stranger's table stay text, in every file that comes out."""

import csv
import io
import re

import numpy as np
import pytest
from pypdf import PdfReader

from condyle.errors import Cancelled, InputError
from condyle.evaluation.predictions import predictions_from_rows
from condyle.reporting.predictions import read_predictions, write_predictions
from condyle.workflows.compare_tables import compare_tables
from condyle.workflows.evaluate_table import evaluate_table

NAMES = [
    "<script>alert(1)</script>",
    "$\\frac{1$ & 100 %",
    "../../../etc/passwd",
    "名前 \u202etxt.exe",
    "a\nb\tc",
    "=1+1",
    "x" * 300,
]


def table_of(row, name):
    rows = [
        row(
            k,
            name,
            k % 2,
            k % 3 == 0,
            [round(0.1 + 0.8 * ((k * 7) % 10) / 10, 3)],
            unit=f"{name}-1",
            covariates={name: f"{name} {k % 2}"},
        )
        for k in range(14)
    ]
    return predictions_from_rows(rows)


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_name_is_only_text_on_every_page(row, quick, tmp_path, name):
    write_predictions(tmp_path / "t.csv", table_of(row, name))
    out = evaluate_table(tmp_path / "t.csv", out=tmp_path / "out", draw=quick)
    html = (out / "report.html").read_text("utf-8")
    assert "<script" not in html.lower() and "\u202e" not in html
    assert len(PdfReader(io.BytesIO((out / "report.pdf").read_bytes())).pages) >= 1
    for path in (out / "figures").iterdir():
        assert re.fullmatch(r"[a-z0-9-]+\.(svg|png)", path.name)
        assert b"<script" not in path.read_bytes().lower()
    lines = list(csv.DictReader(io.StringIO((out / "metrics.csv").read_text("utf-8"))))
    assert {line["task"] for line in lines} == {name}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "t.csv"]


def test_two_tasks_whose_names_make_one_file_name_keep_their_own_figures(row, quick, tmp_path):
    rows = [
        row(k, task, k % 2, k % 2, [0.4 + 0.2 * (k % 2)])
        for task in ["a/b", "a-b"]
        for k in range(8)
    ]
    write_predictions(tmp_path / "t.csv", predictions_from_rows(rows))
    out = evaluate_table(tmp_path / "t.csv", out=tmp_path / "out", draw=quick)
    names = {path.stem for path in (out / "figures").iterdir()}
    assert {"a-b-roc", "a-b-roc-2"} <= names


def test_many_tasks_are_reported_each(row, quick, tmp_path):
    rows = [row(k, f"count-{t}", 5, 5 + k % 2) for t in range(12) for k in range(4)]
    write_predictions(tmp_path / "t.csv", predictions_from_rows(rows))
    out = evaluate_table(tmp_path / "t.csv", out=tmp_path / "out", draw=quick)
    html = (out / "report.html").read_text("utf-8")
    linked = re.findall(r'href="(#section-[^"]+)">([^<]+)<', html)
    titles = [title.casefold() for _, title in linked]
    assert len({link for link, _ in linked}) == len(linked)
    assert all(titles.count(f"count-{t}") + titles.count(f"count {t}") == 1 for t in range(12))


def test_no_name_of_a_patient_is_on_a_page(row, quick, tmp_path):
    rows = [row(k, "t", k % 2, k % 2, [0.4 + 0.2 * (k % 2)]) for k in range(8)]
    write_predictions(tmp_path / "t.csv", predictions_from_rows(rows))
    out = evaluate_table(tmp_path / "t.csv", out=tmp_path / "out", draw=quick)
    for name in ("report.html", "metrics.json", "metrics.csv"):
        text = (out / name).read_text("utf-8")
        assert not re.search(r"\bp00\d\b", text)


def test_a_refusal_names_no_patient(row, quick, tmp_path):
    write_predictions(tmp_path / "t.csv", predictions_from_rows([row(7, "t", 4, 1, [0.5])]))
    with pytest.raises(InputError) as refused:
        evaluate_table(tmp_path / "t.csv", out=tmp_path / "out", draw=quick)
    assert "p007" not in str(refused.value)
    assert len(refused.value.lines()) == 4


def test_work_that_is_stopped_leaves_an_earlier_evaluation_whole(row, quick, tmp_path):
    rows = [row(k, "n", k, k + 0.5) for k in range(6)]
    write_predictions(tmp_path / "t.csv", predictions_from_rows(rows))
    out = evaluate_table(tmp_path / "t.csv", out=tmp_path / "out", draw=quick)
    before = {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}

    def stop(step):
        if step.stage == "pages":
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        evaluate_table(tmp_path / "t.csv", out=out, draw=quick, progress=stop)
    assert {p.name: p.read_bytes() for p in out.iterdir() if p.is_file()} == before


def test_the_same_table_gives_the_same_bytes(row, quick, tmp_path):
    rows = [row(k, "t", k % 2, k % 2, [0.4 + 0.01 * k]) for k in range(10)]
    write_predictions(tmp_path / "t.csv", predictions_from_rows(rows))
    outs = [evaluate_table(tmp_path / "t.csv", out=tmp_path / name, draw=quick) for name in "ab"]
    files = [
        {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*") if p.is_file()}
        for out in outs
    ]
    assert files[0] == files[1]


def test_a_covariate_that_one_table_lacks_does_not_hinder_a_comparison(row, quick, tmp_path):
    for name, covariates in (("a", {"sex": "F"}), ("b", {})):
        rows = [row(k, "t", k % 2, k % 3 == 0, covariates=covariates) for k in range(9)]
        write_predictions(tmp_path / f"{name}.csv", predictions_from_rows(rows))
    report = compare_tables(
        tmp_path / "a.csv", tmp_path / "b.csv", out=tmp_path / "out", draw=quick
    )
    assert report.tasks[0].figures[0].verdict == "not shown"


def test_nothing_is_written_where_a_comparison_is_refused(row, quick, tmp_path):
    for name, patient in (("a", 1), ("b", 2)):
        table = predictions_from_rows([row(patient, "t", 1, 1)])
        write_predictions(tmp_path / f"{name}.csv", table)
    with pytest.raises(InputError):
        compare_tables(tmp_path / "a.csv", tmp_path / "b.csv", out=tmp_path / "out", draw=quick)
    assert not (tmp_path / "out").exists()


def test_a_table_comes_back_as_it_was_written(mixed, tmp_path):
    table = mixed()
    write_predictions(tmp_path / "t.csv", table)
    again = read_predictions(tmp_path / "t.csv")
    np.testing.assert_array_equal(again.reference, table.reference)
    np.testing.assert_array_equal(again.prediction, table.prediction)
    np.testing.assert_array_equal(again.abstained, table.abstained)
