import numpy as np
import pytest
from scipy.stats import norm

from condyle.errors import InputError
from condyle.evaluation.delong import difference_of_areas, roc_areas
from condyle.evaluation.hypothesis_tests import mcnemar
from condyle.evaluation.sample_size import for_roc_auc, for_sensitivity


def test_the_cases_for_a_sensitivity_give_the_power_asked_for():
    needed = for_sensitivity(0.75, 0.87, discordant=0.2)
    rng = np.random.default_rng(0)
    only_b, only_a = (0.2 + 0.12) / 2, (0.2 - 0.12) / 2
    found = 0
    for _ in range(800):
        kind = rng.choice(3, size=needed.positives, p=[only_b, only_a, 0.8])
        found += mcnemar(kind == 1, kind == 0).mid_p < 0.05
    assert found / 800 == pytest.approx(0.8, abs=0.06)


def test_the_cases_for_an_area_give_the_power_asked_for():
    needed = for_roc_auc(0.80, 0.90, correlation=0.0)
    rng = np.random.default_rng(1)
    truth = np.repeat([1, 0], [needed.positives, needed.negatives])
    found = 0
    for _ in range(300):
        one, other = (
            norm.ppf(area) * np.sqrt(2) * truth + rng.normal(size=len(truth))
            for area in (0.80, 0.90)
        )
        found += difference_of_areas(roc_areas(truth, [one, other])).p_value < 0.05
    assert found / 300 == pytest.approx(0.8, abs=0.1)


def test_more_correlation_power_or_less_difference_changes_the_cases_as_it_must():
    plain = for_roc_auc(0.8, 0.9, correlation=0.4).positives
    assert for_roc_auc(0.8, 0.9, correlation=0.6).positives < plain
    assert for_roc_auc(0.8, 0.9, correlation=0.4, power=0.9).positives > plain
    assert for_roc_auc(0.8, 0.85, correlation=0.4).positives > plain
    assert for_sensitivity(0.7, 0.8, discordant=0.3).positives > 100


def test_the_cases_to_enrol_follow_the_prevalence():
    needed = for_sensitivity(0.75, 0.87, discordant=0.2)
    assert needed.total(0.25) == 4 * needed.positives
    areas = for_roc_auc(0.8, 0.9, correlation=0.4, ratio=2.0)
    assert areas.negatives == 2 * areas.positives
    assert areas.total(0.5) == areas.negatives * 2


@pytest.mark.parametrize(
    "call",
    [
        lambda: for_sensitivity(0.8, 0.8, discordant=0.2),
        lambda: for_sensitivity(0.8, 0.9, discordant=0.05),
        lambda: for_sensitivity(0.8, 1.2, discordant=0.2),
        lambda: for_roc_auc(0.8, 0.8, correlation=0.2),
        lambda: for_roc_auc(0.8, 0.9, correlation=1.0),
        lambda: for_sensitivity(0.75, 0.87, discordant=0.2).total(0.0),
    ],
)
def test_expectations_that_cannot_be_are_refused(call):
    with pytest.raises(InputError, match="sample size"):
        call()
