import json
from importlib.resources import files

import numpy as np
import pytest

from condyle.domain.estimate import Estimate
from condyle.evaluation import coverage
from condyle.evaluation.binary import roc_auc
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.coverage import (
    Simulated,
    coverage_note,
    coverage_of,
    coverage_warning,
    interval_name,
    simulated_coverage,
)
from condyle.evaluation.intervals import PROPORTION_METHODS, proportion_of_trials
from condyle.evaluation.proportions import mean_by_patient


def row(interval, patients, percent, *, rows=None, figure="mean"):
    return Simulated(figure, 0.5, interval, rows or patients, patients, percent, 0.1, 5000)


TABLE = (
    row("t", 20, 92.0),
    row("t", 50, 94.6),
    row("t", 200, 95.0),
    row("t", 5, 90.4, rows=20),
    row("t", 50, 97.6, rows=200),
    row("t", 50, 91.2, figure="limit of agreement"),
    row("wilson", 50, 95.0, figure="proportion"),
    row("wilson", 13, 84.4, rows=50, figure="proportion"),
)


@pytest.fixture
def made_up(monkeypatch):
    monkeypatch.setattr(coverage, "simulated_coverage", lambda: TABLE)


def estimate(method, n, level=0.95):
    return Estimate(0.8, 0.7, 0.9, n, method, "row", level)


@pytest.mark.usefixtures("made_up")
class TestMadeUpTable:
    def test_the_size_at_or_below_is_the_one_to_judge_by(self):
        for patients, size in ((3, 20), (20, 20), (49, 20), (50, 50), (199, 50), (400, 200)):
            found = coverage_of("t", patients=patients, rows=patients, figure="mean")
            assert [each.patients for each in found] == [size]

    def test_far_beyond_what_was_simulated_nothing_is_said(self):
        assert coverage_of("t", patients=401, rows=401) == ()

    def test_several_rows_a_patient_are_judged_by_clustered_data(self):
        assert coverage_of("t", patients=5, rows=20)[0].percent == 90.4
        assert coverage_of("t", patients=19, rows=24)[0].patients == 20

    def test_an_interval_that_was_not_simulated_has_no_warning(self):
        assert coverage_note("profile likelihood", patients=20, rows=20) == ""

    def test_too_little_and_too_much_are_both_told(self):
        assert coverage_note("t", patients=20, rows=20, figure="mean") == (
            "; covered 92.0 % in simulation with 20 patients"
        )
        assert coverage_note("t", patients=60, rows=240) == (
            "; covered 97.6 % in simulation with 50 patients of 4 rows each"
        )
        assert coverage_note("t", patients=50, rows=50, figure="mean") == ""

    def test_where_the_figure_is_not_told_all_of_them_count(self):
        assert "covered 91.2 to 94.6 %" in coverage_note("t", patients=50, rows=50)

    def test_a_stored_estimate_is_judged_by_its_method(self):
        found = coverage_warning(estimate("t, by patient (20 patients); all rows alike", 20))
        assert found == (
            "Such intervals covered 92.0 % in simulation with 20 patients, not 95 %: "
            "read the limits with care."
        )
        assert coverage_warning(estimate("t, by patient (210 patients)", 210)) is None

    def test_what_the_method_says_already_is_what_the_warning_says(self):
        method = "jackknife t, by patient (20 patients); covered 81.0 % in simulation; all alike"
        assert coverage_warning(estimate(method, 20)) == (
            "Such intervals covered 81.0 % in simulation, not 95 %: read the limits with care."
        )

    def test_a_jackknife_without_a_note_needs_none(self):
        assert coverage_warning(estimate("jackknife t, by patient (20 patients)", 20)) is None

    def test_an_interval_that_ignores_patients_is_judged_by_them(self):
        assert coverage_warning(estimate("wilson", 60)) is None
        assert "84.4 %" in coverage_warning(estimate("wilson", 60), patients=15)

    def test_another_level_was_not_simulated(self):
        assert coverage_warning(estimate("t, by patient (20 patients)", 20, 0.9)) is None

    def test_estimates_say_it_of_themselves(self):
        values = np.random.default_rng(0).normal(size=20)
        plan = Resampling(np.arange(20), np.random.default_rng(0))
        assert "covered 92.0 % in simulation" in mean_by_patient(values, plan).method


@pytest.mark.parametrize(
    ("method", "name"),
    [
        (
            "bootstrap BCa, by patient (7 patients); undefined in 3 of 200 replicates",
            "bootstrap BCa",
        ),
        ("logit DeLong, by patient (7 patients)", "logit DeLong"),
        ("DeLong; no spread, so the interval is too narrow", "DeLong"),
        ("F, agreement", "F, agreement"),
        ("wilson", "wilson"),
    ],
)
def test_the_name_of_the_interval_is_read_from_the_method(method, name):
    assert interval_name(method) == name


def test_the_record_says_how_it_was_made():
    text = files("condyle.evaluation").joinpath("coverage.json").read_text()
    found = json.loads(text)
    assert found["schema"] == "condyle.coverage/1"
    assert found["made_by"] == "benchmarks/interval_coverage.py"
    assert {"seed", "replicates", "level", "numpy", "scipy", "python"} <= set(found)


def test_every_interval_was_simulated_at_each_size():
    table = simulated_coverage()
    assert min(each.runs for each in table) >= 4900
    for interval in (
        "bootstrap percentile", "bootstrap BCa", "jackknife t", "t", "Wilson at effective n",
        "DeLong", "logit DeLong", *PROPORTION_METHODS,
    ):  # fmt: skip
        sizes = {(each.rows, each.clustered) for each in table if each.interval == interval}
        assert sizes == {(n, c) for n in (20, 50, 200) for c in (False, True)}, interval


def test_the_default_covers_at_least_as_near_as_the_percentile_bootstrap_with_few_patients():
    table = simulated_coverage()
    defaults = {
        "mean": "jackknife t", "ROC area": "logit DeLong", "kappa": "jackknife t",
        "F1": "jackknife t", "proportion": "Wilson at effective n",
        "average precision": "jackknife t", "difference of accuracies": "jackknife t",
        "difference of ROC areas": "jackknife t",
    }  # fmt: skip

    def away(figure, interval):
        own = [e for e in table if (e.figure, e.interval) == (figure, interval) and e.patients < 50]
        return np.mean([abs(each.percent - 95.0) for each in own])

    for figure, default in defaults.items():
        assert away(figure, default) <= away(figure, "bootstrap percentile"), figure


def test_shipped_warnings_are_of_real_estimates():
    rng = np.random.default_rng(1)
    truth = np.arange(20) % 2
    scores = truth + rng.normal(size=20)
    clustered = Resampling(np.arange(20) // 4, rng, 200, interval="percentile")
    found = roc_auc(truth, scores, clustered)
    assert "in simulation with 5 patients" in found.method
    assert "read the limits with care" in coverage_warning(found)
    ignoring = proportion_of_trials(40, 50)
    assert coverage_warning(ignoring) is None
    assert "of 4 rows each" in coverage_warning(ignoring, patients=13)
