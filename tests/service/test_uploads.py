from __future__ import annotations

import hashlib
import time
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from starlette.testclient import TestClient
from tests.service.conftest import Client, LogIn
from tests.workflows.clinic.brought import mr, written, zipped

from condyle.archive.archive import Archive
from condyle.archive.tables import AuditEntry, StudyRow
from condyle.service.deps import Deps
from condyle.service.live.sorter import Sorter

UPLOADS = "/api/v1/uploads"


def opened(client: TestClient, files: dict[str, bytes], **more: Any) -> dict[str, Any]:
    body = {
        "files": [{"name": name, "size": len(content)} for name, content in files.items()],
        "exclusions": [],
    }
    answer = client.post(UPLOADS, json=body | more)
    assert answer.status_code == 201, answer.text
    entry: dict[str, Any] = answer.json()
    return entry


def sent(client: TestClient, entry: dict[str, Any], files: dict[str, bytes]) -> None:
    for file in entry["files"]:
        answer = client.put(
            f"{UPLOADS}/{entry['id']}/files/{file['id']}", content=files[file["name"]]
        )
        assert answer.status_code == 200, answer.text
        assert answer.json()["state"] == "here"


def sorted_(client: TestClient, upload: str) -> dict[str, Any]:
    assert client.post(f"{UPLOADS}/{upload}/finish").status_code == 202
    for _ in range(400):
        entry: dict[str, Any] = client.get(f"{UPLOADS}/{upload}").json()
        if entry["state"] == "done":
            return entry
        time.sleep(0.02)
    raise AssertionError(entry)


def brought(client: TestClient, files: dict[str, bytes], **more: Any) -> dict[str, Any]:
    entry = opened(client, files, **more)
    sent(client, entry, files)
    return sorted_(client, entry["id"])


def test_files_are_offered_sent_and_sorted_into_a_study(
    clinician: Client, archive: Archive
) -> None:
    files = {f"knee/{n}.dcm": written(mr(str(n))) for n in range(3)}
    entry = brought(clinician, files, priority="urgent", exclusions=["implant"])
    assert [file["state"] for file in entry["files"]] == ["stored"] * 3
    assert [file["name"] for file in entry["files"]] == list(files)
    assert entry["priority"] == "urgent" and entry["exclusions"] == ["implant"]
    with archive.database.read() as session:
        (study,) = session.scalars(select(StudyRow))
    assert entry["studies"] == [study.id] and study.priority_rank == 1
    assert study.exclusions == ["implant"] and entry["finished_at"]


def test_a_refused_file_says_why_in_the_readers_language(clinician: Client) -> None:
    entry = brought(clinician, {"a.txt": b"text", "b": written(mr())})
    states = {file["name"]: file["state"] for file in entry["files"]}
    assert states == {"a.txt": "refused", "b": "stored"}
    (reason,) = [file["reason"] for file in entry["files"] if file["reason"]]
    assert reason["code"] == "upload-no-image" and "format" in reason["text"]


def test_an_interrupted_upload_goes_on_with_the_files_that_wait(clinician: Client) -> None:
    files = {"a": written(mr("1")), "b": written(mr("2"))}
    entry = opened(clinician, files)
    first, second = entry["files"]
    clinician.put(f"{UPLOADS}/{entry['id']}/files/{first['id']}", content=files["a"])
    (left,) = clinician.get(UPLOADS).json()
    assert [file["state"] for file in left["files"]] == ["here", "waiting"]
    clinician.put(f"{UPLOADS}/{left['id']}/files/{second['id']}", content=files["b"])
    done = sorted_(clinician, left["id"])
    assert [file["state"] for file in done["files"]] == ["stored", "stored"]
    assert clinician.get(UPLOADS).json() == []


def test_the_same_bytes_may_be_sent_twice_and_others_not(clinician: Client) -> None:
    entry = opened(clinician, {"a": b"1234"})
    address = f"{UPLOADS}/{entry['id']}/files/{entry['files'][0]['id']}"
    assert clinician.put(address, content=b"1234").status_code == 200
    assert clinician.put(address, content=b"1234").status_code == 200
    assert clinician.put(address, content=b"4321").status_code == 409


