"""Held to 1e-6 against their definitions, written out in loops or by least squares.

These are the figures that no package of the tests gives and that published tables print to
three to five digits only: Gwet's AC2, weighted Fleiss, the intraclass correlations, the
limits of agreement, and clustered ROC areas.
"""

import itertools

import numpy as np
import pytest
from scipy import stats

from condyle.evaluation.agreement import fleiss_kappa, gwet
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.delong import roc_areas
from condyle.evaluation.detection import froc_score, image_boxes, match
from condyle.evaluation.multiclass import ranked_probability_score
from condyle.evaluation.regression import bland_altman, intraclass_correlation

SCALE = (1, 2, 3, 4)
CREDIT = {
    "none": lambda a, b: float(a == b),
    "linear": lambda a, b: 1 - abs(a - b) / 3,
    "quadratic": lambda a, b: 1 - (a - b) ** 2 / 9,
}


def plan(rows):
    return Resampling(np.arange(rows), np.random.default_rng(0), 20, interval="percentile")


def close(value):
    return pytest.approx(value, abs=1e-6)


def ratings_with_gaps():
    rng = np.random.default_rng(5)
    truth = rng.integers(1, 5, size=30)
    table = np.clip(truth[:, None] + rng.integers(-1, 2, size=(30, 4)), 1, 4).astype(float)
    table[rng.uniform(size=table.shape) < 0.25] = np.nan
    return table


def by_definition(table, credit, *, gwets):
    """Agreement over ordered pairs of ratings of an item, less what chance gives."""
    items = [row[~np.isnan(row)] for row in table]
    pairs = [list(itertools.permutations(item, 2)) for item in items if len(item) > 1]
    seen = np.mean([np.mean([credit(a, b) for a, b in item]) for item in pairs])
    rated = [item for item in items if len(item)]
    share = {k: np.mean([np.mean(item == k) for item in rated]) for k in SCALE}
    if gwets:
        total = sum(credit(a, b) for a in SCALE for b in SCALE)
        chance = total / (4 * 3) * sum(p * (1 - p) for p in share.values())
    else:
        chance = sum(credit(a, b) * share[a] * share[b] for a in SCALE for b in SCALE)
    return (seen - chance) / (1 - chance)


@pytest.mark.parametrize("weights", CREDIT)
def test_gwets_and_fleiss_coefficients_follow_their_definitions(weights):
    table = ratings_with_gaps()
    for coefficient, gwets in ((gwet, True), (fleiss_kappa, False)):
        found = coefficient(table, plan(30), categories=SCALE, weights=weights)
        assert found.value == close(by_definition(table, CREDIT[weights], gwets=gwets))


def anova(table):
    """Mean squares by least squares on dummies: subjects, raters, what is left, and within."""
    n, k = table.shape
    subject, rater = np.repeat(np.eye(n), k, axis=0), np.tile(np.eye(k), (n, 1))
    y = table.ravel()

    def left(*blocks):
        design = np.hstack([np.ones((n * k, 1)), *blocks])
        fitted = design @ np.linalg.lstsq(design, y, rcond=None)[0]
        return float(((y - fitted) ** 2).sum())

    total, of_subjects = left(), left(subject)
    of_raters, both = left(rater), left(subject, rater)
    return (
        (total - of_subjects) / (n - 1),
        (total - of_raters) / (k - 1),
        both / ((n - 1) * (k - 1)),
        of_subjects / (n * (k - 1)),
    )


def ratings_of(n=25, k=3):
    rng = np.random.default_rng(8)
    return 2 * rng.normal(size=(n, 1)) + 0.5 * rng.normal(size=k) + rng.normal(size=(n, k))


@pytest.mark.parametrize(("form", "error", "freedom"), [("one-way", 3, 50), ("consistency", 2, 48)])
def test_two_intraclass_correlations_and_their_intervals_follow_from_f(form, error, freedom):
    squares = anova(ratings_of())
    ratio = squares[0] / squares[error]
    low = ratio / stats.f.isf(0.025, 24, freedom)
    high = ratio / stats.f.ppf(0.025, 24, freedom)
    found = intraclass_correlation(ratings_of(), form=form)
    expected = [(f - 1) / (f + 2) for f in (ratio, low, high)]
    assert (found.value, found.low, found.high) == close(tuple(expected))


