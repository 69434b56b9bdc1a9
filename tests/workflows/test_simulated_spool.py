"""Cases that are put aside on disk load as they were, and are made one at a time."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from condyle.domain.case import Case, Reference
from condyle.domain.study import Series, Study
from condyle.domain.volume import Volume
from condyle.errors import OutputError
from condyle.workflows.simulated_spool import spooled

AFFINE = np.diag([3.0, 2.0, 1.0, 1.0])


def case(number: int, stems: tuple[str, ...] = ("t1", "t2")) -> Case:
    def of(seed: int) -> Volume:
        array = np.random.default_rng(seed).random((2, 4, 5), np.float32)
        return Volume(array, (3.0, 2.0, 1.0), AFFINE)

    volumes = {stem: of(number * 10 + index) for index, stem in enumerate(stems)}
    return Case(
        id=f"{number:04d}",
        patient=f"{number:04d}",
        study=Study(
            None,
            tuple(Series(stem, load=lambda v=v: v, shape=(2, 4, 5)) for stem, v in volumes.items()),
        ),
        reference=Reference(
            masks={stems[0]: np.full((2, 4, 5), number, np.uint8)},
            grades={"study": {"tear": number % 2}},
        ),
        covariates={"sex": "F"},
    )


def test_what_is_put_aside_loads_as_it_was(tmp_path: Path) -> None:
    for back, one in zip(
        spooled((case(n) for n in range(3)), tmp_path), map(case, range(3)), strict=True
    ):
        assert (back.id, back.patient, back.covariates) == (one.id, one.patient, one.covariates)
        assert back.reference.grades == one.reference.grades
        for stored, series in zip(back.study.series, one.study.series, strict=True):
            volume, source = stored.load(), series.load()
            np.testing.assert_array_equal(volume.array, source.array)
            assert volume.spacing == source.spacing
            assert volume.affine is not None
            np.testing.assert_array_equal(volume.affine, AFFINE)
        assert set(back.reference.masks) == set(one.reference.masks)
        for stem, mask in one.reference.masks.items():
            np.testing.assert_array_equal(back.reference.masks[stem], mask)
            assert back.reference.masks[stem].dtype == np.uint8


def test_nothing_of_a_case_is_held_when_the_next_is_made(tmp_path: Path) -> None:
    alive: list[weakref.ref[Case]] = []

    def cases() -> Iterator[Case]:
        for number in range(4):
            gc.collect()
            assert [one() for one in alive[:-1]] == [None] * len(alive[:-1])
            made = case(number)
            alive.append(weakref.ref(made))
            yield made

    assert len(spooled(cases(), tmp_path)) == 4


def test_two_cases_of_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    first, second = spooled([case(1), case(1, stems=("t2", "t1"))], tmp_path)
    a, b = first.study.series[0].load().array, second.study.series[1].load().array
    assert not np.array_equal(a, b)


def test_a_folder_that_is_not_there_is_told_in_four_lines(tmp_path: Path) -> None:
    with pytest.raises(OutputError) as caught:
        spooled([case(1)], tmp_path / "missing")
    assert len(caught.value.lines()) == 4
