"""``condyle evaluate``: a bundle and an archive in, or a table; figures with intervals out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from condyle.cli.extras import need
from condyle.cli.progress import shown_progress
from condyle.errors import UsageError


def evaluate(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for what comes out.")],
    bundle: Annotated[
        str | None, typer.Argument(metavar="BUNDLE", help="Name of a bundle, or its folder.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The labelled archive, with BUNDLE.")
    ] = None,
    predictions: Annotated[
        Path | None,
        typer.Option(metavar="TABLE", help="A predictions table as CSV, in place of an archive."),
    ] = None,
) -> None:
    """Evaluate a bundle on a labelled archive, or any table of predictions.

    Writes report.html and report.pdf, the figures as SVG and PNG, every metric with its
    interval by patient as JSON and CSV, the predictions table, and a picture a case.
    Patients that the bundle was trained on are marked in-sample and give no headline figure.

    A table needs no bundle and no image; docs/how-to/evaluate-a-model.md says how it is made.
    With the bundle that made it, the checklists are answered from the bundle's manifest too.

    Examples:
      condyle evaluate lumbar-grading --data path/to/archive --out evaluation
      condyle evaluate runs/anatomy/bundle/lumbar-anatomy --data path/to/archive --out evaluation
      condyle evaluate --predictions my-model.csv --out evaluation
      condyle evaluate lumbar-grading --predictions runs/grading/predictions.csv --out evaluation
    """
    need("evaluate", "Evaluating a model")
    if predictions is None and bundle is not None and data is not None:
        from condyle.workflows.evaluate_bundle import evaluate_bundle

        with shown_progress() as progress:
            written = evaluate_bundle(bundle, data=data, out=out, progress=progress)
    elif predictions is not None and data is None:
        from condyle.workflows.evaluate_table import evaluate_table

        with shown_progress() as progress:
            written = evaluate_table(predictions, out=out, bundle=bundle, progress=progress)
    else:
        given = {"BUNDLE": bundle, "--data": data, "--predictions": predictions}
        named = [name for name, value in given.items() if value is not None]
        raise UsageError(
            "It is not clear what to evaluate.",
            found=", ".join(named) or "neither a bundle nor a table",
            needed="BUNDLE with --data, or --predictions, alone or with the BUNDLE that made it",
            mend="run 'condyle evaluate --help' for examples.",
        )
    print(f"Evaluation: {written}")
    print(f"Report:     {written / 'report.html'}")
