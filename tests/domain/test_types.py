"""The types that every room hands on: frozen, silent about pixels and identity, and checked."""

from __future__ import annotations

import dataclasses
import inspect
import pickle

import numpy as np
import pytest

import condyle.domain as domain
from condyle import errors
from condyle.domain import (
    Attribute,
    Evidence,
    Finding,
    Instance,
    LeftOut,
    Message,
    Report,
    Series,
    Site,
    Study,
    StudySummary,
    Volume,
)
from condyle.domain.findings import middle_grade
from condyle.domain.limits import LARGEST_SIDE, LEAST_SIDE, MOST_VOXELS, shape_fault
from condyle.domain.progress import Progress, ignore_progress

TYPES = [getattr(domain, name) for name in domain.__all__]


def _nothing() -> Volume:
    return Volume(np.zeros((1, 20, 20), np.float32))


@pytest.mark.parametrize("kind", TYPES, ids=lambda one: one.__name__)
def test_every_type_is_frozen_and_names_its_fields_in_its_docstring(kind: type) -> None:
    assert dataclasses.is_dataclass(kind)
    assert kind.__dataclass_params__.frozen
    text = inspect.getdoc(kind) or ""
    for field in dataclasses.fields(kind):
        assert f"{field.name}:" in text, f"{kind.__name__}.{field.name} is not documented"


def test_what_is_exported_is_what_there_is() -> None:
    assert sorted(domain.__all__) == domain.__all__
    assert all(inspect.isclass(kind) for kind in TYPES)


@pytest.mark.parametrize("shape", [(20,), (20, 20), (1, 2, 20, 20), ()])
def test_a_volume_of_other_than_three_axes_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="three axes"):
        Volume(np.zeros(shape, np.float32))


@pytest.mark.parametrize("shape", [(3, 3), (4,), (3, 4), (5, 5)])
def test_an_affine_that_is_not_four_by_four_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="4 x 4"):
        Volume(np.zeros((1, 20, 20), np.float32), affine=np.zeros(shape))


def test_a_volume_counts_its_slices_and_cannot_be_altered() -> None:
    volume = Volume(np.zeros((7, 20, 20), np.float32), (4.0, 0.5, 0.5))
    assert volume.slices == 7
    with pytest.raises(dataclasses.FrozenInstanceError):
        volume.spacing = None


def test_series_are_compared_by_what_they_say_and_not_by_how_they_load() -> None:
    one, other = Series("series-1", _nothing), Series("series-1", lambda: _nothing())
    assert one == other
    assert one != Series("series-2", _nothing)
    assert "load" not in repr(one)


def test_defaults_claim_nothing() -> None:
    series = Series("a", _nothing)
    for attribute in (series.plane, series.weighting, series.fat_suppressed, series.contrast_agent):
        assert attribute == Attribute(None, estimated=False)
    assert (series.uid, series.spacing, series.modality, series.age_years) == (None,) * 4
    assert series.simulated is False
    assert Instance() == Instance(None, 0, None)


def test_messages_of_one_code_about_one_thing_are_equal() -> None:
    assert Message("x", {"count": 1}) == Message("x", {"count": 1}, "study")
    assert Message("x") != Message("x", subject="L4-L5")
    assert Message("x").params == {}
    assert LeftOut(Message("x")).count == 1


def test_two_messages_do_not_share_their_default_params() -> None:
    assert Message("a").params is not Message("b").params


def test_plain_types_can_be_sent_to_another_process() -> None:
    finding = Finding(
        "f-1",
        "disc-bulging",
        Site("intervertebral-disc", "L4-L5", 2),
        True,
        0.7,
        evidence=(Evidence(0, 3, ((1.0, 2.0),), (0.0, 0.0, 4.0, 4.0)),),
    )
    study = Study("1.2", (), (LeftOut(Message("empty-file"), 3),))
    for one in (finding, study, Volume(np.ones((1, 2, 2), np.float32)).spacing):
        assert pickle.loads(pickle.dumps(one)) == one


