"""``condyle compare``: two tables of predictions in, what differs and how surely out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from condyle.cli.extras import need
from condyle.cli.progress import shown_progress


def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help="Predictions table of one model.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="Predictions table of the other.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for what comes out.")],
    margin: Annotated[
        float | None,
        typer.Option(
            metavar="LOSS",
            help="The greatest acceptable loss of A, such as 0.05, declared beforehand: then "
            "non-inferiority is judged as well.",
        ),
    ] = None,
) -> None:
    """Compare two models on the cases that both have read.

    Rows are paired by patient, study, unit and task. For each task: the difference with its
    interval by patient, a test, Holm's adjustment over the tasks, and the probability that
    the claim "A is better than B" is false. It is said only where that is under 5 %.

    Examples:
      condyle compare new.csv old.csv --out comparison
      condyle compare new.csv old.csv --out comparison --margin 0.05
    """
    need("evaluate", "Comparing two models")
    from condyle.workflows.compare_tables import compare_tables

    with shown_progress() as progress:
        report = compare_tables(a, b, out=out, margin=margin, progress=progress)
    for task in report.tasks:
        for figure in task.figures:
            if figure.headline:
                print(f"{task.name}, {figure.name}: {figure.verdict}")
    print(f"Comparison: {out / 'report.html'}")
