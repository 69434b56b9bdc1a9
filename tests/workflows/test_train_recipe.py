"""From a recipe and a labelled archive to a bundle; and that no fold learns from itself."""

import json
from importlib.util import find_spec

import numpy as np
import pytest

if find_spec("torch") is None:
    pytest.skip("needs torch: the 'train' extra is not installed", allow_module_level=True)

from condyle.bundle import find_bundle
from condyle.datasets.spider import graded_cases, masked_cases
from condyle.datasets.splits import read_split, split_of_folds, split_text
from condyle.domain.progress import ignore_progress
from condyle.errors import BadConfiguration, BundleError, OutputError
from condyle.inference import verify_bundle
from condyle.interpretation.crops import DiscPlace, crop_shape, disc_inputs
from condyle.reporting.predictions import read_predictions
from condyle.training.execution import Execution
from condyle.training.recipe import read_recipe
from condyle.workflows.reading.contrast_roles import choose_roles
from condyle.workflows.reading.disc_grading import _places, _Windowed
from condyle.workflows.reading.series_choice import choose_series
from condyle.workflows.reading.study_anatomy import read_anatomy
from condyle.workflows.train_recipe import train_recipe
from condyle.workflows.training import train_anatomy, train_grading
from condyle.workflows.training.grading_data import gradable_slices
from condyle.workflows.training.lumbar_recipes import read_recipe_of
from condyle.workflows.training.train_anatomy import onnx_runner

CPU = Execution("cpu")
PATIENTS = range(1, 13)
FOLDS = {str(patient): patient % 2 for patient in PATIENTS}
SHORT = {
    "schedule": "{steps: 6, batch: 2, warmup: 2, average_decay: 0.5}",
    "network": "{name: unet, parameters: {channels: [4, 6, 8]}}",
}


@pytest.fixture(name="made", scope="module")
def _made(tmp_path_factory):
    """A folder for what the tests of this module share, and their split file."""
    folder = tmp_path_factory.mktemp("training")
    split = split_of_folds("drawn", seed=1, folds=FOLDS)
    (folder / "split.yaml").write_text(split_text(split))
    return folder


@pytest.fixture(name="data")
def _data(made, archive):
    root = made / "data"
    return root if root.exists() else archive(root, PATIENTS)


@pytest.fixture(name="anatomy_run")
def _anatomy_run(made, data):
    """A run of the anatomy recipe, made once: 6 steps, then 2 of self-training, two folds."""
    out = made / "anatomy"
    if not out.exists():
        settings = {
            **SHORT,
            "self_training": "{steps: 2, share: 0.5, learning_rate: 0.01}",
            "data.split": str(made / "split.yaml"),
        }
        train_recipe("lumbar-anatomy", data=data, out=out, settings=settings, execution=CPU)
    return out


@pytest.fixture(name="grey_run")
def _grey_run(made, anatomy_run, models):
    """The same run with networks in it that do find the discs."""
    run = made / "grey"
    if not run.exists():
        run.mkdir()
        for name in ("recipe.json", "split.yaml", "bundle"):
            (run / name).symlink_to(anatomy_run / name)
        for fold in range(2):
            (run / "folds" / str(fold)).mkdir(parents=True)
            (run / "folds" / str(fold) / "model.onnx").write_bytes(models[0])
    return run


@pytest.fixture(name="grading_run")
def _grading_run(made, data, grey_run):
    out = made / "grading"
    if not out.exists():
        settings = {
            "schedule": "{steps: 6, batch: 4, warmup: 2, average_decay: 0.5}",
            "pretrained.network": "{name: efficientnet-lite0, parameters: {blocks: 2}}",
            "pretrained.schedule": "{steps: 2, batch: 2, warmup: 1, average_decay: 0.5}",
            "data.split": str(made / "split.yaml"),
            "anatomy_run": str(grey_run),
        }
        train_recipe("lumbar-grading", data=data, out=out, settings=settings, execution=CPU)
    return out


