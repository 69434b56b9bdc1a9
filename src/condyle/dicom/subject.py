"""Who and what was imaged by which scanner, under a pseudonym: what a label table is joined by."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from pydicom.dataset import Dataset

from condyle.dicom.patient import age_of, patient_key
from condyle.dicom.values import number, text

_SHOWN = 12
_SCANNER_TEXT = 64


@dataclass(frozen=True)
class Subject:
    """What a header says of a patient and scanner, without identity.

    Attributes:
        patient: Pseudonym, the same for the same Patient ID and issuer wherever it is
            read, or for the same name where there is no ID; empty where there is neither.
        accession: Key of the Accession Number, as ``accession_key`` gives it; empty where
            there is none.
        sex: ``"F"``, ``"M"``, ``"O"`` or empty.
        age_years: Age at the study, or ``None``.
        manufacturer: Manufacturer.
        model: Manufacturer's Model Name.
        field_t: Magnetic Field Strength in tesla, or ``None``.
    """

    patient: str = ""
    accession: str = ""
    sex: str = ""
    age_years: float | None = None
    manufacturer: str = ""
    model: str = ""
    field_t: float | None = None


NOBODY = Subject()
"""Of whom nothing is known."""


def subject_of(header: Dataset) -> Subject:
    """Reads what a header says of the patient and the scanner.

    A pseudonym is a hash, which keeps identity out of files and pages; whoever has a list
    of Patient IDs can find theirs again, so that it makes nobody anonymous.
    """
    by_id, by_name = patient_key(header)
    sex = text([header], "PatientSex").upper()
    return Subject(
        patient=f"patient-{(by_id or by_name)[:_SHOWN]}" if by_id or by_name else "",
        accession=accession_key(text([header], "AccessionNumber")),
        sex=sex if sex in ("F", "M", "O") else "",
        age_years=age_of(header),
        manufacturer=_plain(text([header], "Manufacturer")),
        model=_plain(text([header], "ManufacturerModelName")),
        field_t=_field(number([header], "MagneticFieldStrength")),
    )


def accession_key(accession: str) -> str:
    """Gives what an Accession Number is compared by, empty for an empty one.

    Case, blanks and leading zeros, which spreadsheets lose, do not count.
    """
    bare = accession.strip().casefold().lstrip("0")
    return hashlib.sha256(f"accession\0{bare}".encode()).hexdigest() if bare else ""


def patient_pseudonym(stated: str) -> str:
    """Gives a pseudonym for a patient as a table calls them, empty for an empty one."""
    bare = stated.strip().casefold()
    if not bare:
        return ""
    digest = hashlib.sha256(f"table\0{bare}".encode()).hexdigest()
    return f"patient-{digest[:_SHOWN]}"


def _plain(value: str) -> str:
    return "".join(one for one in value if one.isprintable())[:_SCANNER_TEXT]


def _field(stated: float | None) -> float | None:
    """Gives a field strength in tesla; some scanners state it in millitesla or gauss."""
    if stated is None or stated <= 0:
        return None
    for unit, most in ((1.0, 20.0), (1e3, 8.0), (1e4, 20.0)):
        if stated / unit <= most:
            return stated / unit
    return None