def test_an_empty_report_has_room_for_everything_and_claims_nothing() -> None:
    report = Report(StudySummary(None, "lumbar-spine"), (), ())
    empty = [one.name for one in dataclasses.fields(Report) if getattr(report, one.name) == ()]
    assert {"findings", "warnings", "refused", "left_out", "measurements"} <= set(empty)
    assert report.study.simulated is False


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ((1, LEAST_SIDE, LEAST_SIDE), None),
        ((LARGEST_SIDE, LEAST_SIDE, LEAST_SIDE), None),
        ((1, LARGEST_SIDE, LARGEST_SIDE), None),
        ((1, LEAST_SIDE - 1, 500), "15 x 500 pixels in 1 slice"),
        ((2, 500, LEAST_SIDE - 1), "500 x 15 pixels in 2 slices"),
        ((0, 500, 500), "500 x 500 pixels in 0 slices"),
        ((-1, 500, 500), "500 x 500 pixels in -1 slices"),
        ((1, LARGEST_SIDE + 1, 500), "8193 x 500 pixels in 1 slice"),
        ((LARGEST_SIDE + 1, 20, 20), "20 x 20 pixels in 8193 slices"),
        ((1000, 1000, 1001), "1000 x 1001 pixels in 1000 slices"),
        ((10**30, 10**30, 10**30), f"{10**30} x {10**30} pixels in {10**30} slices"),
        ((20, 20), "2 axes"),
        ((), "0 axes"),
    ],
)
def test_a_shape_is_faulted_exactly_beyond_its_limits(
    shape: tuple[int, ...], said: str | None
) -> None:
    fault = shape_fault(shape)
    assert (fault[0] if fault else None) == said
    if fault:
        assert fault[1].startswith(("at least", "at most", "an image"))


def test_a_volume_of_exactly_the_most_voxels_passes() -> None:
    assert shape_fault((1000, 1000, 1000)) is None
    assert MOST_VOXELS == 1000**3


def test_ignoring_progress_gives_nothing_and_raises_nothing() -> None:
    assert ignore_progress(Progress("discover", 1, 2)) is None


KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.CondyleError)
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda one: one.__name__)
def test_every_error_has_an_exit_status_of_the_design_and_stands_in_the_tree(
    kind: type[errors.CondyleError],
) -> None:
    assert kind.exit_status in {1, 2, 130}
    assert kind.__name__ in (errors.__doc__ or "")
    assert inspect.getdoc(kind)


def test_an_error_says_what_it_has_to_say_in_four_lines_at_most() -> None:
    whole = errors.BadImage("A failed.", found="b", needed="c", mend="d")
    assert whole.lines() == ["A failed.", "  found:  b", "  needed: c", "  mend:   d"]
    assert str(whole) == "\n".join(whole.lines())
    assert errors.InputError("A failed.").lines() == ["A failed."]
    assert repr(whole) == "BadImage('A failed.')"


def test_an_unknown_name_lists_the_valid_ones_in_order() -> None:
    error = errors.UnknownName("recipe", "x", ["b", "a"])
    assert error.needed == "one of: a, b"
    mend = errors.MissingExtra("train", "Training").mend
    assert mend == "pip install 'condyle[train]', or in a checkout: pip install '.[train]'"


@pytest.mark.parametrize(
    ("probabilities", "grade"),
    [
        ((0.4, 0.15, 0.45), 2),  # the most probable is 3, and 1 nearly as probable
        ((0.1, 0.2, 0.6, 0.05, 0.05), 3),
        ((0.5, 0.3, 0.2), 1),
        ((0.49, 0.3, 0.21), 2),
        ((0.0, 0.0, 1.0), 3),
        ((0.1, 0.1, 0.2999), 3),  # rounded away, or short of 1: never beyond the last
    ],
)
def test_the_grade_in_the_middle_has_half_of_the_probability_up_to_it(probabilities, grade):
    assert middle_grade(probabilities) == grade


def test_the_grade_in_the_middle_errs_by_fewer_grades_than_any_other():
    rng = np.random.default_rng(4)
    for probabilities in rng.dirichlet(np.full(5, 0.6), size=200):
        costs = [
            sum(p * abs(told - true) for true, p in enumerate(probabilities)) for told in range(5)
        ]
        assert costs[middle_grade(probabilities.tolist()) - 1] == pytest.approx(min(costs))
