"""The control of labels that belong to nobody."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from condyle.domain.case import Case, LabelledBox, Reference
from condyle.domain.study import Study
from condyle.workflows.training.shuffled import shuffled


def case(number: int) -> Case:
    name = f"p{number // 2}"
    mask = np.zeros((1, 4, 4 + 4 * (number % 2)), dtype=np.uint8)
    mask[0, 0, : number % 4] = 1
    torn = number // 2 % 3
    boxes = (LabelledBox((0, 0, 2, 2), (f"label-{number}",)), LabelledBox((2, 2, 4, 4), ()))
    return Case(
        id=f"{name}-{number}",
        patient=name,
        study=Study(None, ()),
        reference=Reference(
            masks={"s": mask},
            grades={"study": {"tear": torn}, "s": {"shown": number % 2}},
            boxes={"s": boxes},
        ),
    )


CASES = [case(number) for number in range(40)]


@pytest.fixture(name="dealt")
def _dealt() -> tuple[Case, ...]:
    return shuffled(CASES, rng=np.random.default_rng(1))


def of(cases, read) -> list:
    return [read(c.reference) for c in cases]


@pytest.mark.parametrize(
    "read",
    [
        lambda r: r.grades["study"]["tear"],
        lambda r: r.grades["s"]["shown"],
        lambda r: tuple(box.labels for box in r.boxes["s"]),
        lambda r: int(r.masks["s"].sum()),
    ],
)
def test_nothing_is_where_it_was_for_most(dealt, read) -> None:
    before, after = of(CASES, read), of(dealt, read)
    moved = sum(a != b for a, b in zip(before, after, strict=True))
    assert moved > 0.25 * len(CASES)


def test_what_is_frequent_stays_as_frequent(dealt) -> None:
    for read in (lambda r: r.grades["study"]["tear"], lambda r: int(r.masks["s"].sum())):
        assert Counter(of(dealt, read)) == Counter(of(CASES, read))
    labels = [label for c in dealt for b in c.reference.boxes["s"] for label in b.labels]
    assert sorted(labels) == sorted(f"label-{n}" for n in range(40))


def test_cases_patients_units_boxes_and_sizes_stay(dealt) -> None:
    for before, after in zip(CASES, dealt, strict=True):
        assert (after.id, after.patient, after.study) == (before.id, before.patient, before.study)
        assert set(after.reference.grades) == set(before.reference.grades)
        assert after.reference.masks["s"].shape == before.reference.masks["s"].shape
        places = [[box.box for box in c.reference.boxes["s"]] for c in (before, after)]
        assert places[0] == places[1]


def test_the_cases_of_a_patient_take_the_labels_of_one_patient(dealt) -> None:
    for patient in {c.patient for c in dealt}:
        assert (
            len({c.reference.grades["study"]["tear"] for c in dealt if c.patient == patient}) == 1
        )


def test_the_same_draw_deals_alike() -> None:
    one, again = (shuffled(CASES, rng=np.random.default_rng(7)) for _ in range(2))
    assert [c.reference.grades for c in one] == [c.reference.grades for c in again]


def test_an_archive_without_references_stays_as_it_is() -> None:
    bare = [
        Case("a", "a", Study(None, ()), Reference()),
        Case("b", "b", Study(None, ()), Reference()),
    ]
    assert list(shuffled(bare, rng=np.random.default_rng(1))) == bare
