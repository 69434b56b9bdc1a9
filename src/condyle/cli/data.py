"""``condyle data``: what is in a labelled archive, and what is wrong with it."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Annotated

import typer

from condyle.cli.data_get import get
from condyle.cli.progress import shown_progress
from condyle.cli.verb import add_verb


def data_app() -> typer.Typer:
    """Makes the verbs under ``condyle data``."""
    app = typer.Typer(
        help="Get a labelled archive, and check it before training.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    app.callback()(_data)
    add_verb(app, get)
    add_verb(app, check)
    return app


def _data() -> None:
    """Get a labelled archive, and check it before training."""


def check(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Folder of the labelled archive.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for what comes out.")],
    layout: Annotated[
        str, typer.Option(metavar="NAME", help="How its files lie; recognised by default.")
    ] = "auto",
    option: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="What its files alone do not tell; repeatable."),
    ] = None,
    texts: Annotated[
        int, typer.Option(metavar="N", min=0, help="Most pictures searched for burned-in text.")
    ] = 200,
) -> None:
    """Check a labelled archive before anything is trained on it.

    Counts patients and images; looks for patients and pictures on both sides of a split,
    for copies under several patients, faulty masks and boxes, burned-in text, classes that
    headers alone tell, and files that cannot be read. Writes check.html, with pictures, and
    check.json. Nothing in the archive is changed.

    Examples:
      condyle data check path/to/archive --out check
      condyle data check knees --out check --option patient='^[^/]+/([^/]+)/'
      condyle data check table-of-images --out check --option labels=acl,meniscus
    """
    from condyle.datasets.option_text import options_of
    from condyle.reporting.data_check_words import alarm_words
    from condyle.workflows.check_data import check_data

    options = options_of(option or ())
    with shown_progress() as progress:
        found = check_data(
            path, out=out, layout=layout, options=options, texts=texts, progress=progress
        )
    report = found.report
    print(f"{report.patients:,} patients, {report.series:,} series, layout '{report.layout}'.")
    for alarm in report.alarms:
        head = "Mend" if alarm.severity == "fault" else "Look at"
        print(textwrap.fill(f"{head}: {alarm_words(alarm)}", 96, subsequent_indent="  "))
    if not report.alarms:
        print("No alarm.")
    for line in report.not_looked_at:
        print(textwrap.fill(f"Not looked at: {line}", 96, subsequent_indent="  "))
    print(f"Check: {found.page}")
