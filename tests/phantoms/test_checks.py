"""What cannot be simulated is refused before anything is drawn."""

from __future__ import annotations

import numpy as np
import pytest

from condyle.errors import UsageError
from condyle.phantoms import LumbarParameters, lumbar_phantom
from condyle.phantoms.checks import check_parameters
from condyle.phantoms.patient import LEVELS
from condyle.phantoms.signal import SpinEcho

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    "wrong",
    [
        {"slices": 0},
        {"slices": -1},
        {"slices": 2.5},
        {"slices": 100_000},
        {"matrix": 0},
        {"matrix": 31},
        {"matrix": 448.0},
        {"matrix": 1 << 20},
        {"pixel_mm": 0.0},
        {"pixel_mm": -1.0},
        {"pixel_mm": NAN},
        {"pixel_mm": INF},
        {"thickness_mm": 0.0},
        {"thickness_mm": -4.0},
        {"gap_mm": -9.0},
        {"gap_mm": NAN},
        {"noise": -0.1},
        {"noise": NAN},
        {"noise": 7.0},
        {"supersampling": 0},
        {"supersampling": 1000},
        {"matrix": 2048, "supersampling": 16},
        {"planes": 0},
        {"planes": -2},
        {"t1_sequence": SpinEcho(-500.0, 10.0)},
        {"t1_sequence": SpinEcho(0.0, 10.0)},
        {"t2_sequence": SpinEcho(3000.0, -1000.0)},
        {"t2_sequence": SpinEcho(3000.0, NAN)},
        {"t2_sequence": SpinEcho(INF, 100.0)},
        {"slips_mm": {"L4-L5": NAN}},
        {"slips_mm": {"L4-L5": 500.0}},
        {"slips_mm": {"L4-L5": -36.0}},
        {"herniations_mm": {"L4-L5": -5.0}},
        {"herniations_mm": {"L4-L5": INF}},
        {"grades": {"L4-L5": 0}},
        {"grades": {"L4-L5": 2.5}},
        {"grades": {"l4-l5": 2}},
    ],
    ids=str,
)
def test_a_number_that_cannot_be_is_refused_in_four_lines(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError) as caught:
        lumbar_phantom(1, parameters=LumbarParameters(**wrong))
    assert len(caught.value.lines()) == 4
    assert caught.value.exit_status == 2


def test_all_that_is_wrong_is_told_at_once_with_what_it_should_be() -> None:
    wrong = LumbarParameters(slices=0, noise=-1.0, slips_mm={"L4-L5": 99.0})
    with pytest.raises(UsageError) as caught:
        check_parameters(wrong)
    for name in ("slices 0", "noise -1.0", "slip at L4-L5 99.0"):
        assert name in caught.value.found
    assert "slices a whole number of 1 to 512" in caught.value.needed


@pytest.mark.parametrize(
    "right",
    [
        {},
        {"slices": 1, "planes": 1, "supersampling": 1},
        {"field_t": 3.0},
        {"noise": 0.0, "gap_mm": 0.0},
        {"slips_mm": dict.fromkeys(LEVELS, -3.0)},
        {"herniations_mm": dict.fromkeys(LEVELS, 0.0)},
        {"grades": dict.fromkeys(LEVELS, 5)},
    ],
    ids=str,
)
def test_what_can_be_simulated_passes(right: dict[str, object]) -> None:
    check_parameters(LumbarParameters(**right))


def test_a_field_of_view_without_a_vertebra_gives_finite_images() -> None:
    tiny = LumbarParameters(slices=1, matrix=32, pixel_mm=0.1, planes=1, supersampling=1)
    phantom = lumbar_phantom(np.random.default_rng(1), parameters=tiny)
    assert np.isfinite(phantom.t1.array).all()
    assert np.isfinite(phantom.t2.array).all()
    assert phantom.levels == ()


@pytest.mark.parametrize("seed", [1, 2, 5])
def test_the_midsagittal_slice_is_one_of_the_slices(seed: int) -> None:
    thin = LumbarParameters(
        slices=1, matrix=48, pixel_mm=6.0, planes=1, supersampling=1, thickness_mm=0.5, gap_mm=0.0
    )
    assert lumbar_phantom(seed, parameters=thin).midsagittal == 0
