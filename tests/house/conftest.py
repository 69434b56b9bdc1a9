"""Where the house's own tests find the house."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return _ROOT


@pytest.fixture(scope="session")
def tracked() -> tuple[Path, ...]:
    """Every text file that git tracks or would."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=_ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    paths = (_ROOT / name for name in listed.split("\0") if name)
    return tuple(path for path in paths if path.is_file() and b"\0" not in path.read_bytes()[:4096])


@pytest.fixture(scope="session")
def sources() -> tuple[Path, ...]:
    """Every module of the package."""
    return tuple(sorted((_ROOT / "src" / "condyle").rglob("*.py")))
