"""Earlier studies are asked for at a study's page, fetched however long it takes, and shown."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from tests.dicom.network.made import STUDY, as_bytes, instance
from tests.running_orthanc import RunningOrthanc, free_ports
from tests.service.conftest import Client, Clock, LogIn
from tests.service.test_dicomweb_store import stow

from condyle.archive.archive import Archive
from condyle.service.jobs.network import look_at_peers
from condyle.service.settings import Settings

# pynetdicom closes no socket that it could not connect; the collector does.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def _list(home: Path, port: int) -> None:
    text = f"peers: {{pacs: {{title: ORTHANC, host: 127.0.0.1, port: {port}, timeout_s: 5}}}}"
    (home / "pacs.yaml").write_text(text)


@pytest.fixture
def study(clinician: Client) -> int:
    stow(clinician, [as_bytes(instance(1))])
    (row,) = clinician.get("/api/v1/worklist").json()["studies"]
    return int(row["id"])


@pytest.mark.needs("orthanc")
def test_the_patients_earlier_studies_come_and_nobody_elses_nor_later_ones(
    clinician: Client,
    study: int,
    orthanc: RunningOrthanc,
    settings: Settings,
    archive: Archive,
) -> None:
    _list(settings.home, orthanc.port)
    for one in (
        instance(1),
        instance(1, study="2.25.301", StudyDate="20230101"),
        instance(2, study="2.25.301", StudyDate="20230101"),
        instance(1, study="2.25.302", StudyDate="20220101"),
        instance(1, study="2.25.303", StudyDate="20250101"),
        instance(1, study="2.25.304", StudyDate="20230101", PatientID="P-1001"),
    ):
        orthanc.store(as_bytes(one))
    before = clinician.get(f"/api/v1/studies/{study}/priors").json()

    asked = clinician.post(f"/api/v1/studies/{study}/priors", json={})
    twice = clinician.post(f"/api/v1/studies/{study}/priors", json={"peer": "pacs"})
    look_at_peers(archive, settings.home)

    assert before == {"peers": ["pacs"], "fetches": []}
    assert asked.status_code == 202
    assert [one["state"] for one in twice.json()["fetches"]] == ["queued"]
    (fetch,) = clinician.get(f"/api/v1/studies/{study}/priors").json()["fetches"]
    assert (fetch["state"], fetch["studies"], fetch["done"], fetch["total"]) == ("done", 2, 3, 3)
    found = clinician.get("/dicomweb/studies").json()
    uids = {one["0020000D"]["Value"][0] for one in found}
    assert uids == {STUDY, "2.25.301", "2.25.302"}


def test_a_pacs_that_is_down_is_asked_again_and_told_of_at_the_end(
    clinician: Client, study: int, settings: Settings, archive: Archive, clock: Clock
) -> None:
    (port,) = free_ports(1)
    _list(settings.home, port)
    clinician.post(f"/api/v1/studies/{study}/priors", json={})
    states = []
    for _ in range(9):
        look_at_peers(archive, settings.home)
        (fetch,) = clinician.get(f"/api/v1/studies/{study}/priors").json()["fetches"]
        states.append(fetch["state"])
        clock.forward(minutes=10)

    assert states == ["queued"] * 7 + ["failed"] * 2
    assert fetch["reason"]["code"] == "priors-failed"
    assert "pacs" in fetch["reason"]["text"]


def test_progress_is_told_by_the_events_of_the_study(
    clinician: Client, study: int, settings: Settings, archive: Archive, clock: Clock
) -> None:
    from condyle.archive.studies import get_study

    (port,) = free_ports(1)
    _list(settings.home, port)

    def revision() -> int:
        with archive.database.read() as session:
            return get_study(session, study).revision

    first = revision()
    clinician.post(f"/api/v1/studies/{study}/priors", json={})
    second = revision()
    clock.forward(seconds=dt.timedelta(seconds=1).total_seconds())
    look_at_peers(archive, settings.home)

    assert first < second < revision()


def test_who_may_not_bring_studies_may_not_fetch_and_a_peer_must_be_listed(
    clinician: Client, study: int, log_in: LogIn, settings: Settings
) -> None:
    assert clinician.get(f"/api/v1/studies/{study}/priors").json()["peers"] == []
    assert clinician.post(f"/api/v1/studies/{study}/priors", json={}).status_code == 404
    _list(settings.home, 1)

    for role in ("viewer", "researcher"):
        client = log_in(role)
        assert client.post(f"/api/v1/studies/{study}/priors", json={}).status_code == 403
        assert client.get(f"/api/v1/studies/{study}/priors").json()["peers"] == []
    unknown = clinician.post(f"/api/v1/studies/{study}/priors", json={"peer": "other"})
    assert unknown.status_code == 404
    assert clinician.get("/api/v1/studies/9999/priors").status_code == 404
