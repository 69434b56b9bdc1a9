"""``condyle archive import``: studies of this machine into the clinic's archive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from condyle.cli.extras import need
from condyle.errors import NothingReadable

if TYPE_CHECKING:
    from condyle.archive.archive import Archive

_TOLD = 20
_STATES = (("stored", "stored"), ("duplicate", "there already"), ("refused", "refused"))


def import_studies(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Folders, zips or files.")],
    *,
    as_user: Annotated[
        str | None, typer.Option("--as", metavar="NAME", help="In whose name; the first user's.")
    ] = None,
) -> None:
    """Store the studies in folders of this machine, and queue the bundles that read them.

    Originals stay where they are, and what the archive holds already is not stored again.
    Each folder inside a named one is sorted for itself. The running clinic shows them at once.

    Examples:
      condyle archive import studies
      condyle archive import knee.zip spine/ --as jdoe
    """
    _refuse_missing(paths)
    with _opened() as archive:
        from condyle.cli.progress import shown_progress
        from condyle.reporting.wording import readable, word
        from condyle.workflows.clinic.bring import bring
        from condyle.workflows.clinic.queueing import queue_for_study

        def queue(archive: Archive, studies: Sequence[int]) -> None:
            for study in studies:
                queue_for_study(archive, study)

        user = _user(archive, as_user)
        with shown_progress() as progress:
            got = bring(archive, paths, user_id=user, on_studies_received=queue, progress=progress)
    for name, reason in got.refused[:_TOLD]:
        print(f"Refused: {readable(name)}: {word(reason)}")
    if len(got.refused) > _TOLD:
        print(f"and {len(got.refused) - _TOLD} more.")
    told = [f"{got.files.get(state, 0)} {words}" for state, words in _STATES]
    print(f"{len(got.studies)} studies; files: {', '.join(told)}.")


def _refuse_missing(paths: Sequence[Path]) -> None:
    missing = [path.name for path in paths if not path.exists()]
    if missing:
        raise NothingReadable(
            "Nothing was imported.",
            found=f"no file or folder called {missing[0]}",
            needed="paths of this machine that are there",
            mend="correct the path and run the command again.",
        )


@contextmanager
def _opened() -> Iterator[Archive]:
    need("clinic", "Importing studies")
    from condyle.service.opening import open_archive
    from condyle.service.settings import load_settings

    archive = open_archive(load_settings())
    try:
        yield archive
    finally:
        archive.database.close()


def _user(archive: Archive, name: str | None) -> int:
    """Gives in whose name; where nobody was added yet, the administrator of a first start."""
    from condyle.archive import accounts
    from condyle.errors import UnknownName
    from condyle.service.opening import FIRST_USER, first_password
    from condyle.service.security.passwords import Passwords

    password = first_password(archive, Passwords())
    if password is not None:
        print(f"Log in as '{FIRST_USER}' with the password {password}")
        print("It is shown this once; you are asked for one of your own.")
    with archive.database.read() as session:
        users = {user.name: user.id for user in accounts.list_users(session)}
    if name is not None and name not in users:
        raise UnknownName("user", name, users)
    return users[name] if name is not None else min(users.values())
