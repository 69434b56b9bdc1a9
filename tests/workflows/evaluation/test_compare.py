"""Two models on the same rows: pairing, differences, tests, and when 'better' is said."""

import csv
import json

import numpy as np
import pytest

from condyle.errors import InputError, UsageError
from condyle.evaluation.delong import difference_of_areas, roc_areas
from condyle.evaluation.false_claims import false_accuracy_claim_of_cases
from condyle.evaluation.hypothesis_tests import mcnemar
from condyle.evaluation.multiplicity import holm
from condyle.evaluation.predictions import predictions_from_rows
from condyle.reporting.predictions import write_predictions
from condyle.workflows.compare_tables import compare_tables, comparison_report
from condyle.workflows.evaluation.compare_rows import paired_rows


def headline(report, task):
    return next(t for t in report.tasks if t.name == task).figures[0]


def figure(report, task, name):
    found = next(t for t in report.tasks if t.name == task).figures
    return next(f for f in found if f.name == name)


@pytest.fixture(name="compared")
def _compared(mixed, quick):
    return comparison_report(mixed(0.6), mixed(1.6), draw=quick, margin=0.05)


def findings(row, called_a, called_b, truth):
    both = []
    for called in (called_a, called_b):
        rows = [row(k, "t", truth[k], called[k]) for k in range(len(truth))]
        both.append(predictions_from_rows(rows))
    return both


def test_rows_are_paired_by_what_they_judge_whatever_their_order(mixed):
    a, b = mixed(), mixed(1.5)
    pair = paired_rows(a, b.at(np.arange(len(b))[::-1]), "tear")
    assert pair.a.table.unit.tolist() == pair.b.table.unit.tolist()
    assert pair.a.table.patient.tolist() == pair.b.table.patient.tolist()
    assert (pair.only_a, pair.only_b) == (0, 0)


def test_rows_of_one_table_alone_are_left_out_and_counted(mixed, quick):
    a = mixed()
    b = mixed(1.5)
    b = b.where(b.patient != "p003")
    report = comparison_report(a, b, draw=quick)
    tear = next(task for task in report.tasks if task.name == "tear")
    assert tear.figures[0].n == 46
    assert tear.warnings[0] == "2 rows that only A has are left out."


def test_a_patient_that_either_learned_from_is_left_out_of_both(row):
    a = [row(k, "t", k % 2, 1, [0.6], covariates={"in_sample": "no"}) for k in range(6)]
    b = [
        row(k, "t", k % 2, 0, [0.4], covariates={"in_sample": "yes" if k == 0 else "no"})
        for k in range(6)
    ]
    pair = paired_rows(predictions_from_rows(a), predictions_from_rows(b), "t")
    assert sorted(pair.a.table.patient) == [f"p{k:03d}" for k in range(1, 6)]


def test_series_tell_rows_apart_where_units_do_not(row):
    rows = [row(1, "t", 1, 1, [0.6], series=series) for series in ("t1", "t2")]
    table = predictions_from_rows(rows)
    assert len(paired_rows(table, table, "t").a.table) == 2


def test_references_that_differ_are_refused(row):
    a, b = (predictions_from_rows([row(1, "t", truth, 1, [0.5])]) for truth in (0, 1))
    with pytest.raises(InputError) as refused:
        paired_rows(a, b, "t")
    assert "1 rows whose references differ" in refused.value.found


def test_a_grade_and_a_finding_of_one_name_are_refused(row):
    a = predictions_from_rows([row(1, "t", 1, 1, [0.2, 0.8])])
    b = predictions_from_rows([row(1, "t", 1, 1)])
    with pytest.raises(InputError, match="cannot be compared"):
        paired_rows(a, b, "t")


def test_nothing_in_common_is_refused(row, quick):
    a = predictions_from_rows([row(1, "t", 1, 1, [0.5])])
    for other in (row(2, "t", 1, 1, [0.5]), row(1, "u", 1, 1, [0.5])):
        with pytest.raises(InputError, match="cannot be compared"):
            comparison_report(a, predictions_from_rows([other]), draw=quick)


def test_independent_cases_get_mcnemars_test_and_the_published_probability(row, quick):
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 2, 80)
    right_a, right_b = rng.random(80) < 0.9, rng.random(80) < 0.7
    tables = findings(row, truth == right_a, truth == right_b, truth)
    found = headline(comparison_report(*tables, draw=quick), "t")
    assert (found.name, found.test) == ("accuracy", "McNemar, mid-p")
    assert found.p_value == pytest.approx(mcnemar(right_a, right_b).mid_p)
    assert found.probability_false == pytest.approx(false_accuracy_claim_of_cases(right_a, right_b))
    assert found.advantage.value == pytest.approx(right_a.mean() - right_b.mean())
    assert found.verdict == "A is better than B"


def test_two_roc_areas_are_compared_by_delong_with_patients_as_clusters(mixed, quick):
    a, b = mixed(0.6, decline=False), mixed(1.6, decline=False)
    found = headline(comparison_report(a, b, draw=quick), "tear")
    rows_a, rows_b = a.of_task("tear"), b.of_task("tear")
    areas = roc_areas(
        rows_a.reference,
        [rows_a.probabilities[:, 0], rows_b.probabilities[:, 0]],
        patients=rows_a.patient,
    )
    assert (found.name, found.test) == ("auc", "DeLong, by patient")
    assert found.p_value == pytest.approx(difference_of_areas(areas).p_value)
    assert found.advantage.value == pytest.approx(areas.areas[0] - areas.areas[1])