def test_a_file_of_another_size_than_offered_is_not_taken(
    clinician: Client, archive: Archive
) -> None:
    entry = opened(clinician, {"a": b"1234"})
    address = f"{UPLOADS}/{entry['id']}/files/{entry['files'][0]['id']}"
    for content in (b"", b"123", b"12345"):
        assert clinician.put(address, content=content).status_code == 422
        # The same without a stated length: what comes is counted.
        assert clinician.put(address, content=iter([content])).status_code == 422
    assert clinician.get(f"{UPLOADS}/{entry['id']}").json()["files"][0]["state"] == "waiting"
    assert not archive.objects.unfinished()


def test_a_large_file_is_written_as_it_comes(clinician: Client, archive: Archive) -> None:
    piece = bytes(range(256)) * 1024
    pieces = [piece] * 20
    entry = opened(clinician, {"a": b"".join(pieces)})
    address = f"{UPLOADS}/{entry['id']}/files/{entry['files'][0]['id']}"
    assert clinician.put(address, content=iter(pieces)).status_code == 200
    assert archive.objects.holds(hashlib.sha256(b"".join(pieces)).hexdigest())


def test_a_body_that_breaks_off_leaves_nothing(clinician: Client, archive: Archive) -> None:
    def breaks() -> Any:
        yield b"12"
        raise RuntimeError("the network is gone")

    entry = opened(clinician, {"a": b"1234"})
    address = f"{UPLOADS}/{entry['id']}/files/{entry['files'][0]['id']}"
    assert clinician.put(address, content=breaks()).status_code == 500
    assert not archive.objects.unfinished() and not list(archive.objects.names())


def test_an_upload_is_its_owners_alone(clinician: Client, administrator: Client) -> None:
    entry = opened(clinician, {"a": b"1234"})
    address = f"{UPLOADS}/{entry['id']}"
    file = f"{address}/files/{entry['files'][0]['id']}"
    assert administrator.get(address).status_code == 404
    assert administrator.put(file, content=b"1234").status_code == 404
    assert administrator.post(f"{address}/finish").status_code == 404
    assert administrator.delete(address).status_code == 404
    assert administrator.get(UPLOADS).json() == []


def test_a_file_of_another_upload_is_not_found(clinician: Client) -> None:
    one, two = (opened(clinician, {"a": b"1234"}) for _ in range(2))
    file = two["files"][0]["id"]
    answer = clinician.put(f"{UPLOADS}/{one['id']}/files/{file}", content=b"1234")
    assert answer.status_code == 404


def test_an_upload_can_be_abandoned_and_then_takes_nothing(clinician: Client) -> None:
    entry = opened(clinician, {"a": b"1234"})
    address = f"{UPLOADS}/{entry['id']}"
    assert clinician.delete(address).status_code == 204
    assert clinician.get(address).json()["state"] == "abandoned"
    file = f"{address}/files/{entry['files'][0]['id']}"
    assert clinician.put(file, content=b"1234").status_code == 409
    assert clinician.post(f"{address}/finish").status_code == 409


def test_finishing_twice_sorts_once(clinician: Client) -> None:
    files = {"a": written(mr())}
    entry = brought(clinician, files)
    again = clinician.post(f"{UPLOADS}/{entry['id']}/finish")
    assert again.status_code == 202 and again.json()["state"] == "done"


def test_an_offer_that_does_not_fit_is_refused(clinician: Client) -> None:
    for body in [
        {"files": [], "exclusions": []},
        {"files": [{"name": "a", "size": -1}], "exclusions": []},
        {"files": [{"name": "a", "size": 5 << 40}], "exclusions": []},
        {"files": [{"name": "a", "size": 1 << 31}], "exclusions": []},
        {"files": [{"name": "a" * 2000, "size": 1}], "exclusions": []},
        {"files": [{"name": "a", "size": 1}] * 2, "exclusions": []},
        {"files": [{"name": "a", "size": 1}], "exclusions": ["<script>"]},
        {"files": [{"name": "a", "size": 1}], "exclusions": ["x"] * 60},
        {"files": [{"name": "a", "size": 1}], "exclusions": ["x" * 65]},
        {"files": [{"name": "a", "size": 1}]},
        {"files": [{"name": "a", "size": 1, "path": "/etc"}], "exclusions": []},
    ]:
        assert clinician.post(UPLOADS, json=body).status_code == 422, body


