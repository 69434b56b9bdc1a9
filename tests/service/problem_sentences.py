"""The sentences that the source's errors are made of, read from its syntax tree."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

from condyle import errors

SOURCE = Path(errors.__file__).parent

_KINDS = {
    name
    for name, value in vars(errors).items()
    if inspect.isclass(value) and issubclass(value, errors.CondyleError)
}
_LISTED = {"UnknownName", "MissingExtra"}
"""Errors that make their own sentences of names."""


def sentences_of(path: Path) -> set[str]:
    """Gives every sentence that a file makes an error's parts of, its values as ``{}``."""
    tree = ast.parse(path.read_text("utf-8"))
    makers = _KINDS - _LISTED | {"Problem"} | _makers(tree)
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in makers:
            parts = [*node.args, *(keyword.value for keyword in node.keywords)]
            found.update(text for part in parts for text in _texts(part))
        if isinstance(node, ast.Call) and _name(node.func) == "ValueError":
            found.update(text for part in node.args for text in _texts(part))
    return {text for text in found if any(c.isalpha() for c in text.replace("{}", ""))}


def _makers(tree: ast.Module) -> set[str]:
    """Gives the functions of a file that make an error of what they are given."""
    made: set[str] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        given = {one.arg for one in [*node.args.args, *node.args.kwonlyargs]}
        for call in ast.walk(node):
            if isinstance(call, ast.Call) and _name(call.func) in _KINDS:
                inner = [*call.args, *(keyword.value for keyword in call.keywords)]
                if any(
                    isinstance(n, ast.Name) and n.id in given for p in inner for n in ast.walk(p)
                ):
                    made.add(node.name)
    return made


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in node.values)
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.BinOp) and isinstance(node.left, ast.Constant):
        yield f"{node.left.value}{{}}"
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _texts(value)


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""
