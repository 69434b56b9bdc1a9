"""Recipes of boxes: two steps on simulated spines, exported, scored, in a bundle."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from condyle.bundle import find_bundle
from condyle.inference import verify_bundle
from condyle.training.recipe import read_recipe, recipe_names
from condyle.workflows.simulate_archive import ArchiveRequest, simulate_archive
from condyle.workflows.training import image_recipes

NAMES = [name for name in recipe_names() if read_recipe(name).task == "detect"]
SHORT = {
    "preprocessing": "[{step: window, low: 0.5, high: 99.5}, {step: fit, rows: 64, columns: 64}]",
    "schedule": "{epochs: 1, epoch_steps: 2, most_epoch_steps: 2, batch: 2, warmup: 0,"
    " average_decay: 0.5}",
    "data.split": "60/20/20",
}


@pytest.fixture(name="spines", scope="module")
def _spines(tmp_path_factory) -> Path:
    """Simulated spines with boxes, as Pascal VOC."""
    root = tmp_path_factory.mktemp("spines") / "data"
    return simulate_archive(root, ArchiveRequest("lumbar", patients=6, layout="voc", size=64))


@pytest.mark.needs("detect")
@pytest.mark.parametrize("name", NAMES)
def test_a_detector_makes_a_bundle_in_two_steps(
    train, spines: Path, tmp_path: Path, monkeypatch, name: str
) -> None:
    monkeypatch.setattr(image_recipes, "run_files", lambda *given: {})
    queries = {"network.parameters.queries": "20"} if name == "lumbar-rtdetr" else {}
    (folder,) = train(name, spines, tmp_path / "run", settings={**SHORT, **queries})
    bundle = find_bundle(str(folder))
    checks = {check.name: check.ok for check in verify_bundle(bundle, threads=1).checks}
    assert all(checks[part] for part in ("manifest", "files", "models", "sample"))
    assert bundle.manifest.training.dataset.simulated
    figures = {metric.name for metric in bundle.manifest.validation.metrics}
    assert figures == {"ap50", "ap50-95", "map50", "map50-95"}
    rows = list(csv.DictReader((tmp_path / "run" / "boxes.csv").read_text().splitlines()))
    assert all(float(row["row0"]) < float(row["row1"]) for row in rows)
