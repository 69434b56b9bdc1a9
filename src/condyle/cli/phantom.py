"""``condyle phantom``: simulated studies with known truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from condyle.cli.verb import add_verb


def phantom_app() -> typer.Typer:
    """Makes the verbs under ``condyle phantom``."""
    app = typer.Typer(
        help="Make simulated studies, to try Condyle without patients.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    app.callback()(_phantom)
    add_verb(app, lumbar, "lumbar")
    return app


def _phantom() -> None:
    """Make simulated studies, to try Condyle without patients."""


def lumbar(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the DICOM files.")],
    seed: Annotated[
        int, typer.Option(metavar="N", min=0, help="Same number, same simulated patient.")
    ] = 1,
) -> None:
    """Make a simulated lumbar MRI study, sagittal T1 and T2, as DICOM.

    Example:
      condyle phantom lumbar --out example --seed 1
    """
    from condyle.workflows.simulate import simulate_lumbar

    print(f"Simulated study: {simulate_lumbar(out, seed=seed)}")
