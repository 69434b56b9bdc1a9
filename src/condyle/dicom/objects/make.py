"""All objects of a study that were asked for."""

from __future__ import annotations

from collections.abc import Collection

from condyle.dicom.header import without_remarks
from condyle.dicom.objects.capture import captures
from condyle.dicom.objects.content import Content, DicomObject, Kind
from condyle.dicom.objects.pdf import encapsulated_pdf
from condyle.dicom.objects.rejection import rejection_note
from condyle.dicom.objects.seg import segmentations
from condyle.dicom.objects.source import SourceStudy
from condyle.dicom.objects.sr import structured_report


def make_objects(
    content: Content, source: SourceStudy, kinds: Collection[Kind]
) -> tuple[DicomObject, ...]:
    """Gives the objects of some kinds, with a note of rejection where something is replaced.

    The same content and source give the same bytes.

    Args:
        content: What goes out.
        source: The images that were read.
        kinds: Of ``KINDS``.
    """
    # What the library remarks on a header may quote a patient's name.
    with without_remarks():
        return tuple(_made(content, source, kinds))


def _made(content: Content, source: SourceStudy, kinds: Collection[Kind]) -> list[DicomObject]:
    made: list[DicomObject] = []
    for kind in ("seg", "labelmap"):
        if kind in kinds:
            made += segmentations(content, source, kind)
    if "sr" in kinds:
        made.append(structured_report(content, source))
    if "pdf" in kinds and (document := encapsulated_pdf(content, source)) is not None:
        made.append(document)
    if "sc" in kinds:
        made += captures(content, source)
    if (note := rejection_note(content, source)) is not None:
        made.append(note)
    return made
