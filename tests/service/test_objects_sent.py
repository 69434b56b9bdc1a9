"""Sending a study's objects to a PACS: what may go, to a system that is listed, and once."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pydicom
import pytest
from sqlalchemy import select
from tests.running_orthanc import RunningOrthanc
from tests.service.conftest import Client, LogIn
from tests.service.exported import dicom_files, put_read_study
from tests.service.objects.test_objects import signed

from condyle.archive.archive import Archive
from condyle.archive.network_tables import Outgoing
from condyle.archive.tables import AuditEntry
from condyle.dicom.network.peer import DimsePeer
from condyle.service.settings import Settings
from condyle.workflows.pacs.outbox import deliver

PEERS = """
peers:
  pacs: {title: ORTHANC, host: 127.0.0.1, port: 11112}
  far: {title: FAR, host: 127.0.0.1, port: 11113}
"""


@pytest.fixture
def study(archive: Archive, tmp_path: Path) -> int:
    return put_read_study(archive, tmp_path, dicom_files())


@pytest.fixture
def listed(home: Path) -> None:
    (home / "pacs.yaml").write_text(PEERS)


def send(client: Client, study: int, peer: str = "pacs", kinds: str = "seg,sr") -> Any:
    body = {"peer": peer, "kinds": kinds}
    return client.post(f"/api/v1/studies/{study}/objects", json=body)


def waiting(archive: Archive) -> list[Outgoing]:
    with archive.database.read() as session:
        return list(session.scalars(select(Outgoing).order_by(Outgoing.id)))


@pytest.mark.usefixtures("listed")
def test_a_signed_study_is_put_up_for_the_peer_once(
    clinician: Client, archive: Archive, study: int
) -> None:
    assert clinician.get("/api/v1/peers").json() == ["pacs", "far"]
    signed(clinician, study)
    answer = send(clinician, study)
    assert answer.status_code == 202, answer.text
    assert answer.json() == {"peer": "pacs", "objects": 2, "new": 2}
    assert send(clinician, study).json() == {"peer": "pacs", "objects": 2, "new": 0}
    assert send(clinician, study, "far", "sr").json() == {"peer": "far", "objects": 1, "new": 1}
    rows = waiting(archive)
    assert [row.peer for row in rows] == ["pacs", "pacs", "far"]
    for row in rows:
        one = pydicom.dcmread(io.BytesIO(archive.objects.read(row.object)))
        assert (one.SOPInstanceUID, one.SeriesInstanceUID) == (row.uid, row.series_uid)
        assert one.StudyInstanceUID == row.study_uid
        assert one.get("VerificationFlag", "VERIFIED") == "VERIFIED"


@pytest.mark.usefixtures("listed")
def test_what_nobody_signed_is_not_put_up(clinician: Client, archive: Archive, study: int) -> None:
    answer = send(clinician, study)
    assert answer.status_code == 409 and "no signed report" in answer.text
    assert waiting(archive) == []


class TestWhereDraftsMayGo:
    """An administrator's rule lets drafts out, and they say that they are."""

    @pytest.fixture
    def settings(self, home: Path) -> Settings:
        return Settings(home=home, worker=False, export_unverified=True)

    @pytest.mark.usefixtures("listed")
    def test_a_draft_goes_out_unverified(
        self, clinician: Client, archive: Archive, study: int
    ) -> None:
        assert send(clinician, study, kinds="sr").status_code == 202
        (row,) = waiting(archive)
        one = pydicom.dcmread(io.BytesIO(archive.objects.read(row.object)))
        assert (one.VerificationFlag, one.CompletionFlag) == ("UNVERIFIED", "PARTIAL")


@pytest.mark.usefixtures("listed")
def test_a_peer_that_is_not_listed_gets_nothing(
    clinician: Client, archive: Archive, study: int
) -> None:
    signed(clinician, study)
    answer = send(clinician, study, "elsewhere")
    assert answer.status_code == 404 and "pacs" in answer.text
    assert waiting(archive) == []


@pytest.mark.usefixtures("listed")
def test_who_may_not_take_objects_along_sends_none(
    log_in: LogIn, archive: Archive, study: int
) -> None:
    for role in ("viewer", "annotator", "researcher", "administrator"):
        client = log_in(role)
        assert send(client, study).status_code == 403
        assert client.get("/api/v1/peers").status_code == 403
    assert waiting(archive) == []


@pytest.mark.usefixtures("listed")
def test_that_it_was_sent_where_is_kept(clinician: Client, archive: Archive, study: int) -> None:
    signed(clinician, study)
    send(clinician, study)
    with archive.database.read() as session:
        act = session.scalars(select(AuditEntry).where(AuditEntry.action == "study.sent")).one()
    assert (act.subject_id, act.user_name, act.patient_id) == (str(study), "clinician", 1)
    told = {key: act.details[key] for key in ("peer", "objects", "new", "verified")}
    assert told == {"peer": "pacs", "objects": 2, "new": 2, "verified": True}


def test_without_a_list_there_are_no_peers(clinician: Client, home: Path) -> None:
    assert clinician.get("/api/v1/peers").json() == []
    (home / "pacs.yaml").write_text("peers: [")
    assert clinician.get("/api/v1/peers").json() == []


@pytest.mark.needs("orthanc")
@pytest.mark.usefixtures("listed")
def test_a_pacs_takes_what_was_sent_bit_for_bit_and_once(
    clinician: Client, archive: Archive, study: int, orthanc: RunningOrthanc
) -> None:
    signed(clinician, study)
    assert send(clinician, study, kinds="seg,sr,pdf").status_code == 202
    peer = DimsePeer("pacs", orthanc.title, "127.0.0.1", orthanc.port)
    assert deliver(archive, {"pacs": peer}) == 3
    held = {orthanc.file(name) for name in orthanc.instances()}
    wanted = [archive.objects.read(row.object) for row in waiting(archive)]
    read = [pydicom.dcmread(io.BytesIO(one)) for one in held]
    by_uid = {one.SOPInstanceUID: one for one in read}
    for content in wanted:
        one = pydicom.dcmread(io.BytesIO(content))
        assert by_uid[one.SOPInstanceUID] == one
    assert send(clinician, study, kinds="seg,sr,pdf").json()["new"] == 0
    assert deliver(archive, {"pacs": peer}) == 0
    assert len(orthanc.instances()) == 3
