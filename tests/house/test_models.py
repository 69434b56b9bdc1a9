"""The pages on the models say what the bundles say."""

from __future__ import annotations

import importlib.util
from pathlib import Path


def test_the_cards_and_figures_in_the_documents_are_those_of_the_bundles(root: Path) -> None:
    spec = importlib.util.spec_from_file_location(
        "make_model_pages", root / "docs" / "make_model_pages.py"
    )
    assert spec is not None and spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    for name, content in script.pages().items():
        assert (root / "docs" / "models" / name).read_text("utf-8") == content


def test_no_file_of_a_shipped_bundle_is_over_20_megabytes(root: Path) -> None:
    files = [path for path in (root / "src/condyle/bundle/shipped").rglob("*") if path.is_file()]
    assert files
    assert not [path.name for path in files if path.stat().st_size > 20_000_000]
