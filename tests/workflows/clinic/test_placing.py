"""Where in the stored frames a report's slices and pixels lie."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from condyle.domain.findings import Evidence
from condyle.domain.geometry import Reorientation
from condyle.domain.report import Report, SeriesSummary, StudySummary
from condyle.domain.study import Attribute, Instance
from condyle.workflows.clinic.placing import PlacedSeries, ShownFrame, place_series, places_of
from condyle.workflows.clinic.study_files import HeldInstance

FLIPPED = Reorientation((0, 2, 1), (True, True, False))


def summary(index=0, *, kind="dicom", stem="series-1", uids=("1.1", "1.2"), **changed):
    made = SeriesSummary(
        index=index,
        stem=stem,
        uid="1.9",
        instances=tuple(Instance(uid) for uid in uids),
        frame_of_reference=None,
        plane=Attribute("sagittal"),
        weighting=Attribute("t2"),
        spacing=None,
        shape=(len(uids), 20, 30),
        used=True,
        kind=kind,
    )
    return replace(made, **changed)


def report(*series):
    return Report(study=StudySummary("1", "lumbar-spine"), series=series, bundles=())


def held(uid, series="1.9", number=1, frames=1, original=None):
    return HeldInstance(uid, series, 1, number, frames, "0" * 64, original=original)


turns = st.builds(
    Reorientation,
    st.sampled_from([(0, 1, 2), (0, 2, 1)]),
    st.tuples(st.booleans(), st.booleans(), st.booleans()),
)


@given(turns, st.integers(2, 9), st.integers(2, 9), st.data())
def test_a_pixel_is_where_the_turn_took_it_from(turn, rows, columns, data):
    stored = np.arange(rows * columns).reshape(1, rows, columns)
    turned = turn.apply(stored)
    row = data.draw(st.integers(0, turned.shape[1] - 1))
    column = data.draw(st.integers(0, turned.shape[2] - 1))
    place = PlacedSeries((None,), turned.shape[1:], turn)
    back = place.point(row, column)
    assert stored[0, int(back[0]), int(back[1])] == turned[0, row, column]


@given(turns, st.data())
def test_a_box_holds_the_same_pixels_in_the_stored_frame(turn, data):
    stored = np.arange(42).reshape(1, 6, 7)
    turned = turn.apply(stored)
    rows, columns = turned.shape[1:]
    row = sorted(data.draw(st.lists(st.integers(0, rows), min_size=2, max_size=2, unique=True)))
    column = sorted(
        data.draw(st.lists(st.integers(0, columns), min_size=2, max_size=2, unique=True))
    )
    place = PlacedSeries((None,), (rows, columns), turn)
    box = [int(edge) for edge in place.box((row[0], column[0], row[1], column[1]))]
    inside = turned[0, row[0] : row[1], column[0] : column[1]]
    assert set(stored[0, box[0] : box[2], box[1] : box[3]].ravel()) == set(inside.ravel())


def test_a_slice_of_dicom_lies_in_the_instance_that_it_came_from():
    series = summary(instances=(Instance("1.2"), Instance("1.1", frame=4)), stored=FLIPPED)
    (placed,) = place_series(report(series), [held("1.1"), held("1.2", series="1.8")])
    assert placed.frames == (ShownFrame("1.8", "1.2", 0), ShownFrame("1.9", "1.1", 4))
    assert placed.turn == FLIPPED


def test_an_instance_that_the_archive_does_not_hold_has_no_frame():
    (placed,) = place_series(report(summary(uids=("1.1", None))), [held("5")])
    assert placed.frames == (None, None)


def test_a_slice_of_a_volume_file_lies_in_what_was_derived_from_it():
    original = ("a" * 64, "up/t2.nii.gz")
    series = summary(kind="nifti", stem="t2", uids=(None, None), stored=FLIPPED)
    instances = [held("8", number=2, original=original), held("7", number=1, original=original)]
    (placed,) = place_series(report(series), instances)
    assert [frame.instance_uid for frame in placed.frames] == ["7", "8"]
    assert placed.point(3, 4) == (3, 4), "a derived instance lies as the volume does"


def test_the_frames_of_one_derived_instance_are_its_slices():
    series = summary(kind="picture", stem="stack", uids=(None,) * 3)
    (placed,) = place_series(report(series), [held("7", frames=3, original=("a", "stack.tif"))])
    assert [frame.frame for frame in placed.frames] == [0, 1, 2]


@pytest.mark.parametrize(("stem", "frames"), [("other", 2), ("t2", 5)])
def test_a_file_that_does_not_fit_what_was_derived_gets_no_place(stem, frames):
    series = summary(kind="nifti", stem=stem, uids=(None, None))
    (placed,) = place_series(report(series), [held("7", frames=frames, original=("a", "t2.nii"))])
    assert placed.frames == (None, None)


def test_evidence_is_given_in_pixels_of_the_frame():
    place = PlacedSeries((ShownFrame("s", "i", 0),), (20, 30), FLIPPED)
    evidence = Evidence(0, 0, outline=((0.0, 1.0), (2.0, 3.0)), box=(0.0, 1.0, 2.0, 3.0))
    (found,) = places_of([evidence], [place])
    assert found == {
        "series_uid": "s",
        "instance_uid": "i",
        "frame": 0,
        "slice": 0,
        "outline": [[1.0, 19.0], [3.0, 17.0]],
        "box": [1.0, 18.0, 3.0, 20.0],
    }


def test_evidence_without_a_frame_is_left_out():
    assert places_of([Evidence(0, 0), Evidence(0, 9)], [PlacedSeries((None,), (20, 30))]) == []
