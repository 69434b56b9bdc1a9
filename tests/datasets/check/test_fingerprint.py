"""A picture is recognised whatever its contrast, size, padding or orientation."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from scipy.fft import dct

from condyle.datasets.check.fingerprint import (
    TURNS,
    VIEWS,
    even_contrast,
    fingerprint,
    pixels_digest,
)
from condyle.domain.data_report import Turn

Pixels = NDArray[np.float32]
Texture = Callable[..., Pixels]


def hashes(pixels: Pixels) -> NDArray[np.uint64]:
    found = fingerprint(pixels)
    assert found is not None
    return found.hashes


def apart(first: Pixels, second: Pixels, *, turn: Turn = "as-it-is") -> list[int]:
    bits = np.uint64(TURNS[turn])
    return [int(n) for n in np.bitwise_count(hashes(first) ^ hashes(second) ^ bits)]


def compressed(pixels: Pixels) -> Pixels:
    stream = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(stream, "JPEG", quality=40)
    return np.asarray(Image.open(stream), dtype=np.float32)


def resized(pixels: Pixels) -> Pixels:
    return np.asarray(Image.fromarray(pixels).resize((150, 190)), dtype=np.float32)


def noisy(pixels: Pixels) -> Pixels:
    return (pixels + np.random.default_rng(0).normal(0, 8, pixels.shape)).astype(np.float32)


@pytest.mark.parametrize(
    "change",
    [compressed, resized, noisy, lambda p: 40 + 3 * p, lambda p: 255 * np.sqrt(p / 255)],
)
def test_a_change_that_keeps_the_picture_keeps_nearly_all_bits(
    texture: Texture, change: Callable[[Pixels], Pixels]
) -> None:
    for seed in range(5):
        pixels = texture(seed)[0]
        assert apart(pixels, change(pixels).astype(np.float32))[VIEWS.index("whole")] <= 5


def test_padding_keeps_the_hash_of_the_content(texture: Texture) -> None:
    pixels = texture(1)[0] + 100
    padded = np.pad(pixels, ((20, 0), (30, 30)))
    bits = apart(pixels, padded)
    assert bits[VIEWS.index("content")] <= 3 < bits[VIEWS.index("whole")]


def test_a_text_in_the_corner_keeps_the_hash_of_the_middle(texture: Texture) -> None:
    pixels = texture(1)[0]
    written = pixels.copy()
    written[:10, :40] = 255
    assert apart(pixels, written)[VIEWS.index("centre")] <= 5


@pytest.mark.parametrize(
    ("turn", "rows", "columns"), [("left-right", 1, -1), ("up-down", -1, 1), ("half-turn", -1, -1)]
)
def test_a_turned_picture_has_the_same_hash_but_for_the_bits_that_turn_over(
    texture: Texture, turn: Turn, rows: int, columns: int
) -> None:
    for seed in range(5):
        pixels = texture(seed)[0]
        turned = np.ascontiguousarray(pixels[::rows, ::columns])
        assert max(apart(pixels, turned, turn=turn)) <= 1
        assert min(apart(pixels, turned)) > 11


def test_pictures_of_different_origin_differ_in_about_half_of_the_bits(texture: Texture) -> None:
    bits = [apart(texture(a)[0], texture(b)[0])[0] for a in range(8) for b in range(a)]
    assert 27 < np.mean(bits) < 37
    assert min(bits) > 11


def test_the_bits_are_the_signs_of_the_lowest_frequencies(texture: Texture) -> None:
    """Held against a cosine transform a row and a column at a time."""
    pixels = texture(3, rows=32, columns=32)[0]
    even = even_contrast(pixels)
    assert even is not None
    table = dct(dct(even, axis=0, norm="ortho"), axis=1, norm="ortho")
    first = int(hashes(pixels)[0])
    assert bool(first & 1) == (table[0, 1] > 0)
    assert bool(first & 2) == (table[1, 0] > 0)
    assert bool(first & 4) == (table[0, 2] > 0)


def test_what_shows_nothing_has_no_fingerprint() -> None:
    assert fingerprint(np.full((64, 64), 7, np.float32)) is None
    assert fingerprint(np.arange(12, dtype=np.float32).reshape(3, 4)) is None


def test_pixels_that_are_no_numbers_do_not_stop_it(texture: Texture) -> None:
    pixels = texture(1)[0].copy()
    pixels[5, 5] = np.nan
    pixels[6, 6] = np.inf
    assert fingerprint(pixels) is not None


def test_a_single_bright_pixel_does_not_take_the_contrast(texture: Texture) -> None:
    pixels = texture(1)[0].copy()
    pixels[3, 3] = 1e6
    even = even_contrast(pixels)
    assert even is not None
    assert even.std() > 0.15
    assert (even.min(), even.max()) == (0, 1)


def test_a_lone_mark_on_black_has_contrast() -> None:
    pixels = np.zeros((50, 50), np.float32)
    pixels[4, 4] = 1
    even = even_contrast(pixels)
    assert even is not None
    assert even[4, 4] == 1


def test_the_digest_tells_pixels_and_size_apart(texture: Texture) -> None:
    pixels = texture(1)[0]
    other = pixels.copy()
    other[0, 0] += 1
    assert pixels_digest(pixels) == pixels_digest(np.asfortranarray(pixels))
    assert len({pixels_digest(p) for p in (pixels, other, pixels.reshape(80, 96))}) == 3
