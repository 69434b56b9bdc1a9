"""Each answer of a checklist: what it says, of a bundle and a table that are known."""

from __future__ import annotations

import json
import re
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from condyle.bundle import Manifest
from condyle.domain.estimate import Estimate
from condyle.domain.evaluation_charts import ConfusionChart, LineChart
from condyle.domain.evaluation_report import (
    CovariateFigures,
    EvaluationReport,
    Example,
    GroupFigure,
    Score,
    TaskReport,
)
from condyle.evaluation.cohort import cohort_of_table
from condyle.evaluation.participant_flow import LeftOut, Screening, flow_of
from condyle.evaluation.predictions import PredictionRow, predictions_from_rows
from condyle.reporting.evaluation.checklist import (
    ANSWERS,
    CHECKLISTS,
    checklist_markdown,
    fill,
    read_checklist,
)
from condyle.reporting.evaluation.checklist_records import Records
from condyle.reporting.predictions import FIRST, LAST

EXAMPLE = Path(__file__).parents[2] / "contract" / "manifest-example.json"
RECIPE = {
    "network": {"name": "disc-grader", "parameters": {"channels": [24, 48], "dropout": 0.35}},
    "optimiser": {"name": "adamw", "learning_rate": 0.002},
    "schedule": {"steps": 900, "refit_over": None},
    "augmentation": {},
    "loss": {"smoothing": 0.08},
}
ESTIMATE = Estimate(0.8, 0.6, 0.9, 8, "logit DeLong, by patient (8 patients)", "disc")
EXPECTED = {
    "ai-method": ["deep neural network ('disc-grader')", "grade (1), classify (1)"],
    "intended-use": ["Tests of Condyle, and nothing else.", "Not for: age under 18, surgery."],
    "data-source": ["'example-archive' (1240 discs, 179 patients)", "CC BY 4.0"],
    "eligibility": ["MR of the lumbar spine, sagittal, t1, t2", "64 pixels", "age under 18"],
    "preprocessing": ["normalise (low 1.0, high 99.0); fit (rows 4, columns 4)."],
    "subsets": ["rows 84, columns 112"],
    "reference-scale": ["Pfirrmann grade (1, 2, 3), Disc narrowing."],
    "model": ["name disc-grader", "channels [24, 48]", "Outputs: pfirrmann-grade", "model.onnx"],
    "software": ["commit 0123456; numpy 2.4.0, torch 2.13.0."],
    "initialisation": ["seed 7", "dropout 0.35"],
    "training": ["optimiser: name adamw, learning_rate 0.002; schedule: steps 900; loss: "],
    "final-model": ["the model of every fold is kept"],
    "ensemble": ["1 model; there is no ensemble."],
    "thresholds": ["disc-narrowing 0.500", "the greatest Youden index on the inner folds"],
    "development": ["5 folds by patient, each scored out of fold, on 1240 discs, 179 patients."],
    "users": ["Tests of Condyle, and nothing else.", "nothing is entered by hand"],
    "recalibration": ["disc-narrowing by platt", "Fitted on the inner folds."],
    "imbalance": ["smoothing 0.08"],
    "predictors": ["Images (MR, t1, t2)", "name disc-grader"],
    "model-building": ["name disc-grader", "optimiser: ", "Internal validation: 5 folds"],
    "model-given": ["example-grading 0.3.1 holds model.onnx", "licence CC-BY-4.0"],
    "poor-input": ["refused with its reason", "at least 64 pixels"],
    "availability": ["licence CC-BY-4.0", "Apache-2.0"],
    "data-availability": ["Example archive, CC BY 4.0"],
    "code-availability": ["Apache-2.0, commit 0123456"],
    "technical-details": ["'example-grading' stands verbatim"],
    "missing-data": ["1 of 17 rows have no reference", "sex 1"],
    "acquisition": ["manufacturer: Maker: 8 (100 %)", "field strength (T): 1.5: 4 (50 %), 3: 4"],
    "devices": ["manufacturer: Maker: 8 (100 %)", "item 15a"],
    "acquisition-and-preprocessing": ["Maker: 8 (100 %)", "Preprocessing: normalise, fit."],
    "partitions": ["2 folds by patient; patients: fold 0 4, fold 1 4.", "bbbbbbbbbbbb, seed 7"],
    "disjoint": ["Patient. Checked: no patient of the table is in two folds."],
    "sample-size": ["8 patients counted, 17 rows"],
    "metrics": ["Figures: ROC area, F1, quadratic kappa.", "Plots: confusion, roc."],
    "uncertainty": ["95% intervals with the patient as the unit, by: logit DeLong."],
    "variability": ["Figures by sex, site, each with an interaction test"],
    "fairness": ["Tear by sex: F 0.800 (0.600 to 0.900), M 0.800 (0.600 to 0.900)"],
    "clusters": ["Figures by site"],
    "internal-test": ["the fold that did not see that patient"],
    "flow": ["Screened: 9 patients, 9 studies", "surgery: 1 patients", "Counted in the figures"],
    "characteristics": ["Table 1 by all, fold 0, fold 1: age, sex, Magnet"],
    "performance": ["Tear: ROC area 0.800 (0.600 to 0.900)", "quadratic kappa 0.800"],
    "accuracy": ["Tear: ROC area 0.800 (0.600 to 0.900)"],
    "failures": ["Tear, answers absent, present by reference absent: 3 1 / present: 1 3", "1 of"],
    "cross-table": ["absent: 3 1 / present: 1 3"],
    "indeterminate": ["Tear 1 of 8", "counts as wrong"],
    "severity": ["1: 4 (44 %), 2: 4 (44 %)"],
    "prevalence": ["Present, by disc: Tear 4 (50 %)."],
    "reference-classes": ["Tear (0/1)", "Pfirrmann grade (1/2)"],
    "test-blinded": ["no reference or clinical report"],
    "auditable": ["(17 rows)"],
    "numbers": ["Tear: 8 patients, 8 rows, 4 present"],
    "prediction": ["ONNX Runtime from the bundle example-grading 0.3.1"],
    "phase": ["Development, with internal validation out of fold."],
    "limits": ["Only 4 positive."],
}
WHOLE = {
    *("software", "ensemble", "disjoint", "uncertainty", "performance", "accuracy"),
    *("cross-table", "severity", "test-blinded", "auditable", "numbers", "prediction", "flow"),
    "characteristics",
}
"""Answers of which nothing is left for the authors, in this made-up run."""


