"""The archive as everything else is given it: a database, its objects and a clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from condyle.archive.database import Database
from condyle.archive.objects import ObjectStore


def now() -> dt.datetime:
    """Gives the time, in UTC with its zone."""
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True)
class Archive:
    """What was received and found, in rows and objects.

    Attributes:
        database: The rows.
        objects: The bytes that rows name.
        clock: Gives the time; tests give their own.
    """

    database: Database
    objects: ObjectStore
    clock: Callable[[], dt.datetime] = now
