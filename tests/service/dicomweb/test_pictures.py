"""What a rendered answer is asked for is read whole, or refused: nothing of it is guessed."""

from __future__ import annotations

import io
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from starlette.exceptions import HTTPException

from condyle.dicom.rendered import Window
from condyle.errors import InputError
from condyle.service.dicomweb.pictures import Wanted, picture, read_wanted


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", "image/jpeg"),
        ("*/*", "image/jpeg"),
        ("image/*", "image/jpeg"),
        ("image/png", "image/png"),
        ("IMAGE/PNG", "image/png"),
        ("image/jpeg;q=0.3, image/png;q=0.8", "image/png"),
        ("image/png;q=0, image/*", "image/jpeg"),
        ("image/gif, image/png;q=0.1", "image/png"),
        ('image/gif; title="a, image/jpeg", image/png', "image/png"),
    ],
)
def test_the_format_is_the_one_that_is_wanted_most_of_those_given(accept: str, media: str) -> None:
    assert read_wanted(accept, {}).media == media


@pytest.mark.parametrize("accept", ["image/gif", "video/*", "image/png; q=0", "image/png; q=x"])
def test_a_format_that_is_not_given_is_refused(accept: str) -> None:
    with pytest.raises(HTTPException) as told:
        read_wanted(accept, {})
    assert told.value.status_code == 406


def test_the_address_goes_before_the_header() -> None:
    assert read_wanted("image/jpeg", {"accept": "image/png"}).media == "image/png"
    assert read_wanted("image/png", {"accept": ""}).media == "image/png"


@pytest.mark.parametrize(
    ("stated", "window"),
    [
        ("40,400", Window(40, 400, "LINEAR")),
        ("40,400,linear", Window(40, 400, "LINEAR")),
        ("-20.5, 1 ,LINEAR", Window(-20.5, 1, "LINEAR")),
        ("0,0.25,linear-exact", Window(0, 0.25, "LINEAR_EXACT")),
        ("7,0.000001,sigmoid", Window(7, 0.000001, "SIGMOID")),
    ],
)
def test_a_window_is_centre_width_and_function(stated: str, window: Window) -> None:
    assert read_wanted("", {"window": stated}).window == window


@pytest.mark.parametrize(
    "stated",
    [
        "",
        "40",
        "40,400,",
        "40,400,linear,more",
        "40,400,cubic",
        "40,-400,linear",
        "40,0,sigmoid",
        "40,0.5,linear",
        "1e3,5,linear",
        "nan,5,linear",
        "inf,5,linear",
        "1234567890,5,linear",
    ],
)
def test_a_window_that_is_none_is_refused_with_what_one_is(stated: str) -> None:
    with pytest.raises(InputError) as told:
        read_wanted("", {"window": stated})
    assert told.value.found == "a value of window that is none"
    assert "width" in told.value.needed.lower()


@pytest.mark.parametrize(
    ("name", "stated"),
    [
        ("viewport", ""),
        ("viewport", "5"),
        ("viewport", "5,5,5"),
        ("viewport", "5,0"),
        ("viewport", "4097,5"),
        ("viewport", "-5,5"),
        ("viewport", "5.5,5"),
        ("quality", "0"),
        ("quality", "101"),
        ("quality", "1000"),
        ("quality", "-1"),
        ("quality", "best"),
    ],
)
def test_a_size_or_quality_that_is_none_is_refused_by_its_name(name: str, stated: str) -> None:
    with pytest.raises(InputError, match=name):
        read_wanted("", {name: stated})


def test_the_largest_and_smallest_that_may_be_asked_for_are_given() -> None:
    assert read_wanted("", {"viewport": "4096,1", "quality": "1"}).side == (4096, 1)
    assert read_wanted("", {"quality": "100"}).quality == 100


def test_a_thumbnail_is_small_unless_another_size_is_asked_for() -> None:
    assert read_wanted("", {}).side is None
    assert read_wanted("", {}, thumbnail=True).side == (128, 128)
    assert read_wanted("", {"viewport": "300,200"}, thumbnail=True).side == (300, 200)


@given(st.dictionaries(st.sampled_from(["window", "viewport", "quality"]), st.text(max_size=20)))
def test_any_address_is_read_or_refused_and_nothing_else(query: dict[str, str]) -> None:
    with suppress(InputError):
        wanted = read_wanted("", query)
        assert 1 <= wanted.quality <= 100
        assert wanted.side is None or 1 <= min(wanted.side) <= max(wanted.side) <= 4096
        assert wanted.window is None or wanted.window.width > 0


def decoded(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize(
    ("side", "size"),
    [(None, (80, 40)), ((20, 20), (20, 10)), ((500, 10), (20, 10)), ((400, 400), (80, 40))],
)
def test_a_picture_keeps_its_proportions_and_is_never_enlarged(
    side: tuple[int, int] | None, size: tuple[int, int]
) -> None:
    frame = np.zeros((40, 80), np.uint8)
    assert decoded(picture(frame, Wanted("PNG", side=side))).size == size


def test_png_keeps_every_value_and_jpeg_of_less_quality_is_smaller() -> None:
    frame = np.random.default_rng(5).integers(0, 256, (48, 32, 3)).astype(np.uint8)
    shown = decoded(picture(frame, Wanted("PNG")))
    assert shown.format == "PNG" and np.array_equal(np.asarray(shown), frame)
    sizes = [len(picture(frame, Wanted("JPEG", quality=quality))) for quality in (5, 50, 95)]
    assert sizes == sorted(sizes) and sizes[0] < sizes[2] / 3
