"""An archive with a spool beside it, on SQLite and on PostgreSQL in turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from condyle.archive.archive import Archive
from condyle.archive.database import open_database
from condyle.archive.objects import ObjectStore
from condyle.archive.spool import Spool


@pytest.fixture
def archive(archive_url: str, tmp_path: Path) -> Iterator[Archive]:
    database = open_database(archive_url)
    yield Archive(database, ObjectStore(tmp_path / "objects"))
    database.close()


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(tmp_path / "spool")
    yield spool
    spool.close()
