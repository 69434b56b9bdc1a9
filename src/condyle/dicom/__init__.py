"""The only room that knows tags: finding, sorting, loading and writing DICOM images."""

from condyle.dicom.discover import DicomStudy, Discovery, discover

__all__ = ["DicomStudy", "Discovery", "discover"]
