"""Every act that the audit log may hold has words in the viewer, in each language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"[a-z-]+(\.[a-z_-]+)+")
WRITERS = re.compile(r"_?(act|note|keep|tell)")
"""How the functions are called that write into the log, or that make what is written."""


def codes() -> set[str]:
    """Gives the codes of acts that the sources name."""
    files = (ROOT / "src" / "condyle").rglob("*.py")
    return {code for file in files for code in _codes_in(ast.parse(file.read_text("utf-8")))}


def _codes_in(tree: ast.AST) -> Iterator[str]:
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        if not WRITERS.match(name.lower()):
            continue
        given = [*call.args, *(word.value for word in call.keywords if word.arg == "action")]
        for one in given:
            if isinstance(one, ast.Constant) and CODE.fullmatch(str(one.value)):
                yield str(one.value)


def test_the_codes_are_found() -> None:
    assert {"study.received", "report.signed", "user.added", "session.refused"} <= codes()


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_act_has_words(language: str) -> None:
    text = (ROOT / "viewer" / "src" / "words" / language / "audit.ts").read_text("utf-8")
    worded = set(re.findall(r'"audit\.did\.([a-z._-]+)"', text))
    assert sorted(codes() - worded) == []
