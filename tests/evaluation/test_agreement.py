import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from condyle.errors import InputError, UnknownName
from condyle.evaluation.agreement import fleiss_kappa, gwet, krippendorff_alpha
from condyle.evaluation.bootstrap import Resampling

NONE = np.nan
# Krippendorff 2011, example D: four observers, twelve units, gaps.
PUBLISHED = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NONE, NONE, NONE],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NONE, 3],
        [NONE, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NONE],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NONE],
    ]
).T
SCALE = (1, 2, 3, 4, 5)


def plan(items, seed=0):
    return Resampling(np.arange(items), np.random.default_rng(seed), 200, unit="disc")


@pytest.mark.parametrize(
    ("scale", "expected"),
    [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)],
)
def test_alpha_reproduces_the_published_example(scale, expected):
    found = krippendorff_alpha(PUBLISHED, plan(12), categories=SCALE, scale=scale)
    assert found.value == pytest.approx(expected, abs=6e-4)
    assert found.low <= found.value <= found.high


def test_ac1_and_fleiss_reproduce_the_published_figures_with_gaps():
    # Gwet, Handbook of Inter-Rater Reliability, 4 raters and 12 units.
    assert gwet(PUBLISHED, plan(12), categories=SCALE).value == pytest.approx(0.77544, abs=1e-5)
    found = fleiss_kappa(PUBLISHED, plan(12), categories=SCALE).value
    assert found == pytest.approx(0.76117, abs=1e-5)


def test_fleiss_reproduces_a_textbook_table():
    counts = np.array(
        [
            [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
            [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
        ]
    )  # fmt: skip
    ratings = np.array([np.repeat(SCALE, row) for row in counts])
    found = fleiss_kappa(ratings, plan(10), categories=SCALE)
    assert found.value == pytest.approx(0.20993, abs=1e-5)


def test_ac1_of_two_raters_agrees_with_its_closed_form():
    rng = np.random.default_rng(0)
    a = rng.integers(0, 2, 200)
    b = np.where(rng.uniform(size=200) < 0.8, a, 1 - a)
    share = (a.mean() + b.mean()) / 2
    chance = 2 * share * (1 - share)
    expected = ((a == b).mean() - chance) / (1 - chance)
    found = gwet(np.stack([a, b], axis=1), plan(200), categories=(0, 1))
    assert found.value == pytest.approx(expected, abs=1e-12)


def test_ac2_gives_credit_for_near_misses():
    near = np.array([[1, 2], [2, 3], [4, 5], [3, 3], [1, 1]])
    far = np.array([[1, 5], [2, 5], [4, 1], [3, 3], [1, 1]])
    quadratic = [gwet(r, plan(5), categories=SCALE, weights="quadratic").value for r in (near, far)]
    assert quadratic[0] > 0.8 > quadratic[1]


def test_ac1_stays_high_where_kappa_collapses():
    a = np.array([1] * 95 + [0, 0, 1, 1, 1])
    b = np.array([1] * 95 + [1, 1, 0, 0, 1])
    assert cohen_kappa_score(a, b) < 0
    assert gwet(np.stack([a, b], axis=1), plan(100), categories=(0, 1)).value > 0.9


def test_perfect_agreement_is_one():
    same = np.repeat([[1], [2], [3]], 3, axis=1)
    for coefficient in (fleiss_kappa, gwet, krippendorff_alpha):
        assert coefficient(same, plan(3), categories=SCALE).value == pytest.approx(1.0)


def test_agreement_without_any_variation_is_undefined_for_alpha():
    same = np.ones((4, 2))
    assert np.isnan(krippendorff_alpha(same, plan(4), categories=SCALE).value)
    assert np.isnan(fleiss_kappa(same, plan(4), categories=SCALE).value)


def test_the_order_of_raters_and_items_changes_nothing():
    rng = np.random.default_rng(1)
    order = rng.permutation(12)
    for scale in ("nominal", "ordinal"):
        one = krippendorff_alpha(PUBLISHED, plan(12), categories=SCALE, scale=scale).value
        turned = PUBLISHED[order][:, ::-1]
        other = krippendorff_alpha(turned, plan(12), categories=SCALE, scale=scale).value
        assert one == pytest.approx(other, abs=1e-12)


def test_ratings_that_cannot_be_used_are_refused():
    with pytest.raises(InputError, match="two raters"):
        gwet([[1], [2]], plan(2), categories=SCALE)
    with pytest.raises(InputError, match="no item with two"):
        gwet([[1, NONE], [NONE, 2]], plan(2), categories=SCALE)
    with pytest.raises(InputError, match="rater 1"):
        gwet([[1, 9], [1, 2]], plan(2), categories=SCALE)
    with pytest.raises(UnknownName, match="ratio"):
        krippendorff_alpha([[1, 2]], plan(1), categories=SCALE, scale="metric")
