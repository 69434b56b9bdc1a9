"""The table of silent mode: what a reader called before they saw what the bundle found."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from condyle.archive.tables import Table


class OwnCall(Table):
    """What a reader called of a study by themselves, kept before a silent run is shown to them.

    There is one a reader, study and bundle, and it is never changed: whoever has seen what the
    bundle found cannot make an unaided call any more. ``analysis_id`` is the run that was hidden
    at that time. ``calls`` is a list of {name, level, value}; what is not in it was not called.
    """

    __tablename__ = "own_calls"
    __table_args__ = (Index(None, "study_id", "bundle", "user_id", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"))
    analysis_id: Mapped[str] = mapped_column(ForeignKey("analyses.id"), index=True)
    bundle: Mapped[str]
    calls: Mapped[list[Any]]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    at: Mapped[dt.datetime] = mapped_column(index=True)
