"""Which pictures of an archive are searched for text, and which are shown and how."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from condyle.datasets.archive import Archive
from condyle.datasets.check.look import look_at_case
from condyle.domain.case import Case, LabelledBox, Reference
from condyle.domain.data_report import Duplicate, Fault, Place, Text, TextSearch
from condyle.domain.study import Series, Study
from condyle.domain.volume import Volume
from condyle.workflows.data_pictures import (
    EXAMPLES,
    FAULTS,
    PAIRS,
    Chosen,
    PictureSource,
    chosen_pictures,
    pictures_of,
    searched_places,
)

SHAPE = (5, 20, 16)
BOX = LabelledBox((2, 2, 9, 9), ("tear",), slice=4)
NO_TEXT = TextSearch(0, 0)


def volume(seed: int) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(100, 20, SHAPE).astype(np.float32)


def case(number: int, *, series: int = 1, reference: Reference | None = None) -> Case:
    made = tuple(
        Series(stem=f"s{k}", load=lambda k=k: Volume(volume(100 * number + k)), shape=SHAPE)
        for k in range(series)
    )
    said = reference or Reference(grades={"study": {"acl": int(number == 17)}})
    return Case(f"c{number}", f"p{number}", Study(None, made), said)


def source_of(*cases: Case) -> PictureSource:
    archive = Archive("made", cases, labels={"acl": ("no", "yes")})
    return PictureSource(archive, [look_at_case(one, archive=archive) for one in cases])


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def chosen_of(source: PictureSource, **given: object) -> Chosen:
    asked = {"duplicates": (), "faults": (), "rng": rng()} | given
    return chosen_pictures(source, **asked)


# ---- what is chosen -------------------------------------------------------------------


def test_examples_are_of_different_cases_and_show_the_rare_label() -> None:
    source = source_of(*(case(n) for n in range(40)))
    chosen = chosen_of(source)
    shown = [place.case for place, _ in chosen.examples]
    assert len(set(shown)) == len(shown) == EXAMPLES
    assert "c17" in shown
    notes = {place.case: note for place, note in chosen.examples}
    assert notes["c17"] == "acl: yes"
    assert {note for name, note in notes.items() if name != "c17"} == {"acl: no"}


def test_a_case_whose_images_cannot_be_read_is_no_example() -> None:
    broken = Series(stem="s0", load=lambda: (_ for _ in ()).throw(OSError("gone")), shape=SHAPE)
    source = source_of(case(1), replace(case(2), study=Study(None, (broken,))))
    assert [place.case for place, _ in chosen_of(source).examples] == ["c1"]
    assert source.count == 1


def test_few_pictures_of_each_fault_are_shown() -> None:
    source = source_of(case(1))
    place = Place("c1", "p1", "s0")
    many = [Fault(f"code-{k // 10}", place) for k in range(90)]
    kept = chosen_of(source, faults=many).faults
    assert len(kept) == FAULTS
    assert max(Counter(fault.code for fault in kept).values()) == 4


def test_all_that_will_be_shown_is_listed_once() -> None:
    source = source_of(case(1), case(2))
    first, second = Place("c1", "p1", "s0", 1), Place("c2", "p2", "s0", 1)
    pair = Duplicate(first, second, True, "as-it-is", 1.0)
    chosen = chosen_of(source, duplicates=[pair] * (PAIRS + 3), faults=[Fault("x", first)])
    assert len(chosen.duplicates) == PAIRS
    assert sorted(chosen.places, key=repr) == sorted(
        {first, second, *(place for place, _ in chosen.examples)}, key=repr
    )


# ---- what is searched -----------------------------------------------------------------


def test_what_is_shown_is_searched_first_and_patients_take_turns() -> None:
    source = source_of(*(case(n, series=3) for n in range(30)))
    chosen = chosen_of(source)
    places = searched_places(source.looks, chosen, rng=rng(), most=60)
    assert list(places[: len(chosen.places)]) == list(chosen.places)
    assert len(places) == 60
    rest = Counter(place.patient for place in places)
    assert set(rest) == {f"p{n}" for n in range(30)}
    assert max(rest.values()) <= 3


def test_a_series_is_searched_on_one_slice() -> None:
    source = source_of(case(1))
    faulty = Fault("box-tiny", Place("c1", "p1", "s0", 4))
    places = searched_places(source.looks, chosen_of(source, faults=[faulty]), rng=rng(), most=60)
    assert [(place.series, place.slice) for place in places] == [("s0", None)]


def test_no_picture_is_searched_where_none_is_asked_for() -> None:
    source = source_of(case(1))
    assert searched_places(source.looks, chosen_of(source), rng=rng(), most=0) == ()


# ---- what is shown --------------------------------------------------------------------


def test_text_is_covered_on_every_slice_of_its_series() -> None:
    """It was searched for on one slice, and stands on all."""
    source = source_of(case(1))
    fault = Fault("image-odd", Place("c1", "p1", "s0", 4))
    found = Text(Place("c1", "p1", "s0", 2), (1.0, 1.0, 5.0, 9.0), 8)
    pictures = pictures_of(
        source, chosen_of(source, faults=[fault]), text=TextSearch(1, 1, (found, found))
    )
    assert pictures.faults[0][1].hidden == (found.box, found.box)
    assert pictures.examples[0].hidden == (found.box, found.box)
    assert len(pictures.texts) == 1


def test_a_mask_is_shown_on_the_slice_that_holds_most_of_it() -> None:
    mask = np.zeros(SHAPE, np.uint8)
    mask[3, 2:9, 2:9] = 1
    mask[1, 2:4, 2:4] = 1
    source = source_of(case(1, reference=Reference(masks={"s0": mask})))
    fault = Fault("mask-rectangle", Place("c1", "p1", "s0"))
    shown = pictures_of(source, chosen_of(source, faults=[fault]), text=NO_TEXT).faults[0][1]
    assert shown.place.slice == 3
    assert shown.mask is not None
    assert shown.mask.sum() == 49


@pytest.mark.parametrize(("slice_", "boxes"), [(4, 1), (0, 0), (9, 0), (-1, 0)])
def test_a_box_is_shown_on_its_slice_and_one_on_none_still_shows_the_series(
    slice_: int, boxes: int
) -> None:
    source = source_of(case(1, reference=Reference(boxes={"s0": (BOX,)})))
    fault = Fault("box-slice", Place("c1", "p1", "s0", slice_))
    shown = pictures_of(source, chosen_of(source, faults=[fault]), text=NO_TEXT).faults[0][1]
    assert len(shown.boxes) == boxes
    assert shown.pixels.shape == SHAPE[1:]


def test_an_example_shows_the_slice_with_most_marked_and_else_the_middle_one() -> None:
    mask = np.zeros(SHAPE, np.uint8)
    empty = Reference(masks={"s0": mask.copy()})
    mask[4, 2:9, 2:9] = 1
    cases = [
        case(1, reference=Reference(masks={"s0": mask})),
        case(2, reference=Reference(boxes={"s0": (BOX,)})),
        case(3, reference=empty),
        case(4),
    ]
    source = source_of(*cases)
    shown = pictures_of(source, chosen_of(source), text=NO_TEXT).examples
    assert {one.place.case: one.place.slice for one in shown} == {
        "c1": 4,
        "c2": 4,
        "c3": 2,
        "c4": 2,
    }


def test_a_mask_of_another_size_is_left_out_of_its_picture() -> None:
    odd = Reference(masks={"s0": np.ones((5, 7, 7), np.uint8)})
    source = source_of(case(1, reference=odd))
    fault = Fault("mask-size", Place("c1", "p1", "s0"))
    shown = pictures_of(source, chosen_of(source, faults=[fault]), text=NO_TEXT).faults[0][1]
    assert shown.mask is None
    assert shown.pixels.std() > 10


def test_pairs_are_shown_without_what_is_marked_on_them() -> None:
    reference = Reference(
        masks={"s0": np.ones(SHAPE, np.uint8)}, boxes={"s0": (replace(BOX, slice=1),)}
    )
    source = source_of(case(1, reference=reference), case(2))
    pair = Duplicate(Place("c1", "p1", "s0", 1), Place("c2", "p2", "s0", 1), True, "as-it-is", 1.0)
    pictures = pictures_of(source, chosen_of(source, duplicates=[pair]), text=NO_TEXT)
    ((_, first, second),) = pictures.duplicates
    assert (first.mask, first.boxes, second.mask) == (None, (), None)
    assert not np.array_equal(first.pixels, second.pixels)


def test_pixels_are_shown_at_even_contrast_and_a_blank_picture_as_black() -> None:
    blank = Series(stem="s0", load=lambda: Volume(np.full(SHAPE, 7, np.float32)), shape=SHAPE)
    source = source_of(case(1), replace(case(2), study=Study(None, (blank,))))
    shown = {
        one.place.case: one for one in pictures_of(source, chosen_of(source), text=NO_TEXT).examples
    }
    assert (shown["c1"].pixels.min(), shown["c1"].pixels.max()) == (0, 255)
    assert shown["c2"].pixels.max() == 0
