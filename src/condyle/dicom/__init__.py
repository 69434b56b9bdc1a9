"""The only room that knows tags: finding, sorting, loading and writing DICOM images."""

from condyle.dicom.contrast import Contrast, SequenceFacts, weighting_of
from condyle.dicom.directory import with_listed
from condyle.dicom.discover import DicomStudy, Discovery, discover
from condyle.dicom.subject import Subject, accession_key, patient_pseudonym
from condyle.dicom.write import MRTags, derived_uid, write_mr_series

__all__ = [
    "Contrast",
    "DicomStudy",
    "Discovery",
    "MRTags",
    "SequenceFacts",
    "Subject",
    "accession_key",
    "derived_uid",
    "discover",
    "patient_pseudonym",
    "weighting_of",
    "with_listed",
    "write_mr_series",
]
