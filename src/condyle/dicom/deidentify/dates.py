"""Moving dates by whole days (DA, DT and TM of PS3.5 6.2)."""

from __future__ import annotations

import datetime as dt
import re

_DATE = re.compile(r"(\d{4})\.?(\d{2})\.?(\d{2})")
# Digits that are no time of day may be somebody's number.
_TIME = r"[0-2]\d(:?[0-5]\d(:?[0-6]\d)?)?(\.\d{1,6})?"
_TIMES = re.compile(rf"({_TIME})?(-({_TIME})?)?")
_REST = re.compile(rf"({_TIME})?([+-]\d{{4}})?")


def shifted(vr: str, value: str, days: int) -> str | None:
    """Moves a value by whole days; a time of day stays as it is.

    Args:
        vr: ``"DA"``, ``"DT"`` or ``"TM"``.
        value: One value, or a range of a query.
        days: By which it moves.

    Returns:
        The value in the form it had, ``None`` where it is no such value and is not to be
        kept. A DT of a year, or of a year and month alone, says nothing that a shift of
        days could move, so it is ``None`` as well.
    """
    stated = value.strip(" \0")
    if vr == "TM":
        return stated if _TIMES.fullmatch(stated) else None
    if vr == "DA" and "-" in stated:
        parts = [shifted(vr, part, days) if part else "" for part in stated.split("-")]
        return None if None in parts else "-".join(part or "" for part in parts)
    match = _DATE.match(stated)
    rest = stated[match.end() :] if match else ""
    if match is None or (rest and (vr == "DA" or not _REST.fullmatch(rest))):
        return None
    try:
        moved = dt.date(*map(int, match.groups())) + dt.timedelta(days=days)
    except (ValueError, OverflowError):
        return None
    return f"{moved:%Y%m%d}".zfill(8) + rest
