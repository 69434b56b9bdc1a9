"""A run of each family of recipes, end to end: from an archive on disk to a bundle."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from torch import nn

from condyle.bundle import find_bundle
from condyle.datasets.split_rounds import Round, Split
from condyle.datasets.splits import read_split, split_text
from condyle.domain.progress import Progress
from condyle.errors import Cancelled, DatasetError, OutputError, UsageError
from condyle.inference import verify_bundle
from condyle.reporting.predictions import read_predictions
from condyle.training.networks import NETWORKS
from condyle.training.networks.backbones import BACKBONES
from condyle.training.networks.classifier import Classifier
from condyle.workflows import train_recipe
from condyle.workflows.training import image_recipes
from condyle.workflows.training.training import Training

UNET = {"network.parameters": "{inputs: 1, width: 8, levels: 2, norm: batch, prior: 0.1}"}
SLICES = {"network": "{name: small}"}
SERIES = {"network.parameters": "{backbone: small, normalisation: none}"}


class Small(Classifier):
    """A classifier of one convolution."""

    def __init__(self, *, classes: int, inputs: int = 1, dropout: float = 0.0) -> None:
        super().__init__()
        self.feature_channels = 16
        self.features = nn.Sequential(nn.Conv2d(inputs, 16, 5, stride=4), nn.ReLU())
        self.head = nn.Linear(16, classes)


@pytest.fixture(scope="module", autouse=True)
def _small():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(BACKBONES, "small", Small)
        patch.setitem(NETWORKS, "small", Small)
        yield


@pytest.fixture
def without_pages(monkeypatch) -> None:
    """Leaves the pages and figures of a run away, which take most of its time."""
    monkeypatch.setattr(image_recipes, "run_files", lambda *given: {})


FAMILIES = {
    "knee-unet": ("pairs", UNET),
    "knee-resnet18": ("pairs", SLICES),
    "knee-mrnet": ("mrnet", SERIES),
}


@pytest.fixture(scope="module")
def run_of(train, archive_of, tmp_path_factory) -> Callable[[str], Path]:
    """Gives the run folder of a recipe, made once."""
    made: dict[str, Path] = {}

    def run(name: str) -> Path:
        if name not in made:
            layout, settings = FAMILIES[name]
            out = tmp_path_factory.mktemp(name) / "run"
            train(name, archive_of(layout), out, settings=settings)
            made[name] = out
        return made[name]

    return run


@pytest.mark.parametrize("name", FAMILIES)
def test_a_run_folder_holds_all_that_was_asked_of_it(run_of, name: str) -> None:
    out = run_of(name)
    files = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    wanted = {
        "recipe.json",
        "split.yaml",
        "run.json",
        "predictions.csv",
        "metrics.json",
        "report.html",
        "report.pdf",
        "figures/training-loss.png",
        "figures/training-validation.svg",
        f"bundle/{name}/manifest.json",
        f"bundle/{name}/card.md",
    }
    assert wanted <= files, wanted - files
    planes = ("sagittal/", "coronal/", "axial/") if name == "knee-mrnet" else ("",)
    for plane in planes:
        fit = {f"folds/0/{plane}{file}" for file in ("log.csv", "fit.json", "best.ckpt")}
        assert fit <= files
        assert any(f"folds/0/{plane}tensorboard/events" in path for path in files)
    assert not (out / "cache").exists()
    assert not [path for path in files if path.endswith((".part", ".tmp"))]


@pytest.mark.parametrize("name", FAMILIES)
def test_the_bundle_of_a_run_can_be_found_and_verified(run_of, name: str) -> None:
    bundle = find_bundle(run_of(name) / "bundle" / name)
    assert all(check.ok for check in verify_bundle(bundle, threads=1).checks)
    assert bundle.manifest.training.fitted == "one-fit"
    assert bundle.manifest.validation.scheme.startswith("60/20/20, by patient: one training")
    assert bundle.manifest.training.recipe["network"]["name"] in NETWORKS


@pytest.mark.parametrize("name", FAMILIES)
def test_only_test_patients_are_scored_and_all_of_them(run_of, name: str) -> None:
    out = run_of(name)
    (only,) = read_split(str(out / "split.yaml")).rounds
    table = read_predictions(out / "predictions.csv")
    assert set(table.patient) == set(only.test)
    assert not set(only.test) & {*only.train, *only.validation}


def test_each_family_answers_for_what_it_learns(run_of) -> None:
    tasks = {name: read_predictions(run_of(name) / "predictions.csv").tasks for name in FAMILIES}
    assert {"dice-lesion", "iou-lesion", "dice-lesion-at-0.3", "lesion", "lesion-by-patient"} <= (
        set(tasks["knee-unet"])
    )
    assert tasks["knee-resnet18"] == ("lesion", "lesion-by-patient")
    assert {"knee-abnormality", "acl-tear", "meniscal-tear"} <= set(tasks["knee-mrnet"])


@pytest.mark.parametrize("name", FAMILIES)
def test_the_record_says_versions_seed_data_split_and_how_each_fit_went(run_of, name: str) -> None:
    out = run_of(name)
    record = json.loads((out / "run.json").read_text("utf-8"))
    assert record["recipe"] == name and record["seed"] == 2026 and record["commit"]
    assert {"condyle", "torch", "onnx", "python"} <= set(record["packages"])
    assert len(record["data"]["sha256"]) == 64 and record["data"]["counts"]["patients"] == 10
    assert record["split"]["design"] == "60/20/20" and record["split"]["rounds"] == 1
    for fit in record["rounds"]:
        assert (fit["steps"], fit["epochs"], fit["device"]) == (2, 2, "cpu")
        assert fit["best_epoch"] in (1, 2)
    declared = json.loads((out / "recipe.json").read_text("utf-8"))
    asked = [one["covariate"] for one in declared["data"]["exclude"]]
    assert all(any(f"'{name}'" in note for note in record["notes"]) for name in asked)


def test_the_page_says_source_split_training_and_what_was_noticed(run_of) -> None:
    out = run_of("knee-unet")
    page = (out / "report.html").read_text("utf-8")
    for words in ("Training run of knee-unet", "arXiv 1505.04597", "60/20/20, by patient"):
        assert words in page
    notices = json.loads((out / "run.json").read_text("utf-8"))["notices"]
    assert notices and all(notice.split("'")[0] in page for notice in notices)


def test_the_log_has_a_row_an_epoch(run_of) -> None:
    with (run_of("knee-unet") / "folds" / "0" / "log.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert {"loss", "validation-dice", "validation-called-share"} <= set(rows[0])


def test_a_run_that_was_stopped_goes_on_to_the_same_predictions(
    run_of, train, archive_of, tmp_path, without_pages
) -> None:
    whole = run_of("knee-unet")
    data, out = archive_of("pairs"), tmp_path / "run"

    def stop(told: Progress) -> None:
        if told.stage == "round-0" and told.done == 2:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        train("knee-unet", data, out, settings=UNET, execution={"progress": stop})
    assert (out / "cache").exists() and not (out / "predictions.csv").exists()
    train("knee-unet", data, out, settings=UNET, execution={"resume": True})
    for name in ("predictions.csv", "split.yaml", "recipe.json", "folds/0/model.onnx"):
        assert (out / name).read_bytes() == (whole / name).read_bytes(), name
    assert not (out / "cache").exists()


def test_each_fold_of_a_cross_validation_scores_its_own_patients(
    train, archive_of, tmp_path, without_pages
) -> None:
    out = tmp_path / "run"
    (made,) = train(
        "knee-unet", archive_of("pairs"), out, settings={**UNET, "data.split": "2-fold"}
    )
    split = read_split(str(out / "split.yaml"))
    table = read_predictions(out / "predictions.csv")
    for number, one in enumerate(split.rounds):
        assert set(table.where(table.fold == number).patient) == set(one.test)
    assert len(set(table.patient)) == 10
    bundle = find_bundle(made)
    assert bundle.manifest.models == ("fold-0.onnx", "fold-1.onnx")
    assert all(check.ok for check in verify_bundle(bundle, threads=1).checks)


def test_arms_are_trained_alike_on_the_patients_of_both_and_compared(
    train, archive_of, tmp_path, without_pages
) -> None:
    data, out = archive_of("folders", without_t2=(0, 3)), tmp_path / "run"
    made = train("ankle-olt-resnet50", data, out, settings=SLICES)
    assert [path.parts[-3:] for path in made] == [
        (arm, "bundle", "ankle-olt-resnet50") for arm in ("t1", "t2")
    ]
    splits = [(out / arm / "split.yaml").read_bytes() for arm in ("t1", "t2")]
    assert splits[0] == splits[1]
    assert len(read_split(str(out / "t1" / "split.yaml")).patients) == 8
    tables = [read_predictions(out / arm / "predictions.csv") for arm in ("t1", "t2")]
    assert set(tables[0].patient) == set(tables[1].patient)
    slices = [set(table.of_task("class").series) for table in tables]
    assert slices[0] and slices[1] and not slices[0] & slices[1]
    notes = json.loads((out / "t1" / "run.json").read_text("utf-8"))["notes"]
    assert any(note.startswith("8 of 10 patients have images for every arm") for note in notes)
    assert (out / "compare-t1-t2").is_dir() and any((out / "compare-t1-t2").iterdir())
    fed_back = {**SLICES, "data.split": str(out / "t1" / "split.yaml")}
    with pytest.raises(OutputError):  # the split fits; the folder is in use
        train("ankle-olt-resnet50", data, out, settings=fed_back)


def test_an_archive_of_labels_of_studies_teaches_no_outlines(train, archive_of, tmp_path) -> None:
    with pytest.raises(DatasetError) as caught:
        train("knee-unet", archive_of("mrnet"), tmp_path / "run")
    error = caught.value
    assert "says nothing of where" in error.found
    assert "knee-mrnet" in error.mend and "knee-resnet18" in error.mend


def test_a_recipe_of_slices_takes_no_label_of_a_whole_study(train, archive_of, tmp_path) -> None:
    with pytest.raises(DatasetError) as caught:
        train("knee-resnet18", archive_of("mrnet"), tmp_path / "run")
    assert caught.value.found == "no label of an image"
    assert "a recipe for studies" in caught.value.mend


def copied(source: Path, data: Path) -> Path:
    """Copies an archive of pairs, to be changed."""
    for folder in ("images", "masks"):
        (data / folder).mkdir(parents=True)
        for path in (source / folder).iterdir():
            (data / folder / path.name).write_bytes(path.read_bytes())
    return data


def test_the_folds_that_come_with_the_data_are_the_rounds_of_a_run(
    train, archive_of, tmp_path, monkeypatch
) -> None:
    data = copied(archive_of("pairs"), tmp_path / "data")
    names = sorted(path.stem for path in (data / "images").iterdir())
    parts = [[name for name in names if int(name[1:3]) % 2 == part] for part in (0, 1)]
    folds = [{"train": parts[0], "val": parts[1]}, {"train": parts[1], "val": parts[0]}]
    (data / "splits_final.json").write_text(json.dumps(folds), "utf-8")
    asked: list[Training] = []

    def note(training: Training) -> Path:
        asked.append(training)
        return training.out

    monkeypatch.setitem(train_recipe.TASKS, "lesion", note)
    own = {"data.split": "own or 70/15/15", "data.options.patient": r"(p\d+)_"}
    train("knee-unet", data, tmp_path / "run", settings=own)
    (training,) = asked
    assert training.split.design == "own, 2 folds, its validation side as the test"
    held = [{name[:3] for name in fold["val"]} for fold in folds]
    assert [set(one.test) for one in training.split.rounds] == held
    assert all(one.validation for one in training.split.rounds)


def test_a_split_of_the_datas_own_that_leaks_is_refused(train, archive_of, tmp_path) -> None:
    data = copied(archive_of("pairs"), tmp_path / "data")
    names = sorted(path.name for path in (data / "images").iterdir())
    # The two images of a patient lie on two sides.
    for name, members in (("train", names[::2]), ("val", names[3::4]), ("test", names[1::4])):
        (data / f"{name}.txt").write_text("\n".join(members) + "\n", "utf-8")
    settings = {
        **UNET,
        "data.split": "own",
        "data.options.patient": r"(p\d+)_",
    }
    with pytest.raises(DatasetError) as caught:
        train("knee-unet", data, tmp_path / "run", settings=settings)
    assert "several of its sides" in caught.value.failed
    assert "--set data.split=70/15/15" in caught.value.mend
    assert not (tmp_path / "run").exists()


def test_a_split_without_validation_is_refused(run_of, train, archive_of, tmp_path) -> None:
    (only,) = read_split(str(run_of("knee-unet") / "split.yaml")).rounds
    assert only.validation
    rounds = (Round((*only.train, *only.validation), (), only.test),)
    path = tmp_path / "own.yaml"
    path.write_text(split_text(Split("own", 1, "by hand", rounds)), "utf-8")
    with pytest.raises(DatasetError) as caught:
        train(
            "knee-unet",
            archive_of("pairs"),
            tmp_path / "run",
            settings={**UNET, "data.split": str(path)},
        )
    assert "nobody to stop a training by" in caught.value.failed
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("network.name", "vgg"),
        ("network.weights", "imagenet"),
        ("augmentation.rotate", "5"),
        ("preprocessing", "[]"),
        ("target.structures", "[bone]"),
    ],
)
def test_a_setting_that_cannot_be_used_leaves_the_run_folder_free(
    train, archive_of, tmp_path, setting: str, value: str
) -> None:
    with pytest.raises((UsageError, DatasetError)):
        train("knee-unet", archive_of("pairs"), tmp_path / "run", settings={**UNET, setting: value})
    assert not (tmp_path / "run").exists()


def test_a_run_that_was_stopped_before_its_first_checkpoint_leaves_the_folder_free(
    train, archive_of, tmp_path
) -> None:
    def stop(told: Progress) -> None:
        if told.stage == "round-0":
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        train(
            "knee-unet",
            archive_of("pairs"),
            tmp_path / "run",
            settings=UNET,
            execution={"progress": stop},
        )
    assert not (tmp_path / "run").exists()
