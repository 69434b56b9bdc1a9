import numpy as np
import pytest

from condyle.errors import InputError
from condyle.evaluation.binary import area_under_roc, roc_auc
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.subgroups import by_subgroup


def study(seed, gain_b, patients=80):
    rng = np.random.default_rng(seed)
    owner = np.repeat(np.arange(patients), 3)
    site = np.where(owner % 2 == 0, "A", "B")
    truth = rng.integers(0, 2, len(owner))
    gain = np.where(site == "A", 2.0, gain_b)
    return owner, site, truth, gain * truth + rng.normal(size=len(owner))


def run(seed, gain_b, permutations=100):
    owner, site, truth, scores = study(seed, gain_b)
    found = by_subgroup(
        lambda rows, plan: roc_auc(truth[rows], scores[rows], plan),
        site,
        Resampling(owner, np.random.default_rng(seed), 100, unit="disc"),
        permutations=permutations,
    )
    return found, (site, truth, scores)


def test_each_group_has_its_own_figure_and_patients():
    found, (site, truth, scores) = run(0, 2.0)
    assert [group.name for group in found.groups] == ["A", "B"]
    for group in found.groups:
        rows = site == group.name
        assert group.figure.value == pytest.approx(area_under_roc(truth[rows], scores[rows]))
        assert group.patients == 40
        assert not group.too_few


def test_groups_that_differ_are_found():
    found, _ = run(1, 0.0)
    assert found.p_value < 0.05
    assert found.spread > 0.2


def test_groups_that_are_alike_are_seldom_found():
    small = [run(seed, 2.0, permutations=40)[0].p_value < 0.05 for seed in range(10)]
    assert sum(small) <= 3


def test_a_small_group_is_marked():
    owner, _, truth, scores = study(2, 2.0)
    found = by_subgroup(
        lambda rows, plan: roc_auc(truth[rows], scores[rows], plan),
        np.where(owner < 5, "rare", "common"),
        Resampling(owner, np.random.default_rng(0), 50),
        permutations=10,
    )
    assert [(g.name, g.too_few) for g in found.groups] == [("common", False), ("rare", True)]


def test_one_group_or_an_undefined_figure_has_no_test():
    owner, _, truth, scores = study(3, 2.0)
    plan = Resampling(owner, np.random.default_rng(0), 50)

    def figure(rows, own):
        return roc_auc(truth[rows], scores[rows], own)

    assert np.isnan(by_subgroup(figure, np.full(len(owner), "all"), plan).p_value)


def test_a_patient_in_two_groups_is_refused():
    plan = Resampling(["a", "a"], np.random.default_rng(0), 10)
    with pytest.raises(InputError, match="1 patients"):
        by_subgroup(lambda rows, own: None, ["x", "y"], plan)
