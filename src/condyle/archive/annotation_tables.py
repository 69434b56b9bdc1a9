"""The tables of annotation: lists of cases, who draws on them, and what they drew.

What an annotator saved and what was adjudicated are rows that are added and never changed; the
one of the last edition counts.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from condyle.archive.tables import Table


class AnnotationList(Table):
    """Cases that several people draw on, and what is to be drawn.

    ``labels`` is a list of {key, name, kind, colour, answers}, its kind box, mask or case.
    ``seed`` gives each annotator an order of their own. Nothing is drawn any more after
    ``closed_at``.
    """

    __tablename__ = "annotation_lists"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    labels: Mapped[list[Any]]
    seed: Mapped[int]
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None]


class AnnotationCase(Table):
    """A study, or one series of it, that a list holds; ``series_uid`` is ``None`` for the whole.

    ``position`` counts from 1 and names the case, in place of the patient.
    """

    __tablename__ = "annotation_cases"
    __table_args__ = (Index(None, "list_id", "position", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("annotation_lists.id"))
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"), index=True)
    series_uid: Mapped[str | None]
    position: Mapped[int]


class AnnotationPerson(Table):
    """Somebody who draws on the cases of a list; what they drew stays after ``removed_at``."""

    __tablename__ = "annotation_people"

    list_id: Mapped[int] = mapped_column(ForeignKey("annotation_lists.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    added_at: Mapped[dt.datetime]
    removed_at: Mapped[dt.datetime | None]


class AnnotationWork(Table):
    """What one annotator has drawn on a case, each time that it was saved.

    ``state`` is open, done, or unjudged: the case cannot be judged, for the ``reason``.
    ``marks`` are {id, label, place, box, outlines, answer}. ``spent_s`` is the time that the
    case was on their screen until now.
    """

    __tablename__ = "annotation_works"
    __table_args__ = (Index(None, "case_id", "user_id", "edition", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("annotation_cases.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    edition: Mapped[int]
    state: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    marks: Mapped[list[Any]] = mapped_column(deferred=True)
    spent_s: Mapped[int] = mapped_column(default=0)
    at: Mapped[dt.datetime]


class Adjudication(Table):
    """What somebody senior decided of a case; ``taken_from`` whose drawing it was made from."""

    __tablename__ = "adjudications"
    __table_args__ = (Index(None, "case_id", "edition", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("annotation_cases.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    edition: Mapped[int]
    taken_from: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    state: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    marks: Mapped[list[Any]] = mapped_column(deferred=True)
    at: Mapped[dt.datetime]
