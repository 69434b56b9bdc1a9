"""A labelled archive and a bundle in, a table, figures and pictures out."""

import json

import numpy as np
import pytest

from condyle.bundle import image_hash
from condyle.datasets.spider import graded_cases
from condyle.domain.progress import Progress
from condyle.errors import BundleError, Cancelled, DatasetError, OutputError
from condyle.reporting.predictions import read_predictions
from condyle.workflows.evaluate_bundle import evaluate_bundle
from condyle.workflows.evaluation.rows import Draw
from condyle.workflows.reading import study_anatomy

QUICK = Draw(replicates=60, permutations=3)


def figures_of(out):
    return json.loads((out / "metrics.json").read_text())


def by_name(document):
    """Gives the estimates by figure, task and what was counted."""
    return {
        (score["name"], task["name"], score["counted"]): score["estimate"]
        for task in document["tasks"]
        for score in task["scores"]
    }


@pytest.fixture(autouse=True)
def _upright(monkeypatch):
    """A drawn spine is as straight as a ruler, which tells no turn."""
    monkeypatch.setattr(study_anatomy, "turn_of", lambda anatomy: "upright")


@pytest.fixture(name="run", scope="module")
def _run(tmp_path_factory, pair):
    """Evaluates either bundle on four drawn patients, once."""
    return {"folder": tmp_path_factory.mktemp("evaluations"), "pair": pair}


@pytest.fixture(name="grading_out")
def _grading_out(run, archive):
    return _evaluated(run, archive, "grading", run["pair"][1])


@pytest.fixture(name="anatomy_out")
def _anatomy_out(run, archive):
    return _evaluated(run, archive, "anatomy", run["pair"][0])


def _evaluated(run, archive, name, bundle):
    data, out = run["folder"] / "data", run["folder"] / name
    if not data.exists():
        archive(data, [1, 2, 3, 4])
    if not out.exists():
        told: list[Progress] = []
        wanted = {"data": data, "out": out, "pages": False, "draw": QUICK, "progress": told.append}
        assert evaluate_bundle(str(bundle.path), **wanted) == out
        run[name] = told
    return out


def test_every_graded_disc_and_finding_has_its_row(grading_out, pair):
    table = read_predictions(grading_out / "predictions.csv")
    assert len(table) == 4 * 6 * 8
    assert set(table.patient) == {"1", "2", "3", "4"}
    assert set(table.bundle) == {pair[1].sha256}
    assert set(table.fold) == {-1}
    assert not table.abstained.any()
    grades = table.of_task("pfirrmann-grade")
    np.testing.assert_array_equal(grades.reference, grades.prediction)
    np.testing.assert_allclose(grades.probabilities.sum(axis=1), 1.0, atol=1e-3)


def test_a_decision_that_a_report_would_not_print_is_still_counted(grading_out):
    table = read_predictions(grading_out / "predictions.csv")
    assert set(table.of_task("disc-bulging").prediction) == {1.0}
    assert set(table.of_task("disc-narrowing").prediction) == {0.0}


def test_every_patient_that_was_not_learned_from_is_marked_so(grading_out):
    table = read_predictions(grading_out / "predictions.csv")
    assert set(table.covariates["in_sample"]) == {"no"}


def test_the_grading_figures_have_interval_n_and_unit(grading_out):
    document = figures_of(grading_out)
    assert (document["schema"], document["in_sample"]) == ("condyle.evaluation/1", 0)
    assert (document["patients"], document["out_of_sample"]) == (4, 4)
    found = by_name(document)
    for name in ("coverage", "exact", "within-one", "quadratic-kappa"):
        estimate = found[name, "pfirrmann-grade", "all"]
        assert estimate["value"] == pytest.approx(1.0)
        assert (estimate["n"], estimate["unit"]) == (24, "disc")
    of_herniation = {k[0]: e for k, e in found.items() if k[1:] == ("disc-herniation", "all")}
    assert of_herniation["sensitivity"]["value"] == 1.0  # everything is called
    assert of_herniation["specificity"]["value"] == 0.0
    assert of_herniation["auc"]["value"] == 0.5
    assert of_herniation["ppv"]["low"] < of_herniation["ppv"]["high"]


