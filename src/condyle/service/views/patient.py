"""How a patient is shown: with a name to those who may see it, with a pseudonym to the others."""

from __future__ import annotations

from collections.abc import Sequence

from condyle.archive.listed import ListedPatient
from condyle.archive.patient_reports import ReportSummary
from condyle.archive.tables import Patient
from condyle.reporting.wording import readable
from condyle.service.schemas.patients import PatientReport
from condyle.service.schemas.studies import PatientEntry

_GROUPS = 3
"""Of a DICOM person name: letters, ideographs, phonetic signs (PS3.5, 6.2.1.1)."""


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


def shown_name(name: str) -> str:
    """Gives a DICOM person name as people write it: ``"Müller^Jürgen"`` as ``"Müller, Jürgen"``.

    Where it is written in other signs as well, those stand behind it in brackets.

    Args:
        name: Value of a PN, its groups apart by ``=``, a name's parts by ``^``.
    """
    groups = [_written(group) for group in name.split("=")[:_GROUPS]]
    groups = [group for group in groups if group]
    if not groups:
        return ""
    return groups[0] + (f" ({', '.join(groups[1:])})" if groups[1:] else "")


def _written(group: str) -> str:
    parts = [readable(part).strip() for part in group.split("^")]
    family, given = parts[0], " ".join(part for part in parts[1:3] if part)
    return ", ".join(part for part in (family, given) if part)
