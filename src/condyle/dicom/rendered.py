"""A frame as a workstation shows it: grey or colour values of a byte (PS3.3 C.11, PS3.4 N.2)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.processing import convert_color_space
from pydicom.pixels.utils import pixel_array

from condyle.dicom.frames import rescale_of, sources_of
from condyle.dicom.header import without_remarks
from condyle.dicom.values import BROKEN, number, text
from condyle.errors import BadImage

Function = Literal["LINEAR", "LINEAR_EXACT", "SIGMOID"]


@dataclass(frozen=True)
class Window:
    """Which values are shown, in the modality's own (PS3.3 C.11.2.1.2)."""

    centre: float
    width: float
    function: Function = "LINEAR"


def rendered_frame(path: Path, index: int, window: Window | None = None) -> NDArray[np.uint8]:
    """Gives a frame as (row, column) of grey, or (row, column, 3) of red, green and blue.

    Without a window it takes the file's own first one, or all of the frame's values.

    Args:
        path: The stored file.
        index: Frame from 0.
        window: For a grey frame; a colour one has none.

    Raises:
        BadImage: It has no such frame, or one that cannot be decoded.
    """
    try:
        with without_remarks():
            dataset = pydicom.dcmread(path, force=True)
            frame = np.asarray(pixel_array(dataset, index=index, raw=True))
            return _shown(dataset, index, frame, window)
    except BROKEN as error:
        raise BadImage(
            "The image was not rendered.",
            found="an instance without such a frame, or pixels that cannot be decoded",
            needed="an image in a transfer syntax that this machine decodes",
            mend="ask for the frame itself, or install 'condyle[jpeg-lossless]'.",
        ) from error


def _shown(
    dataset: Dataset, index: int, frame: NDArray[np.generic], window: Window | None
) -> NDArray[np.uint8]:
    kind = text([dataset], "PhotometricInterpretation").upper()
    if frame.ndim == 3:
        if kind.startswith("YBR"):
            frame = convert_color_space(frame, kind, "RGB")
        bits = int(number([dataset], "BitsStored") or 8)
        return (frame.astype(np.uint32) * 255 // ((1 << bits) - 1)).astype(np.uint8)
    if kind == "PALETTE COLOR":
        from pydicom.pixels.processing import apply_color_lut

        coloured = apply_color_lut(frame, dataset)
        most = 255 if coloured.dtype == np.uint8 else 65535
        return (coloured[..., :3].astype(np.uint32) * 255 // most).astype(np.uint8)
    sources = sources_of(dataset, index)
    slope, intercept = rescale_of(sources)
    values = frame.astype(np.float64) * slope + intercept
    grey = windowed(values, window or _own(sources) or _whole(values))
    return 255 - grey if kind == "MONOCHROME1" else grey


def windowed(values: NDArray[np.float64], window: Window) -> NDArray[np.uint8]:
    """Gives values as grey by a window (PS3.3 C.11.2.1.2.1, C.11.2.1.3.1 and .2).

    Args:
        values: In the modality's own.
        window: Its width at least 1 where it is LINEAR, else over 0.
    """
    centre, width = window.centre, window.width
    if window.function == "SIGMOID":
        with np.errstate(over="ignore"):
            part = 1 / (1 + np.exp(-4 * (values - centre) / width))
    elif window.function == "LINEAR_EXACT":
        part = (values - centre) / width + 0.5
    elif width <= 1:
        part = (values > centre - 0.5).astype(np.float64)
    else:
        part = (values - (centre - 0.5)) / (width - 1) + 0.5
    return np.asarray(np.clip(part, 0, 1) * 255 + 0.5, dtype=np.uint8)


def _own(sources: list[Dataset]) -> Window | None:
    centre, width = number(sources, "WindowCenter"), number(sources, "WindowWidth")
    if centre is None or width is None or width < 1:
        return None
    stated = text(sources, "VOILUTFunction").upper()
    return Window(centre, width, "SIGMOID" if stated == "SIGMOID" else "LINEAR")


def _whole(values: NDArray[np.float64]) -> Window:
    low, high = float(values.min()), float(values.max())
    return Window((low + high) / 2, max(high - low, 1e-9), "LINEAR_EXACT")
