"""``condyle claims``: whether figures, as a paper prints them, can be true."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Annotated

import typer

from condyle.cli.verb import add_verb


def claims_app() -> typer.Typer:
    """Makes the verbs under ``condyle claims``."""
    app = typer.Typer(
        help="Hold published figures against each other.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    app.callback()(_root)
    add_verb(app, check, "check")
    return app


def _root() -> None:
    """Keeps ``check`` a verb of its own."""


def check(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Figures as printed, in YAML or JSON.")
    ],
) -> None:
    """Say of each printed figure whether it can be true, with the arithmetic.

    Verdicts: impossible, doubtful, untold, not shown, consistent.
    docs/evaluation.md shows how a file of claims is written.

    Example:
      condyle claims check table.yaml
    """
    from condyle.workflows.check_claims import check_claims

    report = check_claims(file)
    print(report.title)
    for verdict in report.verdicts:
        print(f"\n{verdict.claim}, {verdict.figure}: {verdict.judgement}")
        for text in (verdict.statement, verdict.arithmetic):
            if text:
                print(textwrap.fill(text, 96, initial_indent="  ", subsequent_indent="  "))
