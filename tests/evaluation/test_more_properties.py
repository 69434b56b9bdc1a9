"""What must hold of comparisons, detection, masks and plans, whatever the data."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condyle.evaluation import binary, comparison, detection, multiclass, overlap, surfaces
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.hypothesis_tests import chi_square, fisher, permute_means, rank_sum
from condyle.evaluation.subgroups import by_subgroup

SEEDS = st.integers(0, 2**32 - 1)


def plan(patients, seed=0, interval="nearest"):
    return Resampling(patients, np.random.default_rng(seed), 60, interval=interval)


def two_models(seed, rows=30, each=1):
    rng = np.random.default_rng(seed)
    truth = rng.permutation(np.arange(rows) % 2)
    a, b = (np.round(truth + rng.normal(size=rows), 1) for _ in range(2))
    return truth, a, b, np.arange(rows) // each


def mirrored(one, other):
    limits = (one.difference.value, one.difference.low, one.difference.high)
    turned = (-other.difference.value, -other.difference.high, -other.difference.low)
    assert limits == pytest.approx(turned, abs=1e-9, nan_ok=True)
    assert one.p_value == pytest.approx(other.p_value, abs=1e-9, nan_ok=True)
    if one.difference.value:
        assert one.probability_false == pytest.approx(other.probability_false, abs=1e-9)
        swapped = {"A is better than B": "B is better than A", "not shown": "not shown"}
        swapped |= {value: key for key, value in swapped.items()}
        assert one.verdict == swapped[other.verdict]


@pytest.mark.parametrize("each", [1, 3])
@given(SEEDS)
@settings(max_examples=8, deadline=None)
def test_comparing_is_symmetric_whichever_model_comes_first(each, seed):
    truth, a, b, patients = two_models(seed, each=each)
    right_a, right_b = (a > 0.5) == truth, (b > 0.5) == truth
    for compare, pair in (
        (comparison.compare_accuracy, (right_a, right_b)),
        (comparison.compare_means, (a, b)),
    ):
        mirrored(compare(*pair, plan(patients)), compare(*pair[::-1], plan(patients)))
    area = comparison.compare_roc_auc
    mirrored(area(truth, (a, b), plan(patients)), area(truth, (b, a), plan(patients)))


@given(SEEDS)
@settings(max_examples=8, deadline=None)
def test_the_order_of_rows_changes_no_comparison(seed):
    truth, a, b, patients = two_models(seed, each=2)
    order = np.random.default_rng(seed).permutation(len(truth))
    one = comparison.compare_roc_auc(truth, (a, b), plan(patients))
    moved = (a[order], b[order])
    other = comparison.compare_roc_auc(truth[order], moved, plan(patients[order]))
    assert one.difference.low == pytest.approx(other.difference.low, abs=1e-9)
    assert one.p_value == pytest.approx(other.p_value, abs=1e-9)
    assert one.probability_false == pytest.approx(other.probability_false, abs=1e-9)


@pytest.mark.parametrize("interval", ["nearest", "percentile", "bca"])
@given(SEEDS)
@settings(max_examples=6, deadline=None)
def test_rising_transforms_change_no_limit_of_the_area(interval, seed):
    truth, a, _, patients = two_models(seed, each=2)
    one = binary.roc_auc(truth, a, plan(patients, interval=interval))
    other = binary.roc_auc(truth, np.exp(a) + 7, plan(patients, interval=interval))
    assert (one.value, one.low, one.high) == pytest.approx(
        (other.value, other.low, other.high), abs=1e-12
    )


@given(SEEDS)
@settings(max_examples=8, deadline=None)
def test_the_difference_lies_within_its_interval(seed):
    truth, a, b, patients = two_models(seed, each=2)
    for found in (
        comparison.compare_roc_auc(truth, (a, b), plan(patients)).difference,
        comparison.compare_means(a, b, plan(patients)).difference,
    ):
        assert found.low <= found.value <= found.high


@given(st.integers(0, 20), st.integers(1, 20), st.integers(0, 20), st.integers(1, 20))
@settings(max_examples=25, deadline=None)
def test_tests_of_two_groups_are_symmetric(hits_a, misses_a, hits_b, misses_b):
    one, other = (hits_a, hits_a + misses_a), (hits_b, hits_b + misses_b)
    for test in (fisher, chi_square):
        assert test(*one, *other) == pytest.approx(test(*other, *one), abs=1e-9)


@given(SEEDS)
@settings(max_examples=10, deadline=None)
def test_rank_and_permutation_tests_are_symmetric(seed):
    _, a, b, patients = two_models(seed, rows=12)
    assert rank_sum(a, b) == pytest.approx(rank_sum(b, a), abs=1e-9)
    rng = np.random.default_rng(seed)
    one = permute_means(a, b, patients, rng=rng)
    assert one == permute_means(b, a, patients, rng=rng)


@given(SEEDS)
@settings(max_examples=8, deadline=None)
def test_the_order_of_images_changes_no_precision(seed):
    rng = np.random.default_rng(seed)
    images = []
    for _ in range(12):
        corners = rng.integers(0, 20, size=(3, 2))
        boxes = np.concatenate([corners, corners + 10], axis=1)
        images.append(detection.image_boxes(boxes, boxes + 1, rng.uniform(size=3)))
    order = rng.permutation(12)
    patients = np.arange(12)
    one = detection.average_precision_of_boxes(detection.match(images), plan(patients))
    matches = detection.match([images[i] for i in order])
    other = detection.average_precision_of_boxes(matches, plan(patients[order]))
    assert one.value == pytest.approx(other.value, abs=1e-12)
    assert (one.low, one.high) == pytest.approx((other.low, other.high), abs=1e-9)
    assert one.low <= one.value <= one.high


@given(SEEDS, st.floats(0.1, 5.0))
@settings(max_examples=10, deadline=None)
def test_overlap_does_not_depend_on_spacing_and_distances_scale_with_it(seed, factor):
    rng = np.random.default_rng(seed)
    one, other = rng.uniform(size=(2, 5, 9, 8)) < 0.4
    assert overlap.overlap(one, other).dice == overlap.overlap(other, one).dice
    base = surfaces.surface_distances(one, other, (3.0, 0.5, 0.7))
    larger = surfaces.surface_distances(one, other, tuple(factor * x for x in (3.0, 0.5, 0.7)))
    assert larger.hausdorff_mm() == pytest.approx(factor * base.hausdorff_mm(), rel=1e-9)
    assert larger.average_mm() == pytest.approx(factor * base.average_mm(), rel=1e-9)


@given(SEEDS)
@settings(max_examples=10, deadline=None)
def test_turning_a_picture_leaves_its_distances(seed):
    rng = np.random.default_rng(seed)
    one, other = rng.uniform(size=(2, 7, 9)) < 0.4
    base = surfaces.surface_distances(one, other, (0.5, 0.7))
    turned = surfaces.surface_distances(one.T, other.T, (0.7, 0.5))
    assert turned.hausdorff_mm() == pytest.approx(base.hausdorff_mm(), abs=1e-9)
    assert turned.dice(1.0) == base.dice(1.0)


@given(SEEDS)
@settings(max_examples=8, deadline=None)
def test_the_names_of_classes_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    truth, given_ = rng.integers(0, 3, size=(2, 40))
    new = np.array([2, 0, 1])
    for metric in (multiclass.macro_ppv, multiclass.macro_f1, multiclass.matthews_of_classes):
        one = metric(truth, given_, plan(np.arange(40)), classes=(0, 1, 2))
        other = metric(new[truth], new[given_], plan(np.arange(40)), classes=(0, 1, 2))
        assert one.value == pytest.approx(other.value, abs=1e-12, nan_ok=True)


@given(SEEDS)
@settings(max_examples=5, deadline=None)
def test_the_names_of_groups_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    values, groups = rng.normal(size=24), rng.permutation(np.arange(24) % 2)

    def mean(rows, part):
        return comparison.compare(
            comparison.weighted_mean(values[rows]), comparison.weighted_mean(0 * values[rows]), part
        ).difference

    one = by_subgroup(mean, groups, plan(np.arange(24)), permutations=20)
    other = by_subgroup(mean, 1 - groups, plan(np.arange(24)), permutations=20)
    assert one.spread == pytest.approx(other.spread, abs=1e-12)
    assert [g.patients for g in one.groups] == [g.patients for g in other.groups][::-1]
