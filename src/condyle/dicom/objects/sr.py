"""What was found as a structured report: TID 1500 in Comprehensive 3D SR (PS3.3 A.35.13).

The tree follows PS3.16 TID 1500 as IHE's AI Results profile (AIR) uses it: the device observer
is the software, each group of measurements names the bundle as its algorithm (TID 4019), what
is told of a site are qualitative evaluations, and every group points at images.
"""

from __future__ import annotations

from collections.abc import Iterator

from highdicom.sr import (
    CodedConcept,
    Comprehensive3DSR,
    ContentSequence,
    DeviceObserverIdentifyingAttributes,
    LanguageOfContentItemAndDescendants,
    MeasurementReport,
    MeasurementsAndQualitativeEvaluations,
    ObservationContext,
    ObserverContext,
    PersonObserverIdentifyingAttributes,
    TrackingIdentifier,
)
from pydicom.dataset import Dataset, FileDataset
from pydicom.valuerep import PersonName

from condyle.dicom.objects.codes import dicom_codes, private_scheme
from condyle.dicom.objects.content import Content, DicomObject
from condyle.dicom.objects.settle import MANUFACTURER, series_uid_of, settle
from condyle.dicom.objects.source import SourceStudy
from condyle.dicom.objects.sr_groups import groups_of, library_of
from condyle.dicom.objects.sr_texts import statements_container
from condyle.dicom.write import derived_uid

_NUMBER = 9003
_LO = 64
_LANGUAGES = {"en": "English", "es": "Spanish"}
_NO_ORGANIZATION = "Not stated"


def structured_report(content: Content, source: SourceStudy) -> DicomObject:
    """Gives the report of a study as a structured report.

    A draft is UNVERIFIED, PARTIAL and PRELIMINARY; what a clinician signed is VERIFIED, COMPLETE
    and FINAL, with the clinician as verifying observer. What it takes the place of is in its
    Predecessor Documents Sequence (PS3.3 C.17.2).

    Args:
        content: What goes out.
        source: The images that were read.
    """
    groups = list(groups_of(content, source))
    library = library_of(content, source)
    tree = MeasurementReport(
        observation_context=_observers(content, source),
        procedure_reported=dicom_codes.SCT.ImagingProcedure,
        imaging_measurements=groups or _placeholder(),
        title=dicom_codes.DCM.ImagingMeasurementReport,
        language_of_content_item_and_descendants=LanguageOfContentItemAndDescendants(
            _language(content.language)
        ),
        referenced_images=library,
    )
    if not groups:
        _drop_measurements(tree[0])
    tree[0].ContentSequence.append(statements_container(content))
    verification = content.verification
    instance = Comprehensive3DSR(
        evidence=_evidence(content, source),
        content=tree[0],
        series_instance_uid=series_uid_of(content, source, "sr"),
        series_number=_NUMBER,
        sop_instance_uid="2.25.0",
        instance_number=1,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=_model(content),
        is_complete=content.verified,
        is_final=content.verified,
        is_verified=content.verified,
        verifying_observer_name=None if verification is None else _written(verification.name),
        verifying_organization=None
        if verification is None
        else (verification.organization or _NO_ORGANIZATION)[:_LO],
        series_description=_series_description(content),
        coding_schemes=private_scheme(),
    )
    if verification is not None:
        at = verification.at.strftime("%Y%m%d%H%M%S%z")
        instance.VerifyingObserverSequence[0].VerificationDateTime = at
    return settle(
        instance,
        content=content,
        source=source,
        kind="sr",
        name="report-sr",
        predecessors=list(_predecessors(content)),
    )


def _placeholder() -> list[MeasurementsAndQualitativeEvaluations]:
    """Gives what stands in for no measurement, which TID 1500 allows and highdicom does not."""
    tracking = TrackingIdentifier(uid="2.25.0", identifier="none")
    return [MeasurementsAndQualitativeEvaluations(tracking_identifier=tracking)]


def _drop_measurements(root: Dataset) -> None:
    kept = [
        item
        for item in root.ContentSequence
        if item.ConceptNameCodeSequence[0].CodeValue != dicom_codes.DCM.ImagingMeasurements.value
    ]
    root.ContentSequence = ContentSequence(kept)


def _observers(content: Content, source: SourceStudy) -> ObservationContext:
    bundles = [bundle.sha256 for bundle in content.report.bundles]
    device = DeviceObserverIdentifyingAttributes(
        uid=derived_uid("export", "device", content.report.software_version, *bundles),
        name="Condyle",
        manufacturer_name=MANUFACTURER,
        model_name=_model(content),
        serial_number=content.report.software_version[:_LO],
    )
    person = None
    if content.verification is not None:
        person = ObserverContext(
            observer_type=dicom_codes.DCM.Person,
            observer_identifying_attributes=PersonObserverIdentifyingAttributes(
                name=_written(content.verification.name)
            ),
        )
    return ObservationContext(
        observer_person_context=person,
        observer_device_context=ObserverContext(
            observer_type=dicom_codes.DCM.Device, observer_identifying_attributes=device
        ),
    )


def _model(content: Content) -> str:
    return ", ".join(f"{one.name} {one.version}" for one in content.report.bundles)[:_LO]


def _language(name: str) -> CodedConcept:
    return CodedConcept(name, "RFC5646", _LANGUAGES.get(name, name))


def _evidence(content: Content, source: SourceStudy) -> list[FileDataset]:
    used = [h for series in content.report.series if series.used for h in source.of(series)]
    return used or [source.first]


def _series_description(content: Content) -> str:
    simulated = "SIMULATED " if content.simulated else ""
    state = "" if content.verified else ", unverified draft"
    return f"{simulated}Condyle report, research use{state}"[:_LO]


def _written(name: str) -> str:
    """Gives a name as people write it as a Person Name of one component (PS3.5 section 6.2)."""
    plain = "".join(" " if one in "^=\\" or not one.isprintable() else one for one in name)
    return str(PersonName(f"{plain.strip() or 'Unknown'}^"))


def _predecessors(content: Content) -> Iterator[Dataset]:
    replaced = content.replaces if content.leads else ()
    for one in [one for one in replaced if one.kind == "sr"]:
        sop, series, study = Dataset(), Dataset(), Dataset()
        sop.ReferencedSOPClassUID = one.sop_class_uid
        sop.ReferencedSOPInstanceUID = one.sop_instance_uid
        series.SeriesInstanceUID = one.series_uid
        series.ReferencedSOPSequence = [sop]
        study.StudyInstanceUID = one.study_uid
        study.ReferencedSeriesSequence = [series]
        yield study