def test_an_anatomy_recipe_yields_a_bundle_that_opens_and_verifies(anatomy_run):
    bundle = find_bundle(anatomy_run / "bundle" / "lumbar-anatomy")
    assert verify_bundle(bundle, threads=1).ok
    training = bundle.manifest.training
    assert (training.folds, training.fitted) == (2, "ensemble-of-folds")
    assert len(training.case_hashes) == 12 * 3
    assert training.dataset.counts["patients"] == 12
    assert {m.name for m in bundle.manifest.validation.metrics} == {"dice", "disc-count-as-graded"}


def test_the_run_folder_holds_recipe_split_table_and_figures(anatomy_run, made):
    assert read_recipe_of(anatomy_run).schedule.steps == 6
    assert read_split(str(anatomy_run / "split.yaml")).folds == FOLDS
    table = read_predictions(anatomy_run / "predictions.csv")
    assert set(table.patient) == set(FOLDS)
    assert all(FOLDS[str(p)] == f for p, f in zip(table.patient, table.fold, strict=True))
    names = {item["name"] for item in json.loads((anatomy_run / "metrics.json").read_text())}
    assert names == {"dice", "disc-count-as-graded"}
    assert not list(anatomy_run.rglob("*.part"))


def test_a_grading_recipe_yields_a_bundle_that_names_its_anatomy_by_hash(grading_run, grey_run):
    bundle = find_bundle(grading_run / "bundle" / "lumbar-grading")
    anatomy = find_bundle(grey_run / "bundle" / "lumbar-anatomy")
    assert bundle.manifest.requires[0].sha256 == anatomy.sha256
    checks = {check.name: check.ok for check in verify_bundle(bundle, threads=1).checks}
    assert all(checks[name] for name in ("manifest", "files", "models", "sample"))
    assert set(bundle.manifest.calibration) == {o.name for o in bundle.manifest.outputs()}
    table = read_predictions(grading_run / "predictions.csv")
    assert len(table) == 12 * 6 * 8 and not table.abstained.any()


def test_a_run_folder_in_use_is_not_overwritten(anatomy_run, data, made):
    settings = {"data.split": str(made / "split.yaml")}
    for resume in (False, True):
        with pytest.raises(OutputError):
            train_recipe(
                "lumbar-anatomy",
                data=data,
                out=anatomy_run,
                settings=settings,
                execution=Execution("cpu", resume=resume),
            )


def test_a_grading_recipe_without_its_anatomy_run_is_refused(data, tmp_path, made):
    settings = {"data.split": str(made / "split.yaml")}
    with pytest.raises(BadConfiguration, match="anatomy"):
        train_recipe("lumbar-grading", data=data, out=tmp_path / "run", settings=settings)
    settings["anatomy_run"] = str(tmp_path)
    with pytest.raises(BadConfiguration, match="not a run folder"):
        train_recipe("lumbar-grading", data=data, out=tmp_path / "run", settings=settings)


def test_an_anatomy_run_of_another_split_or_recipe_is_refused(data, tmp_path, made, anatomy_run):
    """Else a fold's anatomy network could have learned from the patients that the fold scores."""
    other = tmp_path / "other.yaml"
    turned = {patient: 1 - fold for patient, fold in FOLDS.items()}
    other.write_text(split_text(split_of_folds("drawn", seed=2, folds=turned)))
    for split, named, found in (
        (other, "lumbar-anatomy", "under another split"),
        (made / "split.yaml", "lumbar-grading", "a run of 'lumbar-anatomy'"),
    ):
        settings = {
            "data.split": str(split),
            "requires": f"[{{name: {named}, role: anatomy}}]",
            "anatomy_run": str(anatomy_run),
        }
        with pytest.raises(BadConfiguration) as caught:
            train_recipe("lumbar-grading", data=data, out=tmp_path / "run", settings=settings)
        assert found in caught.value.found
        assert not (tmp_path / "run").exists()


def test_an_anatomy_run_without_a_fold_is_refused(tmp_path):
    with pytest.raises(BundleError, match="not complete"):
        train_grading.anatomy_network(tmp_path, 0)


