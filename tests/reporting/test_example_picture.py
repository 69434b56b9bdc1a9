"""Pictures of cases: what is marked lies where it is, and nothing is left out of the words."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from condyle.reporting.example_picture import (
    FOUND,
    REFERENCE,
    SIDE,
    ExamplePicture,
    example_png,
)

GAP = 8


def picture(**more) -> ExamplePicture:
    rows, columns = np.mgrid[:90, :120]
    image = 100 + 60 * np.sin(rows / 9) * np.cos(columns / 11)
    return ExamplePicture(image=image.astype(np.float32), **more)


def square(top: int, left: int, side: int = 20) -> np.ndarray:
    mask = np.zeros((90, 120), dtype=bool)
    mask[top : top + side, left : left + side] = True
    return mask


def drawn(made: ExamplePicture) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(example_png(made))).convert("RGB")).astype(int)


def panels(made: ExamplePicture) -> list[np.ndarray]:
    """Gives the panels of a picture, without what is written above and beneath."""
    page = drawn(made)
    top = 30 if made.simulated else 0
    height = round(SIDE * 90 / 120)
    lefts = range(0, page.shape[1], SIDE + GAP)
    return [page[top : top + height, left : left + SIDE] for left in lefts]


def places(panel: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    return np.argwhere((panel == colour).all(axis=2))


def test_a_picture_is_the_same_each_time() -> None:
    made = picture(reference=square(10, 10), found=square(12, 12), heat=square(5, 5) * 0.5)
    assert example_png(made) == example_png(made)


def test_the_plain_image_stands_beside_the_marked_one_and_the_heat_map() -> None:
    assert len(panels(picture())) == 1
    plain, marked, heated = panels(picture(reference=square(10, 10), heat=square(5, 5) * 1.0))
    assert np.abs(plain - plain.mean(axis=2, keepdims=True)).max() == 0  # grey
    assert (plain != marked).any() and (plain != heated).any()


def test_outlines_lie_on_the_edges_of_their_masks() -> None:
    _, marked = panels(picture(reference=square(10, 20), found=square(50, 80)))
    scale = SIDE / 120
    for colour, (top, left) in ((REFERENCE, (10, 20)), (FOUND, (50, 80))):
        where = places(marked, colour) / scale
        assert where.min(axis=0) == pytest.approx([top, left], abs=1.5)
        assert where.max(axis=0) == pytest.approx([top + 20, left + 20], abs=1.5)
        inside = ((where > [top + 3, left + 3]) & (where < [top + 17, left + 17])).all(axis=1)
        assert not inside.any()


def test_the_outline_of_a_mask_that_fills_the_image_is_seen() -> None:
    _, marked = panels(picture(found=np.ones((90, 120), dtype=bool)))
    where = places(marked, FOUND)
    assert len(where) > 500 and where.min() == 0


def test_a_mask_of_one_pixel_is_seen() -> None:
    _, marked = panels(picture(found=square(40, 60, side=1)))
    assert len(places(marked, FOUND)) >= 8


def test_where_the_two_agree_both_outlines_are_seen() -> None:
    _, marked = panels(picture(reference=square(30, 30), found=square(30, 30)))
    assert len(places(marked, REFERENCE)) > 20 and len(places(marked, FOUND)) > 20


def test_boxes_bear_the_colour_of_their_maker_and_their_label() -> None:
    box = (20.0, 30.0, 50.0, 80.0)
    scale = SIDE / 120
    for is_reference, colour in ((True, REFERENCE), (False, FOUND)):
        _, marked = panels(picture(boxes=((box, is_reference, "herniation 0.91"),)))
        _, bare = panels(picture(boxes=((box, is_reference, ""),)))
        where = places(bare, colour) / scale
        assert where.min(axis=0) == pytest.approx([20, 30], abs=0.5)
        assert where.max(axis=0) == pytest.approx([50, 80], abs=0.7)
        label = np.argwhere((marked != bare).any(axis=2)) / scale
        assert len(label) > 100
        assert label[:, 0].max() <= 20 if is_reference else label[:, 0].min() >= 50


@pytest.mark.parametrize("is_reference", [True, False])
@pytest.mark.parametrize("box", [(0, 0, 40, 60), (50, 60, 90, 120), (0, 0, 90, 120), (0, 0, 9, 5)])
def test_the_label_of_a_box_at_an_edge_is_seen_whole(box, is_reference: bool) -> None:
    labels = [
        len(places(panels(picture(boxes=made))[1], (16, 18, 22)))
        for made in (
            ((box, is_reference, "spondylolisthesis"),),
            (((30, 10, 60, 110), is_reference, "spondylolisthesis"),),
        )
    ]
    assert labels[0] == pytest.approx(labels[1], abs=3)  # as much of its ground as in the middle


def test_heat_is_red_where_it_is_greatest_and_clear_where_there_is_none() -> None:
    heat = np.zeros((90, 120), dtype=np.float32)
    heat[30:60, 40:80] = 0.8
    plain, heated = panels(picture(heat=heat))
    scale = SIDE / 120
    warm = heated[int(45 * scale), int(60 * scale)] - plain[int(45 * scale), int(60 * scale)]
    assert warm[0] > 20 and heated[int(45 * scale), int(60 * scale), 0] > 150
    assert (heated[:20, :20] == plain[:20, :20]).all()


def test_no_heat_anywhere_leaves_the_image_as_it_is() -> None:
    plain, heated = panels(picture(heat=np.zeros((90, 120), dtype=np.float32)))
    assert (plain == heated).all()


def test_a_picture_of_a_simulated_image_says_so_above() -> None:
    real, simulated = drawn(picture()), drawn(picture(simulated=True))
    assert simulated.shape[0] == real.shape[0] + 30
    assert (simulated[0] == simulated[0, 0]).all() and simulated[0, 0, 0] > 150
    np.testing.assert_array_equal(simulated[30:], real)


def test_the_caption_is_written_beneath_and_a_long_one_in_several_lines() -> None:
    bare, said = drawn(picture()), drawn(picture(caption="tear 0.93; is no tear"))
    assert said.shape == bare.shape and (bare[-30:] != said[-30:]).any()
    long = "; ".join(f"label-number-{n} 0.{n}1, is yes" for n in range(6))
    page, more = drawn(picture(caption=long)), drawn(picture(caption=long + " and more"))
    assert len(page) > len(bare) and page.shape[1] == bare.shape[1]
    assert more.shape != page.shape or (more != page).any()  # its end is seen as well
    beside = drawn(picture(caption=long, reference=square(1, 1), found=square(1, 1)))
    assert len(places(beside[270:300], FOUND))


def test_words_name_only_the_colours_that_are_there() -> None:
    nothing, both = drawn(picture()), drawn(picture(reference=square(1, 1), found=square(1, 1)))
    assert not len(places(nothing[-30:], FOUND)) and not len(places(nothing[-30:], REFERENCE))
    assert len(places(both[-30:], FOUND)) and len(places(both[-30:], REFERENCE))
    one = drawn(picture(boxes=(((1, 1, 20, 20), True, ""),)))
    assert len(places(one[-30:], REFERENCE)) and not len(places(one[-30:], FOUND))


@pytest.mark.parametrize("shape", [(10, 400), (400, 10), (1, 1), (512, 512)])
def test_images_of_any_shape_are_drawn(shape: tuple[int, int]) -> None:
    made = ExamplePicture(image=np.arange(np.prod(shape), dtype=np.float32).reshape(shape))
    page = drawn(replace(made, reference=np.ones(shape, bool), heat=np.ones(shape)))
    assert max(page.shape[0] - 30, (page.shape[1] - 2 * GAP) // 3) >= SIDE


def test_an_even_image_is_drawn_without_a_warning() -> None:
    page = drawn(ExamplePicture(image=np.full((20, 20), 7.0, dtype=np.float32)))
    assert page.shape == (SIDE + 30, SIDE, 3)