def test_the_headline_p_values_alone_are_adjusted_for_the_number_of_tasks(compared):
    heads = [f for task in compared.tasks for f in task.figures if f.headline]
    wanted = holm([f.p_value for f in heads])
    np.testing.assert_allclose([f.adjusted_p for f in heads], wanted)
    rest = [f for task in compared.tasks for f in task.figures if not f.headline]
    assert rest and all(np.isnan(f.adjusted_p) for f in rest)


def test_better_is_said_only_where_the_claim_is_false_with_under_5_percent(compared):
    for task in compared.tasks:
        for found in task.figures:
            shown = found.probability_false < 0.05
            better = "A" if found.advantage.value > 0 else "B"
            other = "B" if better == "A" else "A"
            wanted = f"{better} is better than {other}" if shown else "not shown"
            assert found.verdict == wanted


def test_the_same_table_twice_shows_nothing(mixed, quick):
    report = comparison_report(mixed(), mixed(), draw=quick)
    for task in report.tasks:
        for found in task.figures:
            assert found.advantage.value == 0.0
            assert found.verdict == "not shown"
            assert found.p_value == 1.0


def test_turned_round_the_advantage_is_the_other_way(mixed, quick):
    first = comparison_report(mixed(0.6), mixed(1.6), draw=quick)
    second = comparison_report(mixed(1.6), mixed(0.6), draw=quick)
    for task, turned in zip(first.tasks, second.tasks, strict=True):
        for a, b in zip(task.figures, turned.figures, strict=True):
            assert a.advantage.value == pytest.approx(-b.advantage.value, abs=1e-12)
            assert a.a.value == pytest.approx(b.b.value)


def test_a_smaller_error_is_an_advantage(compared):
    found = headline(compared, "bone-age")
    assert found.a.value < found.b.value
    assert found.advantage.value == pytest.approx(found.b.value - found.a.value)


def test_what_a_model_declined_counts_as_wrong(row, quick):
    truth = [k % 2 for k in range(30)]
    a = predictions_from_rows([row(k, "t", truth[k], truth[k]) for k in range(30)])
    b = predictions_from_rows(
        [row(k, "t", truth[k], truth[k], abstained=k < 12) for k in range(30)]
    )
    found = headline(comparison_report(a, b, draw=quick), "t")
    assert (found.a.value, found.b.value) == (1.0, pytest.approx(18 / 30))
    assert found.verdict == "A is better than B"


def test_a_loss_within_the_margin_is_not_inferior_and_one_beyond_is_not_shown(mixed, quick):
    a, b = mixed(0.6), mixed(1.6)
    better = headline(comparison_report(a, b, draw=quick, margin=0.05), "severity")
    worse = headline(comparison_report(b, a, draw=quick, margin=0.05), "severity")
    assert (better.not_inferior, worse.not_inferior) == (True, False)
    assert headline(comparison_report(a, b, draw=quick), "severity").not_inferior is None


@pytest.mark.parametrize("margin", [0.0, -0.1, float("nan"), float("inf")])
def test_a_margin_that_is_none_is_refused(mixed, quick, margin):
    with pytest.raises(InputError, match="Non-inferiority"):
        comparison_report(mixed(), mixed(), draw=quick, margin=margin)


def test_detections_are_named_as_not_compared(compared):
    task = next(task for task in compared.tasks if task.name == "detect-lesion")
    assert task.figures == ()
    assert "not compared" in task.warnings[0]


def test_tasks_of_one_table_alone_are_named(mixed, quick):
    a, b = mixed(), mixed(1.5)
    report = comparison_report(a, b.where(b.task != "bone-age"), draw=quick)
    assert report.warnings == ("Tasks that only A has are left out: bone-age.",)


@pytest.fixture(name="written", scope="module")
def _written(tmp_path_factory):
    return tmp_path_factory.mktemp("comparison")


def test_everything_is_written_and_an_earlier_comparison_replaced(mixed, quick, written):
    paths = [written / "a.csv", written / "b.csv"]
    for path, noise in zip(paths, (0.6, 1.6), strict=True):
        table = mixed(noise)
        keep = np.isin(table.task, ["tear", "dice-meniscus"])
        write_predictions(path, table.where(keep))
    out = written / "out"
    (out / "figures").mkdir(parents=True)
    (out / "figures" / "old-roc.svg").write_bytes(b"old")
    report = compare_tables(*paths, out=out, margin=0.1, draw=quick)
    assert {path.name for path in out.iterdir()} == {
        "comparison.csv",
        "comparison.json",
        "figures",
        "report.html",
        "report.pdf",
    }
    assert not (out / "figures" / "old-roc.svg").exists()
    document = json.loads((out / "comparison.json").read_text())
    assert (document["schema"], document["margin"]) == ("condyle.comparison/1", 0.1)
    assert [task["name"] for task in document["tasks"]] == ["dice-meniscus", "tear"]
    lines = list(csv.DictReader((out / "comparison.csv").read_text().splitlines()))
    assert len(lines) == sum(len(task.figures) for task in report.tasks)
    assert lines[0]["verdict"] == report.tasks[0].figures[0].verdict
    html = (out / "report.html").read_text()
    assert "advantage of A" in html and "claim is false with" in html
    assert (out / "figures" / "tear-roc.svg").read_bytes().startswith(b"<?xml")


def test_a_table_in_the_folder_that_would_be_replaced_is_refused(mixed, quick, tmp_path):
    for name in ("a.csv", "b.csv"):
        write_predictions(tmp_path / name, mixed(patients=4))
    with pytest.raises(UsageError, match="written anew"):
        compare_tables(tmp_path / "a.csv", tmp_path / "b.csv", out=tmp_path, draw=quick)
    assert (tmp_path / "a.csv").exists()
