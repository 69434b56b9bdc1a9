"""Simulated knees against label maps of real ones, measured in the same way."""

from __future__ import annotations

import importlib.util
import os
import sys
from functools import lru_cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from condyle.phantoms.knee_lesions import KneeLesions
from condyle.phantoms.knee_measure import KneeBlock, knee_block, measure_knee
from condyle.phantoms.knee_painting import patient_knee
from condyle.phantoms.knee_person import draw_knee
from condyle.phantoms.knee_structures import KneeStructure
from condyle.phantoms.simulated import Person, Sex

S = KneeStructure
STEP_MM = 2.0
MARGIN = 0.2
"""How far beyond the least and greatest of twenty simulated knees a real one may lie."""

WIDER = {
    # Outlined as one layer with what lies on it in one of the two, and thin in the other.
    "lateral tibial cartilage, ml": 0.8,
    "patellar cartilage, ml": 0.5,
    "patellar cartilage, mm": 0.4,
}


@pytest.fixture(scope="module")
def pages() -> ModuleType:
    path = Path(__file__).parents[2] / "docs" / "make_knee_pages.py"
    spec = importlib.util.spec_from_file_location("make_knee_pages", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up by its name.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@lru_cache(maxsize=1)
def simulated() -> tuple[dict[str, float], ...]:
    sexes: tuple[Sex, Sex] = ("M", "F")
    people = (Person(20 + 2 * seed, sexes[seed % 2], 1.5, "left") for seed in range(20))
    return tuple(
        measure_knee(
            knee_block(
                patient_knee(draw_knee(np.random.default_rng(seed), person), KneeLesions()),
                step_mm=STEP_MM,
            )
        )
        for seed, person in enumerate(people)
    )


@pytest.mark.needs("data")
@pytest.mark.parametrize("number", [0, 1])
def test_a_real_knee_lies_among_simulated_ones(pages: ModuleType, number: int) -> None:
    folder = Path(os.environ["CONDYLE_TEST_DATA"]) / "knee-labelmaps"
    real = measure_knee(pages.real_block(folder, pages.REAL[number], STEP_MM))
    assert len(real) >= 14
    far = {}
    for name, value in real.items():
        values = [one[name] for one in simulated()]
        margin = WIDER.get(name, MARGIN)
        if not min(values) * (1 - margin) <= value <= max(values) * (1 + margin):
            far[name] = (value, min(values), max(values))
    assert not far


def block_of(structures: np.ndarray) -> KneeBlock:
    nothing = np.zeros_like(structures)
    return KneeBlock(structures, nothing, nothing, (-10.0, -10.0, -10.0), 0.5)


def test_a_slab_has_the_volume_extent_and_thickness_that_it_was_given() -> None:
    array = np.zeros((40, 30, 40), np.uint8)
    array[:, :, 5:15] = int(S.FEMUR)
    array[:, :, 15:20] = int(S.FEMORAL_CARTILAGE)
    block = block_of(array)
    assert block.volume_ml(S.FEMUR) == pytest.approx(20.0 * 15.0 * 5.0 / 1000.0)
    assert block.extent_mm(S.FEMORAL_CARTILAGE) == pytest.approx((20.0, 15.0, 2.5))
    assert block.extent_mm(S.ACL) == (0.0, 0.0, 0.0)
    # The free surface is the top but for the ends of the slab, where it is cut.
    inner = block_of(np.pad(array, ((1, 1), (1, 1), (0, 0)), mode="edge"))
    assert 1.5 < inner.thickness_mm(S.FEMORAL_CARTILAGE, S.FEMUR) <= 2.5
    assert inner.thickness_mm(S.PATELLAR_CARTILAGE, S.PATELLA) == 0.0


def test_the_length_of_an_oblique_rod_is_that_along_it() -> None:
    array = np.zeros((60, 60, 60), np.uint8)
    steps = np.arange(5, 55)
    array[steps, steps, steps] = int(S.ACL)
    assert block_of(array).length_mm(S.ACL) == pytest.approx(49 * 0.5 * 3**0.5, rel=1e-6)
    assert block_of(array).length_mm(S.PCL) == 0.0


def test_a_part_between_two_heights_keeps_its_place() -> None:
    array = np.zeros((4, 4, 40), np.uint8)
    array[:, :, 20:] = int(S.FEMUR)
    part = block_of(array).between(-1.0, 3.0)
    assert part.structures.shape == (4, 4, 8)
    assert part.origin_mm == (-10.0, -10.0, -1.0)
    assert part.volume_ml(S.FEMUR) == pytest.approx(4 * 4 * 6 * 0.125 / 1000.0)


def test_what_a_block_does_not_hold_is_not_measured() -> None:
    array = np.zeros((8, 8, 120), np.uint8)
    array[2:5, 2:5, 30:40] = int(S.ACL)
    assert set(measure_knee(block_of(array))) == {
        "anterior cruciate ligament, ml",
        "length of the anterior cruciate, mm",
    }
