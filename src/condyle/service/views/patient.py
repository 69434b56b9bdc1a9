"""How a patient is shown: with a name to those who may see it, with a pseudonym to the others."""

from __future__ import annotations

from collections.abc import Sequence

from condyle.archive.listed import ListedPatient
from condyle.archive.patient_reports import ReportSummary
from condyle.archive.tables import Patient
from condyle.reporting.person_name import shown_name
from condyle.reporting.wording import readable
from condyle.service.schemas.patients import PatientReport
from condyle.service.schemas.studies import PatientEntry


def patient_entry(row: Patient | ListedPatient, *, pseudonymous: bool) -> PatientEntry:
    """Gives a patient as the interface shows one.

    Args:
        row: The patient.
        pseudonymous: Whether name, identifier and day of birth are left out.
    """
    if pseudonymous:
        return PatientEntry(
            id=row.id,
            name=row.pseudonym,
            identifier=row.pseudonym,
            birth_date=None,
            sex=row.sex,
            pseudonymous=True,
        )
    return PatientEntry(
        id=row.id,
        name=shown_name(row.name),
        identifier=readable(row.identifier),
        birth_date=row.birth_date,
        sex=row.sex,
        pseudonymous=False,
    )


def report_entries(reports: Sequence[ReportSummary], *, pseudonymous: bool) -> list[PatientReport]:
    """Gives which reports there are.

    Args:
        reports: In the order that they are shown in.
        pseudonymous: Whether the names of who wrote them are left out.
    """
    return [
        PatientReport(
            id=one.report_id,
            study=one.study_id,
            language=one.language,
            state="signed" if one.signed else "draft",
            by="" if pseudonymous else one.by,
            at=one.at,
            addenda=one.addenda,
        )
        for one in reports
    ]
