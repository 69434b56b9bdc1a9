"""A new month against a baseline: what changed, what could have been seen, and the pages."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from condyle.errors import InputError, OutputError
from condyle.evaluation.predictions import predictions_from_rows
from condyle.reporting.predictions import write_predictions
from condyle.workflows.evaluation.drift_figures import figures_of, output_of
from condyle.workflows.evaluation.drift_periods import both_periods
from condyle.workflows.evaluation.drift_tests import drift_report
from condyle.workflows.evaluation.rows import task_rows
from condyle.workflows.watch_drift import watch_drift


def renamed(table, start: str, **changed):
    """Gives the table with other patients."""
    rows = [
        replace(row, patient=start + row.patient, study=start + row.study, **changed)
        for row in table.rows()
    ]
    return predictions_from_rows(rows)


def moved(table, task: str, by: float):
    """Gives the table with the probabilities of a task moved on the logit scale."""
    rows = []
    for row in table.rows():
        if row.task == task and not row.abstained:
            logit = np.log(row.probabilities[0] / (1.0 - row.probabilities[0])) + by
            probability = float(1.0 / (1.0 + np.exp(-logit)))
            row = replace(row, probabilities=(probability,), prediction=float(probability >= 0.5))
        rows.append(row)
    return predictions_from_rows(rows)


@pytest.fixture(name="tear")
def _tear(mixed):
    """Two periods of one task, of different patients drawn alike."""
    baseline = mixed(patients=40, seed=5).of_task("tear")
    return baseline, renamed(mixed(patients=40, seed=6).of_task("tear"), "n")


def test_two_periods_drawn_alike_show_no_change(tear, quick) -> None:
    report = drift_report(*tear, draw=quick, permutations=199)
    assert report.changed == ()
    assert {each.verdict for each in report.shifts} == {"no change shown"}
    assert {each.role for each in report.shifts} == {"covariate", "reference", "output"}


def test_moved_probabilities_change_the_output_and_not_the_reference(tear, quick) -> None:
    baseline, new = tear
    report = drift_report(baseline, moved(new, "tear", 3.0), draw=quick, permutations=499)
    assert "output tear" in report.changed
    assert "tear specificity" in report.changed
    assert "reference tear" not in report.changed
    area = next(each for each in report.changes if each.name == "auc")
    assert abs(area.change.difference.value) < 0.3


def test_patients_in_both_periods_are_left_out_of_the_new_one(tear) -> None:
    baseline, new = tear
    again = predictions_from_rows([*new.rows(), *list(baseline.rows())[:2]])
    both = both_periods(baseline, again)
    assert both.facts[1].patients == 40
    assert "1 patients of the new period are in the baseline too" in both.warnings[0]


def test_patients_that_were_learned_from_are_left_out(tear) -> None:
    baseline, new = tear
    marked = [
        replace(row, covariates={**row.covariates, "in_sample": "yes" if at < 2 else "no"})
        for at, row in enumerate(new.rows())
    ]
    both = both_periods(baseline, predictions_from_rows(marked))
    assert both.facts[1].patients == 39
    assert "learned from" in both.warnings[0]
    assert "in_sample" not in both.covariates


def test_the_same_table_twice_is_refused(tear) -> None:
    with pytest.raises(InputError, match="no patient left in the new period, 40 being in both"):
        both_periods(tear[0], tear[0])


def test_tables_without_a_common_task_are_refused(tear) -> None:
    other = renamed(tear[1], "x", task="other")
    with pytest.raises(InputError, match="tasks tear and other"):
        both_periods(tear[0], other)


def test_another_bundle_and_another_scheme_are_warned_of(tear) -> None:
    baseline = renamed(tear[0], "b", bundle="a" * 64, fold=0)
    new = renamed(tear[1], "n", bundle="b" * 64)
    warnings = " ".join(both_periods(baseline, new).warnings)
    assert "different bundles" in warnings
    assert "out of fold" in warnings


def test_few_patients_are_warned_of(tear) -> None:
    assert "40 patients in the baseline period" in " ".join(both_periods(*tear).warnings)


def test_studies_of_one_name_in_both_periods_do_not_collide(tear) -> None:
    baseline, new = tear
    same = predictions_from_rows(
        [
            replace(row, study=old.study)
            for row, old in zip(new.rows(), baseline.rows(), strict=True)
        ]
    )
    assert len(both_periods(baseline, same).table) == len(baseline) + len(new)


def test_a_task_or_covariate_of_one_table_only_is_named(tear, mixed) -> None:
    new = renamed(mixed(patients=40, seed=6), "n")
    lacking = [replace(row, covariates={"sex": row.covariates["sex"]}) for row in tear[0].rows()]
    both = both_periods(predictions_from_rows(lacking), new)
    assert both.tasks == ("tear",)
    text = " ".join(both.warnings)
    assert "tasks: " in text and "covariates: age" in text


def test_without_references_the_outputs_are_still_compared(tear, quick) -> None:
    new = renamed(tear[1], "u", reference=float("nan"))
    report = drift_report(tear[0], moved(new, "tear", 3.0), draw=quick, permutations=299)
    assert report.changes == ()
    assert "output tear" in report.changed


def test_missing_numbers_are_compared_apart_from_the_numbers(tear, quick) -> None:
    rows = [
        replace(row, covariates={**row.covariates, "age": "" if at % 3 else row.covariates["age"]})
        for at, row in enumerate(tear[1].rows())
    ]
    report = drift_report(tear[0], predictions_from_rows(rows), draw=quick, permutations=99)
    names = [each.name for each in report.shifts if each.role == "covariate"]
    assert names[:2] == ["age", "age, missing or not"]


def test_each_kind_of_task_has_its_output_and_figures(mixed) -> None:
    table = mixed(patients=12)
    found = {task: output_of(table.of_task(task), task) for task in table.tasks}
    axes = {task: None if output is None else output.axis for task, output in found.items()}
    assert axes["tear"] == "probability" and axes["dice-meniscus"] is None
    names = {}
    for task in table.tasks:
        rows = task_rows(table, task)
        assert rows is not None
        names[task] = set(figures_of(rows))
    assert {"auc", "sensitivity", "specificity", "brier", "coverage"} <= names["tear"]
    assert names["dice-meniscus"] == {"dice-over-cases", "coverage"}
    assert {"quadratic-kappa", "exact", "within-one", "coverage"} in names.values()


def test_the_figures_are_those_that_evaluate_tells(mixed, quick) -> None:
    from condyle.workflows.evaluation.report import About, evaluation_report

    table = mixed(patients=16)
    told = evaluation_report(table, about=About("x"), draw=quick)
    for report in told.tasks:
        rows = task_rows(table, report.name)
        assert rows is not None
        values = {s.name: s.estimate.value for s in reversed(report.scores) if s.counted == "all"}
        values |= {s.name: s.estimate.value for s in report.scores if s.name in ("brier",)}
        everything = np.ones(len(rows.table), dtype=bool)
        for name, figure in figures_of(rows).items():
            if name in values:
                value = float(figure(everything)(np.ones((len(rows.table), 1)))[0])
                assert value == pytest.approx(values[name], abs=1e-9), (report.name, name)


@pytest.fixture(name="written")
def _written(tear, quick, tmp_path):
    baseline, new = tear
    write_predictions(tmp_path / "a.csv", baseline)
    write_predictions(tmp_path / "b.csv", moved(new, "tear", 3.0))

    def write(out="drift"):
        paths = (tmp_path / "a.csv", tmp_path / "b.csv")
        return watch_drift(*paths, out=tmp_path / out, draw=quick, permutations=199)

    return write


def test_page_numbers_and_figures_are_written_the_same_twice(written, tmp_path) -> None:
    def files() -> dict[str, bytes]:
        paths = [path for path in (tmp_path / "drift").rglob("*") if path.is_file()]
        return {
            path.relative_to(tmp_path / "drift").as_posix(): path.read_bytes() for path in paths
        }

    done = written()
    first = files()
    pages = {name for name in first if "/" not in name}
    assert pages == {"drift.html", "drift.json", "drift.pdf"}
    own = {
        f"figures/drift-{name}.{kind}" for name in ("outputs", "changes") for kind in ("svg", "png")
    }
    assert own < set(first) - pages
    page = first["drift.html"].decode()
    assert "no change shown" in page and "changed" in page and "would be seen" in page
    assert "The new period by itself" in page
    assert not any(f'{kind}="http' in page for kind in ("src", "href"))
    assert done.summary.startswith("Changed, in ")
    document = json.loads(first["drift.json"])
    assert document["schema"] == "condyle.drift/1"
    assert "output tear" in document["changed"]
    assert {"p_value", "detectable", "gap"} <= set(document["shifts"][0]["shift"])
    written()
    assert files() == first


def test_a_folder_with_something_else_is_left_alone(written, tmp_path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("x")
    with pytest.raises(OutputError, match="nothing of yours is lost"):
        written("mine")
    assert (tmp_path / "mine" / "letter.txt").exists()
