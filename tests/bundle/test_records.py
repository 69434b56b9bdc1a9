"""Every part of a manifest is frozen, closed, described and holds to its own limits."""

import inspect

import pytest
from pydantic import ValidationError

from condyle.bundle import (
    ConceptCode,
    Dataset,
    InputContract,
    Licence,
    Manifest,
    Metric,
    Requirement,
    Task,
    Training,
    Validation,
    contract,
    figures,
    provenance,
)
from condyle.bundle import manifest as manifest_module
from condyle.bundle.record import Record

MODULES = (contract, figures, provenance, manifest_module)
PARTS = sorted(
    {
        part
        for module in MODULES
        for _, part in inspect.getmembers(module, inspect.isclass)
        if issubclass(part, Record) and part is not Record
    },
    key=lambda part: part.__name__,
)
ESTIMATE = {"value": 0.5, "low": 0.4, "high": 0.6, "n": 9, "method": "Wilson", "unit": "disc"}
POINT = {
    "threshold": 0.5,
    "sensitivity": ESTIMATE,
    "specificity": ESTIMATE,
    "ppv": ESTIMATE,
    "npv": ESTIMATE,
    "false_calls_per_study": 0.0,
}


@pytest.mark.parametrize("part", PARTS)
def test_every_part_is_frozen_and_refuses_unknown_keys(part):
    assert part.model_config["frozen"]
    assert part.model_config["extra"] == "forbid"
    assert not part.model_config["allow_inf_nan"]
    with pytest.raises(ValidationError, match="colour"):
        part.model_validate({"colour": "red"})


@pytest.mark.parametrize("part", PARTS)
def test_every_field_is_described_where_its_part_is(part):
    described = [line.strip().partition(":")[0] for line in part.__doc__.splitlines()]
    assert [name for name in part.model_fields if name not in described] == []


@pytest.mark.parametrize(
    "name", ["", "A", "a_b", "a b", "-a", "a-", "a--b", "1a", "é", "a\n", "a" * 65, "../a"]
)
def test_names_are_in_kebab_case(name):
    with pytest.raises(ValidationError):
        Requirement(name=name, sha256="a" * 64, role="anatomy")


@pytest.mark.parametrize("sha256", ["", "a" * 63, "a" * 65, "A" * 64, "g" * 64, "a" * 64 + "\n"])
def test_a_hash_is_64_lower_case_digits(sha256):
    with pytest.raises(ValidationError):
        Requirement(name="a", sha256=sha256, role="anatomy")


@pytest.mark.parametrize("version", ["1", "1.0", "1.0.0.0", "v1.0.0", "1.0.0-beta", "1.0.x", ""])
def test_a_version_is_three_numbers(example, version):
    with pytest.raises(ValidationError, match="version"):
        Manifest.model_validate({**example, "version": version})


@pytest.mark.parametrize(
    "changed",
    [
        {"anatomy": "Lumbar Spine"},
        {"modality": ""},
        {"planes": ["sideways"]},
        {"weightings": ["t3"]},
        {"weightings": []},
        {"min_slices": 0},
        {"min_pixels": 0},
        {"spacing_range_mm": [0.0, 1.0]},
        {"spacing_range_mm": [1.0]},
    ],
)
def test_an_input_contract_that_admits_nothing_or_nonsense_is_refused(example, changed):
    with pytest.raises(ValidationError):
        InputContract.model_validate({**example["input"], **changed})


def test_an_input_contract_may_leave_the_spacing_open(example):
    needs = InputContract.model_validate({**example["input"], "spacing_range_mm": None})
    assert needs.spacing_range_mm is None


@pytest.mark.parametrize("key", ["scheme", "value", "meaning"])
def test_a_concept_code_has_no_empty_part(key):
    whole = {"scheme": "SCT", "value": "1", "meaning": "one"}
    with pytest.raises(ValidationError, match=key):
        ConceptCode.model_validate({**whole, key: ""})


@pytest.mark.parametrize(
    "changed", [{"outputs": []}, {"tensor": ""}, {"activation": "relu"}, {"kind": "guess"}]
)
def test_a_task_that_gives_nothing_known_is_refused(example, changed):
    with pytest.raises(ValidationError):
        Task.model_validate({**example["tasks"][0], **changed})


@pytest.mark.parametrize(
    "changed",
    [
        {"threshold": 1.5},
        {"threshold": -0.1},
        {"false_calls_per_study": -1.0},
        {"false_calls_per_study": float("inf")},
        {"ppv": None},
        {"ppv": {**ESTIMATE, "level": 1.0}},
        {"ppv": {**ESTIMATE, "method": ""}},
    ],
)
def test_a_point_of_an_operating_curve_holds_to_its_ranges(changed):
    with pytest.raises(ValidationError):
        figures.CurvePoint.model_validate({**POINT, **changed})


@pytest.mark.parametrize("thresholds", [[0.5, 0.5], [0.5, 0.25], []])
def test_the_points_of_a_curve_ascend_and_differ(thresholds):
    points = [{**POINT, "threshold": threshold} for threshold in thresholds]
    with pytest.raises(ValidationError):
        figures.OperatingCurve.model_validate(
            {"points": points, "chosen": 0.5, "rule": "any", "shown": True}
        )


def test_a_metric_is_a_ratio_of_the_whole_bundle_unless_it_says_otherwise():
    metric = Metric.model_validate({"name": "dice", "estimate": ESTIMATE})
    assert (metric.output, metric.unit, metric.note) == (None, "1", "")


def test_a_metric_names_an_output_that_there_is(example):
    example["validation"]["metrics"][0]["output"] = "dice"
    with pytest.raises(ValidationError, match="names 'dice', which no task gives"):
        Manifest.model_validate(example)


def test_a_validation_must_say_how_it_was_done():
    with pytest.raises(ValidationError, match="scheme"):
        Validation.model_validate({"metrics": []})


@pytest.mark.parametrize(
    "changed",
    [
        {"folds": 0},
        {"fitted": "somehow"},
        {"commit": ""},
        {"split_sha256": "unknown"},
        {"case_hashes": ["0123456789ABCDEF"]},
        {"case_hashes": ["0123456789abcdef0"]},
        {"recipe": {"rate": float("nan")}},
        {"recipe": {"network": object()}},
    ],
)
def test_a_training_record_with_gaps_is_refused(example, changed):
    with pytest.raises(ValidationError):
        Training.model_validate({**example["training"], **changed})


def test_a_dataset_is_of_patients_unless_it_says_that_it_is_simulated():
    assert not Dataset(name="archive", sha256="a" * 64).simulated


def test_a_licence_must_be_named():
    with pytest.raises(ValidationError):
        Licence(spdx="")
