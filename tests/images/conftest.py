"""Files to read, made on the spot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from condyle.sources import SourceFile
from condyle.sources.files import known_suffix, safe_stem


@pytest.fixture
def source() -> Callable[[Path], SourceFile]:
    """Gives a path as the sources room would."""

    def make(path: Path) -> SourceFile:
        suffix = known_suffix(path.name)
        label = f"file-1{suffix}"
        return SourceFile(label, safe_stem(path.name), suffix, path.stat().st_size, path)

    return make