def rows() -> list[PredictionRow]:
    made = []
    for at in range(8):
        known = {
            "sex": "FM"[at % 2] if at else "",
            "age": str(40 + at),
            "Manufacturer": "Maker",
            "MagneticFieldStrength": ("1.5", "3.0")[at % 2],
            "site": f"site {at % 2}",
        }
        base = {"patient": f"p{at}", "study": f"s{at}", "series": "", "fold": at % 2}
        base |= {"unit": "disc-1", "covariates": known}
        finding = {"task": "tear", "reference": float(at % 2), "prediction": float(at % 3 == 0)}
        made.append(PredictionRow(**base, **finding, probabilities=(0.4,), abstained=at == 5))
        grade = {"task": "pfirrmann-grade", "reference": 1.0 + at % 2, "prediction": 1.0}
        made.append(PredictionRow(**base, **grade, probabilities=(0.6, 0.4)))
    extra = {"unit": "disc-2", "reference": float("nan")}
    return [*made, replace(made[1], **extra)]


def task(name: str, kind: str, figure: str) -> TaskReport:
    group = GroupFigure("F", ESTIMATE, 4, True)
    groups = (group, replace(group, name="M"))
    charts = (("confusion", ConfusionChart("x", ("absent", "present"), ((3, 1), (1, 3)))),)
    return TaskReport(
        name=name,
        kind=kind,
        unit="disc",
        rows=8,
        patients=8,
        declined=1 if kind == "finding" else 0,
        scores=(Score(figure, ESTIMATE, headline=True), Score("f1", ESTIMATE)),
        subgroups=tuple(CovariateFigures(c, figure, groups, 0.4) for c in ("sex", "site")),
        charts=(*charts, ("roc", LineChart("roc", "x", ()))) if kind == "finding" else (),
        warnings=("Only 4 positive.",) if kind == "finding" else (),
    )


