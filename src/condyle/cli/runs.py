"""``condyle runs``: one table across training runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from condyle.cli.extras import need


def runs(
    folders: Annotated[
        list[Path], typer.Argument(metavar="RUN...", help="Run folders of 'condyle train'.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the table.")],
) -> None:
    """Compare training runs in one table: figures with intervals, and times on CPU and GPU.

    Writes runs.html, runs.pdf and runs.csv. Runs of different data or splits are said to be.

    Example:
      condyle runs runs/unet runs/resnet18 runs/mobilenetv3 --out table
    """
    need("evaluate", "A table of runs")
    from condyle.workflows.tabulate_runs import tabulate_runs

    print(f"Table: {tabulate_runs(folders, out=out)}")
