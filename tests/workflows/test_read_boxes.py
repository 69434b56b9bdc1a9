"""Boxes of a study: places over slices, each with its score, and what states nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from condyle.bundle import Output, Task
from condyle.domain.messages import Message
from condyle.domain.study import Attribute, Instance, Series, Study
from condyle.domain.volume import Volume
from condyle.workflows.reading.detect import read_boxes
from condyle.workflows.reading.image_findings import Networks
from condyle.workflows.reading.image_series import take_series
from condyle.workflows.training.manifests import concept_code

NAMES = ("no-herniation-or-slip", "herniation", "spondylolisthesis")
HIGH, LOW = (8.0, 8.0, 24.0, 24.0), (40.0, 40.0, 56.0, 56.0)
"""In pixels of the network's grid, which is twice as fine as the slices."""


def quiet(progress: object) -> None:
    """Takes a step of the progress and does nothing."""


@pytest.fixture(name="bundle")
def _bundle(pair):
    """A bundle of boxes; its networks are given by each test."""
    outputs = tuple(Output(name=name, code=concept_code(name)) for name in NAMES)
    task = Task(kind="detect", name="boxes", outputs=outputs, tensor="scores")
    manifest = pair[1].manifest
    changed = manifest.model_copy(
        update={
            "tasks": (task,),
            "preprocessing": ({"step": "fit", "rows": 64, "columns": 64},),
            "interpretation": {},
            "operating_curves": {},
            "input": manifest.input.model_copy(update={"min_pixels": 16}),
        }
    )
    return replace(pair[1], manifest=changed)


def read(bundle, boxes: Mapping[int, list[tuple[tuple[float, ...], list[float]]]], slices=4):
    """Reads one series whose slices a network tells apart by their grey."""
    array = np.arange(slices, dtype=np.float32)[:, None, None] * np.ones((1, 32, 32), np.float32)

    def run(feeds: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        found = boxes.get(round(float(feeds["image"].mean())), [(LOW, [0.0, 0.0, 0.0])])
        corners = np.array([[box for box, _ in found]], dtype=np.float32)
        return [corners, np.array([[told for _, told in found]], dtype=np.float32)]

    series = Series(
        "s",
        lambda: Volume(array),
        shape=array.shape,
        plane=Attribute("sagittal"),
        instances=tuple(Instance(f"1.{n}") for n in range(slices)),
    )
    taking = take_series(Study(None, (series,)), bundle.manifest)
    return read_boxes(Networks(bundle, run, 0.5), taking.taken, None, quiet).findings


def test_boxes_of_neighbouring_slices_at_one_spot_are_one_place(bundle):
    found = read(bundle, {1: [(HIGH, [0, 0.7, 0])], 2: [(HIGH, [0, 0.9, 0])]})
    herniation, slip = found
    assert (herniation.id, herniation.value) == ("herniation/lumbar-spine-1", True)
    assert herniation.probability == pytest.approx(0.9)
    assert [place.slice for place in herniation.evidence] == [2, 1]
    assert herniation.evidence[0].sop_instance_uid == "1.2"
    assert herniation.evidence[0].box == pytest.approx((4, 4, 12, 12), abs=0.01)
    assert (slip.value, slip.evidence) == (False, ())


def test_other_spots_and_slices_apart_are_places_of_their_own(bundle):
    both = [(HIGH, [0, 0.8, 0]), (LOW, [0, 0.6, 0])]
    found = read(bundle, {0: both, 3: [(HIGH, [0, 0.7, 0])]})
    told = [(f.probability, [p.slice for p in f.evidence]) for f in found if f.value]
    assert told == [(pytest.approx(0.8), [0]), (pytest.approx(0.7), [3]), (pytest.approx(0.6), [0])]
    assert len({finding.id for finding in found}) == len(found)


def test_a_box_without_a_finding_states_nothing(bundle):
    found = read(bundle, {0: [(HIGH, [0.99, 0.0, 0.0])]})
    assert [(f.name, f.value) for f in found] == [
        ("herniation", False),
        ("spondylolisthesis", False),
    ]


def test_under_the_threshold_the_best_score_is_stated_once_as_not_found(bundle):
    found = read(bundle, {0: [(HIGH, [0, 0.4, 0])], 1: [(LOW, [0, 0.3, 0])]})
    assert (found[0].value, found[0].probability) == (False, pytest.approx(0.4))
    assert found[0].threshold == 0.5


def test_an_abstention_keeps_the_boxes_and_decides_nothing(bundle):
    array = np.zeros((1, 32, 32), np.float32)
    series = Series("s", lambda: Volume(array), shape=array.shape)
    taking = take_series(Study(None, (series,)), bundle.manifest)

    def run(feeds):
        return [np.array([[HIGH]], np.float32), np.array([[[0, 0.9, 0]]], np.float32)]

    reason = Message("out-of-scope-age")
    found = read_boxes(Networks(bundle, run, 0.5), taking.taken, reason, quiet).findings
    assert all(f.abstained and f.value is None and f.abstention == reason for f in found)
    assert found[0].evidence
