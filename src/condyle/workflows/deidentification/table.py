"""The table by which a person can be found again, encrypted: scrypt and AES-256-GCM."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from condyle.errors import InputError, MissingExtra, OutputError
from condyle.reporting.whole_file import write_whole
from condyle.workflows.deidentification.key import derived_key

SCHEMA = "condyle.reidentification/1"
"""What the decrypted table says it is."""

_MAGIC = b"CONDYLE-REID-1\n"
_SALT, _NONCE = 16, 12


@dataclass
class Reidentification:
    """Who is who; exists in memory and encrypted, and nowhere else.

    Attributes:
        patients: By pseudonym: identifier, issuer, name, birth date, days of shift.
        studies: By new Study Instance UID: the original, accession number, pseudonym.
        files: In their order: where a file lay, what became of it.
    """

    patients: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False)
    studies: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False)
    files: list[dict[str, Any]] = field(default_factory=list, repr=False)


def require_encryption() -> None:
    """Refuses to begin where nothing could be encrypted at the end.

    Raises:
        MissingExtra: ``cryptography`` is not installed.
    """
    if find_spec("cryptography") is None:
        raise MissingExtra("pacs", "Encrypting the table of who is who")


def is_table(path: Path) -> bool:
    """Tells whether a file begins as a table does that ``write_table`` wrote."""
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


def write_table(path: Path, table: Reidentification, key: bytes) -> None:
    """Writes the table encrypted, whole or not at all.

    Args:
        path: The file.
        table: Who is who.
        key: What the project's key file holds.

    Raises:
        MissingExtra: ``cryptography`` is not installed.
        OutputError: It cannot be written.
    """
    require_encryption()
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    document = {"schema": SCHEMA, **vars(table)}
    content = json.dumps(document, ensure_ascii=False, sort_keys=True).encode()
    salt, nonce = secrets.token_bytes(_SALT), secrets.token_bytes(_NONCE)
    sealed = AESGCM(derived_key(key, salt)).encrypt(nonce, content, _MAGIC)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, _MAGIC + salt + nonce + sealed)
        path.chmod(0o600)
    except OSError as error:
        raise OutputError(
            "The table of who is who was not written.",
            found="a place that cannot be written",
            needed="a folder of your own, apart from the output",
            mend="name another file with --table and run the command again.",
        ) from error


def read_table(path: Path, key: bytes) -> dict[str, Any]:
    """Gives the decrypted table.

    Args:
        path: As ``write_table`` wrote it.
        key: What the project's key file holds.

    Raises:
        MissingExtra: ``cryptography`` is not installed.
        InputError: It is no such table, was altered, or is another key's.
    """
    require_encryption()
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        content = path.read_bytes()
    except OSError as error:
        raise _unreadable("no file that can be read") from error
    start = len(_MAGIC) + _SALT + _NONCE
    if not content.startswith(_MAGIC) or len(content) < start:
        raise _unreadable("another kind of file")
    salt, nonce = content[len(_MAGIC) :][:_SALT], content[start - _NONCE : start]
    try:
        opened = AESGCM(derived_key(key, salt)).decrypt(nonce, content[start:], _MAGIC)
    except InvalidTag as error:
        raise _unreadable("a table of another key, or one that was altered") from error
    document: dict[str, Any] = json.loads(opened)
    return document


def earlier_table(path: Path, key: bytes) -> Reidentification:
    """Gives what earlier batches of a project wrote; an empty table where there were none.

    Raises:
        As ``read_table``.
    """
    if not path.exists():
        return Reidentification()
    told = read_table(path, key)
    return Reidentification(told["patients"], told["studies"], told["files"])


def joined(earlier: Reidentification, now: Reidentification) -> Reidentification:
    """Gives the table of a project's batches; a file that came again is told as it came last."""
    again = {(one["path"], one["label"]) for one in now.files}
    return Reidentification(
        earlier.patients | now.patients,
        earlier.studies | now.studies,
        [one for one in earlier.files if (one["path"], one["label"]) not in again] + now.files,
    )


def _unreadable(found: str) -> InputError:
    return InputError(
        "The table of who is who was not opened.",
        found=found,
        needed="the table and the key file of one project",
        mend="name the key file that was used with --key.",
    )
