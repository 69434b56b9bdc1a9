"""Answers that the table, the figures and the cohort of an evaluation hold."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from condyle.domain.estimate import Estimate
from condyle.domain.evaluation_charts import ConfusionChart
from condyle.domain.evaluation_report import Score, TaskReport
from condyle.evaluation.cohort import MISSING, CohortRow, Share
from condyle.reporting.evaluation.checklist_bundle import seed_and_split
from condyle.reporting.evaluation.checklist_records import Answer, Answerer, Records, listed
from condyle.reporting.evaluation.cohort_section import cell_text, not_recorded
from condyle.reporting.evaluation.words import (
    covariate_word,
    estimate_words,
    figure_word,
    task_word,
)

_DEVICES = ("Manufacturer", "ManufacturerModelName", "MagneticFieldStrength")
_FAIRNESS = ("sex", "age")
MOST_TASKS = 12


def _missing_data(records: Records) -> Answer:
    without = int(np.isnan(records.table.reference).sum())
    gaps = [
        f"{row.variable} {cell.count}"
        for row in records.cohort.rows
        if row.level == MISSING and isinstance(cell := row.cells[0], Share) and cell.count
    ]
    text = (
        f"{without} of {len(records.table)} rows have no reference and are left out; nothing is "
        f"imputed. Missing characteristics: {listed(gaps) if gaps else 'none'}."
    )
    where = "predictions.csv: reference; cohort.csv: level 'missing'"
    return Answer(text, where, "why data are missing")


def _acquisition(records: Records) -> Answer | None:
    told = [_levels(records, name) for name in _DEVICES]
    known = [each for each in told if each]
    if not known:
        return None
    where = "cohort.csv: " + ", ".join(_DEVICES)
    return Answer("; ".join(known) + ".", where, "the protocol: sequence timing, resolution")


def _devices(records: Records) -> Answer | None:
    found = _acquisition(records)
    if found is None:
        return None
    software = "" if records.manifest is None else " Made with Condyle, see item 15a."
    return Answer(found.text + software, found.where, "software of acquisition")


def _acquisition_and_preprocessing(records: Records) -> Answer | None:
    found = _acquisition(records)
    if found is None and records.manifest is None:
        return None
    parts = [found.text] if found else []
    where = [found.where] if found else []
    if records.manifest is not None:
        steps = listed([str(step["step"]) for step in records.manifest.preprocessing])
        parts.append(f"Preprocessing: {steps}.")
        where.append("manifest.json: preprocessing")
    return Answer(" ".join(parts), "; ".join(where), "the acquisition protocol")


def _partitions(records: Records) -> Answer | None:
    folds = records.table.fold
    if not (folds >= 0).any():
        return None
    row = records.cohort.row("patients")
    sizes = []
    if row is not None:
        pairs = zip(records.cohort.groups[1:], row.cells[1:], strict=True)
        sizes = [f"{group} {c.count}" for group, c in pairs if isinstance(c, Share)]
    text = f"{len(np.unique(folds[folds >= 0]))} folds by patient; patients: {listed(sizes)}."
    split = seed_and_split(records)
    where = "predictions.csv: fold"
    if split:
        where += "; manifest.json: training.split_sha256, training.seed"
    return Answer(text + split, where, "how patients were balanced over folds")


def _disjoint(records: Records) -> Answer | None:
    table = records.table
    if not (table.fold >= 0).any():
        return None
    pairs = {(p, f) for p, f in zip(table.patient.tolist(), table.fold.tolist(), strict=True)}
    shared = len(pairs) - len({patient for patient, _ in pairs})
    if shared:
        text = f"NOT by patient: {shared} patients are in several folds."
    else:
        text = "Patient. Checked: no patient of the table is in two folds."
    return Answer(text, "predictions.csv: patient, fold")


def _sample_size(records: Records) -> Answer:
    rows = len(records.table)
    text = f"{records.report.patients} patients counted, {rows} rows over all tasks."
    where = "metrics.json: tasks[].patients, tasks[].rows"
    return Answer(text, where, "the intended size and how it was determined")


def _metrics(records: Records) -> Answer | None:
    names = dict.fromkeys(score.name for task in records.report.tasks for score in task.scores)
    if not names:
        return None
    drawn = dict.fromkeys(name for task in records.report.tasks for name, _ in task.charts)
    text = f"Figures: {listed([figure_word(n) for n in names], most=40)}."
    if drawn:
        text += f" Plots: {listed([figure_word(name) for name in drawn])}."
    return Answer(text, "metrics.json: tasks[].scores", "why these")


def _uncertainty(records: Records) -> Answer | None:
    methods = dict.fromkeys(_method(score.estimate) for score in _scores(records))
    if not methods:
        return None
    level = next(iter(_scores(records))).estimate.level
    text = (
        f"{level:.0%} intervals with the patient as the unit, by: {listed(list(methods), most=8)}."
    )
    return Answer(text, "metrics.json: tasks[].scores[].estimate.method")


def _variability(records: Records) -> Answer | None:
    groups = dict.fromkeys(g.covariate for task in records.report.tasks for g in task.subgroups)
    if not groups:
        return None
    named = listed([covariate_word(group) for group in groups])
    text = f"Figures by {named}, each with an interaction test by permutation."
    where = "metrics.json: tasks[].subgroups"
    return Answer(text, where, "which were planned beforehand; other tests of robustness")


def _fairness(records: Records) -> Answer | None:
    told = []
    for task in records.report.tasks:
        for found in task.subgroups:
            if found.covariate.lower() in _FAIRNESS and found.groups:
                each = [f"{g.name} {estimate_words(g.estimate)}" for g in found.groups]
                told.append(f"{task_word(task.name)} by {found.covariate}: {listed(each)}")
    if not told:
        return None
    text = "; ".join(told[:MOST_TASKS]) + "."
    where = "metrics.json: tasks[].subgroups"
    return Answer(text, where, "what follows for fairness; groups that are not recorded")


def _clusters(records: Records) -> Answer | None:
    names = {g.covariate for task in records.report.tasks for g in task.subgroups}
    sites = sorted(n for n in names if n.lower() in ("site", "hospital", "centre", "country"))
    if not sites:
        return None
    text = f"Figures by {listed(sites)}, each with an interaction test."
    return Answer(text, "metrics.json: tasks[].subgroups", "how the differences were handled")


def _internal_test(records: Records) -> Answer | None:
    if not (records.table.fold >= 0).any():
        return None
    text = "Each patient was read by the model of the fold that did not see that patient."
    return Answer(text, "predictions.csv: fold", "figures on the training data, for comparison")


def _external_test(records: Records) -> Answer | None:
    if (records.table.fold >= 0).any() or not (records.table.bundle != "").any():
        return None
    seen = records.report.in_sample
    text = (
        f"Read by the whole bundle. {seen} patients of its training were recognised by their "
        f"images and left out; {records.report.patients} others count."
    )
    where = "predictions.csv: bundle, covariate_in_sample"
    return Answer(text, where, "whether these come from another source, and how that differs")


def _flow(records: Records) -> Answer:
    parts = []
    for stage in records.flow.stages:
        parts.append(f"{stage.label}: {stage.patients} patients, {stage.studies} studies")
        parts += [
            f"left out, {each.reason}: {each.patients} patients, {each.studies} studies"
            for each in stage.left_out
        ]
    left = "screening before the model" if records.flow.notes else ""
    return Answer("; ".join(parts) + ".", "figures/flow.svg", left)


def _characteristics(records: Records) -> Answer:
    shown = [name for name in records.cohort.variables if name not in ("patients", "studies")]
    lacks = not_recorded(records.cohort)
    text = f"Table 1 by {listed(list(records.cohort.groups))}: {listed(shown, most=20)}."
    left = f"not recorded: {listed([n.lower() for n in lacks])}" if lacks else ""
    return Answer(text, "cohort.csv", left)


def _performance(records: Records) -> Answer | None:
    told = [
        f"{task_word(task.name)}: {_headlines(task)}"
        for task in records.report.tasks[:MOST_TASKS]
        if any(score.headline for score in task.scores)
    ]
    if not told:
        return None
    where = "metrics.json: tasks[].scores; metrics.csv"
    return Answer("; ".join(told) + ".", where)


def _accuracy(records: Records) -> Answer | None:
    kinds = ("finding", "grade", "detection")
    tasks = [task for task in records.report.tasks if task.kind in kinds]
    told = [f"{task_word(task.name)}: {_headlines(task)}" for task in tasks[:MOST_TASKS]]
    if not told:
        return None
    return Answer("; ".join(told) + ".", "metrics.json: tasks[].scores, tasks[].thresholds")


def _failures(records: Records) -> Answer | None:
    told = [_confusion(task) for task in records.report.tasks]
    known = [each for each in told if each]
    if not known:
        return None
    wrong = sum(not example.good for example in records.report.examples)
    text = "; ".join(known[:MOST_TASKS]) + "."
    if wrong:
        text += f" {wrong} of the most wrong cases are shown."
    where = "figures: confusion; report.html: examples"
    return Answer(text, where, "what the wrong cases have in common")


def _cross_table(records: Records) -> Answer | None:
    told = [_confusion(task) for task in records.report.tasks]
    known = [each for each in told if each]
    return Answer("; ".join(known) + ".", "figures: confusion") if known else None


def _indeterminate(records: Records) -> Answer:
    told = [f"{task_word(t.name)} {t.declined} of {t.rows}" for t in records.report.tasks]
    text = f"What the model declined counts as wrong: {listed(told, most=20)}."
    where = "predictions.csv: abstained; metrics.json: tasks[].declined"
    return Answer(text, where, "indeterminate references, if any")


def _severity(records: Records) -> Answer | None:
    grades = [task.name for task in records.report.tasks if task.kind == "grade"]
    told = [each for each in (_levels(records, name) for name in grades) if each]
    return Answer("; ".join(told) + ".", "cohort.csv: level") if told else None


def _prevalence(records: Records) -> Answer | None:
    findings = [task.name for task in records.report.tasks if task.kind == "finding"]
    rows = [row for name in findings if (row := records.cohort.row(name, "1")) is not None]
    if not rows:
        return None
    told = [f"{task_word(row.variable)} {cell_text(row.cells[0])}" for row in rows]
    text = f"Present, by {rows[0].unit}: {listed(told, most=20)}."
    return Answer(text, "cohort.csv: level 1", "how frequent they are in the intended population")


def _reference_classes(records: Records) -> Answer | None:
    judged = [task for task in records.report.tasks if task.kind in ("finding", "grade")]
    told = [each for each in (_values(records, task.name) for task in judged) if each]
    if not told:
        return None
    where = "predictions.csv: reference"
    return Answer(f"Categories: {listed(told, most=20)}.", where, "their definition and rationale")


def _test_blinded(records: Records) -> Answer | None:
    if records.manifest is None:
        return None
    text = "The bundle is given the images of a study, and no reference or clinical report."
    return Answer(text, "manifest.json: input; by construction of 'condyle evaluate'")


def _auditable(records: Records) -> Answer:
    text = f"Every output of every row is kept ({len(records.table)} rows), with the SHA-256 of "
    text += "the bundle that made it where one did."
    return Answer(text, "predictions.csv: prediction, probability_*, bundle")


def _numbers(records: Records) -> Answer:
    told = []
    for task in records.report.tasks[:MOST_TASKS]:
        row = records.cohort.row(task.name, "1") if task.kind == "finding" else None
        events = (
            f", {row.cells[0].count} present" if row and isinstance(row.cells[0], Share) else ""
        )
        told.append(f"{task_word(task.name)}: {task.patients} patients, {task.rows} rows{events}")
    return Answer("; ".join(told) + ".", "metrics.json: tasks[].patients; cohort.csv")


def _prediction(records: Records) -> Answer | None:
    if records.manifest is None:
        return None
    made = sorted(set(records.table.bundle.tolist()) - {""})
    sha = f", SHA-256 {listed([each[:12] for each in made])}" if made else ""
    text = (
        f"By ONNX Runtime from the bundle {records.manifest.name} {records.manifest.version}{sha}."
    )
    return Answer(text, "manifest.json: name, version; predictions.csv: bundle")


def _phase(records: Records) -> Answer:
    if (records.table.fold >= 0).any():
        text = "Development, with internal validation out of fold."
        return Answer(text, "predictions.csv: fold", "the objectives in words")
    text = "Evaluation of a finished model."
    return Answer(text, "predictions.csv: fold (-1), bundle", "the objectives in words")


def _limits(records: Records) -> Answer | None:
    told = [*records.report.warnings, *(w for task in records.report.tasks for w in task.warnings)]
    told += [f"{name} is not in the records." for name in not_recorded(records.cohort)]
    told += list(records.flow.notes)
    if not told:
        return None
    text = " ".join(dict.fromkeys(told))
    return Answer(text, "report.html: warnings", "limits that records cannot know")


def _scores(records: Records) -> Sequence[Score]:
    return [score for task in records.report.tasks for score in task.scores]


def _headlines(task: TaskReport) -> str:
    shown = [score for score in task.scores if score.headline]
    return listed([f"{figure_word(s.name)} {estimate_words(s.estimate)}" for s in shown])


def _method(estimate: Estimate) -> str:
    return estimate.method.split(",")[0].split(";")[0].split("(")[0].strip()


def _levels(records: Records, variable: str) -> str:
    rows = [row for row in records.cohort.rows if row.variable == variable]
    if all(row.level == MISSING for row in rows):
        return ""
    return f"{_variable(variable)}: {listed([_level(row) for row in rows])}"


def _variable(name: str) -> str:
    return covariate_word(name) if name in _DEVICES else task_word(name)


def _level(row: CohortRow) -> str:
    told = cell_text(row.cells[0])
    return f"{row.level}: {told}" if row.level else told


def _values(records: Records, task: str) -> str:
    values = np.unique(records.table.of_task(task).reference)
    known = [f"{value:g}" for value in values if not math.isnan(value)]
    return f"{task_word(task)} ({'/'.join(known)})" if known else ""


def _confusion(task: TaskReport) -> str:
    for _, chart in task.charts:
        if isinstance(chart, ConfusionChart):
            rows = [
                f"{label}: {' '.join(map(str, counts))}"
                for label, counts in zip(chart.labels, chart.counts, strict=True)
            ]
            return f"{task_word(task.name)}, answers {listed(list(chart.labels))} by reference " + (
                " / ".join(rows)
            )
    return ""


RUN_ANSWERS: dict[str, Answerer] = {
    "missing-data": _missing_data,
    "acquisition": _acquisition,
    "devices": _devices,
    "acquisition-and-preprocessing": _acquisition_and_preprocessing,
    "partitions": _partitions,
    "disjoint": _disjoint,
    "sample-size": _sample_size,
    "metrics": _metrics,
    "uncertainty": _uncertainty,
    "variability": _variability,
    "fairness": _fairness,
    "clusters": _clusters,
    "internal-test": _internal_test,
    "external-test": _external_test,
    "flow": _flow,
    "characteristics": _characteristics,
    "performance": _performance,
    "accuracy": _accuracy,
    "failures": _failures,
    "cross-table": _cross_table,
    "indeterminate": _indeterminate,
    "severity": _severity,
    "prevalence": _prevalence,
    "reference-classes": _reference_classes,
    "test-blinded": _test_blinded,
    "auditable": _auditable,
    "numbers": _numbers,
    "prediction": _prediction,
    "phase": _phase,
    "limits": _limits,
}
"""Answerers by the name that a checklist gives them."""
