"""How a function becomes a verb of the command line."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable

import typer

KEPT = "\b\n"
"""What tells the command line to keep the lines of a paragraph apart."""


def add_verb(app: typer.Typer, work: Callable[..., None], name: str | None = None) -> None:
    """Adds a verb whose help is its docstring, the lines of its examples kept apart.

    Args:
        app: What it is added to.
        work: Does it; its parameters are the arguments and options.
        name: What it is called; as the function where ``None``.
    """
    text = inspect.getdoc(work) or ""
    app.command(name, help=re.sub(r"^(?=Examples?:$)", KEPT, text, flags=re.MULTILINE))(work)
