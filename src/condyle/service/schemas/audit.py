"""The audit log, as an administrator reads it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from condyle.service.schemas.base import Body


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