def test_each_case_has_one_picture(grading_out, anatomy_out):
    pictures = sorted(path.name for path in grading_out.glob("*.png"))
    assert pictures == [f"overlay-{patient}.png" for patient in (1, 2, 3, 4)]
    names = {path.name for path in anatomy_out.glob("*.png")}
    assert len(names) == 8 and "overlay-2_t2_SPACE_slice2.png" in names
    assert (grading_out / "overlay-1.png").read_bytes().startswith(b"\x89PNG")
    assert not list(grading_out.glob(".*"))


def test_an_anatomy_bundle_is_scored_by_dice_a_structure_and_by_its_count(anatomy_out):
    table = read_predictions(anatomy_out / "predictions.csv")
    assert len(table) == 4 * 3 + 4 * 2
    counts = table.of_task("disc-count")
    np.testing.assert_array_equal(counts.reference, 6)
    np.testing.assert_array_equal(counts.prediction, 6)
    found = by_name(figures_of(anatomy_out))
    assert found["same-number", "disc-count", "all"]["value"] == 1.0
    for name in ("intervertebral-disc", "vertebra", "spinal-canal"):
        dice = found["dice", f"dice-{name}", "all"]
        assert 0.85 < dice["value"] <= 1.0
        assert (dice["n"], dice["unit"]) == (4, "patient")
        mean = table.of_task(f"dice-{name}").prediction.mean()
        assert dice["value"] == pytest.approx(mean, abs=1e-9)


def test_the_stages_have_names_and_count_the_cases(grading_out, run):
    told = [step for step in run["grading"] if step.stage == "evaluate"] if "grading" in run else []
    assert [(s.done, s.total) for s in told] == [(n, 4) for n in range(1, 5)]
    assert {s.stage for s in run["grading"]} == {"recognise", "evaluate", "figures"}


def test_patients_of_the_training_set_are_marked_and_count_in_no_figure(
    archive, make_bundles, tmp_path
):
    data = archive(tmp_path / "data", [1, 2, 3], masks=False)
    seen = graded_cases(data)[1].study.series[0].load().array[0]
    _, grading = make_bundles(tmp_path / "bundles", case_hashes=[image_hash(seen)])
    out = evaluate_bundle(
        str(grading.path), data=data, out=tmp_path / "out", pages=False, draw=QUICK
    )
    table = read_predictions(out / "predictions.csv")
    marked = {
        str(p): str(s) for p, s in zip(table.patient, table.covariates["in_sample"], strict=True)
    }
    assert marked == {"1": "no", "2": "yes", "3": "no"}
    document = figures_of(out)
    assert (document["in_sample"], document["out_of_sample"]) == (1, 2)
    assert by_name(document)["exact", "pfirrmann-grade", "all"]["n"] == 12


def test_with_every_patient_in_sample_there_is_a_reason_and_no_figure(
    archive, make_bundles, tmp_path
):
    data = archive(tmp_path / "data", [1, 2], masks=False)
    hashes = [image_hash(case.study.series[1].load().array[0]) for case in graded_cases(data)]
    _, grading = make_bundles(tmp_path / "bundles", case_hashes=hashes)
    out = evaluate_bundle(
        str(grading.path), data=data, out=tmp_path / "out", pages=False, draw=QUICK
    )
    document = figures_of(out)
    assert (document["tasks"], document["in_sample"]) == ([], 2)
    assert "trained on" in document["reason"]
    assert len(read_predictions(out / "predictions.csv")) == 2 * 6 * 8


