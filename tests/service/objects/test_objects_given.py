"""The calls of a study's DICOM objects: to whom, what is written down, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests.service.conftest import Client, LogIn

from condyle.archive.archive import Archive
from condyle.archive.tables import AuditEntry
from condyle.service.schemas.base import Role
from condyle.service.settings import Settings


@pytest.fixture
def settings(home: Path) -> Settings:
    """Drafts may go out, so that no test has to sign."""
    return Settings(home=home, worker=False, export_unverified=True)


def ask(client: Client, study: int, name: str = "", kinds: str = "sr") -> Any:
    tail = f"/{name}" if name else ""
    return client.get(f"/api/v1/studies/{study}/objects{tail}?kinds={kinds}")


def acts(archive: Archive) -> list[tuple[str, dict[str, Any]]]:
    with archive.database.read() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [
            (one.action, dict(one.details or {}))
            for one in entries
            if one.action.startswith("study.") and "objects" in (one.details or {})
        ]


def test_who_may_not_take_objects_learns_not_even_whether_there_is_a_study(
    log_in: LogIn, archive: Archive, study: int
) -> None:
    refusing: tuple[Role, ...] = ("viewer", "annotator", "researcher", "administrator")
    for role in refusing:
        client = log_in(role)
        for number in (study, 9999):
            for name in ("", "report-sr.dcm", "objects.zip"):
                assert ask(client, number, name).status_code == 403, (role, number, name)
    assert acts(archive) == []


def test_a_draft_is_listed_given_and_written_down_as_a_draft(
    log_in: LogIn, archive: Archive, study: int
) -> None:
    clinician = log_in("clinician")
    (entry,) = ask(clinician, study).json()
    assert (entry["name"], entry["verified"]) == ("report-sr.dcm", False)
    answer = ask(clinician, study, entry["name"])
    assert answer.headers["content-type"] == "application/dicom"
    assert answer.headers["content-disposition"] == 'attachment; filename="report-sr.dcm"'
    assert len(answer.content) == entry["size"]
    assert entry["sop_instance_uid"].encode() in answer.content
    told = {"objects": 1, "kinds": "sr", "verified": False}
    assert acts(archive) == [("study.objects-listed", told), ("study.exported", told)]


def test_what_is_refused_is_not_written_down_as_given(
    log_in: LogIn, archive: Archive, study: int
) -> None:
    clinician = log_in("clinician")
    refused = [
        ask(clinician, study, "report-pdf.dcm"),
        ask(clinician, study, "..%2Freport-sr.dcm"),
        ask(clinician, study, kinds="ko"),
        ask(clinician, 9999, "objects.zip"),
    ]
    assert [one.status_code for one in refused] == [404] * 4
    assert ask(clinician, study, kinds="x" * 101).status_code == 422
    assert acts(archive) == []


def test_no_kind_named_is_all_of_them(log_in: LogIn, study: int) -> None:
    listed = ask(log_in("clinician"), study, kinds="").json()
    assert [one["kind"] for one in listed] == ["seg", "labelmap", "sr", "pdf", "sc"]
    assert len({one["sop_instance_uid"] for one in listed}) == 5
