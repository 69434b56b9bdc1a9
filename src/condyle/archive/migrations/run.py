"""Bringing a database to the tables of this version."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from condyle.archive.database import Database
from condyle.errors import BadConfiguration


def upgrade(database: Database, revision: str = "head") -> None:
    """Takes every step that the database lacks, all or none.

    Args:
        database: What is upgraded; an empty one gets every table.
        revision: Where to stop; an earlier step only in tests and in restoring.

    Raises:
        BadConfiguration: The database was written by a later version.
        Unavailable: The database cannot be used.
    """
    with database.write_connection() as connection:
        _refuse_later(current_revision(connection))
        _refuse_later(None if revision == "head" else revision)
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def is_current(database: Database) -> bool:
    """Tells whether the database has the tables of this version."""
    with database.read() as session:
        return current_revision(session.connection()) == head()


def current_revision(connection: Connection) -> str | None:
    """Gives the last step that was taken, ``None`` for an empty database."""
    return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    """Gives the last step of this version."""
    found = ScriptDirectory.from_config(_config()).get_current_head()
    if found is None:
        raise RuntimeError("the package holds no migration")
    return found


def _refuse_later(at: str | None) -> None:
    known = {step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions()}
    if at is not None and at not in known:
        raise BadConfiguration(
            "The archive's database cannot be upgraded.",
            found=f"step '{at}', which a later version of Condyle has taken",
            needed="a database of this version or an earlier one",
            mend="install the later version of Condyle, or restore a backup of this one.",
        )


def _config() -> Config:
    config = Config()
    # A '%' in the path would be taken for an interpolation.
    folder = str(Path(__file__).parent).replace("%", "%%")
    config.set_main_option("script_location", folder)
    config.set_main_option("path_separator", "os")
    return config
