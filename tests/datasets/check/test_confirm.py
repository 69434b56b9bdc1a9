"""Two pictures are one where their detail agrees, block by block."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from condyle.datasets.check.confirm import SAME, agreement_of_detail

Pixels = NDArray[np.float32]


def compressed(pixels: Pixels) -> Pixels:
    stream = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(stream, "JPEG", quality=40)
    return np.asarray(Image.open(stream), dtype=np.float32)


def halved(pixels: Pixels) -> Pixels:
    size = (pixels.shape[1] // 2, pixels.shape[0] // 2)
    return np.asarray(Image.fromarray(pixels).resize(size), dtype=np.float32)


def noisy(pixels: Pixels) -> Pixels:
    return (pixels + np.random.default_rng(0).normal(0, 8, pixels.shape)).astype(np.float32)


def written_on(pixels: Pixels) -> Pixels:
    changed = pixels.copy()
    changed[:20, :90] = 255
    return changed


CHANGES: dict[str, Callable[[Pixels], Pixels]] = {
    "compressed": compressed,
    "halved": halved,
    "noisy": noisy,
    "written on": written_on,
    "brightened": lambda p: 255 * np.sqrt(p / 255),
    "cut": lambda p: p[4:, 4:],
    "padded": lambda p: np.pad(p + 80, ((20, 0), (30, 30))),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_copy_agrees_whatever_was_done_to_it(texture: Any, change: str) -> None:
    for seed in range(3):
        pixels = texture(seed, rows=200, columns=180)[0]
        assert agreement_of_detail(pixels, CHANGES[change](pixels).astype(np.float32)) >= SAME


def test_pictures_of_different_origin_do_not_agree(texture: Any) -> None:
    assert agreement_of_detail(texture(1)[0], texture(2)[0]) < 0.8


def test_a_shared_outline_is_no_agreement(texture: Any) -> None:
    rows, columns = np.mgrid[:200, :180]
    bone = 400.0 * ((rows - 100) ** 2 + (columns - 90) ** 2 < 60**2)
    first, second = (
        (bone + texture(n, rows=200, columns=180)[0]).astype(np.float32) for n in (1, 2)
    )
    assert agreement_of_detail(first, second) < SAME
    assert agreement_of_detail(first, first) == pytest.approx(1)


def test_the_second_is_turned_onto_the_first(texture: Any) -> None:
    pixels = texture(1)[0]
    assert agreement_of_detail(pixels, pixels[::-1, ::-1], "half-turn") == pytest.approx(1)
    assert agreement_of_detail(pixels, pixels[:, ::-1], "left-right") == pytest.approx(1)
    assert agreement_of_detail(pixels, pixels[::-1], "up-down") == pytest.approx(1)
    assert agreement_of_detail(pixels, pixels[::-1], "left-right") < 0.8


def test_a_blank_picture_agrees_with_nothing(texture: Any) -> None:
    blank = np.zeros((96, 80), np.float32)
    assert agreement_of_detail(blank, texture(1)[0]) <= 0
    assert agreement_of_detail(blank, blank) <= 0


def test_agreement_does_not_depend_on_which_picture_comes_first(texture: Any) -> None:
    first, second = texture(1)[0], noisy(texture(1)[0])
    there, back = agreement_of_detail(first, second), agreement_of_detail(second, first)
    assert there == pytest.approx(back, abs=0.02)


def test_a_small_shift_is_no_difference_and_a_large_one_is(texture: Any) -> None:
    pixels = texture(1, rows=160, columns=160)[0]
    inner = pixels[16:144, 16:144]
    assert agreement_of_detail(inner, pixels[18:146, 14:142]) > 0.95
    assert agreement_of_detail(inner, pixels[32:160, 0:128]) < 0.8
