"""Every public name says what it is for."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

Node = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def undocumented(path: Path) -> list[str]:
    tree = ast.parse(path.read_text("utf-8"))
    missing = [] if ast.get_docstring(tree) else [str(path)]
    for name, node in public_nodes(tree):
        if not ast.get_docstring(node):
            missing.append(f"{path}:{name}")
    return missing


def public_nodes(tree: ast.Module) -> list[tuple[str, Node]]:
    """Public functions and classes of a module, and the public methods of those classes."""
    found: list[tuple[str, Node]] = []
    for node in tree.body:
        if isinstance(node, Node) and not node.name.startswith("_"):
            found.append((node.name, node))
            if isinstance(node, ast.ClassDef):
                found += [
                    (f"{node.name}.{inner.name}", inner)
                    for inner in node.body
                    if isinstance(inner, ast.FunctionDef) and not inner.name.startswith("_")
                ]
    return found


def test_every_module_and_public_name_has_a_docstring(sources: tuple[Path, ...]) -> None:
    assert not [name for path in sources for name in undocumented(path)]


def test_every_public_function_is_typed(sources: tuple[Path, ...]) -> None:
    untyped = []
    for path in sources:
        for name, node in public_nodes(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                continue
            arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
            bare = [a.arg for a in arguments if a.annotation is None and a.arg not in _BOUND]
            if bare or node.returns is None:
                untyped.append(f"{path}:{name}")
    assert not untyped


_BOUND = ("self", "cls")


def test_the_package_says_that_it_is_typed(root: Path) -> None:
    assert (root / "src" / "condyle" / "py.typed").exists()


@pytest.mark.parametrize("name", ["read_study", "write_report", "WrittenReport", "__version__"])
def test_the_public_names_of_the_package_can_be_had(name: str) -> None:
    assert getattr(importlib.import_module("condyle"), name)


def test_an_unknown_name_of_the_package_is_an_attribute_error() -> None:
    condyle = importlib.import_module("condyle")
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = condyle.no_such_name


def test_the_package_lists_its_public_names() -> None:
    condyle = importlib.import_module("condyle")
    assert set(dir(condyle)) == set(condyle.__all__)


def test_every_decision_record_is_in_the_index(root: Path) -> None:
    folder = root / "docs" / "decisions"
    index = (folder / "README.md").read_text("utf-8")
    records = [path.name for path in folder.glob("[0-9]*.md")]
    assert records
    assert not [name for name in records if f"({name})" not in index]
