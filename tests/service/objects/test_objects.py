"""Exporting a study of the clinic: what readers accepted goes out, to whom it may, and is noted."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pypdf import PdfReader
from sqlalchemy import select
from tests.service.conftest import Client, LogIn
from tests.service.exported import (
    picture_file,
    put_read_study,
    say,
)
from tests.service.test_reports import add, begin, sign

from condyle.archive.analyses import shown_runs
from condyle.archive.archive import Archive
from condyle.archive.tables import AuditEntry, FindingRow
from condyle.dicom.objects.read_sr import read_report
from condyle.domain.outside import Answer, OutsideResult
from condyle.domain.report import Report
from condyle.reporting.overlays import DRAWN
from condyle.service.settings import Settings
from condyle.sources import SourceFile


def without_places(report: Report) -> Report:
    """What was found on slices that a single picture does not have."""
    return replace(report, findings=(), measurements=())


def ask(client: Client, study: int, name: str = "", kinds: str = "seg,sr,pdf,sc") -> Any:
    tail = f"/{name}" if name else ""
    return client.get(f"/api/v1/studies/{study}/objects{tail}?kinds={kinds}")


def report_of(client: Client, study: int, folder: Path) -> OutsideResult:
    answer = ask(client, study, "report-sr.dcm")
    assert answer.status_code == 200, answer.text
    path = folder / "taken.dcm"
    path.write_bytes(answer.content)
    return read_report(SourceFile("file-1.dcm", "taken", ".dcm", path.stat().st_size, path))


def findings(archive: Archive) -> dict[str, int]:
    with archive.database.read() as session:
        return {row.name: row.id for row in session.scalars(select(FindingRow))}


def signed(client: Client, study: int) -> dict[str, Any]:
    answer = sign(client, begin(client, study))
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()
    return report


def test_nothing_goes_out_that_nobody_signed(log_in: LogIn, study: int) -> None:
    answer = ask(log_in("clinician"), study)
    assert answer.status_code == 409
    assert "no signed report" in answer.text


def test_a_signed_report_goes_out_verified_with_what_was_accepted(
    log_in: LogIn, archive: Archive, study: int, tmp_path: Path
) -> None:
    named = findings(archive)
    say(archive, study, "accept", named["disc-bulging"])
    say(archive, study, "reject", named["disc-narrowing"])
    say(archive, study, "grade", named["pfirrmann-grade"], value={"grade": 2})
    clinician = log_in("clinician")
    signed(clinician, study)
    result = report_of(clinician, study, tmp_path)
    assert result.verified
    told = {one.tracking: one for one in result.findings}
    assert set(told) == {"disc-bulging/disc-1", "pfirrmann-grade/disc-1", "measurements/L4-L5"}
    assert Answer("Pfirrmann grade", "Pfirrmann grade 2") in told["pfirrmann-grade/disc-1"].answers
    said = [answer.value for answer in told["pfirrmann-grade/disc-1"].answers]
    assert "Changed by a clinician" in said
    assert not [one for one in told["pfirrmann-grade/disc-1"].answers if one.unit == "%"]
    texts = dict(result.texts)
    assert texts["Left out"].endswith("are left out: 1.")
    assert texts["Review by a clinician"] == "Signed by a clinician."


def test_the_pdf_that_goes_out_is_the_one_that_was_signed(log_in: LogIn, study: int) -> None:
    clinician = log_in("clinician")
    report = signed(clinician, study)
    pages = clinician.get(f"/api/v1/reports/{report['id']}/files/report.pdf").content
    found = pydicom.dcmread(io.BytesIO(ask(clinician, study, "report-pdf.dcm").content))
    assert found.EncapsulatedDocument[: found.EncapsulatedDocumentLength] == pages
    assert found.VerificationFlag == "VERIFIED"


def test_an_addendum_stands_in_the_pdf_and_the_report_that_go_out(
    log_in: LogIn, archive: Archive, study: int, tmp_path: Path
) -> None:
    clinician = log_in("clinician")
    report = signed(clinician, study)
    before = pydicom.dcmread(io.BytesIO(ask(clinician, study, "report-pdf.dcm").content))
    assert add(clinician, report, "The left side was meant.").status_code == 201
    answer = ask(clinician, study, "report-pdf.dcm")
    found = pydicom.dcmread(io.BytesIO(answer.content))
    pages = found.EncapsulatedDocument[: found.EncapsulatedDocumentLength]
    assert pages == clinician.get(f"/api/v1/reports/{report['id']}/files/report.pdf").content
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pages)).pages)
    assert "The left side was meant." in text and "DRAFT" not in text
    assert found.SOPInstanceUID != before.SOPInstanceUID
    assert found.SeriesInstanceUID == before.SeriesInstanceUID
    assert found.VerificationFlag == "VERIFIED"
    assert ask(clinician, study, "report-pdf.dcm").content == answer.content
    said = [text for name, text in report_of(clinician, study, tmp_path).texts]
    assert any("The left side was meant." in one for one in said)


def test_the_objects_are_listed_and_come_together_as_a_zip(log_in: LogIn, study: int) -> None:
    clinician = log_in("clinician")
    signed(clinician, study)
    listed = ask(clinician, study).json()
    assert [one["kind"] for one in listed] == ["seg", "sr", "pdf", "sc"]
    assert all(one["verified"] for one in listed)
    answer = ask(clinician, study, "objects.zip", kinds="seg,sr")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        assert file.namelist() == ["seg-series-1.dcm", "report-sr.dcm"]
        sizes = {info.filename: info.file_size for info in file.infolist()}
    assert sizes == {one["name"]: one["size"] for one in listed[:2]}
    again = ask(clinician, study, "objects.zip", kinds="seg,sr")
    assert again.content == answer.content


def test_what_was_taken_along_stands_in_the_audit_log_without_a_name(
    log_in: LogIn, archive: Archive, study: int
) -> None:
    clinician = log_in("clinician")
    signed(clinician, study)
    ask(clinician, study, "report-sr.dcm")
    with archive.database.read() as session:
        kept = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "study.exported")
        ).one()
        assert kept.details == {"objects": 1, "kinds": "sr", "verified": True}
        assert kept.patient_id is not None and kept.user_name == "clinician"


def test_an_unknown_object_or_kind_is_refused(log_in: LogIn, study: int) -> None:
    clinician = log_in("clinician")
    signed(clinician, study)
    assert ask(clinician, study, "other.dcm").status_code == 404
    assert ask(clinician, study, kinds="rtstruct").status_code == 404
    assert ask(clinician, 999).status_code == 404


def test_new_names_of_levels_go_out_and_so_do_pictures_that_show_them(
    log_in: LogIn, archive: Archive, study: int, tmp_path: Path
) -> None:
    with archive.database.read() as session:
        (run,) = shown_runs(session, study)
    say(archive, study, "level", analysis=run.id, value={"levels": {"1": "L5-S1"}})
    say(archive, study, "accept", findings(archive)["disc-bulging"])
    clinician = log_in("clinician")
    signed(clinician, study)
    result = report_of(clinician, study, tmp_path)
    assert {one.site for one in result.findings} == {"L5/S1 disc"}
    assert [one["kind"] for one in ask(clinician, study).json()] == ["seg", "sr", "pdf", "sc"]


def test_what_a_reader_drew_is_in_the_picture_that_goes_out(
    log_in: LogIn, archive: Archive, study: int
) -> None:
    with archive.database.read() as session:
        row = session.scalars(select(FindingRow).where(FindingRow.name == "disc-bulging")).one()
    place = {key: row.document["places"][0][key] for key in ("series_uid", "instance_uid", "frame")}
    ring = [[3.0, 3.0], [3.0, 15.0], [14.0, 15.0]]
    clinician = log_in("clinician")
    signed(clinician, study)
    before = captures(clinician, study)
    say(archive, study, "outline", row.id, value={"place": place, "outline": ring})
    after = captures(clinician, study)
    assert [coloured(one) for one in before] == [0] * len(before)
    assert max(coloured(one) for one in after) > 500
    names = {one.SourceImageSequence[0].ReferencedSOPInstanceUID for one in after}
    assert place["instance_uid"] in names


def captures(client: Client, study: int) -> list[pydicom.Dataset]:
    listed = ask(client, study, kinds="sc").json()
    return [
        pydicom.dcmread(io.BytesIO(ask(client, study, one["name"], "sc").content)) for one in listed
    ]


def coloured(one: pydicom.Dataset) -> int:
    """Counts the pixels in the colour of what clinicians draw."""
    return int((np.abs(one.pixel_array.astype(int) - DRAWN).max(axis=2) < 12).sum())


class TestWithARule:
    """An administrator has said that drafts may go out."""

    @pytest.fixture
    def settings(self, home: Path) -> Settings:
        return Settings(home=home, worker=False, export_unverified=True)

    def test_a_draft_goes_out_as_unverified(
        self, log_in: LogIn, study: int, tmp_path: Path
    ) -> None:
        result = report_of(log_in("clinician"), study, tmp_path)
        assert result.verified is False
        assert len(result.findings) == 5
        assert "Unverified draft" in dict(result.texts)["Review by a clinician"]

    def test_what_was_rejected_stays_even_then(
        self, log_in: LogIn, archive: Archive, study: int, tmp_path: Path
    ) -> None:
        say(archive, study, "reject", findings(archive)["disc-bulging"])
        clinician = log_in("clinician")
        told = [one.tracking for one in report_of(clinician, study, tmp_path).findings]
        assert "disc-bulging/disc-1" not in told
        # The draft's own pages still show it.
        assert [one["kind"] for one in ask(clinician, study).json()] == ["seg", "sr", "sc"]

    def test_a_picture_goes_out_upon_the_dicom_that_the_clinic_made_of_it(
        self, log_in: LogIn, archive: Archive, tmp_path: Path
    ) -> None:
        number = put_read_study(
            archive,
            tmp_path,
            picture_file(),
            lambda report: replace(report, findings=(), measurements=()),
        )
        answer = ask(log_in("clinician"), number)
        assert answer.status_code == 200, answer.text
        assert [one["kind"] for one in answer.json()] == ["seg", "sr", "pdf", "sc"]
