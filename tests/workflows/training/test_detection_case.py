"""What a detector says of a case: matched boxes, difficult ones left alone, rows that add up."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest

from condyle.domain.case import Case, LabelledBox, Reference
from condyle.domain.study import Series, Study
from condyle.domain.volume import Volume
from condyle.evaluation.predictions import predictions_from_rows
from condyle.training.recipe import read_recipe
from condyle.workflows.evaluation.detection import matched_boxes
from condyle.workflows.evaluation.rows import task_rows
from condyle.workflows.training.box_pages import boxes_csv
from condyle.workflows.training.detection_case import (
    SliceDetections,
    detect_case,
    detection_scorer,
)

LABELS = ("herniation", "slip")
RECIPE = read_recipe(
    "lumbar-yolov5",
    settings={
        "preprocessing": "[{step: fit, rows: 64, columns: 64}]",
        "interpretation": "{boxes: {overlap: 0.5, merge_over: 0.9}}",
    },
)


def network(*found: tuple[tuple[float, float, float, float], tuple[float, float]]):
    """A network that finds these boxes, in its own pixels, on every image."""
    boxes = np.array([box for box, _ in found], dtype=np.float32).reshape(1, -1, 4)
    scores = np.array([told for _, told in found], dtype=np.float32).reshape(1, -1, 2)

    def run(feeds: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        assert feeds["image"].shape == (1, 1, 64, 64)
        return [boxes, scores]

    return run


def case(*boxes: LabelledBox, slices: int = 1, looked: bool = True) -> Case:
    array = np.zeros((slices, 32, 32), dtype=np.float32)
    series = Series("s", lambda: Volume(array), shape=array.shape)
    reference = Reference(boxes={"s": boxes} if looked else {})
    return Case("c", "p", Study(None, (series,)), reference, {"sex": "F"})


def drawn(*labels: str, at: float = 4.0, **changed: object) -> LabelledBox:
    return LabelledBox((at, at, at + 8, at + 8), labels, **changed)


# The network's grid is twice as fine as the slice: 8 x 8 pixels there are 16 x 16 here.
ON_IT = ((8.0, 8.0, 24.0, 24.0), (0.9, 0.0))
BESIDE_IT = ((40.0, 40.0, 56.0, 56.0), (0.6, 0.0))


def rows(run, *given: LabelledBox, **changed):
    return detection_scorer(RECIPE, LABELS).rows(run, case(*given, **changed))


def test_boxes_come_back_in_pixels_of_the_slice() -> None:
    (one,) = detect_case(RECIPE, network(ON_IT), case(drawn("slip")))
    assert one.found[0].box == pytest.approx((4, 4, 12, 12))
    assert one.reference == (drawn("slip"),)
    assert (one.patient, one.study, one.series, one.slice_index) == ("p", "c", "s", 0)


def test_a_hit_a_false_box_and_a_miss_each_have_a_row() -> None:
    made = rows(
        network(ON_IT, BESIDE_IT), drawn("herniation"), drawn("herniation", at=20.0, slice=0)
    )
    told = sorted(
        (r.unit, r.reference, r.probabilities) for r in made if r.task == "detect-herniation"
    )
    assert told == [("box-0", 1.0, (0.9,)), ("box-1", 1.0, (0.6,))]
    made = rows(network(ON_IT, BESIDE_IT), drawn("herniation"), drawn("herniation", at=14.0))
    told = sorted(
        (r.unit, r.reference, r.probabilities) for r in made if r.task == "detect-herniation"
    )
    assert told == [("box-0", 1.0, (0.9,)), ("box-1", 0.0, (0.6,)), ("missed-0", 1.0, ())]


def test_an_image_without_any_box_of_a_label_has_one_row_of_nothing() -> None:
    (slip,) = (r for r in rows(network(ON_IT), drawn("herniation")) if r.task == "detect-slip")
    assert slip.unit == "none" and math.isnan(slip.reference) and slip.probabilities == ()


def test_a_disc_that_shows_both_is_hit_by_each_label_by_itself() -> None:
    both = ((8.0, 8.0, 24.0, 24.0), (0.9, 0.4))
    made = rows(network(both), drawn("herniation", "slip"))
    assert sorted((r.task, r.reference, r.probabilities) for r in made) == [
        ("detect-herniation", 1.0, (0.9,)),
        ("detect-slip", 1.0, (0.4,)),
    ]


def test_a_difficult_box_is_neither_missed_nor_hit() -> None:
    hard = drawn("herniation", difficult=True)
    for run in (network(ON_IT), network()):
        (told,) = (r for r in rows(run, hard) if r.task == "detect-herniation")
        assert told.unit == "none"


def test_a_series_that_nobody_looked_at_for_boxes_has_no_rows() -> None:
    assert rows(network(ON_IT), looked=False) == []


def test_each_slice_is_an_image_of_its_own() -> None:
    made = rows(network(ON_IT), drawn("herniation", slice=1), slices=3)
    told = {r.series: r.reference for r in made if r.task == "detect-herniation"}
    assert told == {"s": 0.0, "s-1": 1.0, "s-2": 0.0}


def test_the_rows_are_read_as_what_was_matched() -> None:
    made = rows(network(ON_IT, BESIDE_IT), drawn("herniation"), drawn("herniation", at=14.0))
    found = task_rows(predictions_from_rows(made), "detect-herniation")
    assert found is not None and found.kind == "detection"
    matches, patients = matched_boxes(found)
    assert matches.right.tolist() == [True, False]
    assert matches.targets.tolist() == [2] and patients.tolist() == ["p"]


def test_what_is_found_can_be_kept_and_written_down() -> None:
    kept: list[SliceDetections] = []
    scorer = detection_scorer(RECIPE, LABELS, keep=kept)
    scorer.rows(network(ON_IT), case(drawn("slip")))
    assert len(kept) == 1
    lines = boxes_csv(kept, LABELS).splitlines()
    assert lines[0].endswith("herniation,slip")
    assert lines[1].startswith("p,c,s,0,4.0,4.0,12.0,12.0,0.9000,")


def test_a_picture_shows_the_slice_with_most_boxes_and_none_is_drawn_of_nothing() -> None:
    scorer = detection_scorer(RECIPE, LABELS)
    png = scorer.picture(network(ON_IT), case(drawn("herniation", "slip")))
    assert png is not None and png.startswith(b"\x89PNG")
    assert scorer.picture(network(ON_IT), case(looked=False)) is None
