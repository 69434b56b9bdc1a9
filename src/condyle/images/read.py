"""Which reader takes which file, told by the file's first bytes, not by its name."""

from __future__ import annotations

from condyle.domain.geometry import Reorientation
from condyle.domain.study import Series
from condyle.errors import BadImage
from condyle.images.array import is_array, read_array
from condyle.images.metaimage import is_metaimage, read_metaimage
from condyle.images.nifti import is_nifti, read_nifti
from condyle.images.nrrd_volume import is_nrrd, read_nrrd
from condyle.images.picture import is_picture, read_picture
from condyle.sources import SourceFile

HEAD = 352
"""Bytes that tell every format here; a NIfTI-1 header is the longest."""


def recognises(file: SourceFile) -> bool:
    """Tells whether a file begins as one of the formats of this room does.

    Raises:
        OSError: The file cannot be opened.
    """
    return _kind(file) != ""


def read_image(
    file: SourceFile, *, whole: bool = True, turn: Reorientation | None = None
) -> Series:
    """Gives an image file as a series; its pixels have been checked and are read again.

    Args:
        file: The image.
        whole: Whether to read the pixels of a volume now, to see that the file is whole;
            without, its header alone is read, and ``load`` raises what is wrong with
            them. A picture's pixels are read either way.
        turn: How to turn the stored axes of a NIfTI, NRRD or MHA, where that is not to be told
            by its header; the series has no geometry then.

    Raises:
        BadImage: The file is damaged, or its pixels or geometry cannot be used.
        OSError: The file cannot be opened.
    """
    match _kind(file):
        case "picture":
            return read_picture(file)
        case "array":
            return read_array(file, whole=whole)
        case "nrrd":
            return read_nrrd(file, whole=whole, turn=turn)
        case "metaimage":
            return read_metaimage(file, whole=whole, turn=turn)
        case "nifti":
            return read_nifti(file, whole=whole, turn=turn)
    raise BadImage(
        f"The image {file.label} was not read.",
        found="a file of no known image format",
        needed="PNG, JPEG, TIFF, NIfTI, NRRD, MHA, NPY or DICOM",
        mend="export the image in one of these formats.",
    )


def _kind(file: SourceFile) -> str:
    head = file.head(HEAD)
    if head[128:132] == b"DICM":
        # A DICOM preamble may hold another format's first bytes (PS3.10 7.1).
        return ""
    if is_picture(head):
        return "picture"
    if is_array(head):
        return "array"
    if is_nrrd(head):
        return "nrrd"
    if is_metaimage(head):
        return "metaimage"
    return "nifti" if is_nifti(head, file.suffix) else ""
