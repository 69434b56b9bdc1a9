"""Small cases; where there is no torch only the recipes are tested, which one test says."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

from condyle.domain.case import Case, Reference
from condyle.domain.study import Attribute, Series, Study
from condyle.domain.volume import Volume
from condyle.training.recipe import Recipe, read_recipe

collect_ignore_glob = [] if find_spec("torch") else ["test_[!r]*.py", "tasks/*"]

MakeCase = Callable[..., Case]


@pytest.fixture
def make_case() -> MakeCase:
    """Makes a case of series from their (slice, row, column) arrays by stem."""

    def make(
        patient: str,
        images: dict[str, Any],
        *,
        masks: dict[str, Any] | None = None,
        grades: dict[str, dict[str, int]] | None = None,
        planes: dict[str, Any] | None = None,
        weightings: dict[str, Any] | None = None,
        name: str = "",
    ) -> Case:
        series = tuple(
            Series(
                stem=stem,
                load=lambda array=array: Volume(np.asarray(array, dtype=np.float32)),
                shape=np.shape(array),
                plane=Attribute((planes or {}).get(stem)),
                weighting=Attribute((weightings or {}).get(stem)),
            )
            for stem, array in images.items()
        )
        reference = Reference(masks=masks or {}, grades=grades or {})
        return Case(name or f"{patient}-study", patient, Study(None, series), reference)

    return make


@pytest.fixture
def tiny() -> Callable[..., Recipe]:
    """Reads a recipe of the package shrunk to 32 x 32 pixels and a few steps."""

    def read(name: str, **changed: object) -> Recipe:
        settings = {
            "preprocessing": "[{step: fit, rows: 32, columns: 32}]",
            "schedule": "{epochs: 2, most_epoch_steps: 1, batch: 2, warmup: 0, average_decay: 0}",
            "augmentation": "{}",
            "arms": "{}",
            "network.weights": "none",
        }
        settings |= {key.replace("__", "."): str(value) for key, value in changed.items()}
        return read_recipe(name, settings=settings)

    return read
