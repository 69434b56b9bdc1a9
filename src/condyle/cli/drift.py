"""``condyle drift``: the cases of a new period against those of a baseline."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Annotated

import typer

from condyle.cli.extras import need
from condyle.cli.progress import shown_progress


def drift(
    baseline: Annotated[
        Path, typer.Argument(metavar="BASELINE.csv", help="Predictions table of the baseline.")
    ],
    new: Annotated[
        Path, typer.Argument(metavar="NEW.csv", help="Predictions table of the new period.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for what comes out.")],
) -> None:
    """Test whether a new period's cases, and how they are read, have changed.

    Compares covariates, references, outputs and, where both periods have references, every
    figure, by patient. Says 'changed' or 'no change shown', and how large a change had to
    be to be seen. Writes drift.html, drift.pdf, drift.json and figures.

    Example:
      condyle drift validation/predictions.csv june/predictions.csv --out june/drift
    """
    need("evaluate", "Watching for drift")
    from condyle.workflows.watch_drift import watch_drift

    with shown_progress() as progress:
        written = watch_drift(baseline, new, out=out, progress=progress)
    print(textwrap.fill(written.summary, 96))
    for warning in written.warnings:
        print(textwrap.fill(f"Bear in mind: {warning}", 96, subsequent_indent="  "))
    print(f"Drift: {written.page}")
