import numpy as np
import pytest
from scipy import stats

from condyle.errors import InputError, UnknownName
from condyle.evaluation.mrmc import reader_figures
from condyle.evaluation.reader_power import (
    Correlations,
    ReaderVariance,
    cases_for_readers,
    positives_and_negatives,
    reader_study_power,
    variance_of_area,
    variance_of_pilot,
    variance_of_share,
)
from condyle.evaluation.reader_simulation import ReaderModel, simulate_readings
from condyle.evaluation.sample_size import area_variance

# Van Dyke's data as a pilot, and the power that RJafroc's tests print for it.
PILOT = ReaderVariance(0.00020040252, 0.0008022883, 0.0003466137, 0.0003440748, 0.0002390284, 114)
EFFECT = -0.043800322


@pytest.mark.parametrize(("size", "expected"), [((10, 165), 0.80541995), ((6, 111), 0.5526116)])
def test_the_power_for_random_readers_and_cases_is_the_published_one(size, expected):
    assert reader_study_power(PILOT, EFFECT, size) == pytest.approx(expected, abs=1e-6)


def test_fixed_readers_follow_a_noncentral_chi_square():
    shared = 0.0003440748 - 0.0002390284
    error = (0.0008022883 - 0.0003466137 + 4 * shared) * 114 / 150
    distance = 5 * EFFECT**2 / 2 / error
    expected = stats.ncx2.sf(stats.chi2.ppf(0.95, 1), 1, distance)
    found = reader_study_power(PILOT, EFFECT, (5, 150), generalises="cases")
    assert found == pytest.approx(expected)
    # The same as a two-sided normal test, which it must be with one degree of freedom.
    z = np.sqrt(distance)
    assert found == pytest.approx(stats.norm.sf(1.959964 - z) + stats.norm.cdf(-1.959964 - z))


def test_fixed_cases_follow_a_noncentral_t_of_the_readers():
    error = 0.00020040252 + (0.0008022883 - 0.0003466137 - 0.0001050464)
    away = abs(EFFECT) / np.sqrt(2 * error / 6)
    reach = stats.t.ppf(0.975, 5)
    expected = stats.nct.sf(reach, 5, away) + stats.nct.cdf(-reach, 5, away)
    found = reader_study_power(PILOT, EFFECT, (6, 114), generalises="readers")
    assert found == pytest.approx(expected, abs=1e-6)


def test_a_pilot_gives_back_its_own_variance():
    rng = np.random.default_rng(0)
    truth = np.arange(60) % 2 == 0
    made = simulate_readings(ReaderModel(), truth, readers=3, rng=rng)
    found = reader_figures(truth, made.confidence)
    pilot = variance_of_pilot(found)
    assert (pilot.error, pilot.cases) == (found.variance, 60)
    interaction = (found.values[0] - found.values[1]).var(ddof=1) / 2
    shared = max(found.covariance_2 - found.covariance_3, 0)
    expected = max(interaction - found.variance + found.covariance_1 + shared, 0)
    assert pilot.arm_by_reader == pytest.approx(expected)
    three = reader_figures(truth, np.concatenate([made.confidence, made.confidence[:1]]))
    with pytest.raises(InputError, match="3 arms"):
        variance_of_pilot(three)


def test_the_fewest_cases_reach_the_power_and_one_fewer_does_not():
    found = cases_for_readers(PILOT, EFFECT, 10)
    assert found.power >= 0.8
    assert reader_study_power(PILOT, EFFECT, (10, found.cases - 1)) < 0.8
    # Published: 165 cases are a little more than enough.
    assert 155 <= found.cases <= 165


def test_more_readers_need_fewer_cases_and_too_few_never_suffice():
    variance = variance_of_area(0.84, (100, 100), change_sd=0.04)
    cases = [cases_for_readers(variance, 0.06, readers).cases for readers in (6, 9, 14)]
    assert cases == sorted(cases, reverse=True)
    scattered = variance_of_area(0.84, (100, 100), change_sd=0.3)
    with pytest.raises(InputError, match="more readers"):
        cases_for_readers(scattered, 0.03, 3)


def test_what_to_expect_of_areas_and_shares_follows_their_formulas():
    variance = variance_of_area(0.85, (40, 60), change_sd=0.1)
    assert variance.error == pytest.approx(area_variance(0.85, 40, 60))
    assert variance.arm_by_reader == pytest.approx(0.005)
    assert variance.cases == 100
    share = variance_of_share(0.8, 50, change_sd=0.0, correlations=Correlations(0.5, 0.4, 0.3))
    assert share.error == pytest.approx(0.8 * 0.2 / 50)
    assert share.covariance_1 == pytest.approx(0.5 * share.error)
    assert share.covariance_3 == pytest.approx(0.3 * share.error)


def test_cases_are_parted_by_prevalence_with_two_of_each_at_least():
    assert positives_and_negatives(100, 0.4) == (40, 60)
    assert positives_and_negatives(10, 0.01) == (2, 8)
    assert positives_and_negatives(10, 0.99) == (8, 2)


@pytest.mark.parametrize(
    "call",
    [
        lambda: variance_of_area(1.0, (10, 10), change_sd=0.1),
        lambda: variance_of_share(0.5, 1, change_sd=0.1),
        lambda: variance_of_area(0.8, (10, 10), change_sd=-0.1),
        lambda: variance_of_area(
            0.8, (10, 10), change_sd=0.1, correlations=Correlations(0.2, 0.2, 0.3)
        ),
        lambda: reader_study_power(PILOT, 0.0, (5, 100)),
        lambda: reader_study_power(PILOT, 0.1, (1, 100)),
        lambda: positives_and_negatives(3, 0.5),
    ],
)
def test_expectations_that_cannot_be_are_refused(call):
    with pytest.raises(InputError, match="size of a reader study"):
        call()


def test_an_unknown_population_names_those_there_are():
    with pytest.raises(UnknownName, match="readers and cases"):
        reader_study_power(PILOT, 0.1, (5, 100), generalises="patients")
