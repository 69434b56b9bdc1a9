"""Text that is burned into pixels: found, blanked, and doubted where it might be left."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.utils import pixel_array
from pydicom.uid import ExplicitVRLittleEndian
from scipy.ndimage import gaussian_filter

from condyle.dicom.values import BROKEN, number, text

SURE = 0.75
"""Confidence from which a reading is text for certain."""

DOUBTFUL_KINDS = frozenset(
    {"DOC", "ECG", "ES", "GM", "IVUS", "OP", "OT", "RF", "SC", "SM", "US", "XA", "XC"}
)
"""Modalities whose pictures usually carry text: to find none is no proof that none is there."""

_CAPTURES = "1.2.840.10008.5.1.4.1.1.7"  # the secondary capture classes begin with it
_SMALL = 400  # rows or columns up to which a picture is read enlarged
_SURROUNDINGS = 12.0  # pixels, standard deviation
_LEAST_SPREAD = 0.04  # of the picture's range, so that noise is not made as strong as text
_AROUND = 0.35  # of a text's height, blanked above and below it
_BEYOND = 1.8  # of its height, blanked before and after it: readers lose the ends of faint lines


class SeenText(Protocol):
    """A text that was read in a picture."""

    @property
    def box(self) -> tuple[float, float, float, float]:
        """(row0, column0, row1, column1) in pixels."""

    @property
    def text(self) -> str:
        """What it says."""

    @property
    def confidence(self) -> float:
        """How sure the reader is, 0 to 1."""


TextReader = Callable[[NDArray[np.uint8]], Sequence[SeenText]]
"""Reads the text in a (row, column) picture."""


@dataclass(frozen=True)
class Looked:
    """What was found in the pixels of an instance.

    Attributes:
        frames: That were read.
        blanked: Places that were blanked.
        doubts: Codes of reasons for which a person has to look, none where there is none.
        texts: What was read, before anything was blanked; never shown or logged.
    """

    frames: int
    blanked: int
    doubts: tuple[str, ...]
    texts: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class _Place:
    frame: int
    box: tuple[int, int, int, int]
    sure: bool
    text: str = field(repr=False)


def has_picture(dataset: Dataset) -> bool:
    """Tells whether an instance has pixels in which a text could stand."""
    stored = any(
        name in dataset for name in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
    )
    return stored and number([dataset], "BitsAllocated") != 1


def doubts_of_header(dataset: Dataset) -> tuple[str, ...]:
    """Gives why text is to be expected in the pixels, by the header alone."""
    doubts = []
    if text([dataset], "BurnedInAnnotation").upper() == "YES":
        doubts.append("burned-in-annotation-stated")
    kind = text([dataset], "Modality").upper()
    if kind in DOUBTFUL_KINDS or text([dataset], "SOPClassUID").startswith(_CAPTURES):
        doubts.append("kind-with-text")
    return tuple(doubts)


def without_text(dataset: Dataset, reader: TextReader) -> Looked:
    """Blanks the text in an instance's pixels, and writes down that none is burned in.

    Every frame is read, blanked where a text stands, and those are read again. Compressed
    pixels in which something was blanked are stored uncompressed; others stay as they came.

    Args:
        dataset: Whose pixels and header are changed in place.
        reader: Reads text.
    """
    if not has_picture(dataset):
        return Looked(0, 0, ())
    stated = doubts_of_header(dataset)
    try:
        places = [place for at, frame in _frames(dataset) for place in _read(at, frame, reader)]
        frames = int(number([dataset], "NumberOfFrames") or 1)
        if places:
            _blank(dataset, places)
            again = sorted({place.frame for place in places})
            left = [
                one for at, frame in _frames(dataset, again) for one in _read(at, frame, reader)
            ]
        else:
            left = []
    except (*BROKEN, NotImplementedError):
        return Looked(0, 0, ("pixels-not-decoded",))
    doubts = [] if places else list(stated)
    if not all(place.sure for place in places):
        doubts.append("reading-unsure")
    if left:
        doubts.append("text-left")
    if not doubts:
        dataset.BurnedInAnnotation = "NO"
    return Looked(frames, len(places), tuple(doubts), tuple(place.text for place in places))


def texts_in(dataset: Dataset, reader: TextReader) -> Iterator[str]:
    """Gives what stands in an instance's pixels, a text a frame.

    Raises:
        Any of ``BROKEN``: The pixels cannot be decoded.
    """
    if has_picture(dataset):
        for at, frame in _frames(dataset):
            yield " ".join(place.text for place in _read(at, frame, reader))


def _frames(dataset: Dataset, which: Sequence[int] | None = None) -> Iterator[tuple[int, Any]]:
    count = int(number([dataset], "NumberOfFrames") or 1)
    for at in range(count) if which is None else which:
        yield at, np.asarray(pixel_array(dataset, index=at))


def _read(at: int, frame: NDArray[Any], reader: TextReader) -> Iterator[_Place]:
    """Reads one frame in the contrasts in which a text could stand out."""
    grey = frame.astype(np.float32)
    if grey.ndim == 3:
        grey = grey.max(axis=-1)  # a text of any colour is bright in one channel
    scale = 1 + (min(grey.shape) <= _SMALL)
    found: list[_Place] = []
    for picture in _contrasts(grey):
        large = picture.repeat(scale, axis=0).repeat(scale, axis=1)
        for seen in reader(large):
            place = _place(at, seen, scale, picture.shape)
            if place is not None and not any(_within(place, other) for other in found):
                found.append(place)
    yield from found


def _contrasts(grey: NDArray[np.float32]) -> Iterator[NDArray[np.uint8]]:
    """Gives a picture over its whole range, over that of most pixels, and evened out locally.

    The last shows faint text over anatomy, whose own range is much wider.
    """
    whole = (float(grey.min()), float(grey.max()))
    low, high = (float(one) for one in np.percentile(grey, (1, 99)))
    ranges = [whole]
    if high > low and (high - low) < 0.8 * (whole[1] - whole[0]):
        ranges.append((low, high))
    for least, most in ranges:
        if most > least:
            even = np.clip((grey - least) / (most - least), 0, 1)
            yield np.rint(255 * even).astype(np.uint8)
    if whole[1] > whole[0]:
        yield _locally_even(grey, whole[1] - whole[0])


def _locally_even(grey: NDArray[np.float32], width: float) -> NDArray[np.uint8]:
    """Gives a picture whose mean and spread are the same all over."""
    apart = grey - gaussian_filter(grey, _SURROUNDINGS)
    spread = np.sqrt(gaussian_filter(apart * apart, _SURROUNDINGS)) + _LEAST_SPREAD * width
    even: NDArray[np.float32] = np.clip(127 + 127 * apart / (2.5 * spread), 0, 255)
    return np.rint(even).astype(np.uint8)


def _place(at: int, seen: SeenText, scale: int, shape: tuple[int, ...]) -> _Place | None:
    letters = "".join(one for one in seen.text if one.isalnum())
    if len(letters) < 2:
        return None  # a single letter is a side marker, or anatomy; it names nobody
    row0, column0, row1, column1 = (side / scale for side in seen.box)
    height, width = row1 - row0, column1 - column0
    size = min(height, width)
    across, along = _AROUND * size + 1, _BEYOND * size + 1
    down, sideways = (across, along) if width >= height else (along, across)
    box = (
        max(int(row0 - down), 0),
        max(int(column0 - sideways), 0),
        min(int(np.ceil(row1 + down)), shape[0]),
        min(int(np.ceil(column1 + sideways)), shape[1]),
    )
    return _Place(at, box, seen.confidence >= SURE, seen.text)


def _within(place: _Place, other: _Place) -> bool:
    one, two = place.box, other.box
    return one[0] >= two[0] and one[1] >= two[1] and one[2] <= two[2] and one[3] <= two[3]


def _blank(dataset: Dataset, places: Sequence[_Place]) -> None:
    meta = dataset.file_meta
    if meta.TransferSyntaxUID.is_compressed:
        dataset.decompress(generate_instance_uid=False)
    array = np.array(pixel_array(dataset))
    frames = array if int(number([dataset], "NumberOfFrames") or 1) > 1 else array[np.newaxis]
    for place in places:
        row0, column0, row1, column1 = place.box
        frame = frames[place.frame]
        frame[row0:row1, column0:column1] = _background(frame, dataset)
    kind = text([dataset], "PhotometricInterpretation").upper()
    if kind.startswith("YBR"):
        dataset.PhotometricInterpretation = "RGB"
    if array.ndim > 3 or (array.ndim == 3 and frames is not array):
        dataset.PlanarConfiguration = 0
    content = array.astype(array.dtype.newbyteorder("<")).tobytes()
    dataset.PixelData = content + bytes(len(content) % 2)
    dataset["PixelData"].VR = "OB" if array.dtype.itemsize == 1 else "OW"
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.pop("LossyImageCompressionRatio", None)


def _background(frame: NDArray[Any], dataset: Dataset) -> Any:
    kind = text([dataset], "PhotometricInterpretation").upper()
    if frame.ndim == 3:
        return 0
    if kind == "PALETTE COLOR":
        values, counts = np.unique(frame, return_counts=True)
        return values[counts.argmax()]
    return frame.max() if kind == "MONOCHROME1" else frame.min()
