"""The tables of what clinicians add: corrections, observations, reports and their addenda.

Rows are added and never changed, but for a report's draft until it is signed. What a clinician
withdraws or says anew is a row of its own that names the one before.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from condyle.archive.tables import Table


class Correction(Table):
    """What a reader says of a model's finding, of a run's chain of levels, or beside the models.

    ``kind`` is accept, reject, grade, call, level, outline, box, add or withdraw. ``finding_id``
    is the model's finding; ``None`` for one that the reader adds, which later rows name by
    ``added``, and for levels, which are of the whole run ``analysis_id``. ``value`` is what is
    said: {grade}, {positive}, {shift} or {levels}, {outline, place}, {box, place}, or the added
    finding whole. ``supersedes`` is the earlier row that it takes the place of.
    """

    __tablename__ = "corrections"
    __table_args__ = (Index(None, "study_id", "id"), Index(None, "at"), Index(None, "supersedes"))

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"))
    analysis_id: Mapped[str | None] = mapped_column(ForeignKey("analyses.id"), index=True)
    finding_id: Mapped[int | None] = mapped_column(ForeignKey("findings.id"), index=True)
    added: Mapped[int | None] = mapped_column(ForeignKey("corrections.id"))
    kind: Mapped[str]
    value: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(default="")
    supersedes: Mapped[int | None] = mapped_column(ForeignKey("corrections.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    at: Mapped[dt.datetime]


class Observation(Table):
    """What a clinician saw or asked of a patient, by a form or as free text.

    ``form`` and ``form_version`` name the form, whose definition as it was is the object
    ``form_object``; free text has the form ``"note"``. ``values`` are the answers by field.
    ``observed_on`` is the day of the examination, ``study_id`` the study that it belongs to.
    """

    __tablename__ = "observations"
    __table_args__ = (Index(None, "patient_id", "observed_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    study_id: Mapped[int | None] = mapped_column(ForeignKey("studies.id"), index=True)
    form: Mapped[str]
    form_version: Mapped[str]
    form_object: Mapped[str | None]
    observed_on: Mapped[dt.date]
    values: Mapped[dict[str, Any]]
    text: Mapped[str] = mapped_column(default="")
    supersedes: Mapped[int | None] = mapped_column(ForeignKey("observations.id"))
    withdrawn: Mapped[bool] = mapped_column(default=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    at: Mapped[dt.datetime]


class ClinicalReport(Table):
    """A report on a study: a draft until ``signed_at``, then never changed.

    ``sections`` maps a section's name to its text. ``basis`` names the runs and the last
    correction that it was filled from. ``content`` is the object of what was signed, as JSON,
    and its SHA-256 what the signature covers; ``pdf`` and ``html`` are the pages of it.
    ``edition`` grows with each change of the draft, so that no one overwrites another.
    """

    __tablename__ = "reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"), index=True)
    language: Mapped[str]
    sections: Mapped[dict[str, Any]]
    basis: Mapped[dict[str, Any]]
    edition: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[dt.datetime]
    changed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[dt.datetime]
    signed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    signed_name: Mapped[str | None]
    signed_at: Mapped[dt.datetime | None]
    content: Mapped[str | None]
    pdf: Mapped[str | None]
    html: Mapped[str | None]


class Addendum(Table):
    """What was added to a signed report, signed itself; the pages show it below the report."""

    __tablename__ = "addenda"

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"), index=True)
    text: Mapped[str]
    signed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    signed_name: Mapped[str]
    signed_at: Mapped[dt.datetime]
    content: Mapped[str]
