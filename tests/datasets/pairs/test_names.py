"""Masks and images are paired by their paths alone."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from condyle.datasets.pair_names import match, words_of_half


def paired(*paths: str) -> dict[str, tuple[str, ...]]:
    return match(paths).pairs


def test_the_exact_name_goes_before_a_looser_one() -> None:
    found = match(("images/a1.png", "images/b1.png", "masks/a1.png", "masks/b1.png"))
    assert found.pairs == {"masks/a1.png": ("images/a1.png",), "masks/b1.png": ("images/b1.png",)}
    assert not found.loose and not found.images and not found.masks


def test_names_that_occur_in_several_folders_are_paired_within_each() -> None:
    paths = [f"{side}/{kind}/1.png" for side in ("train", "test") for kind in ("images", "masks")]
    assert paired(*paths) == {
        "train/masks/1.png": ("train/images/1.png",),
        "test/masks/1.png": ("test/images/1.png",),
    }


def test_numbers_that_two_images_share_pair_nothing() -> None:
    found = match(("images/a 1.png", "images/b 1.png", "masks/tear 1.png"))
    assert found.pairs == {} and found.masks == ("masks/tear 1.png",)
    assert found.images == ("images/a 1.png", "images/b 1.png")


def test_pairs_by_numbers_alone_are_told() -> None:
    found = match(("images/knee 01.png", "masks/tear 1.png"))
    assert found.pairs == {"masks/tear 1.png": ("images/knee 01.png",)}
    assert found.loose == ("masks/tear 1.png",)


def test_a_second_mask_of_an_image_is_left_over() -> None:
    found = match(("k1.png", "k1_mask.png", "k1_mask_2.png", "k2.png", "k2_mask.png"))
    assert found.pairs["k1_mask.png"] == ("k1.png",)
    assert found.masks == ("k1_mask_2.png",)


def test_two_masks_of_one_key_pair_nothing() -> None:
    found = match(("images/k1.png", "masks/k1.png", "labels/k1.png"))
    assert found.pairs == {} and len(found.masks) == 2


def test_channels_share_a_mask_and_plain_numbers_are_none() -> None:
    channels = ("imagesTr/k_0000.png", "imagesTr/k_0001.png", "labelsTr/k.png")
    assert paired(*channels) == {"labelsTr/k.png": channels[:2]}
    found = match(("images/k_1000.png", "masks/k.png"))
    assert found.pairs == {}


def test_the_only_mask_of_a_folder_is_that_of_all_its_images() -> None:
    paths = ("p1/t1.png", "p1/t2.png", "p1/seg.png", "p2/t1.png", "p2/t2.png", "p2/seg.png")
    assert paired(*paths) == {"p1/seg.png": paths[:2], "p2/seg.png": paths[3:5]}


def test_files_of_one_kind_pair_nothing() -> None:
    for paths in ((), ("a.png", "b.png"), ("masks/a.png",), ("images/a.png", "images/b.png")):
        assert not match(paths).pairs


def test_folders_that_all_share_say_nothing() -> None:
    assert paired("label masks/v1/images/1.png", "label masks/v1/masks/1.png")


def test_words_of_half_the_files_are_candidates() -> None:
    assert words_of_half(("mri/1.png", "tear/1.png")) == ("mri", "tear")
    assert words_of_half(("1.jpg", "1.png")) == (".jpg", ".png")
    assert words_of_half(("k1.png", "k1_tear.png", "k2.png", "k2_tear.png")) == (
        "1",
        "2",
        "tear",
    )
    assert words_of_half(()) == ()


STEMS = st.lists(st.from_regex(r"[a-z]{1,3}[0-9]{1,3}", fullmatch=True), max_size=6, unique=True)
PLACES = st.sampled_from(
    [
        ("images/{}.png", "masks/{}.png"),
        ("{}.png", "{}_mask.png"),
        ("a/{}_img.png", "a/{}_seg.nii.gz"),
        ("{}/image.png", "{}/label.png"),
    ]
)


@given(STEMS, PLACES, st.randoms(use_true_random=False))
def test_every_pair_is_found_in_any_order_and_none_is_crossed(
    stems: list[str], places: tuple[str, str], random: Random
) -> None:
    wanted = {places[1].format(stem): (places[0].format(stem),) for stem in stems}
    paths = [path for mask, images in wanted.items() for path in (mask, *images)]
    random.shuffle(paths)
    assert match(paths).pairs == wanted


@given(st.lists(st.from_regex(r"([a-z]{1,5}/)?[a-z_0-9]{1,8}\.png", fullmatch=True), unique=True))
def test_every_file_is_paired_once_or_left_over(paths: list[str]) -> None:
    found = match(paths)
    used = [*found.pairs, *(image for images in found.pairs.values() for image in images)]
    assert sorted([*used, *found.images, *found.masks]) == sorted(paths)
    assert set(found.loose) <= set(found.pairs)
