"""Tiny archives on disk, and a run of each family of recipes that its tests share."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

_TORCH = [
    "test_by_plane.py",
    "test_every_detector.py",
    "test_every_recipe.py",
    "test_readings.py",
    "test_runs.py",
    "test_scores.py",
]
collect_ignore = [] if find_spec("torch") else _TORCH

SIDE = 40
SMALL = {
    "preprocessing": "[{step: window, low: 0.5, high: 99.5}, {step: fit, rows: 32, columns: 32}]",
    "schedule": "{epochs: 2, epoch_steps: 1, most_epoch_steps: 1, batch: 2, warmup: 0,"
    " average_decay: 0.5}",
    "data.split": "60/20/20",
}
"""Makes a run of a recipe as short as it can be: two steps at 32 x 32 pixels."""


def dark(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.integers(20, 90, shape).astype(np.uint8)


def write_pairs(root: Path, patients: int = 10) -> Path:
    """Writes two images a patient with their masks, those of every second patient empty."""
    rng = np.random.default_rng(0)
    for name in ("images", "masks"):
        (root / name).mkdir(parents=True)
    for number in range(patients):
        for k in range(2):
            image, mask = dark(rng, SIDE, SIDE), np.zeros((SIDE, SIDE), dtype=np.uint8)
            if number % 2 == 0:
                mask[8 + number : 20 + number, 12:24] = 255
                image[mask > 0] = 220
            for folder, array in (("images", image), ("masks", mask)):
                Image.fromarray(array).save(root / folder / f"p{number:02d}_{k}.png")
    return root


def write_mrnet(root: Path, exams: int = 10, *, lacking: int | None = None) -> Path:
    """Writes exams of three planes with labels, one of which may lack its axial series."""
    rng = np.random.default_rng(0)
    for number in range(exams):
        for n, plane in enumerate(("axial", "coronal", "sagittal")):
            if number == lacking and plane == "axial":
                continue
            stack = dark(rng, 2 + n + number % 2, SIDE, SIDE)
            stack[1, 10:20, 10:20] = 230 if number % 2 else 60
            path = root / "train" / plane / f"{number:04d}.npy"
            path.parent.mkdir(parents=True, exist_ok=True)
            np.save(path, stack)
    for name, every in (("abnormal", 2), ("acl", 2), ("meniscus", 3)):
        rows = [f"{number:04d},{int(number % every > 0)}\n" for number in range(exams)]
        (root / f"train-{name}.csv").write_text("".join(rows), "utf-8")
    return root


def write_folders(root: Path, patients: int = 10, *, without_t2: tuple[int, ...] = ()) -> Path:
    """Writes two images a patient on T1 and on T2, in folders of their class."""
    rng = np.random.default_rng(0)
    for number in range(patients):
        name = "patients" if number % 2 else "healthy"
        for sequence in ("T1", "T2"):
            if sequence == "T2" and number in without_t2:
                continue
            folder = root / sequence / name / f"p{number:02d}"
            folder.mkdir(parents=True)
            for k in range(2):
                image = dark(rng, SIDE, SIDE)
                image[10:20, 12:24] = 230 if number % 2 else 70
                Image.fromarray(image).save(folder / f"{k}.png")
    return root


WRITERS: dict[str, Callable[..., Path]] = {
    "pairs": write_pairs,
    "mrnet": write_mrnet,
    "folders": write_folders,
}


@pytest.fixture(scope="session")
def archive_of(tmp_path_factory) -> Callable[..., Path]:
    """Writes a tiny archive in a layout, once."""
    made: dict[tuple[str, str], Path] = {}

    def write(layout: str, **more: Any) -> Path:
        key = (layout, repr(more))
        if key not in made:
            made[key] = WRITERS[layout](tmp_path_factory.mktemp(layout) / "data", **more)
        return made[key]

    return write


@pytest.fixture(scope="session")
def train() -> Callable[..., tuple[Path, ...]]:
    """Trains a recipe for two steps on small images."""
    from condyle.training.execution import Execution
    from condyle.workflows.train_recipe import train_recipe

    def run(name: str, data: Path, out: Path, **more: Any) -> tuple[Path, ...]:
        settings = {**SMALL, **more.pop("settings", {})}
        execution = Execution("cpu", **more.pop("execution", {}))
        return train_recipe(
            name,
            data=data,
            out=out,
            settings=settings,
            execution=execution,
            replicates=40,
            **{"profile": "fast", **more},
        )

    return run
