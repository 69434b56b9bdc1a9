"""What the interface does with bundles and their runs."""

import shutil
import threading

import httpx
import pytest
import uvicorn
from sqlalchemy import select

from condyle.archive import analyses
from condyle.archive.studies import get_study, touch
from condyle.archive.tables import AuditEntry
from condyle.workflows.clinic.queueing import queue_for_study


@pytest.fixture(autouse=True)
def _with_bundles(installed):
    """The drawn spines' bundles are those of the user's own store."""


@pytest.fixture(name="acts")
def _acts(archive):
    def acts():
        with archive.database.read() as session:
            rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
            return [(row.action, row.subject_id, row.details) for row in rows]

    return acts


def bundle(client, name="lumbar-grading"):
    return next(one for one in client.get("/api/v1/bundles").json() if one["name"] == name)


def test_the_bundles_of_the_clinic_are_listed_in_the_version_that_reads(clinician):
    found = clinician.get("/api/v1/bundles").json()
    assert [one["name"] for one in found] == ["lumbar-anatomy", "lumbar-grading"]
    grading = bundle(clinician)
    assert grading["enabled"] and not grading["silent"] and grading["pinned"] is None
    assert not grading["shipped"], "the user's own store goes before the shipped one"
    assert grading["intended_use"] and "age-under-18" in grading["exclusions"]


def test_what_comes_with_condyle_is_said_to(clinician, monkeypatch, tmp_path):
    monkeypatch.setenv("CONDYLE_BUNDLES", str(tmp_path / "empty"))
    assert bundle(clinician)["shipped"]


def test_an_administrator_silences_and_disables_a_bundle(administrator, acts):
    changed = administrator.patch("/api/v1/bundles/lumbar-grading", json={"silent": True}).json()
    assert changed["silent"] and changed["enabled"]
    changed = administrator.patch("/api/v1/bundles/lumbar-grading", json={"enabled": False}).json()
    assert changed["silent"] and not changed["enabled"]
    assert changed["changed_at"]
    assert bundle(administrator) == changed
    assert acts()[-1] == (
        "bundle.changed",
        "lumbar-grading",
        {"enabled": False, "silent": True, "shown_to_all": False, "pinned": None},
    )


@pytest.fixture(name="two_versions")
def _two_versions(bundle_store, drawn, tmp_path, monkeypatch):
    """The pair, and a newer version of its grading bundle beside it."""
    from condyle.bundle import open_bundle, write_bundle

    store = tmp_path / "two"
    shutil.copytree(bundle_store, store)
    old = open_bundle(store / "lumbar-grading")
    version = "9.0.0"
    write_bundle(
        store / "lumbar-grading-9",
        manifest=old.manifest.model_copy(update={"version": version, "files": {}}),
        model={name: old.read(name) for name in old.manifest.models},
        card="# Newer\n",
        sample=drawn._sample(anatomy=False),
    )
    monkeypatch.setenv("CONDYLE_BUNDLES", str(store))
    return old.manifest.version, version


def test_a_bundle_is_pinned_rolled_back_and_let_go(
    administrator, archive, hold, two_versions, clock
):
    old, new = two_versions
    assert bundle(administrator)["version"] == new
    assert bundle(administrator)["versions"] == [new, old]
    study_id = hold(archive)
    queue_for_study(archive, study_id)
    pinned = administrator.patch("/api/v1/bundles/lumbar-grading", json={"pinned": old}).json()
    assert (pinned["version"], pinned["pinned"]) == (old, old)
    clock.forward(seconds=1)
    queue_for_study(archive, study_id)
    with archive.database.read() as session:
        runs = analyses.analyses_of(session, study_id)
    assert [run.version for run in runs] == [new, old], "what ran before names what made it"
    free = administrator.patch("/api/v1/bundles/lumbar-grading", json={"pinned": ""}).json()
    assert (free["version"], free["pinned"]) == (new, None)


@pytest.mark.parametrize(
    ("name", "change"),
    [("knee", {"silent": True}), ("lumbar-grading", {"pinned": "6.6.6"})],
)
def test_what_is_not_installed_cannot_be_decided_of(administrator, acts, name, change):
    before = acts()
    answer = administrator.patch(f"/api/v1/bundles/{name}", json=change)
    assert answer.status_code == 404
    assert "There is no" in answer.json()["failed"]
    assert acts() == before


def test_a_clinician_changes_no_bundle(clinician):
    assert clinician.patch("/api/v1/bundles/lumbar-grading", json={}).status_code == 403


