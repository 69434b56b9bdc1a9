"""What the node takes in: storage classes by name, and every transfer syntax as it comes."""

from __future__ import annotations

from pydicom.uid import AllTransferSyntaxes
from pynetdicom import sop_class

VERIFICATION = "1.2.840.10008.1.1"

STORAGE_CLASSES: tuple[str, ...] = tuple(
    str(getattr(sop_class, name))
    for name in (
        "MRImageStorage",
        "EnhancedMRImageStorage",
        "EnhancedMRColorImageStorage",
        "LegacyConvertedEnhancedMRImageStorage",
        "MRSpectroscopyStorage",
        "CTImageStorage",
        "EnhancedCTImageStorage",
        "LegacyConvertedEnhancedCTImageStorage",
        "ComputedRadiographyImageStorage",
        "DigitalXRayImageStorageForPresentation",
        "DigitalXRayImageStorageForProcessing",
        "SecondaryCaptureImageStorage",
        "MultiFrameSingleBitSecondaryCaptureImageStorage",
        "MultiFrameGrayscaleByteSecondaryCaptureImageStorage",
        "MultiFrameGrayscaleWordSecondaryCaptureImageStorage",
        "MultiFrameTrueColorSecondaryCaptureImageStorage",
        "SegmentationStorage",
        "LabelMapSegmentationStorage",
        "HeightMapSegmentationStorage",
        "SurfaceSegmentationStorage",
        "BasicTextSRStorage",
        "EnhancedSRStorage",
        "ComprehensiveSRStorage",
        "Comprehensive3DSRStorage",
        "ExtensibleSRStorage",
        "MammographyCADSRStorage",
        "ChestCADSRStorage",
        "ColonCADSRStorage",
        "XRayRadiationDoseSRStorage",
        "EnhancedXRayRadiationDoseSRStorage",
        "PatientRadiationDoseSRStorage",
        "RadiopharmaceuticalRadiationDoseSRStorage",
        "AcquisitionContextSRStorage",
        "SimplifiedAdultEchoSRStorage",
        "ImplantationPlanSRStorage",
        "PlannedImagingAgentAdministrationSRStorage",
        "PerformedImagingAgentAdministrationSRStorage",
        "WaveformAnnotationSRStorage",
        "EncapsulatedPDFStorage",
    )
)
"""SOP classes that are taken: MR, CT, CR, DX, secondary capture, segmentations, structured
reports and encapsulated PDF, with their enhanced forms (DICOM PS3.4 B.5)."""

TRANSFER_SYNTAXES = frozenset(map(str, AllTransferSyntaxes))
"""Every transfer syntax of the standard: the bytes are stored as they come, not decoded."""
