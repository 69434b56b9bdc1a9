"""The tables of the archive, as classes; ``migrations`` makes them in a database.

Times are in UTC with their zone, dates as the study states them. Text that came from outside is
kept as it came; the columns that end in ``_words`` hold it folded for search.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    Text,
    TypeDecorator,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Names of constraints, so that a migration can name what it changes."""


class Moment(TypeDecorator[dt.datetime]):
    """A time with its zone, stored in UTC; SQLite keeps no zone, so it is put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        """Gives the time in UTC; raises ``ValueError`` for one without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone cannot be stored")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        """Gives the time with its zone."""
        if value is None:
            return None
        stored: dt.datetime = value
        return stored.replace(tzinfo=dt.UTC) if stored.tzinfo is None else stored


Folded = Text().with_variant(Text(collation="C"), "postgresql")
"""Folded text, compared by its code points on every database, so that a prefix is a range."""


class Table(DeclarativeBase):
    """Base of every table."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = {
        dt.datetime: Moment,
        str: Text,
        dict[str, Any]: JSON(none_as_null=True),
        list[Any]: JSON(none_as_null=True),
    }


class User(Table):
    """Somebody who may log in. ``role`` is a name of the service's roles."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    full_name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str]
    language: Mapped[str] = mapped_column(default="")
    disabled: Mapped[bool] = mapped_column(default=False)
    must_change: Mapped[bool] = mapped_column(default=False)
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]


class LoginSession(Table):
    """A browser that is logged in, by the SHA-256 of its cookie."""

    __tablename__ = "login_sessions"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    csrf: Mapped[str]
    created_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]


class AccessToken(Table):
    """A personal access token, by the SHA-256 of its secret; ``read_only`` ones change nothing."""

    __tablename__ = "access_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str]
    secret_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]
    used_at: Mapped[dt.datetime | None]
    read_only: Mapped[bool] = mapped_column(default=False)


class AuditEntry(Table):
    """One act, never changed. ``hash`` covers the row and the ``previous`` row's hash."""

    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    user_name: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    subject_id: Mapped[str]
    patient_id: Mapped[int | None] = mapped_column(index=True)
    details: Mapped[dict[str, Any]]
    previous: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)


