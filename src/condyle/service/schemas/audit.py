"""The audit log, as an administrator reads it."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from condyle.service.schemas.base import Body

Fault = Literal["gone", "moved", "changed", "another", "cut"]


class AuditLine(Body):
    """One act: who did what to what, and when."""

    id: int
    at: dt.datetime
    user_name: str
    action: str
    subject: str
    subject_id: str
    patient_id: int | None
    details: dict[str, Any]


class AuditPage(Body):
    """Acts, the newest first; ``next`` asks for the ones before them, ``None`` at the end."""

    acts: list[AuditLine]
    next: int | None


class AuditBroken(Body):
    """The first act at which the chain does not hold.

    ``gone``: acts before it are missing; ``moved``: it does not follow the one before it;
    ``changed``: it is not as it was written; ``another``: it is not the one that was noted;
    ``cut``: it was noted once, and the log ends before it.
    """

    number: int
    fault: Fault
    reason: str


class AuditStep(Body):
    """How far a walk along the chain came.

    Attributes:
        checked: The number of the last act that holds; send it and ``hash`` to go on after it.
        hash: That act's hash; at the end, the log's head.
        newest: The number of the log's newest act now.
        noted: So many heads that the server noted beside the database were met in this step.
        broken: Where the chain does not hold, if so.
        done: Whether there is nothing more to check.
    """

    checked: int
    hash: str
    newest: int
    noted: int
    broken: AuditBroken | None
    done: bool
