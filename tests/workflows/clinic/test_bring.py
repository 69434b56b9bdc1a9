"""Folders of this machine into the archive: every part sorted for itself, nothing twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from condyle.archive import accounts
from condyle.archive.archive import Archive
from condyle.archive.database import open_database
from condyle.archive.migrations import upgrade
from condyle.archive.objects import ObjectStore
from condyle.domain.progress import Progress
from condyle.errors import NothingReadable
from condyle.workflows.clinic.bring import bring
from condyle.workflows.clinic.receive import StudiesReceived

NOW = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    database = open_database(f"sqlite:///{tmp_path}/a.sqlite")
    upgrade(database)
    with database.write() as session:
        new = accounts.NewAccount("somebody", "Some Body", "clinician", "no-password")
        accounts.add_user(session, new, NOW)
    yield Archive(database, ObjectStore(tmp_path / "objects"), lambda: NOW)
    database.close()


def picture(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 255, (40, 32), dtype=np.uint8)
    Image.fromarray(pixels).save(path)


def told(into: list[int]) -> StudiesReceived:
    def tell(archive: Archive, studies: Sequence[int]) -> None:
        into.extend(studies)

    return tell


def test_each_folder_is_a_study_of_its_own_and_jobs_are_told(
    archive: Archive, tmp_path: Path
) -> None:
    picture(tmp_path / "in" / "a" / "one_t2.png", 1)
    picture(tmp_path / "in" / "b" / "two_t2.png", 2)
    (tmp_path / "in" / "b" / "notes.txt").write_text("no image")
    heard: list[int] = []
    steps: list[Progress] = []
    got = bring(
        archive,
        [tmp_path / "in"],
        user_id=1,
        on_studies_received=told(heard),
        progress=steps.append,
    )
    assert len(got.studies) == 2
    assert heard == list(got.studies)
    assert got.files == {"stored": 2, "refused": 1}
    assert [(name, reason.code) for name, reason in got.refused] == [
        ("b/notes.txt", "upload-no-image")
    ]
    assert (steps[-1].done, steps[-1].total) == (3, 3)


def test_what_is_there_already_is_not_stored_twice(archive: Archive, tmp_path: Path) -> None:
    picture(tmp_path / "in" / "one_t2.png", 1)
    heard: list[int] = []
    first = bring(archive, [tmp_path / "in"], user_id=1, on_studies_received=told(heard))
    again = bring(archive, [tmp_path / "in"], user_id=1, on_studies_received=told(heard))
    assert (first.files, again.files) == ({"stored": 1}, {"duplicate": 1})
    assert again.studies == ()


def test_a_folder_without_a_file_is_said_to_be_empty(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NothingReadable, match="Nothing was brought"):
        bring(archive, [tmp_path / "empty"], user_id=1, on_studies_received=told([]))
