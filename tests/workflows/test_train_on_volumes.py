"""The lumbar recipes on volumes: SPIDER as published, masks and grades in the same case."""

from __future__ import annotations

import csv
import zlib
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

if find_spec("torch") is None:
    pytest.skip("needs torch: the 'train' extra is not installed", allow_module_level=True)

from condyle.bundle import find_bundle
from condyle.datasets.layouts import open_archive
from condyle.datasets.spider_volumes import COLUMNS
from condyle.datasets.splits import read_split
from condyle.errors import DatasetError
from condyle.inference import verify_bundle
from condyle.reporting.predictions import read_predictions
from condyle.training.execution import Execution
from condyle.training.recipe import read_recipe
from condyle.workflows.evaluate_bundle import evaluate_bundle
from condyle.workflows.evaluation.rows import Draw
from condyle.workflows.reading.anatomy_reading import read_around_middle
from condyle.workflows.train_recipe import train_recipe
from condyle.workflows.training.grading_data import gradable_slices
from condyle.workflows.training.segmentation_data import masked_slices, pseudo_slices
from condyle.workflows.training.train_anatomy import onnx_runner

CPU = Execution("cpu")
PATIENTS = (1, 2, 3, 4)
CODES = np.array([0, 201, 1, 100], dtype=np.int16)
"""What SPIDER writes for disc, vertebra and canal."""

VOLUMES = {"data.layout": "spider-volumes", "data.split": "2-fold"}
QUICK = Draw(seed=1, replicates=20, permutations=5)


def put(path: Path, slices: np.ndarray) -> None:
    """Writes (slice, row, column) voxels as a deflated sagittal MHA."""
    path.parent.mkdir(parents=True, exist_ok=True)
    array = slices[:, ::-1].transpose(0, 2, 1).astype(np.int16)  # x, y, z; rows run downwards
    head = (
        "ObjectType = Image\nNDims = 3\nBinaryData = True\nCompressedData = True\n"
        "TransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = 0 0 0\nElementSpacing = 4 1 1\n"
        f"DimSize = {' '.join(map(str, array.shape))}\nElementType = MET_SHORT\n"
        "ElementDataFile = LOCAL\n"
    )
    path.write_bytes(head.encode() + zlib.compress(array.tobytes(order="F")))


