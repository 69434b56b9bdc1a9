"""A project's secret, and what is made of it: UIDs, pseudonyms and shifts of dates."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field

from condyle.errors import UsageError

LEAST_SECRET_BYTES = 16
"""A shorter secret could be found by trying."""

MOST_SHIFT_DAYS = 3652
"""Dates are moved back by 1 to as many days: ten years."""

# UUID version 8 (RFC 9562 5.8), of the variant that RFC defines.
_VERSION, _VARIANT = 8 << 76, 2 << 62
_KEPT = (1 << 128) - 1 - (15 << 76) - (3 << 62)


@dataclass(frozen=True)
class Person:
    """Who an instance is of, by what all instances of one patient share.

    Attributes:
        identity: Told to nobody; the key of pseudonym and shift.
    """

    identity: str = field(repr=False)


@dataclass(frozen=True)
class Project:
    """What maps one identity to the same new one all over a project, without a table.

    Args:
        secret: Known to the project alone; whoever has it can test guesses.

    Raises:
        UsageError: The secret is too short.
    """

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) < LEAST_SECRET_BYTES:
            raise UsageError(
                "The project's secret was not taken.",
                found=f"{len(self.secret)} bytes",
                needed=f"{LEAST_SECRET_BYTES} bytes or more",
                mend="use a key file that Condyle made.",
            )

    def uid(self, original: str) -> str:
        """Gives the new UID of an original one: 2.25 and a UUID (PS3.5 B.2) by HMAC-SHA256."""
        number = int.from_bytes(self._digest("uid", original.strip(" \0"))[:16], "big")
        return f"2.25.{(number & _KEPT) | _VERSION | _VARIANT}"

    def pseudonym(self, person: Person) -> str:
        """Gives the new Patient ID and name, ten letters and digits after a ``P``."""
        letters = base64.b32encode(self._digest("patient", person.identity)).decode()
        return f"P{letters[:10]}"

    def shift_days(self, person: Person) -> int:
        """Gives by how many whole days the dates of a patient move, always back.

        Whole days leave times of day and all intervals of one patient as they were.
        """
        number = int.from_bytes(self._digest("dates", person.identity)[:8], "big")
        return -1 - number % MOST_SHIFT_DAYS

    def mark(self, text: str) -> str:
        """Gives what marks a text in a journal without telling it."""
        return self._digest("mark", text).hex()[:32]

    def _digest(self, purpose: str, text: str) -> bytes:
        message = f"{purpose}\0{text}".encode("utf-8", "surrogatepass")
        return hmac.new(self.secret, message, hashlib.sha256).digest()
