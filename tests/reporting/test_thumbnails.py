"""Small pictures show what is marked, and hide what may be a name."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from condyle.domain.case import LabelledBox
from condyle.domain.data_report import Place, Shown
from condyle.reporting.thumbnails import COLOUR_NAMES, COLOURS, SIDE, UNNAMED, thumbnail_png

PLACE = Place("c", "p", "s")


def shown(rows: int = 60, columns: int = 40, **given: object) -> Shown:
    pixels = np.full((rows, columns), 50, np.uint8)
    return Shown(PLACE, pixels, **given)


def drawn(*pictures: Shown, classes: tuple[str, ...] = ()) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(thumbnail_png(pictures, classes=classes))))


def colours_in(picture: NDArray[np.uint8]) -> set[tuple[int, ...]]:
    return {tuple(int(v) for v in pixel) for pixel in picture.reshape(-1, picture.shape[-1])}


def test_the_longer_side_has_its_length_whatever_the_picture() -> None:
    assert drawn(shown()).shape == (SIDE, 160)
    assert drawn(shown(1000, 2000)).shape == (SIDE // 2, SIDE)
    assert drawn(shown(4, 4000)).shape == (2, SIDE)


def test_a_plain_picture_stays_grey() -> None:
    assert set(np.unique(drawn(shown()))) == {50}


def test_a_mask_is_outlined_in_the_colour_of_each_structure() -> None:
    mask = np.zeros((60, 40), np.uint8)
    mask[10:30, 5:35] = 1
    mask[35:50, 5:35] = 2
    picture = drawn(shown(mask=mask))
    assert {COLOURS[0], COLOURS[1]} <= colours_in(picture) <= {(50,) * 3, COLOURS[0], COLOURS[1]}
    assert tuple(picture[80, 80]) == (50, 50, 50)
    assert tuple(picture[41, 80]) == COLOURS[0]


def test_a_mask_up_to_the_edge_has_its_line_along_the_edge() -> None:
    picture = drawn(shown(mask=np.ones((60, 40), np.uint8)))
    assert all(tuple(picture[row, 80]) == COLOURS[0] for row in (0, 1, -1))
    assert tuple(picture[5, 80]) == (50, 50, 50)


def test_boxes_have_the_colour_of_their_class() -> None:
    boxes = (
        LabelledBox((5, 5, 20, 20), ("slip",)),
        LabelledBox((30, 5, 50, 20), ("herniation",)),
        LabelledBox((30, 25, 20, 20), ("slip",)),
    )
    picture = drawn(shown(boxes=boxes), classes=("herniation", "slip"))
    assert tuple(picture[20, 40]) == COLOURS[1]
    assert tuple(picture[120, 40]) == COLOURS[0]
    assert len(colours_in(picture)) == 3


def test_a_box_without_a_known_class_is_white() -> None:
    boxes = (LabelledBox((5, 5, 20, 20), ()),)
    assert colours_in(drawn(shown(boxes=boxes), classes=("slip",))) == {(50,) * 3, UNNAMED}


def test_every_colour_has_a_word() -> None:
    assert len(COLOUR_NAMES) == len(set(COLOURS)) == len(COLOURS)


def test_a_text_is_covered_with_room_around_it() -> None:
    pixels = np.zeros((60, 40), np.uint8)
    pixels[10:20, 10:30] = np.random.default_rng(0).integers(0, 2, (10, 20)) * 255
    open_, covered = (
        drawn(Shown(PLACE, pixels, hidden=hidden)) for hidden in ((), ((10.0, 10.0, 20.0, 30.0),))
    )
    assert open_[40:80, 40:120].std() > 50
    assert covered[34:86, 34:126].std() == 0
    assert covered[100:].max() == 0


def test_two_pictures_stand_side_by_side() -> None:
    pair = drawn(shown(), shown(mask=np.ones((60, 40), np.uint8)))
    assert pair.shape == (SIDE, 160 + 6 + 160, 3)
    assert tuple(pair[5, 163]) == (255, 255, 255)


def test_the_same_pictures_give_the_same_bytes() -> None:
    assert thumbnail_png([shown()]) == thumbnail_png([shown()])
