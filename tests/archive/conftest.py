"""An archive of the test's own, on SQLite and on PostgreSQL in turn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from condyle.archive.archive import Archive
from condyle.archive.database import Database, open_database
from condyle.archive.objects import ObjectStore
from condyle.archive.store import NewInstance, NewPatient, NewSeries, NewStudy
from condyle.archive.tables import User

START = dt.datetime(2030, 1, 7, 8, 0, tzinfo=dt.UTC)

MakeInstance = Callable[..., NewInstance]


@dataclass
class Clock:
    """A clock that goes one second each time it is asked."""

    now: dt.datetime = START

    def __call__(self) -> dt.datetime:
        self.now += dt.timedelta(seconds=1)
        return self.now


@pytest.fixture
def database(archive_url: str) -> Iterator[Database]:
    database = open_database(archive_url)
    yield database
    database.close()


@pytest.fixture
def archive(database: Database, tmp_path: Path) -> Archive:
    return Archive(database, ObjectStore(tmp_path / "objects"), Clock())


@pytest.fixture
def instance() -> MakeInstance:
    """Makes an instance: the ``number``-th of series 1 of study ``"1.2"``, unless told else."""
    return make_instance


def make_instance(number: int = 1, *, of: str = "1.2", **changed: Any) -> NewInstance:
    values: dict[str, Any] = {
        "patient": NewPatient(identifier=f"ID-{of}", name="Müller^Jürgen", sex="M"),
        "study": NewStudy(uid=of, source="upload", description="MR Lumbar spine"),
        "series": NewSeries(uid=f"{of}.1", number=1, modality="MR"),
        "uid": f"{of}.1.{number}",
        "class_uid": "1.2.840.10008.5.1.4.1.1.4",
        "transfer_syntax": "1.2.840.10008.1.2.1",
        "content": f"bytes of {of} {number}".encode(),
        "header": b"deflated",
        "frames_at": [(0, 4)],
        "number": number,
    }
    return NewInstance(**(values | changed))


@pytest.fixture
def make_user() -> Callable[[Session], int]:
    """Adds somebody who uploads."""

    def make(session: Session) -> int:
        user = User(
            name="uploader", full_name="U", role="clinician", password_hash="x", created_at=START
        )
        session.add(user)
        session.flush()
        return user.id

    return make