def test_the_intraclass_correlation_for_agreement_is_a_ratio_of_variance_components():
    between, raters, rest, _ = anova(ratings_of())
    n, k = 25, 3
    subject, rater = (between - rest) / k, (raters - rest) / n
    found = intraclass_correlation(ratings_of())
    assert found.value == close(subject / (subject + rater + rest))
    # Each limit is the share at which McGraw and Wong's F stands at its quantile.
    a = found.value * k / (n * (1 - found.value))
    b = 1 + found.value * k * (n - 1) / (n * (1 - found.value))
    freedom = (a * raters + b * rest) ** 2 / (
        (a * raters) ** 2 / (k - 1) + (b * rest) ** 2 / ((n - 1) * (k - 1))
    )
    for limit, quantile in (
        (found.low, stats.f.isf(0.025, n - 1, freedom)),
        (found.high, 1 / stats.f.isf(0.025, freedom, n - 1)),
    ):
        a, b = limit * k / (n * (1 - limit)), 1 + limit * k * (n - 1) / (n * (1 - limit))
        assert between / (a * raters + b * rest) == close(quantile)


def test_limits_of_agreement_have_the_t_interval_of_their_published_error():
    rng = np.random.default_rng(9)
    first, second = rng.normal(size=(2, 40))
    found = bland_altman(first, second, plan(40))
    gaps, reach = first - second, stats.t.ppf(0.975, 39)
    mean, sd = np.mean(gaps), np.std(gaps, ddof=1)
    error = sd * np.sqrt(1 / 40 + 1.96**2 / (2 * 39))
    for limit, value in (
        (found.lower_limit, mean - 1.96 * sd),
        (found.upper_limit, mean + 1.96 * sd),
    ):
        assert (limit.value, limit.low, limit.high) == close(
            (value, value - reach * error, value + reach * error)
        )


def test_the_ranked_probability_score_sums_squares_of_cumulated_gaps():
    rng = np.random.default_rng(10)
    truth, stated = rng.integers(0, 4, 20), rng.dirichlet(np.ones(4), size=20)
    each = [
        sum((sum(p[: k + 1]) - (t <= k)) ** 2 for k in range(3)) / 3
        for t, p in zip(truth, stated, strict=True)
    ]
    assert ranked_probability_score(truth, stated, plan(20)).value == close(np.mean(each))


def test_the_froc_score_takes_the_best_threshold_at_each_rate():
    rng = np.random.default_rng(11)
    target = [0, 0, 9, 9]
    images = [
        image_boxes(
            [target], [target, [20, 20, 30, 30], [40, 40, 50, 50]], np.round(rng.uniform(size=3), 1)
        )
        for _ in range(16)
    ]
    hits = [image.scores[0] for image in images]
    wrong = np.concatenate([image.scores[1:] for image in images])
    best = [
        max(
            [0.0]
            + [
                np.mean(hits >= t)
                for t in np.unique(np.r_[hits, wrong])
                if (wrong >= t).sum() <= 16 * r
            ]
        )
        for r in (0.125, 0.25, 0.5, 1, 2, 4, 8)
    ]
    assert froc_score(match(images), plan(16)).value == close(np.mean(best))


def test_clustered_areas_have_the_covariance_that_obuchowski_defines():
    rng = np.random.default_rng(12)
    owner = rng.integers(0, 9, size=60)
    truth = rng.integers(0, 2, size=60).astype(bool)
    scores = np.round(truth + rng.normal(size=(2, 60)) + owner / 5, 1)
    clusters = np.unique(owner)
    positives, negatives = truth.sum(), (~truth).sum()
    won, lost = [], []
    for row in scores:
        share = (row[truth][:, None] > row[~truth]) + 0.5 * (row[truth][:, None] == row[~truth])
        own = share.mean()
        of_positive, of_negative = share.mean(axis=1), share.mean(axis=0)
        won.append([(of_positive[owner[truth] == at] - own).sum() for at in clusters])
        lost.append([(of_negative[owner[~truth] == at] - own).sum() for at in clusters])
    with_positive, with_negative = (len(np.unique(owner[rows])) for rows in (truth, ~truth))
    count = len(clusters)
    found = roc_areas(truth, scores, patients=owner).covariance
    for a, b in itertools.product((0, 1), repeat=2):
        s10 = with_positive / (with_positive - 1) / positives * np.dot(won[a], won[b])
        s01 = with_negative / (with_negative - 1) / negatives * np.dot(lost[a], lost[b])
        s11 = count / (count - 1) * (np.dot(won[a], lost[b]) + np.dot(won[b], lost[a])) / 2
        expected = s10 / positives + s01 / negatives + 2 * s11 / (positives * negatives)
        assert found[a, b] == close(expected)
