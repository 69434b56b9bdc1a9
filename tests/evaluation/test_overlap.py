import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score, jaccard_score, precision_score, recall_score

from condyle.errors import InputError
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.overlap import CaseOverlap, dice_summary, iou_summary, overlap


def plan(patients):
    return Resampling(patients, np.random.default_rng(0), 200)


def test_overlap_agrees_with_scikit_learn_on_the_voxels():
    rng = np.random.default_rng(0)
    found, truth = rng.integers(0, 2, (4, 9, 9)), rng.integers(0, 2, (4, 9, 9))
    case = overlap(found, truth)
    assert case.dice == pytest.approx(f1_score(truth.ravel(), found.ravel()), abs=1e-12)
    assert case.iou == pytest.approx(jaccard_score(truth.ravel(), found.ravel()), abs=1e-12)
    assert case.sensitivity == pytest.approx(recall_score(truth.ravel(), found.ravel()))
    assert case.precision == pytest.approx(precision_score(truth.ravel(), found.ravel()))


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
@settings(max_examples=50, deadline=None)
def test_iou_follows_from_dice_in_every_case(shared, more_found, more_true):
    case = CaseOverlap(shared, shared + more_found, shared + more_true)
    if shared + more_found + more_true:
        assert case.iou == pytest.approx(case.dice / (2 - case.dice))
    else:
        assert np.isnan(case.dice)


def test_two_empty_masks_are_undefined_and_one_empty_mask_is_nought():
    empty, full = np.zeros((3, 3)), np.ones((3, 3))
    assert np.isnan(overlap(empty, empty).dice)
    assert overlap(full, empty).dice == 0.0
    assert np.isnan(overlap(full, empty).sensitivity)
    assert overlap(empty, full).iou == 0.0
    assert np.isnan(overlap(empty, full).precision)


def test_empty_cases_are_counted_apart():
    cases = [
        CaseOverlap(8, 10, 10),
        CaseOverlap(0, 0, 0),
        CaseOverlap(0, 0, 5),
        CaseOverlap(0, 5, 0),
        CaseOverlap(9, 10, 10),
    ]
    found = dice_summary(cases, plan(list("abcde")))
    spread = found.spread
    assert (spread.undefined, found.missed, found.imagined) == (1, 1, 1)
    assert spread.mean.value == pytest.approx((0.8 + 0 + 0 + 0.9) / 4)
    assert spread.mean.n == 4
    assert spread.median == pytest.approx(0.4)
    assert (spread.smallest, spread.largest) == (0.0, 0.9)
    assert spread.sd == pytest.approx(np.std([0.8, 0, 0, 0.9], ddof=1))


def test_nothing_but_empty_masks_gives_no_mean():
    found = iou_summary([CaseOverlap(0, 0, 0)] * 3, plan(list("abc"))).spread
    assert np.isnan(found.mean.value)
    assert found.mean.n == 0
    assert found.undefined == 3


def test_masks_of_other_shapes_are_refused():
    with pytest.raises(InputError, match=r"\(2, 2\)"):
        overlap(np.ones((2, 2)), np.ones((2, 3)))


def test_cases_without_their_patients_are_refused():
    with pytest.raises(InputError, match="values 1, patients 2"):
        dice_summary([CaseOverlap(1, 1, 1)], plan(list("ab")))
    with pytest.raises(InputError, match="0 rows"):
        dice_summary([], plan([]))
