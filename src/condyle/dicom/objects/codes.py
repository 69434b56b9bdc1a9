"""Codes of the one table as highdicom takes them."""

from __future__ import annotations

from highdicom import AlgorithmIdentificationSequence
from highdicom.coding_schemes import CodingSchemeIdentificationItem
from highdicom.sr import AlgorithmIdentification, CodedConcept
from pydicom.sr.codedict import codes as dicom_codes

from condyle.domain.anatomy import PRIVATE_SCHEME, Code
from condyle.domain.report import BundleRef

_FAMILY = CodedConcept("123109", "DCM", "Artificial Intelligence")
_LONGEST = 64  # characters of LO (PS3.5 section 6.2)

UNIT_MEANINGS = {"mm": "mm", "1": "no units", "%": "Percent"}
"""UCUM unit to its meaning in CID 7181."""


def concept(code: Code) -> CodedConcept:
    """Gives a code as a Code Sequence item (PS3.3 section 8.8)."""
    return CodedConcept(code.value, code.scheme, code.meaning)


def unit(name: str) -> CodedConcept:
    """Gives a UCUM unit."""
    return CodedConcept(name, "UCUM", UNIT_MEANINGS.get(name, name))


def private_scheme() -> list[CodingSchemeIdentificationItem]:
    """Says whose the private codes are (PS3.3 C.12.1, Coding Scheme Identification Sequence)."""
    return [
        CodingSchemeIdentificationItem(
            designator=PRIVATE_SCHEME,
            name="Codes of Condyle that DICOM lists no concept for",
            responsible_organization="The Condyle contributors",
        )
    ]


def algorithm(bundle: BundleRef) -> AlgorithmIdentification:
    """Gives a bundle as TID 4019 has an algorithm."""
    return AlgorithmIdentification(
        name=bundle.name[:_LONGEST],
        version=bundle.version[:_LONGEST],
        parameters=[f"SHA-256 {bundle.sha256}"],
        family=_FAMILY,
        manufacturer="Condyle",
    )


def algorithm_item(
    bundle: BundleRef, parameters: dict[str, str]
) -> AlgorithmIdentificationSequence:
    """Gives a bundle as the macro of PS3.3 section 10.16 has an algorithm."""
    return AlgorithmIdentificationSequence(
        name=bundle.name[:_LONGEST],
        family=_FAMILY,
        version=bundle.version[:_LONGEST],
        source="Condyle",
        parameters={"SHA-256": bundle.sha256, **parameters},
    )


__all__ = [
    "CodedConcept",
    "algorithm",
    "algorithm_item",
    "concept",
    "dicom_codes",
    "private_scheme",
    "unit",
]
