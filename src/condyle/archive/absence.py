"""What is said of something that the archive does not hold."""

from __future__ import annotations

from condyle.errors import NotThere


def absent(kind: str, key: str | int) -> NotThere:
    """Gives the error for something that is not there.

    Args:
        kind: What sort of thing was asked for, such as ``"study"``.
        key: The number or UID that was asked for; never a patient's identifier.
    """
    return NotThere(
        f"The archive holds no such {kind}.",
        found=f"no {kind} '{str(key)[:80]}'",
        needed=f"a {kind} that the archive holds",
        mend="look it up again; it may have been withdrawn.",
    )
