import math

import numpy as np
import pytest
from scipy import stats

from condyle.evaluation.reader_experience import experience


def test_the_slope_is_that_of_least_squares():
    rng = np.random.default_rng(0)
    years = rng.uniform(1, 30, 12)
    values = 0.1 - 0.003 * years + rng.normal(0, 0.02, 12)
    found = experience(years, values)
    expected = stats.linregress(years, values)
    assert found.slope.value == pytest.approx(expected.slope, rel=1e-9)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-9)
    reach = stats.t.ppf(0.975, 10) * expected.stderr
    assert found.slope.high == pytest.approx(expected.slope + reach, rel=1e-9)
    assert found.slope.low == pytest.approx(expected.slope - reach, rel=1e-9)
    assert found.at_mean == pytest.approx(expected.intercept + expected.slope * years.mean())
    assert not found.too_few and found.slope.unit == "reader" and found.slope.n == 12


def test_what_all_readers_share_leaves_the_slope_as_it_is():
    years, values = [1, 5, 9, 20], [0.1, 0.05, 0.06, 0.0]
    plain, shifted = experience(years, values), experience(years, np.array(values) + 0.3)
    assert shifted.slope.value == pytest.approx(plain.slope.value)
    assert shifted.p_value == pytest.approx(plain.p_value)
    assert plain.too_few


@pytest.mark.parametrize("years", [[1, 2], [5, 5, 5]])
def test_too_few_readers_or_equal_years_have_no_slope(years):
    found = experience(years, np.linspace(0.1, 0.2, len(years)))
    assert math.isnan(found.slope.value) and math.isnan(found.p_value)
    assert "fewer than three" in found.slope.method
    assert found.at_mean == pytest.approx(0.15)


def test_a_perfect_line_has_its_slope_and_no_p_value():
    found = experience([1, 2, 3], [0.25, 0.5, 0.75])
    assert found.slope.value == pytest.approx(0.25)
    assert found.slope.low == pytest.approx(found.slope.high)
