"""What the values of masks mean is told by all of them together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

from condyle.datasets.archive import Archive, ArchiveOptions
from condyle.datasets.layouts import open_archive
from condyle.errors import BadConfiguration, DatasetError

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def masks_of(archive: Archive) -> list[np.ndarray]:
    return [next(iter(case.reference.masks.values()))[0] for case in archive.cases]


def opened(draw: Any, masks: list[np.ndarray], **options: Any) -> Archive:
    """Writes masks under the pictures of seeds 0, 1, ... and reads the archive."""
    for seed, mask in enumerate(masks):
        draw.save(f"images/k{seed}.png", draw.shades(seed))
        draw.save(f"masks/k{seed}.png", mask)
    return open_archive(draw.root, options=ArchiveOptions(**options))


def coloured(draw: Any, seed: int, colour: tuple[int, ...], back: tuple[int, ...]) -> np.ndarray:
    drawn = draw.spot(seed)[..., None].astype(bool)
    return np.where(drawn, np.array(colour), np.array(back)).astype(np.uint8)


ONE_STRUCTURE: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "red": (RED, (0, 0, 0)),
    "white-in-colour": ((255, 255, 255), (0, 0, 0)),
    "red-on-white": (RED, (255, 255, 255)),
    "opaque-on-clear-black": ((*RED, 255), (0, 0, 0, 0)),
    "opaque-on-clear-white": ((*RED, 255), (255, 255, 255, 0)),
    "white-on-clear-white": ((255, 255, 255, 255), (255, 255, 255, 0)),
    "black-on-clear-black": ((0, 0, 0, 255), (0, 0, 0, 0)),
    "half-clear-overlay": ((*GREEN, 128), (0, 0, 0, 0)),
    "colour-under-a-full-alpha": ((*BLUE, 255), (0, 0, 0, 255)),
    "colour-under-an-empty-alpha": ((*BLUE, 0), (0, 0, 0, 0)),
}


@pytest.mark.parametrize("kind", sorted(ONE_STRUCTURE))
def test_a_mask_of_one_colour_is_binary(draw: Any, kind: str) -> None:
    colour, back = ONE_STRUCTURE[kind]
    archive = opened(draw, [coloured(draw, seed, colour, back) for seed in range(4)])
    assert archive.structures == ("background", "lesion")
    for seed, mask in enumerate(masks_of(archive)):
        assert np.array_equal(mask, draw.spot(seed))


@pytest.mark.parametrize("value", [1, 2, 128, 255])
def test_a_gray_mask_of_one_value_is_binary(draw: Any, value: int) -> None:
    archive = opened(draw, [draw.spot(seed, value) for seed in range(3)])
    assert archive.structures == ("background", "lesion")
    for seed, mask in enumerate(masks_of(archive)):
        assert mask.dtype == np.uint8 and np.array_equal(mask, draw.spot(seed))


def test_some_masks_may_write_1_and_others_255(draw: Any) -> None:
    archive = opened(draw, [draw.spot(0, 1), draw.spot(1, 255), draw.spot(2, 0)])
    assert archive.structures == ("background", "lesion")
    assert [int(mask.max()) for mask in masks_of(archive)] == [1, 1, 0]


def test_one_bit_masks_and_16_bit_masks_are_read(draw: Any) -> None:
    archive = opened(draw, [draw.spot(0).astype(bool), draw.spot(1).astype(np.uint16) * 65535])
    assert archive.structures == ("background", "lesion")
    for seed, mask in enumerate(masks_of(archive)):
        assert np.array_equal(mask, draw.spot(seed))


def test_empty_masks_are_counted_and_allowed(draw: Any) -> None:
    archive = opened(draw, [draw.spot(0, 255), draw.spot(1, 0), draw.spot(2, 0)])
    assert [int(mask.sum()) for mask in masks_of(archive)] == [30, 0, 0]
    assert "2 of 3 masks are empty and count as without a lesion." in archive.notes


def test_an_archive_of_empty_masks_still_has_its_lesion(draw: Any) -> None:
    archive = opened(draw, [draw.spot(seed, 0) for seed in range(2)])
    assert archive.structures == ("background", "lesion")
    assert not any(mask.any() for mask in masks_of(archive))


def several(draw: Any, seed: int, values: tuple[int, ...]) -> np.ndarray:
    """Gives a mask with a square of every value, side by side."""
    mask = np.zeros(draw.size(seed), dtype=np.uint8)
    for at, value in enumerate(values):
        mask[4:10, 2 + 5 * at : 6 + 5 * at] = value
    return mask


def test_small_values_are_structures_by_their_number(draw: Any) -> None:
    archive = opened(draw, [several(draw, 0, (1, 3)), several(draw, 1, (1,))])
    assert archive.structures == ("background", "structure-1", "structure-3")
    assert sorted(np.unique(masks_of(archive)[0])) == [0, 1, 2]
    assert any("3 is structure-3" in note for note in archive.notes)


def test_shades_that_stand_for_structures_are_numbered_in_order(draw: Any) -> None:
    archive = opened(draw, [several(draw, 0, (85, 170, 255)), several(draw, 1, (255, 85))])
    assert archive.structures == ("background", "structure-1", "structure-2", "structure-3")
    first, second = masks_of(archive)
    assert np.array_equal(first, several(draw, 0, (1, 2, 3)))
    assert np.array_equal(second, several(draw, 1, (3, 1)))


def test_names_of_structures_come_from_the_option_and_may_join_values(draw: Any) -> None:
    archive = opened(
        draw,
        [several(draw, 0, (10, 20, 30))],
        structures={"10": "bone", "20": "cartilage", "30": "bone"},
    )
    assert archive.structures == ("background", "bone", "cartilage")
    assert np.array_equal(masks_of(archive)[0], several(draw, 0, (1, 2, 1)))


def test_a_value_may_be_named_background(draw: Any) -> None:
    inverted = [(1 - draw.spot(seed)) * 255 for seed in range(2)]
    archive = opened(draw, inverted, structures={"255": "background", "0": "lesion"})
    assert archive.structures == ("background", "lesion")
    for seed, mask in enumerate(masks_of(archive)):
        assert np.array_equal(mask, draw.spot(seed))


def test_masks_that_look_inverted_are_told_of(draw: Any) -> None:
    archive = opened(draw, [(1 - draw.spot(seed)) * 255 for seed in range(2)])
    assert any("may be inverted" in note for note in archive.notes)


def test_names_of_values_that_do_not_occur_are_refused(draw: Any) -> None:
    with pytest.raises(BadConfiguration) as refused:
        opened(draw, [draw.spot(0, 255)], structures={"1": "tear"})
    assert refused.value.needed == "values that occur: 0, 255"


def colours(draw: Any, seed: int, *drawn: tuple[int, int, int]) -> np.ndarray:
    labels = several(draw, seed, tuple(range(1, len(drawn) + 1)))
    return np.array([(0, 0, 0), *drawn], dtype=np.uint8)[labels]


def test_colours_are_structures_and_one_that_is_absent_shifts_no_other(draw: Any) -> None:
    archive = opened(draw, [colours(draw, 0, RED, GREEN), colours(draw, 1, GREEN)])
    first, second = masks_of(archive)
    assert archive.structures == ("background", "structure-1", "structure-2")
    assert np.array_equal(first, several(draw, 0, (2, 1))), "in the order of their codes"
    assert np.array_equal(second, several(draw, 1, (1,)))
    assert any("#ff0000 is structure-2" in note for note in archive.notes)


def test_colours_may_be_named(draw: Any) -> None:
    named = {"#FF0000": "acl", "#00ff00": "meniscus"}
    archive = opened(draw, [colours(draw, 0, RED, GREEN)], structures=named)
    assert archive.structures == ("background", "meniscus", "acl")
    assert np.array_equal(masks_of(archive)[0], several(draw, 0, (2, 1)))


def with_palette(labels: np.ndarray, *palette: tuple[int, int, int]) -> Image.Image:
    picture = Image.fromarray(labels, mode=None).convert("P")
    picture.putdata(labels.reshape(-1).tolist())
    picture.putpalette([channel for colour in palette for channel in colour])
    return picture


def test_the_indices_of_a_palette_are_the_labels_where_all_agree(draw: Any) -> None:
    for seed, values in enumerate([(1, 2), (2,)]):
        draw.save(f"images/k{seed}.png", draw.shades(seed))
        path = draw.save(f"masks/k{seed}.png", draw.shades(seed))
        with_palette(several(draw, seed, values), (0, 0, 0), RED, GREEN).save(path)
    archive = open_archive(draw.root)
    assert archive.structures == ("background", "structure-1", "structure-2")
    assert np.array_equal(masks_of(archive)[1], several(draw, 1, (2,)))


def test_colours_count_where_each_file_has_a_palette_of_its_own(draw: Any) -> None:
    for seed, palette in enumerate([((0, 0, 0), RED, GREEN), ((0, 0, 0), GREEN, RED)]):
        draw.save(f"images/k{seed}.png", draw.shades(seed))
        path = draw.save(f"masks/k{seed}.png", draw.shades(seed))
        with_palette(several(draw, seed, (1, 2)), *palette).save(path)
    first, second = masks_of(open_archive(draw.root))
    assert np.array_equal(first, several(draw, 0, (2, 1)))
    assert np.array_equal(second, several(draw, 1, (1, 2)))


def test_an_empty_palette_leaves_the_indices(draw: Any) -> None:
    draw.save("images/k0.png", draw.shades(0))
    path = draw.save("masks/k0.png", draw.shades(0))
    with_palette(several(draw, 0, (1, 2)), (0, 0, 0), (0, 0, 0), (0, 0, 0)).save(path)
    assert np.array_equal(masks_of(open_archive(draw.root))[0], several(draw, 0, (1, 2)))


def big_spot(seed: int, value: int = 255) -> np.ndarray:
    mask = np.zeros((64, 72), dtype=np.uint8)
    mask[16 + seed : 44, 20 : 50 + seed] = value
    return mask


def test_a_jpeg_mask_is_cut_at_half_and_that_is_noted(draw: Any) -> None:
    for seed in range(3):
        draw.save(f"images/k{seed}.jpg", np.tile(draw.shades(0), (4, 4))[:64, :72])
        draw.save(f"masks/k{seed}.jpg", big_spot(seed, 255 if seed else 0), quality=70)
    archive = open_archive(draw.root)
    assert archive.structures == ("background", "lesion")
    for seed, mask in enumerate(masks_of(archive)):
        assert np.array_equal(mask, big_spot(seed, 1 if seed else 0))
    assert any("gray edges" in note for note in archive.notes)


def shrunk(mask: np.ndarray) -> np.ndarray:
    height, width = mask.shape
    picture = Image.fromarray(mask).resize(
        (width * 3 // 4, height * 3 // 4), Image.Resampling.BICUBIC
    )
    return np.asarray(picture)


def test_edges_that_were_smoothed_are_cut_at_half(draw: Any) -> None:
    for seed in range(2):
        draw.save(f"images/k{seed}.png", np.tile(draw.shades(0), (4, 4))[:48, :54])
        draw.save(f"masks/k{seed}.png", shrunk(big_spot(seed)))
    archive = open_archive(draw.root)
    assert archive.structures == ("background", "lesion")
    for seed, mask in enumerate(masks_of(archive)):
        assert np.array_equal(mask, (shrunk(big_spot(seed)) >= 127.5).astype(np.uint8))


def test_white_that_is_not_quite_white_is_one_structure(draw: Any) -> None:
    nearly = draw.spot(0, 255)
    nearly[6:8, 4:6] = 254
    archive = opened(draw, [nearly, draw.spot(1, 255)])
    assert archive.structures == ("background", "lesion")
    assert np.array_equal(masks_of(archive)[0], draw.spot(0))


def test_a_label_beside_white_for_what_is_to_be_ignored_is_kept(draw: Any) -> None:
    archive = opened(draw, [several(draw, 0, (1, 255)), several(draw, 1, (1, 255))])
    assert archive.structures == ("background", "structure-1", "structure-2")
    assert any("255 is structure-2" in note for note in archive.notes)


def test_smoothed_edges_in_red_are_one_structure(draw: Any) -> None:
    draw.save("images/k0.png", np.tile(draw.shades(0), (4, 4))[:48, :54])
    red = np.zeros((48, 54, 3), dtype=np.uint8)
    red[..., 0] = shrunk(big_spot(0))
    draw.save("masks/k0.png", red)
    assert open_archive(draw.root).structures == ("background", "lesion")


def test_a_picture_in_place_of_a_mask_is_named(draw: Any) -> None:
    draw.pair("images/k0.png", "masks/k0.png")
    with pytest.raises(DatasetError) as refused:
        opened(draw, [np.tile(draw.shades(0), (4, 4))])
    assert refused.value.found == "images/k0.png: 1 x 20 x 24; masks/k0.png: 1 x 80 x 96"
    draw.save("images/k0.png", np.tile(draw.shades(1), (4, 4)))
    draw.save("masks/k0.png", np.tile(draw.shades(1), (4, 4)))
    with pytest.raises(DatasetError) as refused:
        open_archive(draw.root)
    assert refused.value.found.startswith("masks/k0.png: no mask but a picture, with ")
    assert len(refused.value.lines()) == 4


def test_a_jpeg_of_several_structures_is_refused(draw: Any) -> None:
    draw.save("images/k0.jpg", np.tile(draw.shades(0), (4, 4))[:64, :72])
    mask = big_spot(0, 120)
    mask[20:30, 25:35] = 255
    draw.save("masks/k0.jpg", mask, quality=70)
    with pytest.raises(DatasetError, match="cannot be used") as refused:
        open_archive(draw.root)
    assert refused.value.found.startswith("masks/k0.jpg: a JPEG of several shades")


def test_faint_masks_beside_smoothed_ones_are_not_lost_in_silence(draw: Any) -> None:
    for seed, mask in enumerate([shrunk(big_spot(0)), shrunk(big_spot(1)) // 255]):
        draw.save(f"images/k{seed}.png", np.tile(draw.shades(0), (4, 4))[:48, :54])
        draw.save(f"masks/k{seed}.png", mask)
    with pytest.raises(DatasetError) as refused:
        open_archive(draw.root)
    assert refused.value.found.startswith("masks/k1.png")


def test_names_of_labels_that_nnunet_keeps_are_taken(draw: Any) -> None:
    (draw.root / "dataset.json").write_text('{"labels": {"background": 0, "femur": 1, "tibia": 2}}')
    archive = opened(draw, [several(draw, 0, (1, 2))])
    assert archive.structures == ("background", "femur", "tibia")


@pytest.mark.parametrize("text", ["", "[]", '{"labels": 3}', '{"labels": {"a": [1]}}', "{" * 9000])
def test_a_dataset_json_that_tells_nothing_is_passed_over(draw: Any, text: str) -> None:
    (draw.root / "dataset.json").write_text(text)
    assert opened(draw, [draw.spot(0)]).structures == ("background", "lesion")


def test_a_mask_that_changed_since_is_not_guessed_at(draw: Any) -> None:
    archive = opened(draw, [draw.spot(0, 1)])
    draw.save("masks/k0.png", draw.spot(0, 7))
    with pytest.raises(DatasetError, match="changed while"):
        masks_of(archive)
