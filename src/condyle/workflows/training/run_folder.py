"""The run folder of a training: resolved recipe, split, provenance, and what came out."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from condyle.bundle import Dataset, Metric, image_hash
from condyle.datasets.splits import Split, split_text
from condyle.domain.case import Case
from condyle.errors import OutputError
from condyle.training.recipe import Recipe

PACKAGES = ("condyle", "numpy", "scipy", "torch", "lightning", "onnx", "onnxruntime")


def open_run(out: Path, recipe: Recipe, split: Split, *, resume: bool) -> None:
    """Makes a run folder, or goes on with one of the same recipe.

    Raises:
        OutputError: If the folder holds something else and ``resume`` is not set, or
            was made by another recipe.
    """
    resolved = out / "recipe.json"
    text = json.dumps(recipe.model_dump(mode="json", by_alias=True), indent=1) + "\n"
    used = out.exists() and any(out.iterdir())
    same = resume and resolved.is_file() and resolved.read_text("utf-8") == text
    if used and not same:
        raise OutputError(
            "The run folder is already in use.",
            found="files of another run" if resume else "files of an earlier run",
            needed="an empty folder, or the same recipe and settings with --resume",
            mend="give another --out, or add --resume to go on where it stopped.",
        )
    out.mkdir(parents=True, exist_ok=True)
    resolved.write_text(text, "utf-8")
    (out / "split.yaml").write_text(split_text(split), "utf-8")


def take_back_run(out: Path) -> None:
    """Takes a run folder back in which nothing was trained, so that the next try may have it."""
    for name in ("recipe.json", "split.yaml"):
        (out / name).unlink(missing_ok=True)
    for name in ("cache", "folds"):
        shutil.rmtree(out / name, ignore_errors=True)
    if not any(out.iterdir()):
        out.rmdir()


def package_versions() -> dict[str, str]:
    """Gives the versions of the packages that decide a result."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def commit() -> str:
    """Gives the commit of Condyle's own checkout, or ``"unknown"``.

    ``-changed`` is added where its source differs from the commit. The repository that an
    installed Condyle merely lies in, as in a virtual environment of it, is not its own.
    """
    here = Path(__file__).resolve().parents[2]
    try:
        _git(here, "ls-files", "--error-unmatch", "--", __file__)
        head = _git(here, "rev-parse", "--short=12", "HEAD")
        changed = _git(here, "status", "--porcelain", "--untracked-files=no", "--", ".")
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return f"{head}-changed" if changed else head


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, timeout=10, check=True
    )
    return done.stdout.strip()


def dataset_record(name: str, cases: Iterable[Case]) -> tuple[Dataset, tuple[str, ...]]:
    """Gives the record of the data, and the content hash of each of its images.

    The data's own hash is taken over the sorted image hashes, grades, masks and boxes, so
    it is the same wherever the files lie.
    """
    digest = hashlib.sha256()
    hashes: set[str] = set()
    patients: set[str] = set()
    graded = drawn = boxed = 0
    simulated = False
    for case in sorted(cases, key=lambda case: case.id):
        patients.add(case.patient)
        for series in case.study.series:
            simulated = simulated or series.simulated
            for image in series.load().array:
                hashes.add(image_hash(image))
        graded += sum(unit.startswith("disc-") for unit in case.reference.grades)
        grades: Any = {unit: dict(found) for unit, found in case.reference.grades.items()}
        digest.update(json.dumps([case.id, grades], sort_keys=True).encode())
        for stem, mask in sorted(case.reference.masks.items()):
            drawn += int(mask.any(axis=(1, 2)).sum())
            digest.update(stem.encode() + np.ascontiguousarray(mask).tobytes())
        for stem, boxes in sorted(case.reference.boxes.items()):
            boxed += len(boxes)
            digest.update(f"{stem} {boxes}".encode())
    for value in sorted(hashes):
        digest.update(value.encode())
    counts = {"patients": len(patients), "images": len(hashes)}
    units = {"graded_discs": graded, "masked_slices": drawn, "boxes": boxed}
    counts |= {name: count for name, count in units.items() if count}
    record = Dataset(name=name, sha256=digest.hexdigest(), counts=counts, simulated=simulated)
    return record, tuple(sorted(hashes))


def write_model(folder: Path, model: bytes) -> Path:
    """Writes ``model.onnx`` into the folder of a fold, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.part").write_bytes(model)
    return (folder / "model.part").rename(folder / "model.onnx")


def write_json(path: Path, document: object) -> None:
    """Writes a JSON file whole or not at all."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", "utf-8")
    os.replace(part, path)


def write_metrics(out: Path, metrics: Sequence[Metric]) -> None:
    """Writes the figures of a run as ``metrics.json``."""
    write_json(out / "metrics.json", [metric.model_dump(mode="json") for metric in metrics])
