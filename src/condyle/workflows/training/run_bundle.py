"""From the networks of a run's rounds to its bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from condyle.bundle import Bundle, Manifest, model_card, write_bundle
from condyle.datasets.splits import Split
from condyle.inference import open_session


def round_models(out: Path, split: Split) -> dict[str, Path]:
    """Gives the exported network of each round, by its name in the bundle."""
    return {
        f"fold-{fold}.onnx": out / "folds" / str(fold) / "model.onnx" for fold in range(split.count)
    }


def sample_of(
    models: Mapping[str, Path], feeds: Mapping[str, NDArray[np.float32]], outputs: Sequence[str]
) -> dict[str, NDArray[np.float32]]:
    """Gives an input, and the mean of what the models say of it, as a bundle stores them."""
    given = [open_session(model).run(list(outputs), dict(feeds)) for model in models.values()]
    sample = {f"input.{name}": value for name, value in feeds.items()}
    for position, name in enumerate(outputs):
        sample[f"output.{name}"] = np.mean([one[position] for one in given], axis=0)
    return sample


def write_run_bundle(
    out: Path,
    *,
    manifest: Manifest,
    models: Mapping[str, Path],
    sample: Mapping[str, NDArray[np.float32]],
) -> Bundle:
    """Writes the bundle of a run."""
    return write_bundle(
        out / "bundle" / manifest.name,
        manifest=manifest,
        model=models,
        card=model_card(manifest),
        sample=sample,
        replace=True,
    )
