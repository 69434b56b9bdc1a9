"""What a rendered answer is asked for, and the picture itself (PS3.18 8.3.5, 10.4.3)."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from starlette.exceptions import HTTPException

from condyle.dicom.rendered import Function, Window
from condyle.errors import InputError
from condyle.service.dicomweb.accept import ranges_of

_MOST_SIDE = 4096
_THUMBNAIL = 128
_QUALITY = 90
_NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,6})?")
_FUNCTIONS: Mapping[str, Function] = {
    "linear": "LINEAR",
    "linear-exact": "LINEAR_EXACT",
    "sigmoid": "SIGMOID",
}


@dataclass(frozen=True)
class Wanted:
    """How a frame is wanted.

    Attributes:
        format: Of the picture.
        window: Or ``None`` for the frame's own.
        side: (width, height) that it fits into; ``None`` for its own size.
        quality: Of JPEG, 1 to 100.
    """

    format: Literal["PNG", "JPEG"]
    window: Window | None = None
    side: tuple[int, int] | None = None
    quality: int = _QUALITY

    @property
    def media(self) -> str:
        """Its media type."""
        return f"image/{self.format.lower()}"


def read_wanted(accept: str, query: Mapping[str, str], *, thumbnail: bool = False) -> Wanted:
    """Reads how a frame is wanted.

    Args:
        accept: The ``Accept`` header; JPEG where it takes anything.
        query: Of the address: ``window``, ``viewport`` and ``quality``.
        thumbnail: Whether a small picture is asked for.

    Raises:
        HTTPException: It is to be in no format that is given.
        InputError: A value that is none.
    """
    side = (_THUMBNAIL, _THUMBNAIL) if thumbnail else None
    return Wanted(
        _format(query.get("accept", "") or accept),
        _window(query["window"]) if "window" in query else None,
        _viewport(query["viewport"]) if "viewport" in query else side,
        _quality(query.get("quality", str(_QUALITY))),
    )


def picture(frame: NDArray[np.uint8], wanted: Wanted) -> bytes:
    """Gives a frame as a file of PNG or JPEG, never larger than the frame itself."""
    image = Image.fromarray(frame)
    if wanted.side is not None:
        image.thumbnail(wanted.side, Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    if wanted.format == "PNG":
        image.save(stream, "PNG", compress_level=1)
    else:
        image.save(stream, "JPEG", quality=wanted.quality)
    return stream.getvalue()


def _format(accept: str) -> Literal["PNG", "JPEG"]:
    for one in ranges_of(accept):
        if one.media in ("image/jpeg", "image/*", "*/*"):
            return "JPEG"
        if one.media == "image/png":
            return "PNG"
    raise HTTPException(406)


def _window(stated: str) -> Window:
    parts = [part.strip() for part in stated.split(",")]
    if len(parts) == 2:
        parts.append("linear")
    numbers = all(_NUMBER.fullmatch(part) for part in parts[:2])
    if len(parts) != 3 or not numbers or parts[2].lower() not in _FUNCTIONS:
        raise _bad("window", "CENTRE,WIDTH,FUNCTION such as 40,400,linear")
    function = _FUNCTIONS[parts[2].lower()]
    width = float(parts[1])
    if width <= 0 or (function == "LINEAR" and width < 1):
        raise _bad("window", "a width over 0, of at least 1 where it is linear")
    return Window(float(parts[0]), width, function)


def _viewport(stated: str) -> tuple[int, int]:
    parts = stated.split(",")
    # Which part of the frame goes into it (PS3.18 8.3.5.1.3) is not chosen here: all of it does.
    if len(parts) != 2 or not all(re.fullmatch(r"\d{1,5}", part.strip()) for part in parts):
        raise _bad("viewport", "WIDTH,HEIGHT such as 512,512")
    width, height = (int(part) for part in parts)
    if not (1 <= width <= _MOST_SIDE and 1 <= height <= _MOST_SIDE):
        raise _bad("viewport", f"1 to {_MOST_SIDE} pixels a side")
    return width, height


def _quality(stated: str) -> int:
    if not re.fullmatch(r"\d{1,3}", stated) or not 1 <= int(stated) <= 100:
        raise _bad("quality", "1 to 100")
    return int(stated)


def _bad(name: str, needed: str) -> InputError:
    return InputError(
        "The picture was not given.",
        found=f"a value of {name} that is none",
        needed=needed,
        mend="correct the address.",
    )
