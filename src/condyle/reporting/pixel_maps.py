"""Probability and heat maps as files: one grey PNG of 8 bits a slice."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from condyle.domain.report import PixelMap, SeriesSummary


def map_file(one: PixelMap, series: SeriesSummary) -> bytes:
    """Gives a map as PNG: of DICOM on the frame as it is stored, else on the slice as it is read.

    Args:
        one: Of a slice of the series.
        series: Where it lies.
    """
    if series.kind != "dicom":
        return png_of(one.values)
    whole = np.broadcast_to(one.values[None], (1, *one.values.shape))
    return png_of(series.stored.invert(whole)[0])


def png_of(values: NDArray[np.uint8]) -> bytes:
    """Gives (row, column) values as the bytes of a grey PNG; the same values, the same bytes."""
    stream = io.BytesIO()
    picture = Image.fromarray(np.ascontiguousarray(values))
    picture.save(stream, format="PNG", optimize=False, compress_level=6)
    return stream.getvalue()
