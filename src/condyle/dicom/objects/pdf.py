"""The report as Encapsulated PDF (PS3.3 A.45.1)."""

from __future__ import annotations

from pydicom.uid import EncapsulatedPDFStorage

from condyle.dicom.objects.codes import CodedConcept
from condyle.dicom.objects.content import Content, DicomObject
from condyle.dicom.objects.plain import begun, comments
from condyle.dicom.objects.settle import series_uid_of, settle
from condyle.dicom.objects.source import SourceStudy, reference

_NUMBER = 9004
_TITLE = CodedConcept("18748-4", "LN", "Diagnostic imaging study")
_SOURCES = 200
_ST = 1024


def encapsulated_pdf(content: Content, source: SourceStudy) -> DicomObject | None:
    """Gives the report's PDF in an object; ``None`` where there is no PDF.

    Args:
        content: What goes out.
        source: The images that were read.
    """
    if content.pdf is None:
        return None
    series = series_uid_of(content, source, "pdf"), _NUMBER
    instance = begun(
        content, source, sop_class=EncapsulatedPDFStorage, modality="DOC", series=series
    )
    instance.ConversionType = "WSD"
    instance.BurnedInAnnotation = "YES"
    instance.AcquisitionDateTime = ""
    state = "" if content.verified else " (unverified draft)"
    title = f"Report of the reading{state}. {comments(content)}"
    instance.DocumentTitle = title[:_ST]
    instance.VerificationFlag = "VERIFIED" if content.verified else "UNVERIFIED"
    instance.ConceptNameCodeSequence = [_TITLE]
    instance.SourceInstanceSequence = [
        reference(source.headers[uid]) for uid in list(source.headers)[:_SOURCES]
    ]
    instance.MIMETypeOfEncapsulatedDocument = "application/pdf"
    instance.EncapsulatedDocumentLength = len(content.pdf)
    instance.EncapsulatedDocument = content.pdf + b"\0" * (len(content.pdf) % 2)
    return settle(instance, content=content, source=source, kind="pdf", name="report-pdf")
