"""``condyle audit``: whether the clinic's audit log is whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from condyle.cli.extras import need
from condyle.cli.verb import add_verb


def audit_app() -> typer.Typer:
    """Makes the verbs under ``condyle audit``."""
    app = typer.Typer(
        help="Check the clinic's audit log.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    app.callback()(_root)
    add_verb(app, verify)
    return app


def _root() -> None:
    """Keeps ``verify`` a verb of its own."""


def verify(
    *,
    heads: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A copy of audit-heads.txt that was kept elsewhere."),
    ] = None,
) -> None:
    """Check that no act in the audit log was changed, taken out or moved.

    Heads that the server noted beside the database show whether the log's end was cut off, or
    all of it written anew; a copy that was kept on another machine shows it for certain.

    Examples:
      condyle audit verify
      condyle audit verify --heads copy-of-audit-heads.txt
    """
    need("clinic", "Checking the audit log")
    from condyle.service.auditing.verify import verify_audit
    from condyle.service.opening import open_archive
    from condyle.service.settings import load_settings

    settings = load_settings()
    archive = open_archive(settings)
    try:
        head, marks = verify_audit(archive, settings, heads)
    finally:
        archive.database.close()
    print(f"The audit log is whole: {head.number} acts, {marks} noted heads are in it.")
    print(f"Head: {head.number} {head.hash}")
