"""The pinned versions are whole, and say nothing of where they came from."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

_HEAVY = {"torch", "lightning", "monai", "onnx", "matplotlib", "scikit-learn", "pandas"}
_COPYLEFT = {"pylibjpeg-libjpeg", "ultralytics", "pymupdf"}


@pytest.fixture(scope="module")
def pins(root: Path) -> dict[str, str]:
    text = (root / "constraints.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return dict(line.split("==") for line in lines)


@pytest.fixture(scope="module")
def project(root: Path) -> dict[str, Any]:
    document: dict[str, Any] = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    return document["project"]


def name_of(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match
    return match.group(0).lower().replace("_", "-")


def test_every_line_pins_one_plain_version(pins: dict[str, str]) -> None:
    assert not {n: v for n, v in pins.items() if not re.fullmatch(r"\d[\w.]*", v)}


def test_torch_is_named_without_its_build(pins: dict[str, str]) -> None:
    assert pins["torch"] == "2.13.0"


def test_every_dependency_is_pinned(project: dict[str, Any], pins: dict[str, str]) -> None:
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *(r for extra in extras.values() for r in extra)]
    assert {name_of(requirement) for requirement in wanted} <= set(pins)


def test_reading_a_study_needs_no_heavy_package(project: dict[str, Any]) -> None:
    assert not _HEAVY & {name_of(requirement) for requirement in project["dependencies"]}


def test_no_package_of_a_strong_copyleft_licence_is_used(pins: dict[str, str]) -> None:
    assert not _COPYLEFT & set(pins)


def test_the_constraints_name_no_place(root: Path) -> None:
    text = (root / "constraints.txt").read_text("utf-8")
    assert not re.search(r"[:/\\]|\s@\s|--", text)


def test_the_licence_is_apache_2(root: Path, project: dict[str, Any]) -> None:
    text = (root / "LICENSE").read_text("utf-8")
    assert project["license"] == "Apache-2.0"
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_the_changelog_has_this_version(root: Path, project: dict[str, Any]) -> None:
    assert f"## {project['version']}" in (root / "CHANGELOG.md").read_text("utf-8")
