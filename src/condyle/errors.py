"""Every error that Condyle raises on purpose.

    CondyleError                      (exit status 1 unless a subclass says otherwise)
    |-- InputError                    what the user gave could not be read (exit 2)
    |   |-- NothingReadable           no image in what was given
    |   |-- UnsafeInput               an archive or file over the safe limits, or hostile
    |   |-- SeveralStudies            images of more than one study or patient together
    |   `-- BadImage                  an image whose pixels or geometry cannot be used
    |-- UsageError                    a wrong name, option or setting (exit 2)
    |   |-- UnknownName               a name that is not in a registry; lists those that are
    |   |-- BadConfiguration          a recipe, manifest or setting that does not fit its schema
    |   `-- MissingExtra              an optional part of Condyle is not installed
    |-- BundleError                   a bundle that is absent, altered or does not fit (exit 2)
    |-- DatasetError                  a labelled archive that breaks its layout (exit 2)
    |-- OutputError                   the result could not be written (exit 2)
    |-- NotThere                      nothing has that identifier, or not for who asks (exit 2)
    |-- Conflict                      it exists already, or has changed meanwhile (exit 2)
    |-- Unavailable                   the database or the disk cannot be used now
    |-- ArchiveDamaged                rows and stored objects that do not agree
    |-- PeerError                     another system refused, or answered with a failure (exit 2)
    |   `-- PeerUnreachable           it does not answer now, and may later
    |-- AccessError                   who asks may not (exit 2)
    |   |-- NotLoggedIn               nobody is logged in, or name and password do not fit
    |   |-- NotAllowed                the role, or the state of the account, does not allow it
    |   `-- TooManyTries              tried too often; holds how long to wait
    `-- Cancelled                     the user stopped the work (exit 130)

A message has four parts: what failed, what was found, what is needed, how to
mend it. None of them may hold a patient's name or identifier.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from pathlib import Path


class CondyleError(Exception):
    """Base of every deliberate error; holds the four parts of its message.

    Args:
        failed: What could not be done.
        found: What was found instead.
        needed: What would have been needed.
        mend: What the user can do now.
    """

    exit_status = 1

    def __init__(self, failed: str, *, found: str = "", needed: str = "", mend: str = "") -> None:
        self.failed = failed
        self.found = found
        self.needed = needed
        self.mend = mend
        super().__init__(failed)

    def lines(self) -> list[str]:
        """Gives the message as at most four lines of text."""
        parts = [self.failed]
        if self.found:
            parts.append(f"  found:  {self.found}")
        if self.needed:
            parts.append(f"  needed: {self.needed}")
        if self.mend:
            parts.append(f"  mend:   {self.mend}")
        return parts

    def __str__(self) -> str:
        return "\n".join(self.lines())


class InputError(CondyleError):
    """What the user gave could not be read."""

    exit_status = 2


class NothingReadable(InputError):
    """No image was found in what was given."""


class UnsafeInput(InputError):
    """An archive or file is over the safe limits, or looks hostile."""


class SeveralStudies(InputError):
    """Images of more than one study or patient were given together."""


class BadImage(InputError):
    """An image whose pixels or geometry cannot be used."""


class UsageError(CondyleError):
    """A wrong name, option or setting."""

    exit_status = 2


class UnknownName(UsageError):
    """A name that is in no registry.

    Args:
        kind: What sort of thing was named, such as ``"recipe"``.
        name: The name that was given.
        valid: The names that exist.
    """

    def __init__(self, kind: str, name: str, valid: Iterable[str]) -> None:
        super().__init__(
            f"There is no {kind} called '{name}'.",
            found=f"'{name}'",
            needed="one of: " + ", ".join(sorted(valid)),
            mend=f"choose a {kind} from the list and run the command again.",
        )


class BadConfiguration(UsageError):
    """A recipe, manifest or setting that does not fit its schema."""


class MissingExtra(UsageError):
    """An optional part of Condyle is not installed.

    Args:
        extra: The name of the extra, such as ``"train"``.
        purpose: What the user wanted to do with it.
    """

    def __init__(self, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs a part of Condyle that is not installed.",
            found=f"no '{extra}' extra",
            needed=f"the '{extra}' extra",
            mend=f"pip install 'condyle[{extra}]', or in a checkout: pip install '.[{extra}]'",
        )


class BundleError(CondyleError):
    """A bundle that is absent, altered or does not fit."""

    exit_status = 2


class DatasetError(CondyleError):
    """A labelled archive that breaks its layout."""

    exit_status = 2


class OutputError(CondyleError):
    """The result could not be written."""

    exit_status = 2


class NotThere(CondyleError):
    """Nothing has that identifier, or who asks may not know of it."""

    exit_status = 2


class Conflict(CondyleError):
    """What was to be made exists already, or has changed meanwhile."""

    exit_status = 2


class Unavailable(CondyleError):
    """The database or the disk cannot be used now."""


class PeerError(CondyleError):
    """Another system refused what was asked of it, or answered with a failure."""

    exit_status = 2


class PeerUnreachable(PeerError):
    """Another system does not answer now, and may later."""


class AccessError(CondyleError):
    """Who asks may not do it."""

    exit_status = 2


class NotLoggedIn(AccessError):
    """Nobody is logged in, or name and password do not fit."""


class NotAllowed(AccessError):
    """The role, or the state of the account, does not allow it."""


class TooManyTries(AccessError):
    """It was tried too often.

    Args:
        failed: What could not be done.
        wait_s: After how many seconds it may be tried again.
    """

    def __init__(self, failed: str, *, wait_s: int) -> None:
        super().__init__(
            failed,
            found="too many tries from this address",
            needed="fewer of them",
            mend=f"try again in {wait_s} s.",
        )
        self.wait_s = wait_s


class ArchiveDamaged(CondyleError):
    """The archive's rows and its stored objects do not agree."""


class Cancelled(CondyleError):
    """The user stopped the work."""

    exit_status = 130


def place_of(error: Exception) -> str:
    """Gives kind and place of an error, not its words, which may identify."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = " > ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
    return f"{type(error).__name__} at {places}"
