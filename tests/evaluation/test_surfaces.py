import numpy as np
import pytest
from scipy.ndimage import binary_erosion
from scipy.spatial.distance import cdist

from condyle.errors import InputError
from condyle.evaluation import surfaces
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.cases import summarise_cases
from condyle.evaluation.surfaces import surface_distances, volume_difference_ml

SPACING = (3.0, 0.5, 0.7)


def ball(centre, radius, shape=(12, 40, 40)):
    grid = np.stack(np.meshgrid(*(np.arange(n) for n in shape), indexing="ij"), axis=-1)
    return (((grid - np.array(centre)) * np.array(SPACING)) ** 2).sum(axis=-1) <= radius**2


def by_all_pairs(found, truth):
    points = [
        np.argwhere(mask & ~binary_erosion(mask)) * np.array(SPACING) for mask in (found, truth)
    ]
    pairs = cdist(*points)
    return pairs.min(axis=1), pairs.min(axis=0)


@pytest.mark.parametrize("shift", [(0, 0, 0), (1, 3, 0), (0, -4, 5)])
def test_distances_agree_with_all_pairs_of_surface_voxels(shift):
    truth = ball((6, 20, 20), 6.0)
    found = ball(np.array((6, 20, 20)) + shift, 5.0)
    ours = surface_distances(found, truth, SPACING)
    one, other = by_all_pairs(found, truth)
    assert np.sort(ours.of_predicted) == pytest.approx(np.sort(one), abs=1e-9)
    assert np.sort(ours.of_reference) == pytest.approx(np.sort(other), abs=1e-9)
    expected = max(np.percentile(one, 95), np.percentile(other, 95))
    assert ours.hausdorff_mm() == pytest.approx(expected, abs=1e-9)
    assert ours.average_mm() == pytest.approx(np.concatenate([one, other]).mean(), abs=1e-9)
    within = np.concatenate([one, other]) <= 1.0
    assert ours.dice(1.0) == pytest.approx(within.mean(), abs=1e-12)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_the_tree_and_the_transform_measure_the_same(share, monkeypatch):
    one, other = ball((6, 20, 20), 6.0), ball((6, 23, 21), 5.0)
    as_is = surface_distances(one, other, SPACING)
    monkeypatch.setattr(surfaces, "FEW_OF_VOLUME", share)
    forced = surface_distances(one, other, SPACING)
    assert forced.of_predicted == pytest.approx(as_is.of_predicted, abs=1e-9)
    assert forced.of_reference == pytest.approx(as_is.of_reference, abs=1e-9)


def test_a_shift_along_an_axis_is_measured_in_its_spacing():
    truth = np.zeros((8, 8, 8), dtype=bool)
    truth[2:5, 2:5, 2:5] = True
    found = np.roll(truth, 1, axis=0)
    assert surface_distances(found, truth, SPACING).hausdorff_mm(100) == pytest.approx(3.0)


def test_the_same_mask_has_no_distance_and_full_surface_dice():
    mask = ball((6, 20, 20), 6.0)
    found = surface_distances(mask, mask, SPACING)
    assert (found.hausdorff_mm(), found.average_mm(), found.dice(0.0)) == (0.0, 0.0, 1.0)


def test_turning_the_masks_round_changes_nothing():
    one, other = ball((6, 20, 20), 6.0), ball((6, 22, 21), 5.0)
    a, b = surface_distances(one, other, SPACING), surface_distances(other, one, SPACING)
    assert a.hausdorff_mm() == b.hausdorff_mm()
    assert a.average_mm() == pytest.approx(b.average_mm())


def test_a_slice_is_measured_in_two_axes():
    one, other = np.eye(6, dtype=bool), np.roll(np.eye(6, dtype=bool), 1, axis=1)
    assert surface_distances(one, other, (1.0, 2.0)).hausdorff_mm(100) >= 1.0


def test_empty_masks_are_undefined_not_far():
    empty, full = np.zeros((4, 4)), np.ones((4, 4))
    missed = surface_distances(empty, full, (1.0, 1.0))
    assert np.isnan(missed.hausdorff_mm())
    assert np.isnan(missed.average_mm())
    assert missed.dice(1.0) == 0.0
    assert missed.predicted_empty
    assert not missed.reference_empty
    assert np.isnan(surface_distances(empty, empty, (1.0, 1.0)).dice(1.0))


def test_volume_differs_in_millilitres():
    found, truth = np.zeros((10, 10, 10)), np.zeros((10, 10, 10))
    found[:2] = 1
    truth[:1] = 1
    assert volume_difference_ml(found, truth, (2.0, 1.0, 1.0)) == pytest.approx(0.2)


@pytest.mark.parametrize("spacing", [(1.0,), (1.0, 0.0), (1.0, -1.0), (1.0, float("nan"))])
def test_a_spacing_that_cannot_be_is_refused(spacing):
    with pytest.raises(InputError, match="spacing"):
        surface_distances(np.ones((2, 2)), np.ones((2, 2)), spacing)


def test_masks_on_other_grids_and_a_negative_tolerance_are_refused():
    with pytest.raises(InputError, match="one shape"):
        surface_distances(np.ones((2, 2)), np.ones((2, 3)), (1.0, 1.0))
    with pytest.raises(InputError, match="tolerance"):
        surface_distances(np.ones((2, 2)), np.ones((2, 2)), (1.0, 1.0)).dice(-1.0)


def test_undefined_cases_are_counted_apart_in_the_summary():
    plan = Resampling(list("abcd"), np.random.default_rng(0), 100)
    found = summarise_cases([1.0, np.nan, 3.0, 5.0], plan)
    assert (found.undefined, found.mean.n, found.median) == (1, 3, 3.0)
    assert found.sd == pytest.approx(2.0)
    nothing = summarise_cases([np.nan] * 4, plan)
    assert nothing.mean.n == 0
    assert np.isnan(nothing.mean.value)