def manifest(**recipe) -> Manifest:
    document = json.loads(EXAMPLE.read_text())
    document["training"]["recipe"] = {**RECIPE, **recipe}
    document["interpretation"] = {"crop": {"rows": 84, "columns": 112}}
    return Manifest.model_validate(document)


@pytest.fixture(name="records", scope="module")
def _records() -> Records:
    table = predictions_from_rows(rows())
    tasks = (task("tear", "finding", "auc"), task("pfirrmann-grade", "grade", "quadratic-kappa"))
    examples = (Example("s1", 0, 2, False, b""), Example("s2", 2, 2, True, b""))
    return Records(
        table=table,
        report=EvaluationReport("x", (), 8, 0, tasks, examples=examples),
        cohort=cohort_of_table(table, classes=["tear", "pfirrmann-grade"], unit="disc"),
        flow=flow_of(table, screening=Screening(9, 9, (LeftOut("surgery", 1, 1),))),
        manifest=manifest(),
    )


def test_every_answer_but_that_of_an_external_test_is_expected_here() -> None:
    assert set(ANSWERS) - set(EXPECTED) == {"external-test"}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_an_answer_says_what_the_records_hold(name: str, records: Records) -> None:
    found = ANSWERS[name](records)
    assert found is not None
    for part in EXPECTED[name]:
        assert part in found.text, found.text


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_an_answer_is_a_sentence(name: str, records: Records) -> None:
    found = ANSWERS[name](records)
    assert found is not None
    assert found.text.rstrip().endswith((".", "0"))
    assert not re.search(r"\.\s*\.|\bnan\b|[{}]|,\s*[.;]|  ", found.text), found.text


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_what_is_left_for_the_authors_is_said(name: str, records: Records) -> None:
    found = ANSWERS[name](records)
    assert found is not None
    assert (found.left == "") == (name in WHOLE), found.left


def files_of(where: str) -> dict[str, list[str]]:
    found = {}
    for part in where.split("; "):
        if ": " in part and not part.startswith("by "):
            file, said = part.split(": ", 1)
            found[file] = [each.strip() for each in said.split(",")]
        elif part.endswith((".csv", ".svg")):
            found[part] = []
    return found


def stands_in(document: object, path: str) -> bool:
    for step in path.split("."):
        several = step.endswith("[]")
        if not isinstance(document, dict) or step.removesuffix("[]") not in document:
            return False
        document = document[step.removesuffix("[]")]
        if several and isinstance(document, dict):
            document = next(iter(document.values()))
        elif several and isinstance(document, list):
            document = document[0]
    return True


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_the_fields_that_an_answer_names_are_there(name: str, records: Records) -> None:
    found = ANSWERS[name](records)
    assert found is not None and records.manifest is not None
    document = records.manifest.model_dump(mode="json", by_alias=True)
    columns = {*FIRST, *LAST, "probability_*"}
    for file, told in files_of(found.where).items():
        for each in told:
            if file == "manifest.json":
                assert stands_in(document, each), each
            elif file == "predictions.csv":
                assert each in columns, each
            elif file == "metrics.json":
                assert in_tasks(each), each
            else:
                assert file in {"cohort.csv", "figures", "report.html", "metrics.csv"}


def in_tasks(path: str) -> bool:
    """Follows a path such as ``tasks[].scores[].estimate.method`` through the dataclasses."""
    kind: object = TaskReport
    first, *steps = path.split(".")
    assert first == "tasks[]"
    for step in steps:
        name = step.removesuffix("[]")
        if not (isinstance(kind, type) and is_dataclass(kind)):
            return False
        if name not in {each.name for each in fields(kind)}:
            return False
        hint = get_type_hints(kind)[name]
        kind = next((each for each in get_args(hint) if isinstance(each, type)), hint)
    return True


