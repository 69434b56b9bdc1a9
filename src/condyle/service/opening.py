"""Opening what a server needs before it can answer: the archive, and somebody who may log in."""

from __future__ import annotations

from condyle.archive import accounts
from condyle.archive.archive import Archive
from condyle.archive.audit import system_act
from condyle.archive.database import Database, open_database
from condyle.archive.migrations import is_current, upgrade
from condyle.archive.migrations.run import current_revision
from condyle.archive.objects import ObjectStore
from condyle.errors import BadConfiguration, Unavailable
from condyle.service.schemas.session import NewUser
from condyle.service.security.passwords import Passwords, new_password
from condyle.service.settings import Settings
from condyle.service.users import UserAdministration

FIRST_USER = "admin"
"""Who may log in where nobody was added yet."""


def open_archive(settings: Settings) -> Archive:
    """Opens the archive of the settings; one that is not there yet is made.

    Raises:
        BadConfiguration: Its database is of another version.
        Unavailable: The folder cannot be made, or the database not be reached.
    """
    try:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Unavailable(
            "The clinic's folder cannot be made.",
            found=error.strerror or type(error).__name__,
            needed="a folder that this user may write",
            mend="set CONDYLE_HOME to one.",
        ) from error
    database = open_database(settings.database)
    if _is_empty(database):
        upgrade(database)
    elif not is_current(database):
        database.close()
        raise BadConfiguration(
            "The clinic does not start.",
            found="a database of another version",
            needed="the tables of this version",
            mend="make a backup with 'condyle backup', then run 'condyle db upgrade'.",
        )
    return Archive(database, ObjectStore(settings.objects))


def first_password(archive: Archive, passwords: Passwords) -> str | None:
    """Adds an administrator where nobody can log in yet.

    Returns:
        The password, which is kept nowhere; ``None`` where there are users already.
    """
    with archive.database.read() as session:
        if accounts.list_users(session):
            return None
    password = new_password()
    new = NewUser(
        name=FIRST_USER, full_name="Administrator", role="administrator", password=password
    )
    UserAdministration(archive, passwords, system_act("first start")).add(new)
    return password


def _is_empty(database: Database) -> bool:
    with database.read() as session:
        return current_revision(session.connection()) is None