def test_a_study_is_read_again_when_a_clinician_asks(clinician, archive, hold, acts):
    study_id = hold(archive)
    answer = clinician.post(f"/api/v1/studies/{study_id}/analyses")
    assert answer.status_code == 202
    (run,) = answer.json()
    assert (run["bundle"], run["state"]) == ("lumbar-grading", "queued")
    assert acts()[-1] == ("analysis.queued", str(study_id), {"analyses": [run["id"]]})
    assert clinician.post(f"/api/v1/studies/{study_id}/analyses").json() == []


def test_a_silent_run_is_made_and_not_told_of(administrator, clinician, archive, hold):
    administrator.patch("/api/v1/bundles/lumbar-grading", json={"silent": True})
    study_id = hold(archive)
    assert clinician.post(f"/api/v1/studies/{study_id}/analyses").json() == []
    with archive.database.read() as session:
        (run,) = analyses.analyses_of(session, study_id)
    assert run.hidden
    path = f"/api/v1/studies/{study_id}/analyses/{run.id}"
    assert clinician.delete(path).status_code == 404


def test_one_bundle_is_asked_for_by_its_name(clinician, archive, hold):
    path = f"/api/v1/studies/{hold(archive)}/analyses"
    assert clinician.post(path, params={"bundle": "knee"}).status_code == 404
    assert len(clinician.post(path, params={"bundle": "lumbar-grading"}).json()) == 1


def test_a_run_is_stopped(clinician, archive, hold, acts):
    study_id = hold(archive)
    (run,) = clinician.post(f"/api/v1/studies/{study_id}/analyses").json()
    path = f"/api/v1/studies/{study_id}/analyses/{run['id']}"
    assert clinician.delete(path).json()["state"] == "cancelled"
    assert acts()[-1][:2] == ("analysis.cancelled", run["id"])


def test_a_running_one_is_asked_to_stop_and_one_at_its_end_cannot_be(clinician, archive, hold):
    study_id = hold(archive)
    (run,) = clinician.post(f"/api/v1/studies/{study_id}/analyses").json()
    path = f"/api/v1/studies/{study_id}/analyses/{run['id']}"
    with archive.database.write() as session:
        analyses.start(session, run["id"], at=archive.clock())
    assert clinician.delete(path).json()["state"] == "cancelling"
    result = analyses.Result(report="0" * 64, files={}, findings=[], software_version="0")
    with archive.database.write() as session:
        row = analyses.get_analysis(session, run["id"])
        row.state = "running"
        analyses.finish(session, run["id"], result, at=archive.clock())
    assert clinician.delete(path).status_code == 409


def test_a_run_of_another_study_is_not_there(clinician, archive, hold):
    study_id, other = hold(archive, 1), hold(archive, 2)
    (run,) = clinician.post(f"/api/v1/studies/{study_id}/analyses").json()
    assert clinician.delete(f"/api/v1/studies/{other}/analyses/{run['id']}").status_code == 404
    assert clinician.post("/api/v1/studies/999/analyses").status_code == 404


@pytest.fixture(name="server")
def _server(app):
    """The app behind a real server, for an answer that has no end."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.01)
    yield f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = server.force_exit = True
    thread.join(10)


def test_a_browser_hears_of_a_change_and_goes_on_where_it_was_cut_off(
    server, clinician, archive, hold
):
    study_id = hold(archive)
    cookies = {"condyle_session": clinician.cookies["condyle_session"]}
    with httpx.Client(base_url=server, cookies=cookies, timeout=10) as client:
        with client.stream("GET", "/api/v1/events") as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            lines = answer.iter_lines()
            at = next(line for line in lines if line.startswith("id: "))[4:]
            with archive.database.write() as session:
                first = touch(session, get_study(session, study_id))
            assert next(line for line in lines if line.startswith("id: ")) == f"id: {first}"
        with archive.database.write() as session:
            second = touch(session, get_study(session, study_id))
        headers = {"Last-Event-ID": at}
        with client.stream("GET", "/api/v1/events", headers=headers) as answer:
            heard = (line for line in answer.iter_lines() if line.startswith("id: "))
            assert [next(heard), next(heard)] == [f"id: {at}", f"id: {second}"]


def test_an_annotator_hears_of_no_study(server, log_in):
    annotator = log_in("annotator")
    cookies = {"condyle_session": annotator.cookies["condyle_session"]}
    answer = httpx.get(f"{server}/api/v1/events", cookies=cookies)
    assert answer.status_code == 403
