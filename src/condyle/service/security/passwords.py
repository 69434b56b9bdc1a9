"""Passwords: what is asked of them, and their Argon2id hashes."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from condyle.errors import UsageError

LEAST_CHARACTERS = 12
MOST_CHARACTERS = 256
_AT_ONCE = 2
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that are mistaken for each other


@dataclass(frozen=True)
class Passwords:
    """Hashes and checks passwords, so many at once that memory stays bounded.

    The default cost is the second recommended option of RFC 9106, section 4: 64 MiB, three
    passes, four lanes.

    Attributes:
        hasher: Does the work.
    """

    hasher: PasswordHasher = field(default_factory=PasswordHasher)
    _gate: threading.Semaphore = field(
        default_factory=lambda: threading.Semaphore(_AT_ONCE), repr=False, compare=False
    )

    def hash(self, password: str) -> str:
        """Gives the Argon2id hash with its salt and its cost."""
        with self._gate:
            return self.hasher.hash(password)

    def fits(self, password: str, stored: str | None) -> bool:
        """Says whether a password fits its hash.

        Where nobody has the name, ``stored`` is ``None``: a hash is made all the same, so that
        the time it takes does not tell.
        """
        if len(password) > MOST_CHARACTERS:
            return False
        if stored is None:
            self.hash(password)
            return False
        try:
            with self._gate:
                return self.hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    def is_outdated(self, stored: str) -> bool:
        """Says whether a hash was made with another cost than today's."""
        return self.hasher.check_needs_rehash(stored)


def check_password(password: str, *, name: str) -> None:
    """Refuses a password that is too short, too long, or says the user's name.

    Length and not kinds of characters, after NIST SP 800-63B, section 5.1.1.2.

    Raises:
        UsageError: It is refused; the password is not repeated.
    """
    found = ""
    if len(password) < LEAST_CHARACTERS:
        found = f"{len(password)} characters"
    elif len(password) > MOST_CHARACTERS:
        found = f"more than {MOST_CHARACTERS} characters"
    elif name.lower() in password.lower():
        found = "the user's own name in it"
    elif len(set(password)) < LEAST_CHARACTERS // 3:
        found = "the same few characters over and over"
    if found:
        raise UsageError(
            "The password is not strong enough.",
            found=found,
            needed=f"{LEAST_CHARACTERS} characters or more, such as four words",
            mend="choose a longer one.",
        )


def new_password() -> str:
    """Gives a password by chance, 20 characters in groups of five, of 99 bits."""
    drawn = "".join(secrets.choice(_ALPHABET) for _ in range(20))
    return "-".join(drawn[start : start + 5] for start in range(0, 20, 5))
