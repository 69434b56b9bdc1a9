"""A study in a test's archive as the clinic holds it: brought, and read by somebody made up."""

from __future__ import annotations

import datetime as dt
import io
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
from PIL import Image
from pydicom.dataset import FileDataset
from tests.dicom.conftest import make_instance
from tests.dicom.objects.made import report_of
from tests.workflows.clinic.brought import Bringer

from condyle.archive.accounts import find_user
from condyle.archive.analyses import BundleRun, queue_analysis, start
from condyle.archive.archive import Archive
from condyle.archive.corrections import Statement, append
from condyle.archive.database import open_database
from condyle.archive.objects import ObjectStore
from condyle.bundle import Bundle
from condyle.domain.report import Report, SliceView
from condyle.domain.study import Study
from condyle.service.settings import Settings
from condyle.workflows.clinic.analyse import Readers, analyse
from condyle.workflows.clinic.results import held_instances, keep_result, record_result

AT = dt.datetime(2030, 1, 7, 9, 0, tzinfo=dt.UTC)


class MadeUpReaders(Readers):
    """Reads every study as the tests of objects do, with no network."""

    def __init__(self, change: Callable[[Report], Report]) -> None:
        super().__init__(threads=1)
        self._change = change

    def of(self, bundle: Bundle) -> Any:
        def read(study: Study, progress: object) -> Report:
            report = report_of(study.series)
            image = np.full(report.series[0].shape[1:], 90, np.uint8)
            labelmap = report.series[0].labelmap
            assert labelmap is not None
            view = SliceView(0, 0, image, labelmap[0])
            return self._change(replace(report, views=(view,)))

        return read


def dicom_files() -> dict[str, bytes]:
    files = {}
    for number in range(5):
        one = make_instance(place=4.0 * number, name=str(number), InstanceNumber=number + 1)
        files[f"{number}.dcm"] = written(one)
    return files


def picture_file() -> dict[str, bytes]:
    stream = io.BytesIO()
    values = np.arange(20 * 24, dtype=np.uint8).reshape(20, 24)
    Image.fromarray(values).save(stream, format="PNG")
    return {"100_t2.png": stream.getvalue()}


def written(one: FileDataset) -> bytes:
    stream = io.BytesIO()
    one.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def put_read_study(
    archive: Archive,
    folder: Path,
    files: dict[str, bytes],
    change: Callable[[Report], Report] = lambda report: report,
) -> int:
    """Brings files into the archive, has them read, and gives the number of their study."""
    bringer = Bringer(archive)
    bringer.bring(files)
    study = bringer.studies()[-1].id
    laid = folder / "laid"
    laid.mkdir()
    for name, content in files.items():
        (laid / name).write_bytes(content)
    with archive.database.write() as session:
        run = queue_analysis(session, study, BundleRun("lumbar-grading", "2.0", "b" * 64), at=AT)
        start(session, run.id, at=AT)
        held, key = held_instances(session, study), run.id
    result = analyse(
        laid,
        cast("Bundle", None),
        analysis=key,
        readers=MadeUpReaders(change),
        instances=held,
    )
    assert record_result(archive, key, keep_result(archive, result)) == "done"
    return study


def home_with_read_study(folder: Path, template: Path) -> tuple[Path, int]:
    """Makes a home with a study that was read, to be copied from, and gives its study's number."""
    shutil.copyfile(template, folder / "condyle.sqlite")
    database = open_database(f"sqlite:///{folder / 'condyle.sqlite'}")
    archive = Archive(database, ObjectStore(folder / "objects"), lambda: AT)
    study = put_read_study(archive, folder, dicom_files())
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return folder, study


def copied_study(held: tuple[Path, int], settings: Settings) -> int:
    """Copies such a home to where the settings want it, and gives its study's number."""
    home, number = held
    shutil.copyfile(home / "condyle.sqlite", settings.home / "condyle.sqlite")
    shutil.copytree(home / "objects", settings.objects)
    return number


def say(archive: Archive, study: int, kind: str, finding: int | None = None, **what: Any) -> None:
    """Has the clinician say something of a finding or a run."""
    with archive.database.write() as session:
        user = find_user(session, "clinician")
        assert user is not None
        append(
            session,
            study,
            Statement(kind=kind, user_id=user.id, at=AT, finding=finding, **what),
        )
