"""The part of an object that no library writes for us: patient, study, series, equipment."""

from __future__ import annotations

from pydicom.dataset import Dataset, FileDataset

from condyle.dicom.objects.codes import private_scheme
from condyle.dicom.objects.content import Content
from condyle.dicom.objects.settle import MANUFACTURER
from condyle.dicom.objects.source import SourceStudy
from condyle.dicom.write import new_instance

# Patient, Clinical Trial Subject, General Study and Patient Study (PS3.3 C.7.1.1, C.7.2.1,
# C.7.2.2), as far as they are of the patient and not of one acquisition.
_KEPT = (
    "PatientName",
    "PatientID",
    "IssuerOfPatientID",
    "IssuerOfPatientIDQualifiersSequence",
    "OtherPatientIDsSequence",
    "PatientBirthDate",
    "PatientSex",
    "PatientAge",
    "PatientSize",
    "PatientWeight",
    "PatientIdentityRemoved",
    "DeidentificationMethod",
    "DeidentificationMethodCodeSequence",
    "StudyInstanceUID",
    "StudyDate",
    "StudyTime",
    "ReferringPhysicianName",
    "StudyID",
    "AccessionNumber",
    "IssuerOfAccessionNumberSequence",
    "StudyDescription",
)


def begun(
    content: Content, source: SourceStudy, *, sop_class: str, modality: str, series: tuple[str, int]
) -> FileDataset:
    """Begins an object of a study.

    Args:
        content: What goes out.
        source: The images that were read.
        sop_class: SOP Class UID.
        modality: Modality (0008,0060).
        series: Series Instance UID and Series Number.
    """
    instance = new_instance("2.25.0", sop_class)
    # Set first: what is copied is decoded by its own character set and written in this one.
    instance.SpecificCharacterSet = "ISO_IR 192"
    copy_patient(source.first, instance)
    instance.Modality = modality
    instance.SeriesInstanceUID, instance.SeriesNumber = series
    instance.SeriesDescription = series_description(content)
    instance.InstanceNumber = 1
    instance.Manufacturer = MANUFACTURER
    instance.ManufacturerModelName = models(content)
    instance.CodingSchemeIdentificationSequence = private_scheme()
    return instance


def copy_patient(header: Dataset, instance: Dataset) -> None:
    """Copies who was imaged, and in which study.

    Args:
        header: Of an image of the study.
        instance: To be written to.
    """
    for keyword in _KEPT:
        if keyword in header:
            setattr(instance, keyword, getattr(header, keyword))


def models(content: Content) -> str:
    """Gives the bundles that made a report, as Manufacturer's Model Name has room for."""
    return ", ".join(f"{one.name} {one.version}" for one in content.report.bundles)[:64]


def series_description(content: Content) -> str:
    """Gives a Series Description that says what the object is worth."""
    simulated = "SIMULATED " if content.simulated else ""
    state = "" if content.verified else ", unverified draft"
    return f"{simulated}Condyle, research use{state}"[:64]


def comments(content: Content) -> str:
    """Gives everything that each object must say, for a header (Image Comments, LT)."""
    bundles = " ".join(
        f"{one.name} {one.version} SHA-256 {one.sha256}." for one in content.report.bundles
    )
    told = content.said("review", "research-use", "simulated", "intended-use", "not-assessed")
    return f"{told} {bundles}"[:10240]
