"""The fakes of these tests take what the real functions take."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path
from typing import Any

import pytest

from condyle.domain.progress import ignore_progress

FOLDER = Path("folder")
CALLS: list[tuple[str, str, tuple[Any, ...], dict[str, Any]]] = [
    (
        "condyle.workflows.read_study",
        "read_study",
        ([FOLDER],),
        {"study": 1, "progress": ignore_progress},
    ),
    ("condyle.reporting", "write_report", (object(), FOLDER), {"language": "en"}),
    ("condyle.workflows.simulate", "simulate_lumbar", (FOLDER,), {"seed": 1}),
    (
        "condyle.workflows.evaluate_bundle",
        "evaluate_bundle",
        ("name",),
        {"data": FOLDER, "out": FOLDER, "progress": ignore_progress},
    ),
    (
        "condyle.workflows.evaluate_table",
        "evaluate_table",
        (FOLDER,),
        {"out": FOLDER, "progress": ignore_progress},
    ),
    (
        "condyle.workflows.compare_tables",
        "compare_tables",
        (FOLDER, FOLDER),
        {"out": FOLDER, "margin": 0.1, "progress": ignore_progress},
    ),
    pytest.param(
        "condyle.workflows.train_recipe",
        "train_recipe",
        ("name",),
        {
            "data": FOLDER,
            "out": FOLDER,
            "settings": {},
            "profile": None,
            "execution": None,
        },
        marks=pytest.mark.needs("torch"),
    ),
    ("condyle.workflows.recipes", "list_recipes", (), {}),
    ("condyle.workflows.recipes", "load_recipe", ("name",), {}),
    ("condyle.bundle", "installed_bundles", (), {}),
    ("condyle.bundle", "broken_bundles", (), {}),
    ("condyle.bundle", "store_folders", (), {}),
    ("condyle.bundle", "find_bundle", ("name",), {}),
    ("condyle.inference", "verify_bundle", ("name",), {}),
]


@pytest.mark.parametrize(("module", "name", "given", "named"), CALLS)
def test_the_real_function_can_be_called_so(
    module: str, name: str, given: tuple[Any, ...], named: dict[str, Any]
) -> None:
    function = getattr(importlib.import_module(module), name)
    inspect.signature(function).bind(*given, **named)


def test_a_written_report_says_where_it_lies() -> None:
    written = importlib.import_module("condyle.reporting").WrittenReport
    assert {"directory", "files"} <= set(written.__dataclass_fields__)


def test_a_verification_has_checks_with_a_verdict() -> None:
    inference = importlib.import_module("condyle.inference")
    assert {"ok", "checks"} <= set(inference.Verification.__dataclass_fields__)
    assert {"name", "ok", "detail"} <= set(inference.Check.__dataclass_fields__)


def test_a_bundle_has_a_manifest_a_hash_a_path_and_a_card() -> None:
    bundle = importlib.import_module("condyle.bundle").Bundle
    assert {"manifest", "sha256", "path"} <= set(bundle.__dataclass_fields__)
    assert callable(bundle.card)
