"""What a signature covers, as JSON of one form, and the pages that are made of it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from sqlalchemy.orm import Session

from condyle.archive.analyses import get_analysis
from condyle.archive.archive import Archive
from condyle.archive.clinical_tables import Addendum, ClinicalReport
from condyle.archive.studies import get_patient, get_study
from condyle.archive.tables import Patient, StudyRow
from condyle.reporting.clinical.document import Addition, Clinical, SignedBy, clinical_page
from condyle.reporting.clinical.pdf import clinical_pdf
from condyle.reporting.person_name import shown_name
from condyle.reporting.wording import readable

REPORT = "condyle.clinical-report/1"
ADDENDUM = "condyle.clinical-addendum/1"
Content = Mapping[str, Any]


def content_of(
    session: Session, row: ClinicalReport, signature: dict[str, str] | None
) -> dict[str, Any]:
    """Gives everything of a report; of a draft, without a signature.

    Args:
        session: A transaction.
        row: The report.
        signature: {user, name, at} of who signs.
    """
    study = get_study(session, row.study_id)
    runs = [get_analysis(session, key) for key in row.basis["runs"]]
    return {
        "schema": REPORT,
        "report": row.id,
        "edition": row.edition,
        "language": row.language,
        "study": _study(study),
        "patient": _patient(get_patient(session, study.patient_id)),
        "sections": dict(row.sections),
        "basis": dict(row.basis),
        "models": [
            {"name": run.bundle, "version": run.version, "sha256": run.sha256} for run in runs
        ],
        "signature": signature,
        "software_version": version("condyle"),
    }


def content_now(archive: Archive, session: Session, row: ClinicalReport) -> Content:
    """Gives what was signed, from its object, or a draft as it is."""
    if row.content is None:
        return content_of(session, row, None)
    signed: Content = json.loads(archive.objects.read(row.content))
    return signed


def addendum_content(report: ClinicalReport, text: str, signature: dict[str, str]) -> Content:
    """Gives everything of an addendum; it names what it is added to by its hash."""
    return {
        "schema": ADDENDUM,
        "report": report.id,
        "report_sha256": report.content,
        "text": text,
        "signature": signature,
    }


def canonical(content: Content) -> bytes:
    """Gives JSON of one form, so that the same content has the same hash everywhere."""
    return json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    ).encode("ascii")


def clinical_of(content: Content, addenda: Sequence[Addendum] = ()) -> Clinical:
    """Gives what the pages show of a report, from what was or shall be signed."""
    signature = content["signature"]
    return Clinical(
        language=content["language"],
        anatomy=content["study"]["anatomy"],
        facts=_facts(content),
        sections=content["sections"],
        signed=signature
        and SignedBy(signature["name"], dt.datetime.fromisoformat(signature["at"])),
        sha256=hashlib.sha256(canonical(content)).hexdigest() if signature else "",
        additions=tuple(
            Addition(one.text, SignedBy(one.signed_name, one.signed_at)) for one in addenda
        ),
    )


def signed_pdf(
    archive: Archive, report: ClinicalReport, addenda: Sequence[Addendum]
) -> bytes | None:
    """Gives the pages of a signed report: as they were signed, then what was added to it.

    The same report and addenda give the same bytes.

    Args:
        archive: Holds what was signed.
        report: The report.
        addenda: What was added, the first first.

    Returns:
        A PDF; ``None`` of a draft.
    """
    if report.pdf is None or report.content is None:
        return None
    if not addenda:
        return archive.objects.read(report.pdf)
    content = json.loads(archive.objects.read(report.content))
    return clinical_pdf(clinical_page(clinical_of(content, addenda)))


def _study(row: StudyRow) -> dict[str, str | None]:
    return {
        "uid": row.uid,
        "anatomy": row.anatomy,
        "accession": row.accession,
        "description": row.description,
        "date": row.study_date.isoformat() if row.study_date else None,
    }


def _patient(row: Patient) -> dict[str, str | None]:
    return {
        "name": row.name,
        "identifier": row.identifier,
        "issuer": row.issuer,
        "birth_date": row.birth_date.isoformat() if row.birth_date else None,
        "sex": row.sex,
    }


def _facts(content: Content) -> tuple[tuple[str, str], ...]:
    patient, study = content["patient"], content["study"]
    facts = (
        ("patient", shown_name(patient["name"])),
        ("identifier", patient["identifier"]),
        ("birth-date", patient["birth_date"]),
        ("sex", patient["sex"]),
        ("study-date", study["date"]),
        ("accession", study["accession"]),
        ("description", study["description"]),
    )
    return tuple((key, readable(value)) for key, value in facts if value)
