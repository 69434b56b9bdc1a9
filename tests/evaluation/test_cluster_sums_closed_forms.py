"""A share from sums against closed forms, the bootstrap by patient, and its own promise."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.cluster_sums import ClusterSums, share_of_sums
from condyle.evaluation.proportions import proportion


def sums(hits: np.ndarray, rows: np.ndarray) -> ClusterSums:
    """Gives the sums of patients, each with so many hits among so many rows."""
    n, h = rows.astype(int), hits.astype(int)
    both = (n.sum(), h.sum(), (n * n).sum(), (h * n).sum(), (h * h).sum())
    return ClusterSums(int((n > 0).sum()), *(int(one) for one in both))


def wilson(share: float, n: float, z: float) -> tuple[float, float]:
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return middle - half, middle + half


@pytest.mark.parametrize(("patients", "hits"), [(10, 3), (40, 20), (200, 190)])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_one_row_a_patient_is_wilsons_interval_with_students_quantile(
    patients: int, hits: int, level: float
) -> None:
    one = np.ones(patients)
    found = share_of_sums(sums(np.arange(patients) < hits, one), unit="finding", level=level)
    share, t = hits / patients, stats.t.ppf(0.5 + level / 2, patients - 1)
    z = stats.norm.ppf(0.5 + level / 2)
    # The clustered error of independent rows is the binomial one times sqrt(m / (m - 1)).
    size = min(patients - 1, patients) * (z / t) ** 2
    assert (found.low, found.high) == pytest.approx(wilson(share, size, z))
    assert (found.value, found.n, found.level) == (share, patients, level)


@pytest.mark.parametrize("copies", [2, 5])
def test_rows_that_repeat_their_patient_add_nothing(copies: int) -> None:
    hits = np.arange(30) < 12
    once = share_of_sums(sums(hits, np.ones(30)), unit="finding")
    often = share_of_sums(sums(hits * copies, np.full(30, copies)), unit="finding")
    assert (often.low, often.high) == pytest.approx((once.low, once.high))
    assert (often.value, often.n) == (once.value, 30 * copies)


def test_rows_more_even_than_chance_count_for_no_more_than_they_are() -> None:
    even = share_of_sums(sums(np.full(20, 2), np.full(20, 4)), unit="finding")
    z = stats.norm.ppf(0.975)
    size = 80 * (z / stats.t.ppf(0.975, 19)) ** 2
    assert (even.low, even.high) == pytest.approx(wilson(0.5, size, z))


@pytest.mark.parametrize("patients", [1, 2, 30])
def test_where_none_or_all_are_hits_the_limit_is_clopper_and_pearsons_of_the_patients(
    patients: int,
) -> None:
    rows = np.full(patients, 3)
    none = share_of_sums(sums(0 * rows, rows), unit="finding")
    every = share_of_sums(sums(rows, rows), unit="finding")
    assert (none.low, every.high) == (0.0, 1.0)
    assert none.high == pytest.approx(stats.beta.ppf(0.975, 1, patients))
    assert every.low == pytest.approx(stats.beta.ppf(0.025, patients, 1))
    assert f"{patients} patients" in none.method


def test_hits_and_misses_change_places_with_the_interval() -> None:
    rng = np.random.default_rng(3)
    rows = rng.integers(1, 6, 25)
    hits = rng.binomial(rows, 0.3)
    one = share_of_sums(sums(hits, rows), unit="finding")
    other = share_of_sums(sums(rows - hits, rows), unit="finding")
    assert (other.low, other.high) == pytest.approx((1 - one.high, 1 - one.low))


def test_a_higher_level_is_wider_and_more_patients_are_narrower() -> None:
    rows = np.full(20, 3)
    hits = np.arange(20) % 4
    at = {
        level: share_of_sums(sums(hits, rows), unit="x", level=level) for level in (0.8, 0.95, 0.99)
    }
    widths = [one.high - one.low for one in at.values()]
    assert widths == sorted(widths)
    more = share_of_sums(sums(np.tile(hits, 4), np.tile(rows, 4)), unit="x")
    assert more.high - more.low < 0.6 * (at[0.95].high - at[0.95].low)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_with_many_patients_it_is_close_to_the_bootstrap_by_patient(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.integers(1, 6, 150)
    hits = rng.binomial(rows, rng.beta(2, 2, 150))
    patients = np.repeat([f"p{one}" for one in range(150)], rows)
    each = np.concatenate(
        [np.arange(n) < h for h, n in zip(hits, rows, strict=True)]
    ).astype(float)  # fmt: skip
    known = proportion(each, np.ones(len(each)), Resampling(patients, rng=rng, unit="finding"))
    found = share_of_sums(sums(hits, rows), unit="finding")
    assert found.value == pytest.approx(known.value)
    assert (found.low, found.high) == pytest.approx((known.low, known.high), abs=0.012)


def test_of_a_hundred_intervals_about_ninety_five_hold_the_truth_and_naive_ones_far_fewer() -> None:
    rng = np.random.default_rng(11)
    held = naive = 0
    rounds = 600
    for _ in range(rounds):
        rows = rng.integers(1, 8, 30)
        hits = rng.binomial(rows, rng.beta(0.9, 2.1, 30))
        made = share_of_sums(sums(hits, rows), unit="finding")
        held += made.low <= 0.3 <= made.high
        low, high = wilson(made.value, float(rows.sum()), 1.96)
        naive += low <= 0.3 <= high
    assert 0.92 <= held / rounds <= 0.985
    assert naive / rounds < 0.88


def test_no_row_gives_no_number_and_says_why() -> None:
    nothing = share_of_sums(replace(sums(np.zeros(1), np.zeros(1)), patients=0), unit="finding")
    assert all(math.isnan(one) for one in (nothing.value, nothing.low, nothing.high))
    assert (nothing.n, nothing.unit) == (0, "finding") and "no row" in nothing.method
