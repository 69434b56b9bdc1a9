from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from pydicom.dataset import FileDataset
from pydicom.uid import RLELossless, SecondaryCaptureImageStorage
from tests.dicom.conftest import make_instance

from condyle.datasets.check.text import installed_reader
from condyle.dicom.deidentify.burned import Looked, doubts_of_header, texts_in, without_text

TOP = (0.0, 0.0, 6.0, 30.0)


@dataclass(frozen=True)
class Seen:
    box: tuple[float, float, float, float]
    text: str
    confidence: float = 0.95


class InkReader:
    """Sees a text wherever the upper corner of a picture is bright; counts its readings."""

    def __init__(self, text: str = "DOE JANE", confidence: float = 0.95, blind: int = 0) -> None:
        self.text, self.confidence, self.readings, self.blind = text, confidence, 0, blind

    def __call__(self, picture: NDArray[np.uint8]) -> list[Seen]:
        self.readings += 1
        rows, columns = np.nonzero(picture[: picture.shape[0] // 2] > 200)
        if rows.size < 5 or self.readings <= self.blind:
            return []
        box = (float(rows.min()), float(columns.min()), float(rows.max()), float(columns.max()))
        return [Seen(box, self.text, self.confidence)]


def picture(frames: int = 1, channels: int = 0) -> NDArray[np.uint16]:
    shape = (frames, 40, 60, channels) if channels else (frames, 40, 60)
    array = np.full(shape, 20, np.uint16)
    array[:, 4:10, 5:30] = 250
    return array if frames > 1 else array[0]


def instance(array: NDArray[Any], **tags: Any) -> FileDataset:
    one = make_instance(pixels=array[..., 0] if array.ndim > 3 else array, **tags)
    if array.ndim == 3:
        one.NumberOfFrames = array.shape[0]
    return one


def pixels_of(one: FileDataset) -> NDArray[Any]:
    return np.asarray(one.pixel_array)


def test_text_is_blanked_with_a_margin_and_the_rest_stays() -> None:
    array = picture()
    array[30:] = 255  # the anatomy
    one = instance(array)
    before = pixels_of(one).copy()
    looked = without_text(one, InkReader())
    after = pixels_of(one)
    assert (looked.frames, looked.blanked, looked.doubts) == (1, 1, ())
    assert (after[3:11, 4:31] == 20).all()
    assert (after[20:] == before[20:]).all() and (after[:, 50:] == before[:, 50:]).all()
    assert one.BurnedInAnnotation == "NO"


def test_a_picture_without_text_keeps_its_very_bytes() -> None:
    one = instance(np.full((40, 60), 7, np.uint16))
    content = one.PixelData
    assert without_text(one, InkReader()) == Looked(1, 0, ())
    assert one.PixelData == content and one.BurnedInAnnotation == "NO"


def test_each_frame_is_looked_at_and_only_those_with_text_are_changed() -> None:
    array = picture(frames=4)
    array[1] = 20
    one = instance(array)
    looked = without_text(one, InkReader())
    assert (looked.frames, looked.blanked) == (4, 3)
    assert (pixels_of(one) == 20).all()


def test_an_unsure_reading_is_blanked_and_doubted() -> None:
    one = instance(picture())
    looked = without_text(one, InkReader(confidence=0.4))
    assert looked.doubts == ("reading-unsure",) and pixels_of(one).max() == 20
    assert "BurnedInAnnotation" not in one


def test_text_that_is_still_there_after_blanking_is_doubted() -> None:
    def stubborn(_: NDArray[np.uint8]) -> list[Seen]:
        return [Seen(TOP, "DOE JANE")]

    assert without_text(instance(picture()), stubborn).doubts == ("text-left",)


def test_a_single_letter_marks_a_side_and_names_nobody() -> None:
    one = instance(picture())
    assert without_text(one, InkReader(text="L")).blanked == 0
    assert pixels_of(one).max() == 250


@pytest.mark.parametrize(
    ("tags", "doubt"),
    [
        ({"BurnedInAnnotation": "YES"}, "burned-in-annotation-stated"),
        ({"Modality": "US"}, "kind-with-text"),
        ({"Modality": "XC"}, "kind-with-text"),
        ({"SOPClassUID": SecondaryCaptureImageStorage, "Modality": "MR"}, "kind-with-text"),
    ],
)
def test_where_text_is_expected_and_none_found_there_is_doubt(
    tags: dict[str, Any], doubt: str
) -> None:
    one = instance(np.full((40, 60), 7, np.uint16), **tags)
    assert doubts_of_header(one) == (doubt,)
    assert without_text(one, InkReader()).doubts == (doubt,)
    found = without_text(instance(picture(), **tags), InkReader())
    assert found.doubts == () and found.blanked == 1


def test_white_is_the_background_where_low_values_are_white() -> None:
    array = np.full((40, 60), 250, np.uint16)
    array[4:10, 5:30] = 20

    def dark(shown: NDArray[np.uint8]) -> list[Seen]:
        scale = shown.shape[0] / 40
        box = (4 * scale, 5 * scale, 10 * scale, 30 * scale)
        return [Seen(box, "DOE JANE")] if shown.min() < 100 < shown.max() else []

    one = instance(array, PhotometricInterpretation="MONOCHROME1")
    assert without_text(one, dark).doubts == () and pixels_of(one).min() == 250


def test_colour_is_blanked_black_in_all_channels() -> None:
    array = np.zeros((40, 60, 3), np.uint8)
    array[4:10, 5:30] = (250, 0, 250)
    one = make_instance(pixels=np.zeros((40, 60), np.uint8))
    one.SamplesPerPixel, one.PlanarConfiguration = 3, 0
    one.PhotometricInterpretation = "RGB"
    one.BitsAllocated, one.BitsStored, one.HighBit = 8, 8, 7
    one.PixelData = array.tobytes()
    assert without_text(one, InkReader()).blanked == 1
    assert pixels_of(one).max() == 0 and one.PhotometricInterpretation == "RGB"


def test_compressed_pixels_are_stored_uncompressed_only_where_something_was_blanked(
    tmp_path: Any,
) -> None:
    for array, syntax in (
        (picture(), "1.2.840.10008.1.2.1"),
        (np.full((40, 60), 7, np.uint16), RLELossless),
    ):
        one = instance(array)
        one.compress(RLELossless, generate_instance_uid=False)
        without_text(one, InkReader())
        assert one.file_meta.TransferSyntaxUID == syntax
        one.save_as(tmp_path / "one", enforce_file_format=True)
        assert pydicom.dcmread(tmp_path / "one").pixel_array.max() in (20, 7)


def test_pixels_that_cannot_be_decoded_are_doubted() -> None:
    one = instance(picture())
    one.compress(RLELossless, generate_instance_uid=False)
    one.PixelData = one.PixelData[:40]
    assert without_text(one, InkReader()).doubts == ("pixels-not-decoded",)


def test_what_has_no_picture_is_not_looked_at() -> None:
    one = instance(picture())
    del one.PixelData
    reader = InkReader()
    assert without_text(one, reader) == Looked(0, 0, ()) and reader.readings == 0
    assert list(texts_in(one, reader)) == []


def test_what_was_read_is_in_no_representation() -> None:
    looked = without_text(instance(picture()), InkReader())
    assert looked.texts == ("DOE JANE",) and "DOE" not in repr(looked)


@pytest.mark.needs("ocr")
def test_real_text_is_found_and_gone() -> None:
    image = Image.new("L", (256, 256), 30)
    font = ImageFont.load_default(16)
    ImageDraw.Draw(image).text((8, 8), "MUSTERFRAU ERIKA", fill=220, font=font)
    ImageDraw.Draw(image).text((8, 220), "MRN 4711088", fill=220, font=font)
    one = instance(np.asarray(image).astype(np.uint16) * 16)
    reader = installed_reader()
    assert reader is not None
    assert "MUSTERFRAU" in " ".join(texts_in(one, reader)).upper()
    looked = without_text(one, reader)
    assert looked.blanked >= 2 and looked.doubts == ()
    assert pixels_of(one).max() == 480
