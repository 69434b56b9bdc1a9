"""Server and worker are killed at random moments: nothing that was acknowledged is lost."""

from __future__ import annotations

import random
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from condyle.archive.archive import Archive
from condyle.archive.audit import verify
from condyle.archive.check import check
from condyle.archive.clinical_tables import Correction
from condyle.archive.database import open_database
from condyle.archive.objects import ObjectStore
from condyle.archive.tables import Analysis, InstanceRow, UploadFile
from condyle.phantoms.patient import LumbarParameters
from condyle.workflows.simulate import simulate_lumbar

from .asking import Caller, Clinician, clinician_of
from .running import READ_S, WAIT_S, RunningClinic

KILLS = [pytest.param(5), pytest.param(50, marks=pytest.mark.needs("soak"))]
_CHEAP = LumbarParameters(slices=3, supersampling=1, planes=1)


def bring(caller: Caller, folder: Path) -> int:
    """Uploads a study that the bundles read, and gives its number."""
    files = sorted(folder.rglob("*.dcm"))
    offers = [{"name": file.name, "size": file.stat().st_size} for file in files]
    entry = caller("POST", "uploads", 201, json={"files": offers, "exclusions": []})
    for file, offer in zip(files, entry["files"], strict=True):
        path = f"uploads/{entry['id']}/files/{offer['id']}"
        caller("PUT", path, 200, content=file.read_bytes())
    caller("POST", f"uploads/{entry['id']}/finish", 202)
    told = caller.until(f"uploads/{entry['id']}", lambda one: one["state"] == "done", READ_S)
    (study,) = told["studies"]
    return int(study)


def wait_for_work(caller: Caller, working: Future[None], moments: random.Random) -> None:
    """Waits until somebody got some more answers, and a moment longer, into the next question."""
    enough = caller.answered + moments.randint(1, 25)
    while caller.answered < enough and not working.done():
        time.sleep(0.001)
    time.sleep(moments.uniform(0.0, 0.02))


def ended(detail: dict[str, Any]) -> bool:
    """Whether no run of a study is under way; a signed study's may be."""
    return all(one["state"] in ("done", "refused") for one in detail["analyses"])


@pytest.mark.parametrize("kills", KILLS)
def test_whenever_server_or_worker_is_killed_nothing_acknowledged_is_lost_or_done_twice(
    tmp_path: Path, kills: int
) -> None:
    clinic = RunningClinic(tmp_path)
    clinic.start()
    caller = clinician_of(clinic.address, clinic.first_password)
    read = bring(caller, simulate_lumbar(tmp_path / "patient", seed=1, parameters=_CHEAP))
    clara = Clinician(caller)
    moments = random.Random(kills)
    with ThreadPoolExecutor(1) as alongside:
        working = alongside.submit(clara.work)
        try:
            for kill in range(kills):
                wait_for_work(caller, working, moments)
                if kill % 3 == 2:
                    clinic.kill_worker()
                else:
                    clinic.kill()
                    clinic.start()
            wait_for_work(caller, working, moments)
        finally:
            clara.enough.set()
        working.result(WAIT_S)
    for upload in clara.uploads:
        if caller("GET", f"uploads/{upload}", 200)["state"] == "open":
            clara.send(upload)
        caller.until(f"uploads/{upload}", lambda one: one["state"] == "done", READ_S)
    caller.until(f"studies/{read}", lambda one: one["study"]["state"] == "read", READ_S)
    for study in caller("GET", "worklist?limit=200", 200)["studies"]:
        caller.until(f"studies/{study['id']}", ended, READ_S)
    for number, sha256 in clara.signed.items():
        assert caller("GET", f"reports/{number}", 200)["sha256"] == sha256
    caller.close()
    assert clinic.stop() == 0, clinic.log.read_text()

    archive = Archive(open_database(f"sqlite:///{clinic.home}/condyle.sqlite"), objects(clinic))
    assert check(archive).faults == ()
    with archive.database.read() as session:
        files = {(one.upload_id, one.id): one.state for one in session.scalars(select(UploadFile))}
        assert {files[known] for known in clara.here} <= {"stored", "duplicate"}
        uids = Counter(session.scalars(select(InstanceRow.uid)))
        assert len(uids) >= 3 * len(clara.uploads) and set(uids.values()) == {1}
        assert clara.corrections <= set(session.scalars(select(Correction.id)))
        runs = list(session.scalars(select(Analysis)))
        assert {run.state for run in runs} <= {"done", "refused"}
        once = Counter((run.study_id, run.bundle) for run in runs)
        assert set(once.values()) == {1}, "each bundle once a study"
        assert verify(session) is None
    archive.database.close()
    assert clara.uploads and clara.here, "somebody worked between the kills"


def objects(clinic: RunningClinic) -> ObjectStore:
    """The stored objects of a clinic."""
    return ObjectStore(clinic.home / "objects")
