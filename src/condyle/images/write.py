"""Writing a volume so that reading the file gives it back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from condyle.domain.volume import Volume
from condyle.errors import OutputError
from condyle.images.nifti import RAS_TO_LPS

_ENDINGS = {"picture": ".png", "array": ".npy", "nifti": ".nii.gz"}


def write_image(volume: Volume, stem: Path) -> Path:
    """Writes a volume: as NIfTI where its geometry is known, else as PNG or NPY.

    A PNG is written of one slice of whole numbers from 0 to 65535. Spacing without an
    affine is not kept, since none of the formats has a place for it.

    Args:
        volume: The image.
        stem: Path without the ending; folders are made.

    Returns:
        The path of the file.

    Raises:
        OutputError: It cannot be written.
    """
    array = volume.array
    return _write(_smallest(array), stem, volume, kind=_kind(volume))


def write_labels(labels: NDArray[np.uint8], stem: Path, *, on: Volume) -> Path:
    """Writes a labelmap in the format in which its image is written.

    Args:
        labels: (slice, row, column), of the image's shape.
        stem: Path without the ending; folders are made.
        on: The image that it lies on.

    Returns:
        The path of the file.

    Raises:
        OutputError: It cannot be written.
    """
    return _write(labels, stem, on, kind=_kind(on))


def write_array(array: NDArray[Any], path: Path) -> Path:
    """Writes an array as NPY, in its own type.

    Args:
        array: Of numbers.
        path: With its ending; folders are made.

    Returns:
        The path.

    Raises:
        OutputError: It cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, array, allow_pickle=False)
    except OSError as error:
        raise _unwritten() from error
    return path


def _kind(volume: Volume) -> str:
    if volume.affine is not None:
        return "nifti"
    flat = _smallest(volume.array)
    return "picture" if len(flat) == 1 and flat.dtype.kind == "u" else "array"


def _smallest(array: NDArray[np.float32]) -> NDArray[Any]:
    """Gives whole numbers as integers, which take less room and compress well."""
    if array.size == 0 or not np.array_equal(np.rint(array), array):
        return array
    for kind in (np.uint8, np.uint16, np.int16):
        limits = np.iinfo(kind)
        if limits.min <= array.min() and array.max() <= limits.max:
            return array.astype(kind)
    return array


def _write(array: NDArray[Any], stem: Path, volume: Volume, *, kind: str) -> Path:
    path = stem.with_name(stem.name + _ENDINGS[kind])
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if kind == "picture":
            Image.fromarray(array[0]).save(path)
        elif kind == "array":
            np.save(path, array, allow_pickle=False)
        else:
            nib.save(_nifti(array, volume), path)
    except OSError as error:
        raise _unwritten() from error
    return path


def _unwritten() -> OutputError:
    return OutputError(
        "An image was not written.",
        found="a folder that cannot be written to",
        needed="a folder with room for the images",
        mend="choose another folder.",
    )


def _nifti(array: NDArray[Any], volume: Volume) -> Any:
    """Stores the axes as (column, row, slice), as most tools expect them."""
    swap = np.eye(4)[[2, 1, 0, 3]]
    affine = RAS_TO_LPS @ np.asarray(volume.affine) @ swap
    kind: Any = nib.Nifti1Image
    image = kind(np.ascontiguousarray(array.transpose(2, 1, 0)), affine)
    image.header.set_xyzt_units("mm")
    return image
