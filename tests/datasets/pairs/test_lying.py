"""Image and mask pairs are found whatever plausible way they lie, without an option."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from condyle.datasets.layouts import layout_of, open_archive
from condyle.datasets.pairs import is_pairs

COUNT = 13

Places = Callable[[int, str], tuple[str, str]]


def number(n: int, digits: int = 3) -> str:
    return f"{n:0{digits}d}"


WAYS: dict[str, Places] = {
    "images-masks": lambda n, s: (f"images/{number(n)}.png", f"masks/{number(n)}.png"),
    "images-labels": lambda n, s: (f"images/k{n}.png", f"labels/k{n}.png"),
    "image-mask-singular": lambda n, s: (f"image/{n}.png", f"mask/{n}.png"),
    "capitals": lambda n, s: (f"Images/IM_{number(n)}.png", f"Masks/IM_{number(n)}.png"),
    "a-wrapping-folder": lambda n, s: (f"knee_masks/images/{n}.png", f"knee_masks/masks/{n}.png"),
    "mask-names-say-so-too": lambda n, s: (f"images/s{n}.png", f"masks/s{n}_mask.png"),
    "mask-names-begin-so": lambda n, s: (f"images/{n}.png", f"masks/mask_{n}.png"),
    "both-names-say-what": lambda n, s: (f"images/image_{n}.png", f"masks/mask_{n}.png"),
    "img-in-both": lambda n, s: (f"images/img_{n}.png", f"masks/img_{n}.png"),
    "label-in-both": lambda n, s: (f"images/label_{n}.png", f"masks/label_{n}.png"),
    "nnunet": lambda n, s: (
        f"imagesTr/knee_{number(n)}_0000.png",
        f"labelsTr/knee_{number(n)}.png",
    ),
    "nnunet-flat": lambda n, s: (f"images/k{number(n)}_0000.png", f"labels/k{number(n)}.png"),
    "side-by-side": lambda n, s: (f"knee{n}.png", f"knee{n}_mask.png"),
    "side-by-side-dash": lambda n, s: (f"knee-{n}.png", f"knee-{n}-label.png"),
    "side-by-side-seg": lambda n, s: (f"{n}_img.png", f"{n}_seg.png"),
    "side-by-side-dot": lambda n, s: (f"{number(n)}.png", f"{number(n)}.mask.png"),
    "side-by-side-welded": lambda n, s: (f"knee{n}.png", f"knee{n}mask.png"),
    "side-by-side-in-images": lambda n, s: (f"images/{n}.png", f"images/{n}_mask.png"),
    "a-folder-each": lambda n, s: (f"p{number(n)}/image.png", f"p{number(n)}/mask.png"),
    "a-folder-each-named": lambda n, s: (f"{n}/t2_sag.png", f"{n}/t2_sag_gt.png"),
    "a-folder-each-odd": lambda n, s: (f"pat{n}/sagittal.png", f"pat{n}/lesion_mask.png"),
    "a-folder-each-two": lambda n, s: (f"p{n}/images/s.png", f"p{n}/masks/s.png"),
    "ground-truth": lambda n, s: (f"Original/{n}.png", f"Ground Truth/{n}.png"),
    "named-masks": lambda n, s: (f"sagittal/{n}.png", f"acl_tear_masks/{n}.png"),
    "numbers-alone": lambda n, s: (f"images/knee {n}.png", f"masks/tear ({n}).png"),
    "no-word-in-folders": lambda n, s: (f"mri/{n}.png", f"tear/{n}.png"),
    "no-word-in-names": lambda n, s: (f"knee{n}.png", f"knee{n}_tear.png"),
    "endings-alone": lambda n, s: (f"knee/{n}.tif", f"knee/{n}.png"),
    "split-above": lambda n, s: (f"{s}/images/{n}.png", f"{s}/masks/{n}.png"),
    "split-below": lambda n, s: (f"images/{s}/{n}.png", f"masks/{s}/{n}.png"),
    "split-in-name": lambda n, s: (f"{s}_images/{n}.png", f"{s}_masks/{n}.png"),
    "split-nnunet": lambda n, s: (
        f"images{'Tr' if s == 'train' else 'Ts'}/k_{number(n)}_0000.png",
        f"labels{'Tr' if s == 'train' else 'Ts'}/k_{number(n)}.png",
    ),
    "split-side-by-side": lambda n, s: (f"{s}/{n}.png", f"{s}/{n}_mask.png"),
}


def side(n: int) -> str:
    return "train" if n < 9 else "valid" if n < 11 else "test"


@pytest.mark.parametrize("way", sorted(WAYS))
def test_every_pair_is_found(draw: Any, way: str) -> None:
    for n in range(COUNT):
        image, mask = WAYS[way](n, side(n))
        draw.pair(image, mask, n)
    assert layout_of(draw.root) == "pairs"
    archive = open_archive(draw.root)
    assert len(archive.cases) == COUNT
    assert len({case.id for case in archive.cases}) == COUNT
    assert len({case.patient for case in archive.cases}) == COUNT, archive.notes
    assert archive.structures == ("background", "lesion")
    assert not archive.unreadable and not archive.leaks
    drawn = sorted(draw.mask_of(case).tobytes() for case in archive.cases)
    assert drawn == sorted(draw.spot(n).tobytes() for n in range(COUNT))
    if way.startswith("split"):
        counts = [
            list(archive.sides.values()).count(one) for one in ("train", "validation", "test")
        ]
        assert counts == ([9, 0, 4] if "nnunet" in way else [9, 2, 2])
    else:
        assert archive.sides == {}


@pytest.mark.parametrize("way", sorted(WAYS))
def test_each_image_is_under_its_own_mask(draw: Any, way: str) -> None:
    for n in range(COUNT):
        image, mask = WAYS[way](n, side(n))
        draw.pair(image, mask, n)
    for case in open_archive(draw.root).cases:
        (series,) = case.study.series
        picture = series.load().array[0]
        (seed,) = [n for n in range(COUNT) if np.array_equal(draw.shades(n), picture)]
        assert np.array_equal(case.reference.masks[series.stem], draw.spot(seed)[None])


LISTS: dict[str, Callable[[int], str]] = {
    "stems": lambda n: f"k{n}",
    "names": lambda n: f"k{n}.png",
    "paths": lambda n: f"images/k{n}.png",
    "dotted-paths": lambda n: f"./images/k{n}.png",
    "two-columns": lambda n: f"images/k{n}.png masks/k{n}.png",
    "two-columns-by-comma": lambda n: f"images/k{n}.png,masks/k{n}.png",
    "of-another-machine": lambda n: f"/data/knee/images/k{n}.png",
    "of-windows": lambda n: f"D:\\knee\\images\\k{n}.png",
    "masks": lambda n: f"masks/k{n}.png",
    "numbered": lambda n: f"{n}\tk{n}.png",
    "quoted": lambda n: f'"k{n}.png"',
}


@pytest.mark.parametrize("way", sorted(LISTS))
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_lists_of_the_split_are_read_as_they_are_written(draw: Any, way: str, ending: str) -> None:
    names = {"train": "train.txt", "valid": "val.txt", "test": "test.txt"}
    for n in range(COUNT):
        draw.pair(f"images/k{n}.png", f"masks/k{n}.png", n)
    for one, name in names.items():
        lines = [LISTS[way](n) for n in range(COUNT) if side(n) == one]
        (draw.root / name).write_bytes(ending.join([*lines, ""]).encode())
    archive = open_archive(draw.root)
    told = {case.id: archive.sides[case.patient] for case in archive.cases}
    assert told == {f"k{n}": side(n).replace("valid", "validation") for n in range(COUNT)}
    assert not archive.unreadable
    assert any("train.txt" in note for note in archive.notes)


@pytest.mark.parametrize(
    "names",
    [
        ("train.txt", "valid.txt", "test.txt"),
        ("train.txt", "validation.txt", "test.txt"),
        ("splits/train_list.txt", "splits/val_list.txt", "splits/test_list.txt"),
        ("ImageSets/Segmentation/train.txt", "ImageSets/Segmentation/val.txt", "test_ids.lst"),
        ("train.csv", "val.csv", "test.csv"),
    ],
)
def test_lists_of_the_split_may_have_several_names(draw: Any, names: tuple[str, ...]) -> None:
    for n in range(COUNT):
        draw.pair(f"images/k{n}.png", f"masks/k{n}.png", n)
    for one, name in zip(("train", "valid", "test"), names, strict=True):
        path = draw.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        listed = [f"k{n}.png" for n in range(COUNT) if side(n) == one]
        path.write_text("\n".join((["image"] if name.endswith("csv") else []) + listed))
    archive = open_archive(draw.root)
    sides = list(archive.sides.values())
    assert [sides.count(one) for one in ("train", "validation", "test")] == [9, 2, 2]
    assert not archive.unreadable


def test_110_slices_of_mixed_sizes_with_lists_are_read_without_an_option(draw: Any) -> None:
    for n in range(110):
        draw.pair(f"images/knee_{n:03d}.png", f"masks/knee_{n:03d}.png", n)
    order = np.random.default_rng(1).permutation(110)
    for name, part in zip(("train", "val", "test"), np.split(order, [77, 93]), strict=True):
        (draw.root / f"{name}.txt").write_text("\n".join(f"knee_{n:03d}" for n in part))
    archive = open_archive(draw.root)
    sides = list(archive.sides.values())
    assert [sides.count(one) for one in ("train", "validation", "test")] == [77, 16, 17]
    assert archive.structures == ("background", "lesion")
    assert all(case.study.series[0].spacing is None for case in archive.cases)
    assert "NOTHING SAYS WHOSE" in archive.notes[0]


def test_a_folder_of_class_folders_is_none_of_pairs(draw: Any) -> None:
    for n in range(3):
        draw.save(f"T1/tear/{n}.png", draw.shades(n))
        draw.save(f"T1/normal/{n}.png", draw.shades(n + 3))
    assert not is_pairs(draw.root)
