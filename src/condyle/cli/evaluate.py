"""``condyle evaluate``: a bundle and a labelled archive in, figures with intervals out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from condyle.cli.progress import shown_progress


def evaluate(
    bundle: Annotated[
        str, typer.Argument(metavar="BUNDLE", help="Name of a bundle, or its folder.")
    ],
    data: Annotated[Path, typer.Option(metavar="DIR", help="The labelled archive.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for what comes out.")],
) -> None:
    """Evaluate a bundle on a labelled archive.

    Writes the predictions table, metrics with intervals by patient, and a picture a case.
    Patients that the bundle was trained on are marked in-sample and give no headline figure.

    \b
    Examples:
      condyle evaluate lumbar-grading --data path/to/archive --out evaluation
      condyle evaluate runs/anatomy/bundle/lumbar-anatomy --data path/to/archive --out evaluation
    """  # noqa: D301 - the backspace keeps the examples' lines apart
    from condyle.workflows.evaluate_bundle import evaluate_bundle

    with shown_progress() as progress:
        written = evaluate_bundle(bundle, data=data, out=out, progress=progress)
    print(f"Evaluation: {written}")