def test_an_address_of_no_upload_is_no_fault(clinician: Client) -> None:
    for upload in ["x", "%00", "..%2F..", "0" * 31]:
        assert clinician.get(f"{UPLOADS}/{upload}").status_code in (404, 422)
    for file in ("0", "-1", "x", str(1 << 40)):
        address = f"{UPLOADS}/{'0' * 32}/files/{file}"
        assert clinician.put(address, content=b"").status_code in (404, 422)


@pytest.mark.parametrize("role", ["viewer", "annotator", "researcher"])
def test_who_may_not_bring_images_may_not_open_an_upload(log_in: LogIn, role: Any) -> None:
    body = {"files": [{"name": "a", "size": 1}], "exclusions": []}
    assert log_in(role).post(UPLOADS, json=body).status_code == 403


def test_a_name_of_a_path_or_a_script_is_told_back_as_text_and_opens_nothing(
    clinician: Client,
) -> None:
    names = ["../../../../etc/passwd", "<script>alert(1)</script>.dcm", "a\\..\\b", "'; DROP--"]
    entry = brought(clinician, {name: written(mr(name)) for name in names})
    assert [file["name"] for file in entry["files"]] == names
    assert {file["state"] for file in entry["files"]} == {"stored"}


def test_a_zip_is_one_file_with_one_result(clinician: Client) -> None:
    content = zipped(**{str(n): written(mr(str(n))) for n in range(3)})
    (file,) = brought(clinician, {"study.zip": content})["files"]
    assert file["state"] == "stored" and "3" in file["reason"]["text"]


def test_what_was_brought_is_in_the_audit_log(clinician: Client, archive: Archive) -> None:
    entry = brought(clinician, {"a": written(mr())}, exclusions=["tumour"])
    with archive.database.read() as session:
        acts = {row.action: row for row in session.scalars(select(AuditEntry))}
    assert acts["upload.opened"].details == {"files": 1, "exclusions": ["tumour"]}
    assert acts["upload.opened"].subject_id == entry["id"]
    assert acts["study.received"].patient_id is not None


def test_a_restart_goes_on_with_what_was_not_sorted(
    app: FastAPI, clinician: Client, deps: Deps, archive: Archive
) -> None:
    files = {"a": written(mr())}
    entry = opened(clinician, files)
    sent(clinician, entry, files)
    stopped = Sorter()
    stopped.close()
    object.__setattr__(deps, "sorter", stopped)
    clinician.post(f"{UPLOADS}/{entry['id']}/finish")
    assert clinician.get(f"{UPLOADS}/{entry['id']}").json()["state"] == "sorting"
    object.__setattr__(deps, "sorter", Sorter())
    with TestClient(app, base_url="http://localhost"):
        for _ in range(200):
            state = clinician.get(f"{UPLOADS}/{entry['id']}").json()["state"]
            if state == "done":
                break
            time.sleep(0.02)
    assert state == "done"


def test_a_fault_of_ours_ends_the_upload_and_says_so(
    clinician: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("condyle.workflows.clinic.receive._take", fails)
    (file,) = brought(clinician, {"a": written(mr())})["files"]
    assert file["state"] == "refused" and file["reason"]["code"] == "upload-fault"


def test_a_full_disk_keeps_the_upload_waiting_until_there_is_room(
    clinician: Client, monkeypatch: pytest.MonkeyPatch, deps: Deps
) -> None:
    from condyle.errors import Unavailable
    from condyle.workflows.clinic import sorting

    object.__setattr__(deps, "sorter", Sorter(again_s=0.05))
    tries = []
    original = sorting.store

    def full(*args: Any) -> Any:
        tries.append(1)
        if len(tries) < 3:
            raise Unavailable("The disk is full.")
        return original(*args)

    monkeypatch.setattr(sorting, "store", full)
    entry = brought(clinician, {"a": written(mr())})
    assert entry["files"][0]["state"] == "stored" and len(tries) == 3
