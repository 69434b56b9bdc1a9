"""The published analyses of Van Dyke's data (Van Dyke et al. 1993).

Five readers, 45 cases of aortic dissection and 69 without, read with cine and with
spin-echo MRI. The figures are those that two programs print (JAFROC 4.2.1's report of the
Wilcoxon area with the jackknife; the guide to MRMCaov 0.3 for DeLong's covariance and for
the sensitivity of ratings of 3 or more). The ratings themselves are not here.
"""

import numpy as np
import pytest
from scipy import stats

from condyle.evaluation.mrmc import ReaderFigures, compare_modalities

AREAS = np.array(
    [
        [0.91964573, 0.85877617, 0.90386473, 0.97310789, 0.82979066],
        [0.94782609, 0.90531401, 0.92173913, 0.99935588, 0.92995169],
    ]
)
JACKKNIFE = ReaderFigures(
    values=AREAS,
    variance=0.0008022883,
    covariance_1=0.0003466137,
    covariance_2=0.0003440748,
    covariance_3=0.0002390284,
    covariance_2_each=np.array([0.0004839618, 0.0002041879]),
    cases=114,
    # From JAFROC's mean squares of cases and of readers by cases, divided by 5 x 114.
    variance_each=np.array(
        [(0.33629383 + 4 * 0.06043604) / 570, (0.1604232 + 4 * 0.04403661) / 570]
    ),
)
DELONG = ReaderFigures(
    values=AREAS,
    variance=0.0007921325,
    covariance_1=0.0003420090,
    covariance_2=0.0003395265,
    covariance_3=0.0002358497,
    covariance_2_each=np.array([0.0004775239, 0.0002015292]),
    cases=114,
)
SENSITIVITY = ReaderFigures(
    values=np.array([[40, 35, 37, 42, 31], [44, 37, 41, 45, 40]]) / 45,
    variance=0.0023681257,
    covariance_1=0.0009943883,
    covariance_2=0.0010145903,
    covariance_3=0.0006604938,
    covariance_2_each=np.array([0.001646465, 0.000382716]),
    cases=114,
)


def width(estimate):
    return (estimate.high - estimate.low) / 2


def test_random_readers_and_cases_reproduce_the_published_analysis():
    found = compare_modalities(JACKKNIFE)
    assert found.statistic == pytest.approx(4.456319, abs=2e-6)
    assert found.denominator_freedom == pytest.approx(15.25967, abs=2e-5)
    assert found.p_value == pytest.approx(0.05166569, abs=1e-7)
    gap = found.differences[0].difference
    assert gap.value == pytest.approx(-0.04380032, abs=1e-8)
    assert gap.low == pytest.approx(-0.0879594986, abs=1e-7)
    assert gap.high == pytest.approx(0.0003588544, abs=1e-7)
    assert [m.value for m in found.modalities] == pytest.approx([0.89703704, 0.94083736])


def test_each_modality_is_analysed_from_its_own_readers():
    found = compare_modalities(JACKKNIFE)
    own = JACKKNIFE.values.var(axis=1, ddof=1)
    # Mean squares of the readers a modality, as published.
    assert own == pytest.approx([0.003082629, 0.001304602], abs=1e-8)
    error = own[0] + 5 * 0.0004839618
    reach = stats.t.ppf(0.975, error**2 / own[0] ** 2 * 4) * np.sqrt(error / 5)
    assert found.modalities[0].high == pytest.approx(0.89703704 + reach, abs=1e-8)


def test_fixed_readers_and_fixed_cases_follow_their_formulas():
    cases = compare_modalities(JACKKNIFE, generalises="cases")
    expected = 0.0047961705 / (0.0008022883 - 0.0003466137 + 4 * (0.0003440748 - 0.0002390284))
    assert cases.statistic == pytest.approx(expected, rel=1e-6)
    assert cases.p_value == pytest.approx(stats.chi2.sf(expected, 1), rel=1e-5)
    readers = compare_modalities(JACKKNIFE, generalises="readers")
    paired = stats.ttest_rel(*JACKKNIFE.values)
    assert readers.p_value == pytest.approx(paired.pvalue, abs=1e-9)
    interval = paired.confidence_interval()
    assert readers.differences[0].difference.low == pytest.approx(interval.low, abs=1e-9)


def test_fixed_readers_have_the_published_standard_errors():
    found = compare_modalities(JACKKNIFE, generalises="cases")
    errors = [width(each) / 1.959964 for each in found.modalities]
    assert errors == pytest.approx([0.02428969, 0.01677630], abs=1e-7)
    assert found.statistic == pytest.approx(0.54676316 / 0.09984813, rel=1e-5)
    gap = found.differences[0].difference
    assert width(gap) / 1.959964 == pytest.approx(0.01872, abs=5e-6)
    assert gap.high < 0


def test_fixed_cases_have_the_published_test_and_intervals():
    found = compare_modalities(JACKKNIFE, generalises="readers")
    assert found.statistic == pytest.approx(0.54676316 / 0.06281753, rel=1e-5)
    assert found.p_value == pytest.approx(0.0420, abs=5e-5)
    gap = found.differences[0].difference
    assert (gap.low, gap.high) == pytest.approx((-0.08502, -0.00258), abs=5e-6)
    limits = [(each.low, each.high) for each in found.modalities]
    assert limits[0] == pytest.approx((0.82809807, 0.96597599), abs=1e-7)
    assert limits[1] == pytest.approx((0.89598934, 0.98568534), abs=2e-7)


def test_random_readers_and_cases_have_the_published_interval_of_each_modality():
    found = compare_modalities(JACKKNIFE)
    limits = [(each.low, each.high) for each in found.modalities]
    assert limits[0] == pytest.approx((0.82522361, 0.96885046), abs=1e-7)
    assert limits[1] == pytest.approx((0.89413784, 0.98753684), abs=2e-7)


def test_delongs_covariance_gives_the_published_test():
    found = compare_modalities(DELONG)
    assert found.statistic == pytest.approx(4.484854, abs=4e-6)
    assert found.denominator_freedom == pytest.approx(15.06611, abs=2e-5)
    assert found.p_value == pytest.approx(0.05123303, abs=1e-7)
    gap = found.differences[0].difference
    assert (gap.low, gap.high) == pytest.approx((-0.0878671960, 0.0002665519), abs=1e-8)
    assert found.modalities[0].high == pytest.approx(0.9687280, abs=1e-7)
    assert found.modalities[1].low == pytest.approx(0.8942155, abs=1e-7)


def test_sensitivity_gives_the_published_test():
    found = compare_modalities(SENSITIVITY)
    assert found.statistic == pytest.approx(6.689493, abs=2e-6)
    assert found.denominator_freedom == pytest.approx(15.71732, abs=2e-5)
    assert found.p_value == pytest.approx(0.02008822, abs=1e-7)
    gap = found.differences[0].difference
    assert (gap.low, gap.high) == pytest.approx((-0.1780371, -0.0175185), abs=1e-6)
    assert found.modalities[0].low == pytest.approx(0.6961876, abs=1e-6)
    assert found.modalities[1].low == pytest.approx(0.8328691, abs=1e-6)
