"""``condyle user``: who may log in to the clinic."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from condyle.cli.extras import need
from condyle.cli.verb import add_verb

if TYPE_CHECKING:
    from condyle.service.users import UserAdministration

Name = Annotated[str, typer.Argument(metavar="NAME", help="What they log in with.")]
Role = Annotated[
    Literal["viewer", "clinician", "annotator", "researcher", "administrator"],
    typer.Option(help="What they may do."),
]
FromInput = Annotated[
    bool,
    typer.Option("--password-stdin", help="Read the password from standard input."),
]


def user_app() -> typer.Typer:
    """Makes the verbs under ``condyle user``."""
    app = typer.Typer(
        help="Add, list and disable those who may log in.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    add_verb(app, add)
    add_verb(app, list_, "list")
    add_verb(app, disable)
    add_verb(app, enable)
    add_verb(app, password)
    return app


def add(
    name: Name,
    *,
    role: Role,
    full_name: Annotated[str, typer.Option(help="As reports show it; the name.")] = "",
    password_stdin: FromInput = False,
) -> None:
    """Add a user. The password is drawn and shown once; they must change it at log-in.

    Examples:
      condyle user add jdoe --role clinician --full-name "Jane Doe"
    """
    from condyle.service.users import checked_user

    word = _password(password_stdin)
    new = checked_user(name=name, full_name=full_name or name, role=role, password=word)
    with _users() as users:
        users.add(new)
    print(f"Added: {name}, {role}")
    _show(word, password_stdin)


def list_() -> None:
    """List all users.

    Example:
      condyle user list
    """
    from condyle.archive import accounts

    with _users() as users, users.archive.database.read() as session:
        for user in accounts.list_users(session):
            state = "disabled" if user.disabled else "may log in"
            print(f"{user.name:<20} {user.role:<14} {state:<11} {user.full_name}")


def disable(name: Name) -> None:
    """Log a user out and let them log in no more. What they did stays theirs.

    Example:
      condyle user disable jdoe
    """
    with _users() as users:
        users.change_named(name, disabled=True)
    print(f"Disabled: {name}")


def enable(name: Name) -> None:
    """Let a disabled or locked user log in again.

    Example:
      condyle user enable jdoe
    """
    with _users() as users:
        users.change_named(name, disabled=False)
    print(f"Enabled: {name}")


def password(name: Name, *, password_stdin: FromInput = False) -> None:
    """Give a user a new password, which they must change, and log them out.

    Example:
      condyle user password jdoe
    """
    word = _password(password_stdin)
    with _users() as users:
        users.change_named(name, password=word)
    print(f"Changed: {name}")
    _show(word, password_stdin)


@contextmanager
def _users() -> Iterator[UserAdministration]:
    need("clinic", "Managing users")
    from condyle.archive.audit import system_act
    from condyle.service.opening import open_archive
    from condyle.service.security.passwords import Passwords
    from condyle.service.settings import load_settings
    from condyle.service.users import UserAdministration

    archive = open_archive(load_settings())
    try:
        yield UserAdministration(archive, Passwords(), system_act("command line"))
    finally:
        archive.database.close()


def _password(from_input: bool) -> str:
    """Gives the password: never from the command line, where others of the machine see it."""
    need("clinic", "Managing users")
    from condyle.service.security.passwords import new_password

    return sys.stdin.readline().rstrip("\n") if from_input else new_password()


def _show(word: str, from_input: bool) -> None:
    if not from_input:
        print(f"Password, shown this once: {word}")
