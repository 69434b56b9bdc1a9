"""``condyle db``, ``backup``, ``restore`` and ``archive``: keeping the clinic's archive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from condyle.cli.bring import import_studies
from condyle.cli.extras import need
from condyle.cli.verb import add_verb

if TYPE_CHECKING:
    from condyle.archive.archive import Archive

_Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of the backup.")]


def db_app() -> typer.Typer:
    """Makes the verbs under ``condyle db``."""
    app = typer.Typer(
        help="Keep the clinic's database.", no_args_is_help=True, rich_markup_mode=None
    )
    app.callback()(_root)
    add_verb(app, upgrade_database, "upgrade")
    return app


def archive_app() -> typer.Typer:
    """Makes the verbs under ``condyle archive``."""
    app = typer.Typer(
        help="Fill and check the clinic's archive.", no_args_is_help=True, rich_markup_mode=None
    )
    add_verb(app, check_archive, "check")
    add_verb(app, import_studies, "import")
    return app


def _root() -> None:
    """Keeps the only verb a verb of its own."""


def upgrade_database() -> None:
    """Bring the clinic's database to the tables of this version, all of it or nothing.

    Stop the clinic and make a backup first.

    Example:
      condyle db upgrade
    """
    with _opened("Upgrading the database") as archive:
        from condyle.archive.migrations import is_current, upgrade
        from condyle.archive.migrations.run import head

        if is_current(archive.database):
            print(f"The database has the tables of this version already (step {head()}).")
            return
        upgrade(archive.database)
        _note(archive, "database.upgraded", step=head())
        print(f"The database has the tables of this version now (step {head()}).")


def backup(folder: _Folder) -> None:
    """Back the clinic's archive up into a folder, while it is in use.

    A second backup into the same folder copies only the images that came since. Patients are
    named in it: keep it as safe as the archive.

    Example:
      condyle backup backup-of-today
    """
    with _opened("Backing the archive up") as archive:
        from condyle.archive.backup import backup as write_backup

        with _watched("objects copied") as watch:
            made = write_backup(archive, folder, watch=watch)
        _note(archive, "archive.backed-up", objects=made.objects, studies=made.tables["studies"])
        print(f"{made.tables['studies']} studies and {made.objects} objects, as of {made.at}.")
        waiting, refused = _spooled()
        if waiting or refused:
            print(
                f"The spool is not in it: {waiting} received images that are not taken in yet,"
                f" and {len(refused)} that were refused."
            )


def restore(folder: _Folder) -> None:
    """Fill an empty archive from a backup; set CONDYLE_HOME to where it shall be.

    With CONDYLE_DATABASE_URL of the other kind, it goes from SQLite to PostgreSQL or back.

    Example:
      condyle restore backup-of-today
    """
    with _opened("Restoring the archive") as archive:
        from condyle.archive.backup import restore as read_backup

        with _watched("objects copied") as watch:
            made = read_backup(archive, folder, watch=watch)
        _note(archive, "archive.restored", objects=made.objects, as_of=made.at)
        print(f"{made.tables['studies']} studies and {made.objects} objects, as of {made.at}.")


def check_archive(
    *,
    quick: Annotated[
        bool, typer.Option("--quick", help="Compare sizes only; do not read every object.")
    ] = False,
    sweep: Annotated[
        bool,
        typer.Option("--sweep", help="Remove objects over a day old that no row names."),
    ] = False,
) -> None:
    """Check that every row's objects are there with their hashes, and that counts agree.

    Received images that could not be read, and are kept in the spool, are listed: no fault of
    the archive. The archive may be in use meanwhile. Exit status 1 where something does not agree.

    Examples:
      condyle archive check
      condyle archive check --quick
    """
    with _opened("Checking the archive") as archive:
        from condyle.archive.check import check
        from condyle.archive.check import sweep as remove_unnamed

        with _watched("objects read") as watch:
            found = check(archive, deep=not quick, watch=watch)
        for fault in found.faults:
            print(f"{fault.place}: {fault.what}")
        waiting, refused = _spooled()
        for sha256, reason in refused:
            print(f"refused in the spool: object {sha256}: {reason}")
        if waiting or refused:
            print(f"{waiting} received images wait in the spool; {len(refused)} were refused.")
        print(
            f"{len(found.faults)} faults; {found.references} references to {found.objects} objects;"
            f" {found.unnamed} objects that no row names."
        )
        if found.faults:
            raise typer.Exit(1)
        if sweep:
            print(f"{remove_unnamed(archive)} of them removed.")


@contextmanager
def _opened(purpose: str) -> Iterator[Archive]:
    """Opens the archive of the settings, as it is."""
    need("clinic", purpose)
    from condyle.archive.archive import Archive
    from condyle.archive.database import open_database
    from condyle.archive.objects import ObjectStore
    from condyle.service.settings import load_settings

    settings = load_settings()
    objects = ObjectStore(settings.objects)  # which makes the home folder
    database = open_database(settings.database)
    try:
        yield Archive(database, objects)
    finally:
        database.close()


def _spooled() -> tuple[int, list[tuple[str, str]]]:
    """Gives how many received objects wait, and those that were refused, with their reasons."""
    from condyle.archive.spool import Spool, spool_folder
    from condyle.service.settings import load_settings

    folder = spool_folder(load_settings().home)
    if not folder.is_dir():
        return 0, []
    spool = Spool(folder)
    try:
        return spool.count(), spool.refused()
    finally:
        spool.close()


@contextmanager
def _watched(stage: str) -> Iterator[Callable[[int, int], None]]:
    """Shows how far the work is."""
    from condyle.cli.progress import shown_progress
    from condyle.domain.progress import Progress

    with shown_progress() as show:
        yield lambda done, total: show(Progress(stage, done, total))


def _note(archive: Archive, action: str, **details: Any) -> None:
    from condyle.archive.audit import append, system_act

    act = system_act("command line")
    with archive.database.write() as session:
        append(session, act(archive.clock(), action, subject="archive", **details))
