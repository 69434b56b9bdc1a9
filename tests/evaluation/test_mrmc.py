import numpy as np
import pytest

from condyle.errors import InputError, UnknownName
from condyle.evaluation.delong import difference_of_areas, roc_areas
from condyle.evaluation.mrmc import compare_modalities, reader_figures


def study(seed=0, modalities=2, readers=4, cases=60, gain=0.5):
    rng = np.random.default_rng(seed)
    truth = np.arange(cases) % 2
    case = rng.normal(size=cases) * 0.6
    skill = rng.normal(size=readers) * 0.2
    ratings = np.empty((modalities, readers, cases))
    for m in range(modalities):
        for r in range(readers):
            ratings[m, r] = (1 + gain * m + skill[r]) * truth + case + rng.normal(size=cases)
    return truth, np.round(ratings, 1)


def test_the_covariances_of_delong_and_of_the_jackknife_nearly_agree():
    truth, ratings = study()
    one, other = (reader_figures(truth, ratings, covariance=c) for c in ("delong", "jackknife"))
    assert one.values == pytest.approx(other.values)
    for name in ("variance", "covariance_1", "covariance_2", "covariance_3"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=0.06, abs=2e-5)


def test_the_covariances_are_averages_over_pairs():
    truth, ratings = study(1, readers=2)
    full = roc_areas(truth, list(ratings.reshape(4, -1))).covariance
    found = reader_figures(truth, ratings)
    assert found.variance == pytest.approx(np.diag(full).mean())
    assert found.covariance_1 == pytest.approx((full[0, 2] + full[1, 3]) / 2)
    assert found.covariance_2 == pytest.approx((full[0, 1] + full[2, 3]) / 2)
    assert found.covariance_3 == pytest.approx((full[0, 3] + full[1, 2]) / 2)
    assert found.covariance_2_each == pytest.approx([full[0, 1], full[2, 3]])


def test_two_fixed_readers_that_are_one_give_nearly_delongs_test():
    truth, ratings = study(2, readers=2)
    ratings[:, 1] = ratings[:, 0]
    found = compare_modalities(reader_figures(truth, ratings), generalises="cases")
    expected = difference_of_areas(roc_areas(truth, [ratings[0, 0], ratings[1, 0]]))
    assert found.p_value == pytest.approx(expected.p_value, abs=1e-9)


@pytest.mark.parametrize("figure", ["sensitivity", "specificity"])
def test_calls_are_analysed_like_areas(figure):
    truth, ratings = study(3)
    calls = (ratings > 0.5).astype(int)
    found = reader_figures(truth, calls, figure=figure)
    rows = truth == (figure == "sensitivity")
    expected = (calls[:, :, rows] == truth[rows]).mean(axis=2)
    assert found.values == pytest.approx(expected)
    jack = reader_figures(truth, calls, figure=figure, covariance="jackknife")
    assert jack.variance == pytest.approx(found.variance, rel=0.05)
    assert 0 <= compare_modalities(found).p_value <= 1


def test_under_no_difference_the_test_rejects_about_as_often_as_it_should():
    rejected = [
        compare_modalities(reader_figures(*study(seed, gain=0.0, cases=40))).p_value < 0.05
        for seed in range(300)
    ]
    assert 0.01 <= np.mean(rejected) <= 0.09


def test_a_clear_gain_is_found_and_three_modalities_are_all_compared():
    found = compare_modalities(reader_figures(*study(4, modalities=3, gain=1.2, cases=100)))
    assert found.p_value < 0.01
    assert [(d.first, d.second) for d in found.differences] == [(0, 1), (0, 2), (1, 2)]
    assert all(
        d.difference.low <= d.difference.value <= d.difference.high for d in found.differences
    )


def test_a_study_that_cannot_be_analysed_is_refused():
    truth, ratings = study()
    with pytest.raises(InputError, match="modality, reader, case"):
        reader_figures(truth, ratings[:1])
    ratings[0, 0, 0] = np.nan
    with pytest.raises(InputError, match="1 missing"):
        reader_figures(truth, ratings)
    with pytest.raises(InputError, match="0 positive"):
        reader_figures(np.zeros(60), study()[1])
    with pytest.raises(InputError, match="ratings"):
        reader_figures(truth, study()[1], figure="sensitivity")
    with pytest.raises(UnknownName, match="jackknife"):
        reader_figures(truth, study()[1], covariance="bootstrap")
    with pytest.raises(UnknownName, match="readers and cases"):
        compare_modalities(reader_figures(*study()), generalises="patients")
