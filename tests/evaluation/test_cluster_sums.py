"""A share from sums is that from the rows themselves."""

from __future__ import annotations

import math

import numpy as np
import pytest

from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.cluster_sums import ClusterSums, share_of_sums
from condyle.evaluation.proportions import proportion, wilson_by_patient


def sums_of(hits: list[int], patients: list[str]) -> ClusterSums:
    named = sorted(set(patients))
    n = np.array([patients.count(one) for one in named])
    h = np.array([sum(a for a, b in zip(hits, patients, strict=True) if b == one) for one in named])
    both = (n.sum(), h.sum(), (n * n).sum(), (h * n).sum(), (h * h).sum())
    return ClusterSums(len(named), *(int(one) for one in both))


@pytest.mark.parametrize("seed", range(6))
def test_the_interval_is_that_of_the_rows_clustered_by_patient(seed: int) -> None:
    rng = np.random.default_rng(seed)
    patients = [f"p{one}" for one in rng.integers(0, 12, 60)]
    tendency = rng.uniform(0, 1, 12)
    hits = [int(rng.uniform() < tendency[int(one[1:])]) for one in patients]
    plan = Resampling(np.array(patients), rng=rng, unit="finding")
    known = wilson_by_patient(np.array(hits, dtype=float), plan)
    found = share_of_sums(sums_of(hits, patients), unit="finding")
    assert found.value == pytest.approx(known.value)
    assert (found.low, found.high) == pytest.approx((known.low, known.high))
    assert (found.n, found.unit) == (known.n, "finding")


def test_clustered_rows_have_a_wider_interval_than_as_many_patients() -> None:
    apart = share_of_sums(ClusterSums(40, 40, 20, 40, 20, 20), unit="finding")
    together = share_of_sums(ClusterSums(8, 40, 20, 200, 100, 100), unit="finding")
    assert together.high - together.low > 1.5 * (apart.high - apart.low)


@pytest.mark.parametrize("hit", [0, 1])
def test_where_all_rows_are_alike_the_limit_is_of_the_patients(hit: int) -> None:
    patients = ["a", "a", "b", "c"]
    plan = Resampling(np.array(patients), rng=np.random.default_rng(0), unit="finding")
    known = proportion([hit] * 4, [1] * 4, plan)
    found = share_of_sums(sums_of([hit] * 4, patients), unit="finding")
    assert (found.value, found.low, found.high) == pytest.approx(
        (known.value, known.low, known.high)
    )


def test_one_patient_gives_no_interval_and_no_row_no_share() -> None:
    assert math.isnan(share_of_sums(ClusterSums(1, 4, 2, 16, 8, 4), unit="finding").low)
    nothing = share_of_sums(ClusterSums(0, 0, 0, 0, 0, 0), unit="finding")
    assert math.isnan(nothing.value) and nothing.n == 0
