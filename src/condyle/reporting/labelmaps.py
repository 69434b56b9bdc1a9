"""Labelmaps as files on each input's own grid: PNG for a picture, NIfTI for the rest."""

from __future__ import annotations

import gzip
import io
from typing import Any

import nibabel as nib
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from condyle.domain.report import SeriesSummary

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
