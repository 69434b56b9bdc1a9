"""A study that was read, made once a module, in a home of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.service.conftest import waiting_for_no_disk
from tests.service.exported import copied_study, home_with_read_study

from condyle.archive.database import Database
from condyle.service.settings import Settings


@pytest.fixture(scope="module")
def held(template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A home with a study that was read, made once, and the study's number."""
    return home_with_read_study(tmp_path_factory.mktemp("held"), template)


@pytest.fixture
def study(held: tuple[Path, int], settings: Settings) -> int:
    return copied_study(held, settings)


@pytest.fixture
def database(study: int, settings: Settings) -> Iterator[Database]:
    with waiting_for_no_disk(settings.database) as database:
        yield database