@pytest.mark.parametrize(
    ("recipe", "silent"),
    [
        ({"loss": None}, "imbalance"),
        ({"loss": None, "optimiser": None, "schedule": None}, "training"),
        ({"network": None}, "initialisation"),
    ],
)
def test_a_recipe_without_it_leaves_the_item_to_the_authors(
    recipe, silent: str, records: Records
) -> None:
    assert ANSWERS[silent](replace(records, manifest=manifest(**recipe))) is None


def test_a_bundle_without_thresholds_or_calibration_is_silent_of_them(records: Records) -> None:
    made = records.manifest
    assert made is not None
    bare = made.model_copy(update={"operating_curves": {}, "calibration": {}})
    for name in ("thresholds", "recalibration"):
        assert ANSWERS[name](replace(records, manifest=bare)) is None


def test_an_ensemble_says_of_how_many(records: Records) -> None:
    made = records.manifest
    assert made is not None
    several = made.model_copy(update={"models": ("a.onnx", "b.onnx")})
    found = ANSWERS["ensemble"](replace(records, manifest=several))
    assert found is not None and found.text == "2 models; their outputs are averaged."


def test_simulated_training_data_are_said_to_be(records: Records) -> None:
    made = records.manifest
    assert made is not None
    data = made.training.dataset.model_copy(update={"simulated": True})
    training = made.training.model_copy(update={"dataset": data})
    simulated = made.model_copy(update={"training": training})
    found = ANSWERS["data-source"](replace(records, manifest=simulated))
    assert found is not None and "The images are simulated." in found.text


def test_a_refit_model_is_told_from_an_ensemble(records: Records) -> None:
    made = records.manifest
    assert made is not None
    training = made.training.model_copy(update={"fitted": "refit"})
    found = ANSWERS["final-model"](
        replace(records, manifest=made.model_copy(update={"training": training}))
    )
    assert found is not None and "fitted again on all cases" in found.text


def test_an_external_reading_counts_whom_it_left_out(records: Records) -> None:
    table = predictions_from_rows([replace(r, fold=-1, bundle="ab" * 32) for r in rows()])
    read = replace(records, table=table, report=replace(records.report, in_sample=3))
    found = ANSWERS["external-test"](read)
    assert found is not None
    assert "3 patients of its training were recognised" in found.text and "8 others" in found.text
    phase = ANSWERS["phase"](read)
    assert phase is not None and phase.text == "Evaluation of a finished model."
    assert ANSWERS["disjoint"](read) is None and ANSWERS["partitions"](read) is None


@pytest.mark.parametrize("name", CHECKLISTS)
def test_a_filled_checklist_holds_no_identity_of_a_patient(name: str, records: Records) -> None:
    text = checklist_markdown(fill(read_checklist(name), records))
    assert not re.search(r"\bp[0-7]\b|\bs[0-7]\b", text)


@pytest.mark.parametrize("name", CHECKLISTS)
def test_more_is_answered_with_a_bundle_than_without(name: str, records: Records) -> None:
    checklist = read_checklist(name)
    with_it = fill(checklist, records).counts
    without = fill(checklist, replace(records, manifest=None)).counts
    assert with_it[2] < without[2]
    assert sum(with_it) == sum(without)


@pytest.mark.parametrize("name", CHECKLISTS)
def test_the_draft_says_how_much_of_it_is_answered(name: str, records: Records) -> None:
    filled = fill(read_checklist(name), records)
    whole, part, none = filled.counts
    text = checklist_markdown(filled)
    assert f"answer {whole}, and {part} in part; {none} are left for the authors" in text
    assert "the original alone is authoritative" in text
    assert text.count("> For the authors.") == none
    assert text.count("> For the authors: ") == part
