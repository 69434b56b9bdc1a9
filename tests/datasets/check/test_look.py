"""An archive is read once, a case at a time, and little is kept of it."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from condyle.datasets.check.look import (
    RECOGNISED,
    CaseLook,
    FileFormats,
    file_formats,
    look_at_case,
)
from condyle.domain.case import Case, LabelledBox, Reference
from condyle.domain.study import Study
from condyle.errors import DatasetError


def look(planted: Any, number: int = 0, **given: Any) -> CaseLook:
    archive = planted.archive()
    return look_at_case(archive.cases[number], archive=archive, **given)


def test_a_clean_case_has_no_fault_and_keeps_its_header_and_prints(planted: Any) -> None:
    found = look(planted)
    assert (found.faults, found.unreadable, found.masks) == ((), (), ())
    (series,) = found.series
    assert series.shape == (1, 96, 80)
    assert series.header.words["matrix size"] == {"96 x 80"}
    assert [item.place.slice for item in series.prints] == [None]
    assert series.prints[0].seen is not None


def test_a_file_format_that_is_known_is_kept(planted: Any) -> None:
    found = look(planted, formats=FileFormats({"image-0": ((frozenset(), "jpg"),)}))
    assert found.series[0].header.words["file format"] == {"jpg"}


def test_an_image_that_cannot_be_read_is_listed_and_the_rest_is_read(planted: Any) -> None:
    planted.broken = {0}
    found = look(planted)
    assert found.unreadable == (("image-0", "a PNG that ends too early"),)
    assert found.series == ()
    assert look(planted, 1).series


def test_slices_of_a_volume_are_all_compared_and_some_recognised(planted: Any) -> None:
    planted.slices, planted.patients = 20, 1
    prints = look(planted).series[0].prints
    assert [item.place.slice for item in prints] == list(range(20))
    seen = [item.place.slice for item in prints if item.seen is not None]
    assert len(seen) == RECOGNISED
    assert (min(seen), max(seen)) == (1, 18)


def test_blank_slices_are_not_compared_and_a_blank_image_is_a_fault(
    planted: Any, texture: Any
) -> None:
    volume = texture(0, slices=3).copy()
    volume[1] = 9
    planted.pixels = {0: volume, 1: np.full((1, 96, 80), 3, np.float32)}
    assert [item.place.slice for item in look(planted).series[0].prints] == [0, 2]
    assert [fault.code for fault in look(planted, 1).faults] == ["image-blank"]


def test_pixels_that_are_no_numbers_are_a_fault(planted: Any, texture: Any) -> None:
    planted.pixels = {0: np.where(texture(0) > 200, np.nan, texture(0)).astype(np.float32)}
    assert [fault.code for fault in look(planted).faults] == ["image-not-finite"]


def test_masks_and_boxes_are_judged_by_the_size_of_the_image(planted: Any) -> None:
    planted.masks = {0: np.ones((1, 48, 40), np.uint8)}
    planted.boxes = {0: (LabelledBox((90, 10, 120, 30), ("slip",)),)}
    codes = [fault.code for fault in look(planted).faults]
    assert sorted(codes) == ["box-outside", "mask-size", "mask-spread"]


class BrokenMasks(Mapping[str, NDArray[np.uint8]]):
    """Masks on demand of which none can be read."""

    def __getitem__(self, stem: str) -> NDArray[np.uint8]:
        raise DatasetError("A mask cannot be read.", found="a file that ends too early")

    def __iter__(self) -> Iterator[str]:
        return iter(["image-0"])

    def __len__(self) -> int:
        return 1


def test_a_mask_that_cannot_be_read_is_listed(planted: Any) -> None:
    archive = planted.archive()
    case = archive.cases[0]
    object.__setattr__(case.reference, "masks", BrokenMasks())
    found = look_at_case(case, archive=archive)
    assert found.unreadable == (("mask of image-0", "a file that ends too early"),)


def test_an_error_of_the_system_tells_its_kind_and_no_path(planted: Any) -> None:
    archive = planted.archive()

    def gone() -> None:
        raise FileNotFoundError(2, "no such file", "/scans/jane-doe.png")

    series = archive.cases[0].study.series[0]
    object.__setattr__(series, "load", gone)
    found = look_at_case(archive.cases[0], archive=archive)
    assert found.unreadable == (("image-0", "FileNotFoundError"),)


def test_little_is_kept_of_a_large_volume(planted: Any, texture: Any) -> None:
    planted.pixels = {0: np.tile(texture(0, slices=2), (20, 3, 3))}
    archive = planted.archive()
    tracemalloc.start()
    found = look_at_case(archive.cases[0], archive=archive)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found.series[0].prints) == 40
    assert kept < 0.05 * planted.pixels[0].nbytes


def test_the_format_of_a_stem_is_known_where_its_images_or_those_of_the_case_share_one(
    tmp_path: Path,
) -> None:
    (tmp_path / "sick").mkdir()
    for name in ("sick/a.jpg", "b.png", "c.png", "sick/c.jpg", "sick/b.png"):
        Image.new("L", (4, 4)).save(tmp_path / name)
    (tmp_path / "sick" / "a.xml").write_text("<annotation/>")
    formats = file_formats(tmp_path)
    case = Case("sick", "p1", Study(None, ()), Reference())
    other = replace(case, id="well")
    assert [formats.of(case, stem) for stem in "abcd"] == ["jpg", "png", "jpg", ""]
    assert [formats.of(other, stem) for stem in "abcd"] == ["jpg", "png", "", ""]


@pytest.mark.parametrize("name", ["readme.txt", "labels.csv"])
def test_what_is_no_image_has_no_format(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("x")
    assert file_formats(tmp_path).files == {}
