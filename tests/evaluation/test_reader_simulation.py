import numpy as np
import pytest

from condyle.errors import InputError
from condyle.evaluation.binary import area_under_roc
from condyle.evaluation.mrmc import reader_figures
from condyle.evaluation.reader_power import reader_study_power, variance_of_pilot
from condyle.evaluation.reader_simulation import (
    ReaderModel,
    separation,
    simulate_readings,
    simulated_power,
)

TRUTH = np.repeat([True, False], 60)


def test_the_readers_have_the_areas_that_were_asked_for():
    steady = ReaderModel(areas=(0.75, 0.90), skill_sd=0.0, change_sd=0.0)
    rng = np.random.default_rng(0)
    areas = []
    for _ in range(150):
        made = simulate_readings(steady, TRUTH, readers=2, rng=rng)
        areas.append([area_under_roc(TRUTH, made.confidence[arm, 0]) for arm in (0, 1)])
    assert np.mean(areas, axis=0) == pytest.approx([0.75, 0.90], abs=0.015)


def test_separation_is_that_of_two_normal_distributions():
    assert separation(0.5) == pytest.approx(0.0)
    # 1 SD apart has an area of 0.7602 (Phi of 1 over the root of 2).
    assert separation(0.7602499) == pytest.approx(1.0, abs=1e-6)


def test_calls_and_confidence_never_contradict_each_other():
    made = simulate_readings(ReaderModel(), TRUTH, readers=5, rng=np.random.default_rng(1))
    assert (made.confidence[made.calls] >= 50).all()
    assert (made.confidence[~made.calls] < 50).all()
    assert made.confidence.min() >= 1 and made.confidence.max() <= 99


def test_times_have_the_medians_that_were_asked_for():
    made = simulate_readings(
        ReaderModel(minutes=(6.0, 3.0)), TRUTH, readers=20, rng=np.random.default_rng(2)
    )
    assert np.median(made.minutes, axis=(1, 2)) == pytest.approx([6.0, 3.0], rel=0.05)


def test_readers_of_the_same_cases_go_together_and_more_so_in_one_arm():
    rng = np.random.default_rng(3)
    model = ReaderModel(areas=(0.8, 0.8), skill_sd=0.0, change_sd=0.0)
    found = [
        reader_figures(TRUTH, simulate_readings(model, TRUTH, readers=4, rng=rng).confidence)
        for _ in range(40)
    ]
    ratios = [np.mean([getattr(f, f"covariance_{n}") for f in found]) for n in (1, 2, 3)]
    assert min(ratios[0], ratios[1]) > ratios[2] > 0


def test_the_same_seed_makes_the_same_study():
    one, other = (
        simulate_readings(ReaderModel(), TRUTH, readers=3, rng=np.random.default_rng(4))
        for _ in "ab"
    )
    assert (one.confidence == other.confidence).all() and (one.minutes == other.minutes).all()


def test_power_by_simulation_agrees_with_the_formula():
    model = ReaderModel(areas=(0.78, 0.88), change_sd=0.0)
    rng = np.random.default_rng(5)
    found = simulated_power(model, (5, 40, 40), rng=rng, studies=150)
    truth = np.repeat([True, False], 40)
    pilots = [
        reader_figures(truth, simulate_readings(model, truth, readers=5, rng=rng).confidence)
        for _ in range(60)
    ]
    expected = np.mean(
        [reader_study_power(variance_of_pilot(pilot), 0.10, (5, 80)) for pilot in pilots]
    )
    assert found.value == pytest.approx(expected, abs=0.12)
    assert found.low < found.value < found.high and found.n == 150


def test_without_a_difference_few_studies_find_one():
    model = ReaderModel(areas=(0.8, 0.8), change_sd=0.0)
    rng = np.random.default_rng(6)
    found = simulated_power(model, (4, 25, 25), rng=rng, figure="sensitivity", studies=200)
    assert found.value < 0.10


@pytest.mark.parametrize(
    "model",
    [
        ReaderModel(areas=(0.4, 0.8)),
        ReaderModel(areas=(0.8, 1.0)),
        ReaderModel(case=0.8, arm_by_case=0.2),
        ReaderModel(areas=(0.8,)),
    ],
)
def test_a_model_that_cannot_be_is_refused(model):
    with pytest.raises(InputError, match="simulated"):
        simulate_readings(model, TRUTH, readers=3, rng=np.random.default_rng(0))
