"""Outlines of structures and names of levels, as a viewer draws them."""

from dataclasses import replace

import numpy as np
import pytest

from condyle.domain.findings import Measurement, Site
from condyle.domain.geometry import Reorientation
from condyle.domain.report import Report, SliceView, StudySummary
from condyle.workflows.clinic.outlines import overlays_of
from condyle.workflows.clinic.placing import PlacedSeries, ShownFrame

from .test_placing import summary

DISC, VERTEBRA = 1, 2


def blocks(*rows, shape=(60, 40), value=DISC):
    """A slice with a block of 4 rows and 10 columns at each row."""
    labelmap = np.zeros(shape, dtype=np.uint8)
    for row in rows:
        labelmap[row : row + 4, 5:15] = value
    return labelmap


def overlays(*slices, labels=(), turn=None, held=None):
    shape = slices[0].shape
    series = replace(
        summary(uids=tuple(f"1.{n}" for n in range(len(slices)))),
        shape=(len(slices), *shape),
        labelmap=np.stack(slices),
    )
    view = SliceView(0, 0, np.zeros(shape, np.uint8), slices[0], labels=tuple(labels))
    report = Report(StudySummary("1", "lumbar-spine"), (series,), (), views=(view,))
    frames = [ShownFrame("s", f"1.{n}", 0) for n in range(len(slices))]
    place = PlacedSeries(tuple(held or frames), shape, turn or Reorientation())
    return overlays_of(report, [place], analysis="a")


def levels_on(found, instance):
    return sorted(
        str(s["level"]) for s in found["structures"] if s["instance_uid"] == f"1.{instance}"
    )


def test_each_structure_of_each_slice_is_outlined_on_its_own_frame():
    found = overlays(blocks(10), blocks(30, value=VERTEBRA))
    told = [(s["structure"], s["instance_uid"], s["analysis"]) for s in found["structures"]]
    assert told == [("intervertebral-disc", "1.0", "a"), ("vertebra", "1.1", "a")]
    (outline,) = found["structures"][0]["outlines"]
    assert {tuple(point) for point in outline} == {(10, 5), (10, 14), (13, 14), (13, 5)}


def test_every_piece_of_a_structure_has_an_outline_and_specks_have_none():
    labelmap = blocks(10, 30)
    labelmap[50, 30:34] = DISC
    (structure,) = overlays(labelmap)["structures"]
    assert sorted(min(row for row, _ in outline) for outline in structure["outlines"]) == [10, 30]


def test_a_disc_has_the_name_of_the_level_that_it_lies_at_on_every_slice():
    labels = [("L5-S1", 41.5, 9.5), ("L4-L5", 21.5, 9.5)]
    found = overlays(blocks(40, 20), blocks(42, 18), labels=labels)
    assert levels_on(found, 0) == levels_on(found, 1) == ["L4-L5", "L5-S1"]


def test_a_disc_far_from_every_label_stays_unnamed():
    labels = [("L5-S1", 41.5, 9.5), ("L4-L5", 31.5, 9.5)]
    found = overlays(blocks(40, 30, 4), labels=labels)
    assert levels_on(found, 0) == ["L4-L5", "L5-S1", "None"]


@pytest.mark.parametrize("labels", [[("1", 41.5, 9.5), ("2", 21.5, 9.5)], [("L5-S1", 41.5, 9.5)]])
def test_discs_that_are_only_counted_or_alone_get_no_level_on_other_slices(labels):
    found = overlays(blocks(40, 20), blocks(40, 20), labels=labels)
    assert {s["level"] for s in found["structures"]} == {None}
    assert [label["level"] for label in found["labels"]] == [text for text, *_ in labels]


def test_outlines_and_labels_are_given_in_pixels_of_the_stored_frame():
    turn = Reorientation((0, 2, 1), (False, True, False))
    found = overlays(blocks(10), labels=[("L5-S1", 12.0, 9.0)], turn=turn)
    (outline,) = found["structures"][0]["outlines"]
    assert {tuple(point) for point in outline} == {(5, 49), (14, 49), (14, 46), (5, 46)}
    assert [(x["row"], x["column"]) for x in found["labels"]] == [(9.0, 47.0)]


def test_a_slice_without_a_frame_in_the_archive_is_left_out():
    found = overlays(blocks(10), blocks(10), held=[None, ShownFrame("s", "1.1", 0)],
                     labels=[("L5-S1", 12.0, 9.0)])  # fmt: skip
    assert [s["instance_uid"] for s in found["structures"]] == ["1.1"]
    assert found["labels"] == []


def span(name, points, *, value=8.0, slice_=0):
    site = Site("intervertebral-disc", "L4-L5", 2)
    return Measurement(name, value, "mm", site, 0, slice_, "masks", points=points)


def lines_of(*measurements, turn=None):
    series = replace(summary(uids=("1.0",)), shape=(1, 60, 40))
    report = Report(StudySummary("1", "lumbar-spine"), (series,), (), measurements=measurements)
    place = PlacedSeries((ShownFrame("s", "1.0", 0),), (60, 40), turn or Reorientation())
    return overlays_of(report, [place], analysis="a")["lines"]


def test_a_line_that_two_measures_share_is_drawn_once_and_what_has_no_ends_never():
    ends = ((10.0, 5.0), (18.0, 6.0))
    found = lines_of(
        span("vertebral-slip", ends),
        span("vertebral-slip-percent", ends),
        span("disc-height-middle", ((1.0, 2.0),), value=None),
        span("disc-height-index", ()),
        span("disc-height-anterior", ends, slice_=7),
    )
    (line,) = found
    assert (line["name"], line["level"], line["index_from_caudal"]) == (
        "vertebral-slip",
        "L4-L5",
        2,
    )
    assert (line["instance_uid"], line["frame"], line["analysis"]) == ("1.0", 0, "a")
    assert line["points"] == [[10.0, 5.0], [18.0, 6.0]]


def test_a_length_whose_millimetres_are_in_doubt_has_its_line_all_the_same():
    assert len(lines_of(span("disc-height-middle", ((1.0, 2.0), (3.0, 4.0)), value=None))) == 1


def test_a_line_lies_on_the_stored_frame_however_the_volume_was_turned():
    turn = Reorientation((0, 1, 2), (False, True, False))
    (line,) = lines_of(span("disc-height-middle", ((10.0, 5.0), (18.0, 6.0))), turn=turn)
    assert line["points"] == [[49.0, 5.0], [41.0, 6.0]]
