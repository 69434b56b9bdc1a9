"""Images, segmentations, reports and PDF, in whatever syntax, are kept as they came."""

from __future__ import annotations

import io
from pathlib import Path

import pydicom
import pytest
from pydicom.uid import EncapsulatedPDFStorage, ExplicitVRLittleEndian
from tests.dicom.network.node.raw_peer import MemoryShelf, RawPeer, node, request, store_command
from tests.dicom.network.node.raw_peer import value as data
from tests.dicom.shipped_files import SHIPPED_FILES
from tests.workflows.pacs.storing import STUDY, data_set_of, file_of, mr_image

from condyle.dicom.header import without_remarks
from condyle.dicom.network.node.accepted import STORAGE_CLASSES, TRANSFER_SYNTAXES

FOLDER = Path(pydicom.__file__).parent / "data"
_BROKEN_ON_PURPOSE = ("truncated", "emri_small_jpeg_2k_lossless_too_short", "no_meta", "padded")


def kinds() -> dict[str, Path]:
    """Gives a shipped file of each accepted class and transfer syntax, by both."""
    found: dict[str, Path] = {}
    for name, what in SHIPPED_FILES.items():
        path = FOLDER / name
        broken = "without pixel data" in what or any(one in name for one in _BROKEN_ON_PURPOSE)
        if path.suffix != ".dcm" or broken:
            continue
        with without_remarks():
            header = pydicom.dcmread(path, stop_before_pixels=True, force=True)
        syntax = header.file_meta.get("TransferSyntaxUID", "") if header.file_meta else ""
        uids = [header.get(one, "") for one in ("SOPClassUID", "StudyInstanceUID")]
        if uids[0] in STORAGE_CLASSES and uids[1] and syntax in TRANSFER_SYNTAXES:
            found.setdefault(f"{uids[0].name}, {syntax.name}", path)
    return found


KINDS = kinds()


def test_the_shipped_files_are_of_many_kinds() -> None:
    assert len(KINDS) >= 12
    assert {name.split(",")[0] for name in KINDS} >= {
        "Basic Text SR Storage",
        "CT Image Storage",
        "Comprehensive SR Storage",
        "MR Image Storage",
        "Secondary Capture Image Storage",
        "Segmentation Storage",
    }


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_is_kept_bit_for_bit(kind: str) -> None:
    content = KINDS[kind].read_bytes()
    with without_remarks():
        header = pydicom.dcmread(io.BytesIO(content), stop_before_pixels=True)
    _is_kept(header, data_set_of(content))


def test_a_pdf_is_kept_bit_for_bit() -> None:
    document = mr_image(class_uid=EncapsulatedPDFStorage)
    for keyword in ("Rows", "Columns", "PixelData"):
        delattr(document, keyword)
    document.MIMETypeOfEncapsulatedDocument = "application/pdf"
    document.EncapsulatedDocument = b"%PDF-1.7\n"
    assert document.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    _is_kept(document, data_set_of(file_of(document)))
    assert document.StudyInstanceUID == STUDY


def _is_kept(header: pydicom.Dataset, content: bytes) -> None:
    shelf = MemoryShelf()
    asked = request([(header.SOPClassUID, [header.file_meta.TransferSyntaxUID])])
    with node(shelf) as listening, RawPeer(listening.port, asked) as peer:
        peer.say(data(store_command(header.SOPInstanceUID, header.SOPClassUID), control=3))
        for at in range(0, len(content), 100_000):
            last = at + 100_000 >= len(content)
            peer.say(data(content[at : at + 100_000], control=2 if last else 0))
        assert peer.status() == 0
    ((of, kept),) = shelf.kept
    assert of.uid == header.SOPInstanceUID
    assert data_set_of(kept) == content
