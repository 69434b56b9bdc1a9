"""What is written as JSON says what was evaluated, who was in, and every figure."""

import json

import pytest

from condyle.bundle import find_bundle
from condyle.domain.comparison_report import ComparedFigure, ComparisonReport, TaskComparison
from condyle.domain.estimate import Estimate
from condyle.domain.evaluation_charts import ConfusionChart
from condyle.domain.evaluation_report import EvaluationReport, Score, TaskReport
from condyle.reporting.evaluation.documents import comparison_document, metrics_document

NAN = float("nan")
SAID = Estimate(0.75, NAN, NAN, 8, "exact", "disc")
CHARTS = (("confusion", ConfusionChart("t", ("absent", "present"), ((1, 0), (0, 1)), ())),)


@pytest.fixture(name="evaluated")
def _evaluated() -> EvaluationReport:
    """One task of one figure without an interval, two patients left out."""
    task = TaskReport("tear", "finding", "disc", 8, 4, 0, (Score("auc", SAID),), charts=CHARTS)
    return EvaluationReport("Title", (), patients=4, in_sample=2, tasks=(task,))


def test_an_evaluation_counts_those_that_were_learned_from_apart(evaluated) -> None:
    document = metrics_document(evaluated, bundle=None, patients=6)
    counted = {name: document[name] for name in ("patients", "in_sample", "out_of_sample")}
    assert counted == {"patients": 6, "in_sample": 2, "out_of_sample": 4}
    assert (document["schema"], document["bundle"]) == ("condyle.evaluation/1", None)
    assert document["reason"] is None


def test_what_is_undefined_is_null_and_what_is_drawn_is_left_out(evaluated) -> None:
    text = json.dumps(metrics_document(evaluated, bundle=None, patients=6), allow_nan=False)
    (task,) = json.loads(text)["tasks"]
    assert "charts" not in task
    assert task["scores"][0]["estimate"]["value"] == 0.75
    assert task["scores"][0]["estimate"]["low"] is None


def test_an_evaluation_names_its_bundle(evaluated) -> None:
    bundle = find_bundle("lumbar-anatomy")
    found = metrics_document(evaluated, bundle=bundle, patients=6)["bundle"]
    manifest = bundle.manifest
    assert found == {
        "name": manifest.name,
        "version": manifest.version,
        "sha256": bundle.sha256,
    }


def test_a_comparison_holds_its_margin_tasks_and_notes() -> None:
    figure = ComparedFigure(
        *("auc", 8, SAID, SAID, SAID),
        *(NAN, NAN, "none", 0.5, "exact", "not shown"),
        headline=True,
    )
    task = TaskComparison("tear", "finding", "disc", 4, (figure,), charts=CHARTS)
    report = ComparisonReport("Title", (("A", "a.csv"),), (task,), margin=0.05, notes=("n",))
    document = json.loads(json.dumps(comparison_document(report), allow_nan=False))
    assert document["schema"] == "condyle.comparison/1"
    assert (document["margin"], document["facts"]) == (0.05, [["A", "a.csv"]])
    assert document["tasks"][0]["figures"][0]["p_value"] is None
    assert "charts" not in document["tasks"][0] and document["notes"] == ["n"]
