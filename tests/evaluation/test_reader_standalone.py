import numpy as np
import pytest
from scipy import stats
from scipy.special import ndtr

from condyle.errors import InputError
from condyle.evaluation.mrmc import compare_modalities, reader_figures
from condyle.evaluation.reader_covariance import figure_covariance
from condyle.evaluation.reader_simulation import ReaderModel, separation, simulate_readings
from condyle.evaluation.reader_standalone import against_readers

TRUTH = np.arange(60) % 2 == 0


def readings(seed, readers=4, truth=TRUTH, model=None):
    rng = np.random.default_rng(seed)
    return simulate_readings(model or ReaderModel(), truth, readers=readers, rng=rng)


@pytest.mark.parametrize("figure", ["sensitivity", "specificity", "accuracy", "auc"])
def test_against_a_perfect_model_it_is_the_readers_own_analysis_turned_round(figure):
    made = readings(0)
    ratings = made.confidence if figure == "auc" else made.calls
    found = against_readers(TRUTH, TRUTH * 100.0 if figure == "auc" else TRUTH, ratings[0],
                            figure=figure)  # fmt: skip
    (own, _) = compare_modalities(reader_figures(TRUTH, ratings, figure=figure)).modalities
    assert found.difference.value == pytest.approx(1 - own.value)
    assert found.difference.low == pytest.approx(1 - own.high)
    assert found.difference.high == pytest.approx(1 - own.low)


def test_the_difference_follows_its_formula():
    made = readings(1)
    model, people = made.confidence[1, 3], made.confidence[0, :3]
    found = against_readers(TRUTH, model, people)
    areas = figure_covariance(TRUTH, np.vstack([model, people]))
    gaps = areas.values[0] - areas.values[1:]
    v = areas.covariance
    shared = np.mean(
        [v[0, 0] - v[0, a] - v[0, b] + v[a, b] for a in (1, 2, 3) for b in (1, 2, 3) if a != b]
    )
    error = gaps.var(ddof=1) + 3 * max(shared, 0)
    freedom = error**2 / gaps.var(ddof=1) ** 2 * 2
    assert found.freedom == pytest.approx(freedom)
    away = abs(gaps.mean()) / np.sqrt(error / 3)
    assert found.p_value == pytest.approx(2 * stats.t.sf(away, freedom))


def test_a_model_as_good_as_the_readers_is_seldom_said_to_differ():
    how = ReaderModel(areas=(0.8,), minutes=(1.0,))
    truth = np.arange(80) % 2 == 0
    # The mean reader's area, over the spread of skills; a case's difficulty is shared.
    area = ndtr(separation(0.8) / np.sqrt(2 + how.skill_sd**2 + how.change_sd**2))
    rejected = []
    for seed in range(250):
        made = readings(seed, readers=5, truth=truth, model=how)
        rng = np.random.default_rng(10_000 + seed)
        model = separation(area) * truth + rng.normal(size=80)
        rejected.append(against_readers(truth, model, made.confidence[0]).p_value < 0.05)
    assert 0.01 <= np.mean(rejected) <= 0.10


def test_the_verdict_asks_the_interval():
    made = readings(2)
    assert against_readers(TRUTH, TRUTH * 1.0, made.confidence[0]).verdict == "better"
    assert against_readers(TRUTH, ~TRUTH * 1.0, made.confidence[0]).verdict == "worse"
    same = np.stack([made.confidence[0, 0]] * 2)
    alike = against_readers(TRUTH, same[0], same)
    assert alike.verdict == "not shown" and np.isnan(alike.p_value)


def test_one_reader_is_nobody_in_general():
    made = readings(3, readers=1)
    with pytest.raises(InputError, match="at least two readers"):
        against_readers(TRUTH, TRUTH * 1.0, made.confidence[0])