def write_volumes(root: Path, draw, *, unmasked: tuple[str, ...] = ()) -> Path:
    """Writes volumes of five slices, of which the third shows a spine, with masks and grades."""
    rows: list[list[object]] = [["Patient", "IVD label", *COLUMNS]]
    for patient in PATIENTS:
        for contrast in ("t1", "t2"):
            drawing = draw(seed=2 * patient + (contrast == "t1"))
            name = f"{patient}_{contrast}"
            image = np.full((5, *drawing.image.shape), 20.0)
            mask = np.zeros(image.shape, dtype=np.int16)
            image[2], mask[2] = drawing.image, CODES[drawing.labels.astype(int)]
            put(root / "images" / f"{name}.mha", image)
            if name not in unmasked:
                put(root / "masks" / f"{name}.mha", mask)
        rng = np.random.default_rng(patient)
        rows += [[patient, d, min(d, 5), *rng.integers(0, 2, 7).tolist()] for d in range(1, 7)]
    with (root / "radiological_gradings.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(rows)
    return root


@pytest.fixture(name="data", scope="module")
def _data(tmp_path_factory, draw) -> Path:
    """Four patients; one series has no mask, so that there is something to label."""
    return write_volumes(tmp_path_factory.mktemp("volumes") / "data", draw, unmasked=("1_t1",))


@pytest.fixture(name="anatomy_run", scope="module")
def _anatomy_run(tmp_path_factory, data) -> Path:
    out = tmp_path_factory.mktemp("anatomy") / "run"
    settings = {
        "schedule": "{steps: 2, batch: 2, warmup: 1, average_decay: 0.5}",
        "network": "{name: unet, parameters: {channels: [4, 6, 8]}}",
        "data.layout": "spider-volumes",
    }
    train_recipe(
        "lumbar-anatomy", data=data, out=out, settings=settings, profile="fast", execution=CPU
    )
    return out


def test_outlines_are_learned_from_volumes_and_scored_over_all_their_slices(anatomy_run) -> None:
    bundle = find_bundle(anatomy_run / "bundle" / "lumbar-anatomy")
    assert verify_bundle(bundle, threads=1).ok
    assert bundle.manifest.training.dataset.counts["masked_slices"] == 7
    table = read_predictions(anatomy_run / "predictions.csv")
    assert len(table.of_task("dice-vertebra")) == 7  # a row a masked volume
    notes = {metric.note for metric in bundle.manifest.validation.metrics if metric.output}
    assert notes == {"mean over patients of the mean over their volumes"}
    counts = table.of_task("disc-count")
    assert counts.series.tolist() == ["1_t1"] and counts.reference.tolist() == [6]
    folds = read_split(str(anatomy_run / "split.yaml")).folds
    assert set(table.patient) == set(folds) == {str(patient) for patient in PATIENTS}


def test_grades_are_learned_from_the_middle_slice_of_volumes_that_have_masks_too(
    anatomy_run, data, tmp_path, models
) -> None:
    for fold in range(2):  # networks that do find the discs
        (anatomy_run / "folds" / str(fold) / "model.onnx").write_bytes(models[0])
    settings = {
        "schedule": "{steps: 2, batch: 4, warmup: 1, average_decay: 0.5}",
        "pretrained.network": "{name: efficientnet-lite0, parameters: {blocks: 2}}",
        "pretrained.schedule": "{steps: 2, batch: 2, warmup: 1, average_decay: 0.5}",
        "anatomy_run": str(anatomy_run),
        **VOLUMES,
    }
    out = tmp_path / "grading"
    train_recipe("lumbar-grading", data=data, out=out, settings=settings, execution=CPU)
    table = read_predictions(out / "predictions.csv")
    assert len(table) == len(PATIENTS) * 6 * 8 and not table.abstained.any()
    assert find_bundle(out / "bundle" / "lumbar-grading").manifest.training.dataset.counts == {
        "graded_discs": 24,
        "images": 9,  # the four empty slices of a volume look alike
        "masked_slices": 7,
        "patients": 4,
    }


def test_the_slice_that_shows_the_spine_is_found_and_taken(data, models) -> None:
    spec = read_recipe("lumbar-anatomy").preprocessing
    run = onnx_runner(models[0])
    case = open_archive(data).cases[0]
    series = case.study.series[0]
    seen = read_around_middle(series.load(), spec=spec, run=run)
    assert seen.slice_index == 2 and len(seen.anatomy.chain.discs) == 6
    found = gradable_slices(case, anatomy_spec=spec, grading_spec=spec, run=run)
    assert set(found) == {"t1", "t2"}
    assert all(len(one.anatomy.chain.discs) == 6 for one in found.values())


def test_only_slices_on_which_something_is_drawn_teach_and_only_series_without_are_labelled(
    data, models
) -> None:
    recipe = read_recipe("lumbar-anatomy")
    cases = open_archive(data).cases
    taught = masked_slices(cases, recipe)
    assert len(taught) == 7 and all(item.label.any() for item in taught)
    labelled = pseudo_slices(
        cases, recipe, onnx_runner(models[0]), progress=lambda told: None, stage="label"
    )
    assert [item.weighting for item in labelled] == ["labelled-by-network-t1"]
    assert labelled[0].image.shape == taught[0].image.shape and labelled[0].label.any()


def test_a_grading_bundle_is_evaluated_on_volumes_that_have_masks_too(data, pair, tmp_path) -> None:
    out = evaluate_bundle(
        str(pair[1].path), data=data, out=tmp_path / "out", pages=False, draw=QUICK
    )
    table = read_predictions(out / "predictions.csv")
    assert len(table) == len(PATIENTS) * 6 * 8


@pytest.mark.parametrize(
    ("name", "lacking", "found"),
    [
        ("lumbar-anatomy", "masks", "learns outlines"),
        ("lumbar-grading", "radiological_gradings.csv", "learns grades of discs"),
    ],
)
def test_volumes_without_what_a_recipe_learns_are_refused_with_what_is_needed(
    data, anatomy_run, tmp_path, name: str, lacking: str, found: str
) -> None:
    part = tmp_path / "part"
    part.mkdir()
    for path in data.iterdir():
        if path.name != lacking:
            (part / path.name).symlink_to(path)
    settings = {**VOLUMES, "data.split": str(anatomy_run / "split.yaml")}
    if name == "lumbar-grading":
        settings["anatomy_run"] = str(anatomy_run)
    with pytest.raises(DatasetError) as caught:
        train_recipe(name, data=part, out=tmp_path / "run", settings=settings, execution=CPU)
    error = caught.value
    assert found in error.failed and "spider-volumes" in error.needed
    assert "condyle data check" in error.mend and not (tmp_path / "run").exists()


def test_the_layout_of_single_slices_says_how_volumes_are_read(data, tmp_path) -> None:
    with pytest.raises(DatasetError) as caught:
        train_recipe("lumbar-anatomy", data=data, out=tmp_path / "run", execution=CPU)
    assert "--set data.layout=spider-volumes" in caught.value.mend
