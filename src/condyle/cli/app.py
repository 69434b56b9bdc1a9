"""The ``condyle`` command: its verbs, and what happens when one fails."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from condyle.cli.audit import audit_app
from condyle.cli.boundary import guarded, quiet_libraries
from condyle.cli.bundles import bundles_app
from condyle.cli.claims import claims_app
from condyle.cli.compare import compare
from condyle.cli.data import data_app
from condyle.cli.deidentify import deidentify
from condyle.cli.drift import drift
from condyle.cli.evaluate import evaluate
from condyle.cli.export import export
from condyle.cli.pacs import pacs_app
from condyle.cli.phantom import phantom_app
from condyle.cli.read import read
from condyle.cli.readers import readers_app
from condyle.cli.recipes import recipes_app
from condyle.cli.runs import runs
from condyle.cli.serve import serve
from condyle.cli.train import train
from condyle.cli.upkeep import archive_app, backup, db_app, restore
from condyle.cli.user import user_app
from condyle.cli.verb import add_verb

_EPILOG = "Research use. Nothing leaves this computer. 'condyle VERB --help' shows examples."


def create_app() -> typer.Typer:
    """Makes the command with all of its verbs."""
    app = typer.Typer(
        name="condyle",
        help="Read musculoskeletal studies, and train and check the models that read them.",
        epilog=_EPILOG,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    add_verb(app, read)
    add_verb(app, export)
    add_verb(app, train)
    add_verb(app, evaluate)
    add_verb(app, drift)
    add_verb(app, compare)
    add_verb(app, runs)
    add_verb(app, serve)
    add_verb(app, deidentify)
    add_verb(app, backup)
    add_verb(app, restore)
    app.add_typer(data_app(), name="data")
    app.add_typer(bundles_app(), name="bundles")
    app.add_typer(recipes_app(), name="recipes")
    app.add_typer(phantom_app(), name="phantom")
    app.add_typer(claims_app(), name="claims")
    app.add_typer(readers_app(), name="readers")
    app.add_typer(pacs_app(), name="pacs")
    app.add_typer(user_app(), name="user")
    app.add_typer(audit_app(), name="audit")
    app.add_typer(db_app(), name="db")
    app.add_typer(archive_app(), name="archive")
    return app


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
        arguments: What follows the command's name; the process' own by default.

    Returns:
        The exit status: 0 done, 1 our fault, 2 wrong usage or nothing readable, 130
        interrupted. An error is at most four lines on standard error.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    command = typer.main.get_command(create_app())
    with quiet_libraries():
        return guarded(lambda: command.main(given, prog_name="condyle", standalone_mode=False))


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"condyle {version('condyle')}")
        raise typer.Exit


def _root(
    version: bool = typer.Option(
        False,
        "--version",
        callback=_show_version,
        is_eager=True,
        help="Show the version and stop.",
    ),
) -> None:
    """Read musculoskeletal studies, and train and check the models that read them."""
