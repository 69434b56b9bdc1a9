"""The tables of teaching: cases to be read unaided, and how learners read them.

A reference and an answer that was given are never changed: a reference that was wrong gets a
later one beside it. The database itself refuses to change either.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from condyle.archive.tables import Table


class TeachingCollection(Table):
    """Cases that belong together, and what is asked of each.

    ``questions`` are {name, levels} in order, of the table of questions. Learners see a
    collection once it is ``published``.
    """

    __tablename__ = "teaching_collections"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    anatomy: Mapped[str]
    questions: Mapped[list[Any]]
    published: Mapped[bool] = mapped_column(default=False)
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[dt.datetime]


class TeachingCase(Table):
    """A study of a collection; ``withdrawn`` where it is asked no more, and old answers stay."""

    __tablename__ = "teaching_cases"
    __table_args__ = (Index(None, "collection_id", "study_id", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    collection_id: Mapped[int] = mapped_column(ForeignKey("teaching_collections.id"))
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"), index=True)
    withdrawn: Mapped[bool] = mapped_column(default=False)
    added_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    added_at: Mapped[dt.datetime]


class TeachingReference(Table):
    """What a case is judged by, as it was when it was taken; the latest of a case counts.

    ``kind`` is findings, report or form; ``source_id`` the report or observation. ``answers``
    maps an item to {value, places}. ``readers`` are the users whose word it is, ``said_at``
    when they gave it, ``set_by`` who took it. ``model_seen`` says whether they spoke of what a
    model had found, and so had it before them.
    """

    __tablename__ = "teaching_references"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("teaching_cases.id"), index=True)
    kind: Mapped[str]
    source_id: Mapped[int | None]
    answers: Mapped[dict[str, Any]]
    readers: Mapped[list[Any]]
    model_seen: Mapped[bool | None]
    said_at: Mapped[dt.datetime]
    set_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    set_at: Mapped[dt.datetime]


class TeachingAttempt(Table):
    """One learner's reading of a case: once, and not changed after ``submitted_at``.

    ``draft`` are the answers so far, ``answers`` those that were given: item to value, ``None``
    where the learner could not tell. ``looked_ms`` is how long the page was shown, and
    ``shown_at`` when that was last told, ``None`` while it is hidden. ``seen_before`` says that
    the learner had opened the study before the case. ``reference_id`` is the reference that
    they were shown.
    """

    __tablename__ = "teaching_attempts"
    __table_args__ = (Index(None, "case_id", "user_id", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("teaching_cases.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    started_at: Mapped[dt.datetime]
    seen_before: Mapped[bool] = mapped_column(default=False)
    shown_at: Mapped[dt.datetime | None]
    looked_ms: Mapped[int] = mapped_column(default=0)
    draft: Mapped[dict[str, Any]]
    answers: Mapped[dict[str, Any] | None]
    submitted_at: Mapped[dt.datetime | None]
    reference_id: Mapped[int | None] = mapped_column(ForeignKey("teaching_references.id"))