def test_no_fold_of_the_anatomy_learns_from_a_patient_that_it_scores(
    data, tmp_path, monkeypatch, models
):
    learned: dict[str, set[str]] = {}

    def fake_train(recipe, *, slices, stage, **more):
        learned[stage] = {item.patient for item in slices}
        return object()

    def fake_first(recipe, *, slices, fold, **more):
        return fake_train(recipe, slices=slices, stage=f"fold-{fold}-round-1")

    monkeypatch.setattr(train_anatomy, "train_first_round", fake_first)
    monkeypatch.setattr(train_anatomy, "train_segmentation", fake_train)
    monkeypatch.setattr(train_anatomy, "export_checked", lambda network, recipe: models[0])
    train_anatomy.train_folds(
        read_recipe("lumbar-anatomy"),
        masked=masked_cases(data),
        unmasked=graded_cases(data),
        split=split_of_folds("drawn", seed=1, folds=FOLDS),
        out=tmp_path,
        execution=CPU,
    )
    assert len(learned) == 4  # two folds of two rounds
    for stage, patients in learned.items():
        fold = int(stage.split("-")[1])
        assert patients == {patient for patient, own in FOLDS.items() if own != fold}


def test_no_fold_of_the_grader_learns_from_a_patient_that_it_scores(
    data, tmp_path, monkeypatch, models, grey_run
):
    learned: dict[str, set[str]] = {}
    read: dict[str, str] = {}
    open_runner, cut = train_grading.onnx_runner, train_grading.graded_discs
    networks: dict[object, str] = {}

    def fake_train(recipe, *, discs, stage, **more):
        learned[stage] = set(discs.patients.tolist())
        return object()

    def fake_runner(path, **more):
        run = open_runner(path, **more)
        networks[run] = path.parent.name
        return run

    def told(cases, recipe, *, run_of, **more):
        def noted(patient):
            read[patient] = networks[run_of(patient)]
            return run_of(patient)

        return cut(cases, recipe, run_of=noted, **more)

    monkeypatch.setattr(train_grading, "train_grading", fake_train)
    monkeypatch.setattr(train_grading, "export_checked", lambda network, discs: models[1])
    monkeypatch.setattr(train_grading, "onnx_runner", fake_runner)
    monkeypatch.setattr(train_grading, "graded_discs", told)
    scored = train_grading.train_folds(
        read_recipe("lumbar-grading"),
        cases=graded_cases(data),
        split=split_of_folds("drawn", seed=1, folds=FOLDS),
        anatomy_run=grey_run,
        anatomy=read_recipe("lumbar-anatomy"),
        out=tmp_path,
        execution=CPU,
    )
    for stage, patients in learned.items():
        assert patients == {p for p, own in FOLDS.items() if own != int(stage.split("-")[1])}
    assert read == {p: str(own) for p, own in FOLDS.items()}  # by the network that never saw them
    assert all(
        FOLDS[row.case.patient] == fold for row, fold in zip(scored.rows, scored.folds, strict=True)
    )
    assert len(scored.rows) == 12 * 6 and all(row.found for row in scored.rows)


def test_training_and_reading_cut_the_same_arrays_out_of_a_case(data, models, pair):
    anatomy, grading = pair
    case = graded_cases(data)[4]
    run = onnx_runner(models[0])
    spec = anatomy.manifest.preprocessing
    trained = gradable_slices(
        case, anatomy_spec=spec, grading_spec=grading.manifest.preprocessing, run=run
    )
    choices = choose_series(case.study, anatomy.manifest.input)
    readings, _ = read_anatomy(
        choices, case.study.series, spec=spec, run=run, progress=ignore_progress
    )
    roles = choose_roles(readings)
    shape = crop_shape(grading.manifest.interpretation)
    images = _Windowed(grading.manifest.preprocessing)
    served = [_places(roles, position, images) for position in range(6)]
    theirs = [
        {role: DiscPlace(found, position) for role, found in trained.items()}
        for position in range(6)
    ]
    for position, places in enumerate(served):
        assert set(places) == set(trained) == {"t1", "t2"}
        for role, place in places.items():
            np.testing.assert_array_equal(place.found.image, trained[role].image)
            np.testing.assert_array_equal(
                place.found.anatomy.labelmap, trained[role].anatomy.labelmap
            )
            assert (place.position, place.found.weighting) == (position, trained[role].weighting)
    for mine, other in zip(
        disc_inputs(served, shape=shape), disc_inputs(theirs, shape=shape), strict=True
    ):
        np.testing.assert_array_equal(mine.crop, other.crop)
        np.testing.assert_array_equal(mine.facts, other.facts)
