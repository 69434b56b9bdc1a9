"""Estimates and operating points go to JSON and back without loss."""

import math

import pytest
from pydantic import ValidationError

from condyle.bundle import EstimateRecord
from condyle.domain.estimate import Estimate


def test_an_estimate_survives_the_way_there_and_back():
    before = Estimate(0.8, 0.7, 0.9, n=40, method="Wilson", unit="disc", level=0.9)
    assert EstimateRecord.of(before).estimate() == before


@pytest.mark.parametrize("undefined", [math.nan, math.inf, -math.inf])
def test_an_undefined_figure_is_null_in_json_and_nan_in_python(undefined):
    record = EstimateRecord.of(Estimate(undefined, math.nan, math.nan, n=0, method="none"))
    assert '"value":null' in record.model_dump_json()
    assert math.isnan(record.estimate().value)


def test_a_figure_without_its_n_is_refused():
    with pytest.raises(ValidationError, match="n\n"):
        EstimateRecord(value=0.5, low=0.4, high=0.6, method="Wilson", unit="disc")


def test_nan_itself_is_refused():
    with pytest.raises(ValidationError, match="finite"):
        EstimateRecord(value=math.nan, low=0, high=1, n=1, method="Wilson", unit="disc")


def test_the_operating_point_is_that_of_the_chosen_threshold(manifest):
    curve = manifest.operating_curves["disc-narrowing"]
    assert curve.chosen_point().threshold == 0.5
    point = curve.operating_point()
    assert point.ppv == Estimate(
        0.75, 0.68, 0.81, n=179, method="bootstrap percentile, by patient", unit="patient"
    )
    assert math.isnan(point.npv.value)
    assert point.false_calls_per_study == 0.5
    assert point.shown