def test_what_was_not_found_or_declined_counts_as_wrong(archive, pair, tmp_path):
    data = archive(tmp_path / "data", [1, 2], masks=False)
    (data / "midsagittal" / "1_t2.png").unlink()
    rows = (data / "gradings.csv").read_text() + "2,7,3,0,0,0,0,0,0,0\n"
    (data / "gradings.csv").write_text(rows)
    out = evaluate_bundle(
        str(pair[1].path), data=data, out=tmp_path / "out", pages=False, draw=QUICK
    )
    table = read_predictions(out / "predictions.csv")
    lost = table.where(table.unit == "disc-7")
    assert lost.abstained.all() and np.isnan(lost.prediction).all()
    found = by_name(figures_of(out))
    assert found["coverage", "pfirrmann-grade", "all"]["value"] == pytest.approx(6 / 13)
    assert found["exact", "pfirrmann-grade", "all"]["value"] == pytest.approx(6 / 13)
    assert found["exact", "pfirrmann-grade", "answered"]["value"] == 1.0
    assert found["coverage", "disc-narrowing", "all"]["value"] == pytest.approx(12 / 13)


def test_an_archive_without_masks_is_scored_by_its_counts_alone(archive, pair, tmp_path):
    data = archive(tmp_path / "data", [1, 2], masks=False)
    out = evaluate_bundle(
        str(pair[0].path), data=data, out=tmp_path / "out", pages=False, draw=QUICK
    )
    assert [task["name"] for task in figures_of(out)["tasks"]] == ["disc-count"]


def test_an_earlier_evaluation_is_replaced_and_anything_else_is_not(archive, pair, tmp_path):
    data = archive(tmp_path / "data", [1], masks=False)
    out = tmp_path / "out"
    out.mkdir()
    (out / "overlay-99.png").write_bytes(b"old")
    (out / "predictions.csv").write_bytes(b"old")
    evaluate_bundle(str(pair[1].path), data=data, out=out, pages=False, draw=QUICK)
    assert {path.name for path in out.iterdir()} == {
        "overlay-1.png",
        "predictions.csv",
        "metrics.json",
    }
    (out / "thesis.docx").write_bytes(b"mine")
    with pytest.raises(OutputError, match="nothing of yours is lost"):
        evaluate_bundle(str(pair[1].path), data=data, out=out, pages=False, draw=QUICK)
    assert (out / "thesis.docx").read_bytes() == b"mine"


def test_the_pages_show_every_task_and_the_cases_in_frames(archive, pair, tmp_path):
    data = archive(tmp_path / "data", [1, 2])
    out = evaluate_bundle(str(pair[0].path), data=data, out=tmp_path / "out", draw=QUICK)
    names = {path.name for path in out.iterdir()}
    assert {"report.html", "report.pdf", "metrics.csv", "metrics.json", "figures"} <= names
    table = read_predictions(out / "predictions.csv")
    assert [task["name"] for task in figures_of(out)["tasks"]] == list(table.tasks)
    html = (out / "report.html").read_text()
    assert pair[0].sha256 in html
    assert 'class="good"' in html and "statements right" in html
    assert any((out / "figures").glob("*.svg"))


def test_stopped_work_keeps_the_table_of_what_was_read(archive, pair, tmp_path):
    data = archive(tmp_path / "data", [1, 2], masks=False)

    def stop(step):
        if step.stage == "evaluate":
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        evaluate_bundle(str(pair[1].path), data=data, out=tmp_path / "out", progress=stop)
    assert set(read_predictions(tmp_path / "out" / "predictions.csv").patient) == {"1"}
    assert not (tmp_path / "out" / "metrics.json").exists()


def test_a_folder_without_the_layout_is_refused_before_anything_is_written(pair, tmp_path):
    (tmp_path / "data").mkdir()
    with pytest.raises(DatasetError):
        evaluate_bundle(str(pair[1].path), data=tmp_path / "data", out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_unknown_bundle_is_refused(tmp_path):
    with pytest.raises(BundleError):
        evaluate_bundle("lumbar-nothing", data=tmp_path, out=tmp_path / "out")