class Patient(Table):
    """One patient, by identifier and issuer as the images state them."""

    __tablename__ = "patients"
    __table_args__ = (Index(None, "identifier", "issuer", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    identifier: Mapped[str]
    issuer: Mapped[str] = mapped_column(default="")
    name: Mapped[str]
    birth_date: Mapped[dt.date | None]
    sex: Mapped[str | None]
    pseudonym: Mapped[str] = mapped_column(unique=True)


_FILTERS = ("state", "anatomy", "source", "priority_rank", "date_sort")
_PLAIN_FILTERS = ("state", "anatomy", "source", "date_sort")


class StudyRow(Table):
    """One study. ``state`` is received, analysing, read, signed or refused.

    ``revision`` grows with each change of anything of the study, over all studies, so that a
    page can ask for what changed since. ``reason`` is a message of refusal. ``patient_sort`` is
    the patient's folded name, kept here so that the worklist sorts without a join;
    ``date_sort`` is the study's date, the earliest of all where it has none.
    """

    __tablename__ = "studies"
    __table_args__ = (
        # Each order of the worklist has an index that holds every filter, so that a page is one
        # walk along it; the last three lead to the studies of a rare value.
        Index("ix_studies_by_arrival", "received_at", "id", *_FILTERS),
        Index("ix_studies_by_date", "date_sort", "id", *_FILTERS[:4]),
        Index("ix_studies_by_patient", "patient_sort", "id", *_FILTERS),
        Index("ix_studies_by_priority", "priority_rank", "received_at", "id", *_PLAIN_FILTERS),
        Index(None, "state", "received_at"),
        Index(None, "anatomy", "received_at"),
        Index(None, "source", "received_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"), index=True)
    patient_sort: Mapped[str] = mapped_column(Folded, default="")
    accession: Mapped[str] = mapped_column(default="", index=True)
    description: Mapped[str] = mapped_column(default="")
    study_date: Mapped[dt.date | None]
    study_time: Mapped[dt.time | None]
    date_sort: Mapped[dt.date] = mapped_column(default=dt.date.min)
    anatomy: Mapped[str | None]
    modalities: Mapped[str] = mapped_column(default="")
    source: Mapped[str]
    simulated: Mapped[bool] = mapped_column(default=False)
    priority_rank: Mapped[int] = mapped_column(default=2)
    state: Mapped[str] = mapped_column(default="received")
    reason: Mapped[dict[str, Any] | None]
    exclusions: Mapped[list[Any] | None]
    received_at: Mapped[dt.datetime]
    revision: Mapped[int] = mapped_column(index=True)
    series_count: Mapped[int] = mapped_column(default=0)
    instance_count: Mapped[int] = mapped_column(default=0)
    finding_count: Mapped[int] = mapped_column(default=0)


class StudyWord(Table):
    """A folded word by which a study is found: of name, identifier, accession, description."""

    __tablename__ = "study_words"
    __table_args__ = (Index(None, "study_id", "word"),)

    word: Mapped[str] = mapped_column(Folded, primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"), primary_key=True)


class SeriesRow(Table):
    """One series of a study; ``kind`` is the report's kind of series."""

    __tablename__ = "series"

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"), index=True)
    uid: Mapped[str] = mapped_column(unique=True)
    number: Mapped[int | None]
    description: Mapped[str] = mapped_column(default="")
    modality: Mapped[str] = mapped_column(default="")
    body_part: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(default="dicom")
    instance_count: Mapped[int] = mapped_column(default=0)


class InstanceRow(Table):
    """One DICOM instance.

    ``object`` names its stored bytes as they came. ``header`` is its DICOM JSON without bulk
    data, deflated. ``frames_at`` is a list of (offset, length) in the stored bytes, one a frame;
    a list of several pairs a frame where it is fragmented. ``derived_from`` names the stored
    original of an instance that was made from a picture or a volume file.
    """

    __tablename__ = "instances"

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"), index=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"), index=True)
    uid: Mapped[str] = mapped_column(unique=True)
    class_uid: Mapped[str]
    transfer_syntax: Mapped[str]
    number: Mapped[int | None]
    frames: Mapped[int] = mapped_column(default=1)
    rows: Mapped[int | None]
    columns: Mapped[int | None]
    object: Mapped[str] = mapped_column(index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    header: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    frames_at: Mapped[list[Any]] = mapped_column(deferred=True)
    derived_from: Mapped[str | None]
    derived_name: Mapped[str | None]
    received_at: Mapped[dt.datetime]


class ConflictRow(Table):
    """Bytes that came under a UID that other bytes hold, or for another patient's study.

    They are kept apart: no reader sees them, and nothing is lost. ``code`` says why.
    """

    __tablename__ = "conflicts"
    __table_args__ = (Index(None, "uid", "object", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str]
    study_uid: Mapped[str]
    object: Mapped[str] = mapped_column(index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    code: Mapped[str]
    source: Mapped[str]
    received_at: Mapped[dt.datetime]


class Upload(Table):
    """Files that somebody brings together. ``state`` is open, sorting, done or abandoned."""

    __tablename__ = "uploads"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    state: Mapped[str] = mapped_column(default="open")
    priority_rank: Mapped[int] = mapped_column(default=2)
    exclusions: Mapped[list[Any] | None]
    created_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]


class UploadFile(Table):
    """One file of an upload, as its sender names it; the name is shown and never opened.

    ``state`` is waiting, here, stored, duplicate or refused; ``reason`` is a message.
    """

    __tablename__ = "upload_files"
    __table_args__ = (Index(None, "upload_id", "name", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    upload_id: Mapped[str] = mapped_column(ForeignKey("uploads.id"), index=True)
    name: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    object: Mapped[str | None]
    state: Mapped[str] = mapped_column(default="waiting")
    reason: Mapped[dict[str, Any] | None]
    study_id: Mapped[int | None] = mapped_column(ForeignKey("studies.id"))


class BundleSetting(Table):
    """What an administrator decided of a bundle; one without a row is enabled and not silent.

    ``shown_to_all`` says to whom a silent run is shown once a reader has made their own call: to
    everybody, or to that reader alone.
    """

    __tablename__ = "bundle_settings"

    name: Mapped[str] = mapped_column(primary_key=True)
    enabled: Mapped[bool] = mapped_column(default=True)
    silent: Mapped[bool] = mapped_column(default=False)
    shown_to_all: Mapped[bool] = mapped_column(default=False)
    pinned: Mapped[str | None]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[dt.datetime]


class Analysis(Table):
    """One run of a bundle on a study.

    ``state`` is queued, running, done, refused, failed, cancelling or cancelled. ``bundle`` is
    the bundle that gives the findings, ``sha256`` its hash; ``report`` names the stored
    ``report.json`` and ``files`` the other stored files of it, by their names. ``hidden`` is
    True while it runs in silent mode. ``progress`` is {stage, done, total}.
    """

    __tablename__ = "analyses"
    __table_args__ = (
        Index(None, "state", "id"),
        Index(None, "finished_at"),  # the dashboard asks for the runs of a time
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"), index=True)
    bundle: Mapped[str]
    version: Mapped[str]
    sha256: Mapped[str]
    state: Mapped[str] = mapped_column(default="queued")
    reason: Mapped[dict[str, Any] | None]
    progress: Mapped[dict[str, Any] | None]
    hidden: Mapped[bool] = mapped_column(default=False)
    report: Mapped[str | None]
    files: Mapped[dict[str, Any] | None]
    software_version: Mapped[str | None]
    queued_at: Mapped[dt.datetime]
    started_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]


class FindingRow(Table):
    """One finding of an analysis; ``document`` is its entry of ``report.json``.

    ``positive`` says that it counts as a finding on the worklist: neither abstained nor normal.
    ``value`` is the document's: the grade, or 1 and 0 for yes and no; ``None`` where none is given.
    """

    __tablename__ = "findings"
    __table_args__ = (
        # Holds what the dashboard counts, so that it reads no document.
        Index("ix_findings_counted", "analysis_id", "name", "abstained", "value"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    analysis_id: Mapped[str] = mapped_column(ForeignKey("analyses.id"))
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"), index=True)
    key: Mapped[str]
    name: Mapped[str]
    level: Mapped[str | None]
    index_from_caudal: Mapped[int | None]
    abstained: Mapped[bool] = mapped_column(default=False)
    positive: Mapped[bool] = mapped_column(default=True)
    value: Mapped[int | None]
    document: Mapped[dict[str, Any]]
