"""One file's pixels, a frame at a time, so that a long file is never in memory as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import FileDataset
from pydicom.encaps import encapsulate
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.utils import as_pixel_options, pixel_array
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian

from condyle.dicom.frame_places import Place, find_pixels, frame_places
from condyle.dicom.header import read_header_at, read_whole
from condyle.errors import BadImage
from condyle.sources import SourceFile


@dataclass(frozen=True)
class PixelSource:
    """An instance that is open, and where each of its frames lies.

    Attributes:
        header: The data set; it holds the pixels only where ``places`` is empty.
        stream: The file, ``None`` where the header holds the pixels.
        places: The parts of the file that hold each frame.
    """

    header: FileDataset
    stream: BinaryIO | None = None
    places: Sequence[Sequence[Place]] = ()

    def frame(self, index: int) -> NDArray[np.generic]:
        """Decodes one frame to stored values, and no other.

        Args:
            index: Frame from 0.

        Raises:
            Exception: One of ``values.BROKEN``, where the pixels cannot be decoded.
        """
        if self.stream is None:
            return np.asarray(pixel_array(self.header, index=index, raw=True))
        parts = []
        for start, length in self.places[index]:
            self.stream.seek(start)
            parts.append(self.stream.read(length))
        syntax = UID(self.header.file_meta.TransferSyntaxUID)
        content = b"".join(parts)
        options = as_pixel_options(
            self.header, number_of_frames=1, pixel_keyword="PixelData", pixel_vr="OW"
        )
        options.pop("extended_offsets", None)
        stored, _ = get_decoder(syntax).as_array(
            encapsulate([content]) if syntax.is_encapsulated else content,
            index=0,
            raw=True,
            **options,
        )
        return np.asarray(stored)


@contextmanager
def open_pixels(file: SourceFile) -> Iterator[PixelSource]:
    """Opens an instance for decoding some of its frames.

    A deflated or big endian instance, and one in which nothing tells where a frame lies, is
    read whole; of every other one only the frames that are asked for are read.

    Args:
        file: The instance.

    Raises:
        BadImage: The file is damaged or ends early.
    """
    with file.open() as stream:
        header = read_header_at(stream, file)
        syntax = UID(header.file_meta.TransferSyntaxUID)
        if places := _places(header, stream, file, syntax):
            yield PixelSource(header, stream, places)
            return
    yield PixelSource(read_whole(file))


def _places(
    header: FileDataset, stream: BinaryIO, file: SourceFile, syntax: UID
) -> list[list[Place]]:
    """Gives where the frames lie, nothing where that is not to be told without decoding."""
    if syntax in (DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian):
        return []
    try:
        pixels = find_pixels(stream, file.size, little_endian=syntax.is_little_endian)
        return frame_places(header, pixels) if pixels is not None else []
    except BadImage:
        return []
