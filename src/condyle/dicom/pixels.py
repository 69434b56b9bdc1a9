"""From stored pixels to a volume in the modality's own values."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import UID, JPEGExtended12Bit, JPEGLossless, JPEGLosslessSV1

from condyle.dicom.frames import Frame, rescale_of, sources_of
from condyle.dicom.header import broken, without_remarks
from condyle.dicom.pixel_source import PixelSource, open_pixels
from condyle.dicom.values import BROKEN, number, stated_uid, text
from condyle.domain.geometry import Affine, Reorientation, spacing_of
from condyle.domain.volume import Volume
from condyle.errors import BadImage

_OF_THE_EXTRA = (JPEGLossless, JPEGLosslessSV1, JPEGExtended12Bit)
"""Transfer syntaxes that the extra ``jpeg-lossless`` decodes and nothing else that is chosen."""

_EXTRA = "pip install 'condyle[jpeg-lossless]'"


def load_stack(
    frames: Sequence[Frame], turn: Reorientation, affine: Affine | None, *, even: bool = True
) -> Volume:
    """Decodes the frames of a volume, in their order, and turns it.

    Padding takes the lowest value of the rest of the volume, so that the background is
    dark. MONOCHROME1, whose lowest value is white, is inverted within its bits, so that
    high is bright in every volume.

    Args:
        frames: As sorted; one slice each.
        turn: How the sorted stack becomes the volume.
        affine: 4 x 4 LPS affine of the turned volume, or ``None``.
        even: Whether the slices are evenly spaced.

    Raises:
        BadImage: A frame cannot be decoded.
    """
    array = np.empty((len(frames), *frames[0].shape), dtype=np.float32)
    padding = np.zeros(array.shape, dtype=bool)
    by_file: dict[str, list[int]] = {}
    for at, frame in enumerate(frames):
        by_file.setdefault(frame.file.label, []).append(at)
    with without_remarks():
        for places in by_file.values():
            with open_pixels(frames[places[0]].file) as source:
                for at in places:
                    array[at], padding[at] = _slice(source, frames[at])
    if padding.any() and not padding.all():
        array[padding] = array[~padding].min()
    turned = np.ascontiguousarray(turn.apply(array))
    spacing = None if affine is None else spacing_of(affine)
    return Volume(turned, spacing, affine, even=even)


def _slice(source: PixelSource, frame: Frame) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Gives one frame's values and which of them are padding."""
    dataset = source.header
    try:
        stored = _signed(source.frame(frame.index), dataset)
        sources = sources_of(dataset, frame.index)
        slope, intercept = rescale_of(sources)
    except BROKEN as error:
        raise _undecodable(dataset, frame) from error
    if stored.shape != frame.shape:
        raise broken(frame.file, "pixels of another size than its header states")
    padding = _padding(stored, dataset)
    if text([dataset], "PhotometricInterpretation").upper() == "MONOCHROME1":
        bits = int(number([dataset], "BitsStored") or 16)
        top = -1 if number([dataset], "PixelRepresentation") else (1 << bits) - 1
        stored = top - stored
    with np.errstate(over="ignore", invalid="ignore"):
        values = np.asarray(stored * slope + intercept, dtype=np.float32)
    if not np.isfinite(values).all():
        raise broken(frame.file, "pixels that are NaN or infinite", "a finite number in each")
    return values, padding


def _signed(stored: NDArray[np.generic], dataset: Dataset) -> NDArray[np.int64]:
    """Keeps the stored bits alone, and spreads the sign of those that have one."""
    bits = int(number([dataset], "BitsStored") or 16)
    kept = stored.astype(np.int64) & ((1 << bits) - 1)
    if number([dataset], "PixelRepresentation"):
        sign = 1 << (bits - 1)
        kept = (kept ^ sign) - sign
    return kept


def _padding(stored: NDArray[np.int64], dataset: Dataset) -> NDArray[np.bool_]:
    """Tells which stored values are padding (PS3.3 C.7.5.1.1.2)."""
    value = number([dataset], "PixelPaddingValue")
    if value is None:
        return np.zeros(stored.shape, dtype=bool)
    limit = number([dataset], "PixelPaddingRangeLimit")
    low, high = sorted((value, value if limit is None else limit))
    return np.asarray((stored >= low) & (stored <= high))


def _name_of(syntax: UID) -> str:
    """Names a transfer syntax; one that the standard does not know is told by its UID."""
    return syntax.name if syntax.is_transfer_syntax else stated_uid(str(syntax)) or "no known form"


def _has_decoder(syntax: UID) -> bool:
    try:
        return bool(get_decoder(syntax).is_available)
    except NotImplementedError:
        return False


def _undecodable(dataset: FileDataset, frame: Frame) -> BadImage:
    syntax = UID(dataset.file_meta.TransferSyntaxUID)
    lacks_extra = syntax in _OF_THE_EXTRA and find_spec("gdcm") is None
    if lacks_extra or not _has_decoder(syntax):
        found = f"pixels in {_name_of(syntax)}, which this installation cannot decode"
        mend = "export the study uncompressed."
        if lacks_extra:
            # A report quotes what was found and nothing else, so that the command is there too.
            found += f" ({_EXTRA} adds it)"
            mend = f"{_EXTRA}, or in a checkout '.[jpeg-lossless]', or {mend}"
        return BadImage(
            f"The image {frame.file.label} was not read.",
            found=found,
            needed="a decoder for it, or pixels stored without compression",
            mend=mend,
        )
    return broken(
        frame.file,
        f"pixels in {_name_of(syntax)} that could not be decoded",
        "uncompressed, RLE, JPEG 2000 or JPEG-LS pixels that are whole",
    )
