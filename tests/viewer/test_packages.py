"""The viewer's packages: only those that it uses, and no host to fetch them from."""

from __future__ import annotations

import json
import re
from pathlib import Path

VIEWER = Path(__file__).parents[2] / "viewer"
FOR_OTHERS = {"events"}
"""Asked for by the image engine, under a name that a browser does not have."""


def imported() -> set[str]:
    """Gives the packages that the viewer's sources and its build's settings import."""
    files = [*(VIEWER / "src").rglob("*.ts*"), *VIEWER.glob("*.config.ts")]
    text = "\n".join(file.read_text("utf-8") for file in files)
    names = re.findall(r"""(?:from|import)\s*\(?\s*["']([^."'][^"']*)["']""", text)
    return {"/".join(name.split("/")[: 2 if name.startswith("@") else 1]) for name in names}


def test_every_package_that_is_shipped_is_imported() -> None:
    wanted = json.loads((VIEWER / "package.json").read_text("utf-8"))["dependencies"]
    assert "react" in wanted
    assert set(wanted) - FOR_OTHERS <= imported()


def test_the_lock_holds_what_is_wanted_and_no_registry() -> None:
    text = (VIEWER / "package-lock.json").read_text("utf-8")
    wanted = json.loads((VIEWER / "package.json").read_text("utf-8"))
    root = json.loads(text)["packages"][""]
    assert root["dependencies"] == wanted["dependencies"]
    assert root["devDependencies"] == wanted["devDependencies"]
    assert '"resolved"' not in text and "registry" not in text
