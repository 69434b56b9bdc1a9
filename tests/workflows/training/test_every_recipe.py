"""Recipes of images with their own networks: two steps, exported, scored, in a bundle.

The pages are left out here, which ``test_runs`` looks at; so are the recipes whose network
is made in two steps there, or is that of another recipe's fast profile.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from condyle.bundle import find_bundle
from condyle.inference import verify_bundle
from condyle.training.recipe import read_recipe, recipe_names
from condyle.workflows.training import image_recipes

LAYOUTS = {"lesion": "pairs", "classify": "pairs", "series": "mrnet"}
ELSEWHERE = {"knee-unet", "knee-resnet18"}

NAMES = [
    name for name in recipe_names() if read_recipe(name).task in LAYOUTS and name not in ELSEWHERE
]


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_makes_a_bundle_in_two_steps(
    train, archive_of, tmp_path: Path, monkeypatch, name: str
) -> None:
    monkeypatch.setattr(image_recipes, "run_files", lambda *given: {})
    layout = LAYOUTS[read_recipe(name).task]
    spec = "[{step: window, low: 0.5, high: 99.5}, {step: fit, rows: 64, columns: 64}]"
    settings = {"preprocessing": spec, "arms": "{}"}
    (made,) = train(name, archive_of(layout), tmp_path / "run", settings=settings)
    bundle = find_bundle(made)
    assert bundle.manifest.name == name
    assert bundle.manifest.training.recipe["source"] == list(read_recipe(name).source)
    assert all(check.ok for check in verify_bundle(bundle, threads=1).checks)
