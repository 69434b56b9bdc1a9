"""Text that is burned into pictures: names and dates that identify, sides that give away."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from condyle.datasets.check.fingerprint import even_contrast
from condyle.domain.data_report import Place, Text, TextSearch

MARKERS = frozenset(
    {"L", "R", "LT", "RT", "LI", "RE", "LEFT", "RIGHT", "LEFTKNEE", "RIGHTKNEE", "LINKS", "RECHTS"}
    | {"A", "P", "H", "F", "S", "I", "AP", "PA", "LAT", "SUP", "INF", "ANT", "POST"}
)
"""Texts that mark a side or direction and name nobody, in capitals without spaces."""

LOOKED_AT = 200
"""Pictures that are searched unless more are asked for."""

MOST_SECONDS = 90.0
"""Time after which a search ends with what it has looked at."""

SURE, SURE_OF_ONE = 0.6, 0.9
"""Confidence from which a reading counts as text, and from which a single letter does."""

MARGIN = 0.25
"""Share of a side within which of an edge a single letter stands; nearer the middle it is
anatomy that a reader took for one."""

TALLEST = 0.15
"""Share of the shorter side of a picture that text may be high; a reader takes anatomy that is
larger for letters."""

MISSING = (
    "text reading is not installed; pip install 'condyle[ocr]', or in a checkout: "
    "pip install '.[ocr]'"
)


NOT_ASKED = "it was not asked for"
"""Why nothing was searched where no picture was to be."""


@dataclass(frozen=True)
class Reading:
    """A text as a reader gives it; kept no longer than it takes to count it.

    Attributes:
        box: (row0, column0, row1, column1) in pixels.
        text: What it says.
        confidence: 0 to 1.
    """

    box: tuple[float, float, float, float]
    text: str
    confidence: float


TextReader = Callable[[NDArray[np.uint8]], list[Reading]]
"""Reads the text in a (row, column) picture."""


def installed_reader() -> TextReader | None:
    """Gives the reader of the extra ``ocr``, or ``None`` where it is not installed.

    Its models lie in its package; it fetches nothing.
    """
    if find_spec("rapidocr_onnxruntime") is None:
        return None
    from rapidocr_onnxruntime import RapidOCR

    engine = RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1)

    def read(picture: NDArray[np.uint8]) -> list[Reading]:
        found, _ = engine(np.ascontiguousarray(np.stack([picture] * 3, axis=-1)), use_cls=False)
        readings = []
        for corners, text, confidence in found or ():
            columns, rows = np.asarray(corners, dtype=np.float64).T
            low, high = (rows.min(), columns.min()), (rows.max(), columns.max())
            box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
            readings.append(Reading(box, str(text), float(confidence)))
        return readings

    return read


def find_text(
    pictures: Iterable[tuple[Place, NDArray[np.float32]]],
    *,
    of: int,
    reader: TextReader | None,
    most_seconds: float = MOST_SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> TextSearch:
    """Searches pictures for burned-in text, until the time is over.

    Args:
        pictures: Places and (row, column) pixels, in the order they are searched.
        of: Pictures that there are in the archive.
        reader: Reads text; ``None`` where none is installed.
        most_seconds: Time after which no further picture is begun.
        clock: Seconds from any fixed moment.
    """
    if reader is None:
        return TextSearch(looked=0, of=of, reason=MISSING)
    began, looked = clock(), 0
    found: list[Text] = []
    reason = ""
    for place, pixels in pictures:
        if clock() - began > most_seconds:
            reason = f"the search was ended after {most_seconds:g} seconds"
            break
        looked += 1
        even = even_contrast(pixels)
        if even is not None:
            picture = np.rint(255 * even).astype(np.uint8)
            readings = (one for one in reader(picture) if _is_text(one, picture.shape))
            found += [_text(place, one) for one in readings]
    if looked < of and not reason:
        reason = "a sample was taken, spread over the patients" if looked else NOT_ASKED
    return TextSearch(looked, of, tuple(found), reason)


def _is_text(reading: Reading, shape: tuple[int, ...]) -> bool:
    row0, column0, row1, column1 = reading.box
    small = min(row1 - row0, column1 - column0) <= TALLEST * min(shape)
    letters = sum(map(str.isalnum, reading.text))
    if letters != 1:
        return small and letters > 1 and reading.confidence >= SURE
    middle = ((row0 + row1) / 2 / shape[0], (column0 + column1) / 2 / shape[1])
    at_edge = any(min(share, 1 - share) < MARGIN for share in middle)
    sure = reading.confidence >= SURE_OF_ONE
    return small and sure and at_edge and _marker(reading.text) != ""


def _text(place: Place, reading: Reading) -> Text:
    return Text(place, reading.box, len("".join(reading.text.split())), _marker(reading.text))


def _marker(text: str) -> str:
    said = "".join(letter for letter in text.upper() if letter.isalnum())
    return said if said in MARKERS else ""
