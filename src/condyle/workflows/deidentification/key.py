"""The key file of a project: made once, kept apart, the secret of all that is replaced."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from condyle.dicom.deidentify import Project
from condyle.errors import InputError, OutputError, UsageError

LEAST_CHARACTERS = 16
"""A passphrase that somebody wrote into the key file has as many characters or more."""

_MOST_BYTES = 4096
_MADE = "condyle-project-key-1"
# scrypt (RFC 7914), 32 MiB: what a guess costs whoever finds a table but not its key.
_COST = {"n": 1 << 15, "r": 8, "p": 1, "maxmem": 1 << 26}
_PROJECT_SALT = b"condyle/deidentify/project/1"


def read_key(path: Path, *, make: bool) -> bytes:
    """Gives what a key file holds.

    Args:
        path: The file; it holds a key that Condyle made, or a passphrase of somebody's own.
        make: Make a new one where there is none, readable by its owner alone.

    Raises:
        InputError: There is none, or it cannot be read.
        OutputError: It cannot be made.
        UsageError: It holds too little to be a secret.
    """
    if make and not path.exists():
        _make(path)
    try:
        content = path.read_bytes()[:_MOST_BYTES].strip()
    except OSError as error:
        raise InputError(
            "The key file was not read.",
            found="no file that can be read",
            needed="the key file of the project",
            mend="name it with --key; a run makes a new one where there is none.",
        ) from error
    if len(content) < LEAST_CHARACTERS:
        raise UsageError(
            "The key file was not taken.",
            found=f"{len(content)} characters",
            needed=f"{LEAST_CHARACTERS} or more",
            mend="write a longer passphrase into it, or name a new file to have one made.",
        )
    return content


def project_of(key: bytes) -> Project:
    """Gives the project of a key: the same for the same key, wherever it is used."""
    return Project(derived_key(key, _PROJECT_SALT))


def derived_key(key: bytes, salt: bytes) -> bytes:
    """Gives 32 bytes by scrypt.

    Args:
        key: What the key file holds.
        salt: Of one purpose or one file.
    """
    return hashlib.scrypt(key, salt=salt, dklen=32, **_COST)


def _make(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(f"{_MADE} {secrets.token_hex(32)}\n")
    except OSError as error:
        raise OutputError(
            "The key file was not made.",
            found="a place that cannot be written",
            needed="a folder of your own, apart from the output",
            mend="name another file with --key.",
        ) from error
