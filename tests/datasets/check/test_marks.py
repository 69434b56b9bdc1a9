"""What is wrong with a mask or a box is named, and what is right raises nothing."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from condyle.datasets.check.marks import look_at_boxes, look_at_mask, repeated_masks
from condyle.domain.case import LabelledBox
from condyle.domain.data_report import Place

Mask = NDArray[np.uint8]
HERE = Place("c", "p", "s")
STRUCTURES = ("background", "disc", "vertebra")


def disc(slices: int = 1, value: int = 1, radius: float = 8) -> Mask:
    rows, columns = np.mgrid[:40, :50]
    marked = ((rows - 20) ** 2 + (columns - 25) ** 2 < radius**2).astype(np.uint8) * value
    return np.broadcast_to(marked, (slices, 40, 50)).astype(np.uint8)


def codes(mask: Mask, structures: tuple[str, ...] = STRUCTURES) -> list[str]:
    look = look_at_mask(mask, place=HERE, shape=(1, 40, 50), structures=structures)
    return [fault.code for fault in look.faults]


def test_a_mask_with_two_structures_is_no_fault() -> None:
    both = np.maximum(disc(), disc(value=2, radius=4))
    look = look_at_mask(both, place=HERE, shape=(1, 40, 50), structures=STRUCTURES)
    assert look.faults == ()
    assert look.values == (1, 2)
    assert look.share == pytest.approx(np.pi * 64 / 2000, rel=0.05)


def test_an_empty_mask_is_told_and_is_no_fault() -> None:
    look = look_at_mask(np.zeros((1, 40, 50), np.uint8), place=HERE, shape=(1, 40, 50))
    assert (look.values, look.share, look.digest, look.faults) == ((), 0.0, b"", ())


def test_a_label_spread_over_the_picture_is_no_mask() -> None:
    assert codes(np.ones((1, 40, 50), np.uint8)) == ["mask-spread"]
    nearly = np.ones((1, 40, 50), np.uint8)
    nearly[:, :3] = 0
    assert codes(nearly) == ["mask-spread"]


def test_a_mask_that_covers_one_slice_of_many_is_found() -> None:
    volume = np.zeros((5, 40, 50), np.uint8)
    volume[3] = 1
    look = look_at_mask(volume, place=HERE, shape=(5, 40, 50))
    assert [fault.detail for fault in look.faults] == ["100 % of a slice"]


def test_a_heat_map_is_no_mask() -> None:
    rows, columns = np.mgrid[:40, :50]
    heat = 255 * np.exp(-((rows - 20) ** 2 + (columns - 25) ** 2) / 100)
    assert codes(heat.astype(np.uint8)[None]) == ["mask-heat-map"]


def test_many_structures_side_by_side_are_no_heat_map() -> None:
    blocks = np.kron(np.arange(20).reshape(4, 5), np.ones((10, 10))).astype(np.uint8)
    assert codes(blocks[None], structures=()) == ["mask-spread"]


def test_a_value_that_names_no_structure_is_told() -> None:
    assert codes(disc(value=3)) == ["mask-value"]
    assert codes(disc(value=3), structures=()) == []


def test_a_mask_of_another_size_than_its_image_is_told() -> None:
    look = look_at_mask(disc(), place=HERE, shape=(1, 80, 100))
    assert [(f.code, f.detail) for f in look.faults] == [
        ("mask-size", "1 x 40 x 50 for an image of 1 x 80 x 100")
    ]


def test_a_filled_rectangle_is_told_and_a_thin_line_is_not() -> None:
    box = np.zeros((1, 40, 50), np.uint8)
    box[:, 5:15, 7:30] = 1
    assert codes(box) == ["mask-rectangle"]
    box[:, 6:15] = 0
    assert codes(box) == []


def test_the_same_mask_under_two_patients_is_told_and_empty_ones_are_not() -> None:
    def look(patient: str, mask: Mask) -> object:
        return look_at_mask(mask, place=Place("c", patient, "s"), shape=(1, 40, 50))

    empty = np.zeros((1, 40, 50), np.uint8)
    looks = [look("a", disc()), look("b", disc()), look("a", disc()), look("c", disc(radius=7))]
    found = repeated_masks([*looks, look("a", empty), look("b", empty)])
    assert [fault.place.patient for fault in found] == ["a", "b", "a"]
    assert found[0].detail == "the same under 2 patients"


@pytest.mark.parametrize(
    ("box", "slice_", "code"),
    [
        ((2, 2, 12, 12), 0, None),
        ((0, 0, 40.5, 50.5), 1, "box-spread"),
        ((2, 2, 12, 12), 2, "box-slice"),
        ((2, 2, 12, 12), -1, "box-slice"),
        ((12, 2, 2, 12), 0, "box-empty"),
        ((2, 12, 12, 12), 0, "box-empty"),
        ((-5, 2, 12, 12), 0, "box-outside"),
        ((30, 30, 45, 45), 0, "box-outside"),
        ((30, 30, 38, 60), 0, "box-outside"),
        ((2, 2, 5, 12), 0, "box-tiny"),
    ],
)
def test_a_box_is_judged_by_its_picture(
    box: tuple[float, float, float, float], slice_: int, code: str | None
) -> None:
    drawn = LabelledBox(box=box, labels=("slip",), slice=slice_)
    found = look_at_boxes([drawn], place=HERE, shape=(2, 40, 50))
    assert [fault.code for fault in found] == ([code] if code else [])
    assert all(fault.place.slice == slice_ and fault.detail for fault in found)


def test_how_far_a_box_is_over_the_edge_is_told() -> None:
    found = look_at_boxes(
        [LabelledBox(box=(30, 30, 38, 60), labels=())], place=HERE, shape=(1, 40, 50)
    )
    assert found[0].detail == "10 pixels over the edge"


def test_a_box_that_one_annotator_drew_twice_is_told_once() -> None:
    def drawn(annotator: str, labels: tuple[str, ...] = ("slip",)) -> LabelledBox:
        return LabelledBox(box=(2, 2, 12, 12), labels=labels, annotator=annotator)

    boxes = [drawn("a"), drawn("b"), drawn("a", ("tear",)), drawn("a")]
    found = look_at_boxes(boxes, place=HERE, shape=(1, 40, 50))
    assert [fault.code for fault in found] == ["box-twice"]
