"""Labelmaps as files on each input's own grid: PNG for a picture, NIfTI for the rest."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import Any

import nibabel as nib
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from condyle.domain.report import SeriesSummary
from condyle.errors import BadConfiguration

_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


def labelmap_file(series: SeriesSummary, name: str) -> bytes:
    """Gives a series' labelmap as the bytes of a file of that name.

    A file that was turned on reading gets its labelmap on the axes that it stores; DICOM,
    which stores slices apart, gets (column, row, slice), NIfTI's usual order.

    Args:
        series: The series; its labelmap is not ``None``.
        name: Ending in ``.png`` or ``.nii.gz``, which decides the format.

    Raises:
        ValueError: The series has no labelmap, or several slices do not fit one PNG.
    """
    if series.labelmap is None:
        raise ValueError(f"series {series.index} has no labelmap")
    if name.endswith(".png"):
        return _png(series.stored.invert(series.labelmap))
    return _nifti(series, series.labelmap)


def _png(labelmap: NDArray[np.uint8]) -> bytes:
    if labelmap.shape[0] != 1:
        raise ValueError(f"a PNG holds one slice, this labelmap has {labelmap.shape[0]}")
    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(labelmap[0])).save(stream, format="PNG")
    return stream.getvalue()


def _nifti(series: SeriesSummary, labelmap: NDArray[np.uint8]) -> bytes:
    """Writes NIfTI-1; where no affine is known, both of its codes say so (0)."""
    shape = (labelmap.shape[0], labelmap.shape[1], labelmap.shape[2])
    if series.kind == "dicom":
        array = np.transpose(labelmap, (2, 1, 0))
        affine = None if series.affine is None else series.affine[:, [2, 1, 0, 3]]
    else:
        array = series.stored.invert(labelmap)
        affine = (
            None if series.affine is None else series.stored.invert_affine(series.affine, shape)
        )
    ras = None if affine is None else _LPS_TO_RAS @ affine
    make: Any = nib.Nifti1Image
    image = make(np.ascontiguousarray(array), ras)
    if ras is None:
        image.set_sform(None, code=0)
        image.set_qform(None, code=0)
    else:
        image.set_sform(ras, code=1)
        image.set_qform(None, code=0)
        image.header.set_xyzt_units("mm")
    stream = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=stream, mtime=0) as packed:
        packed.write(image.to_bytes())
    return stream.getvalue()


def read_labelmap(series: SeriesSummary, content: bytes) -> NDArray[np.uint8]:
    """Gives back the labelmap of a file that ``labelmap_file`` wrote.

    Args:
        series: The series, its ``labelmap_file`` named.
        content: The bytes of the file.

    Raises:
        BadConfiguration: The file is none of this series.
    """
    try:
        if (series.labelmap_file or "").endswith(".png"):
            stored = np.asarray(Image.open(io.BytesIO(content)))[None]
        else:
            image: Any = nib.Nifti1Image.from_bytes(gzip.decompress(content))
            stored = np.asarray(image.dataobj)
        turned = (
            np.transpose(stored, (2, 1, 0))
            if series.kind == "dicom"
            else series.stored.apply(stored)
        )
    except (OSError, EOFError, ValueError, zlib.error, nib.filebasedimages.ImageFileError) as error:
        raise _not_of(series, "a damaged file") from error
    if turned.shape != series.shape or turned.dtype != np.uint8:
        raise _not_of(series, f"{turned.dtype} of {' x '.join(map(str, turned.shape))}")
    return np.ascontiguousarray(turned)


def _not_of(series: SeriesSummary, found: str) -> BadConfiguration:
    return BadConfiguration(
        f"The labelmap of {series.stem} could not be read.",
        found=found,
        needed=f"uint8 of {' x '.join(map(str, series.shape))}, as the report was written",
        mend="read the study again with 'condyle read'.",
    )
