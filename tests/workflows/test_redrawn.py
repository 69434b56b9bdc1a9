"""Pictures are drawn anew as readers left the findings, hung as the reading hung its images."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from tests.dicom.objects.made import SIGNED, report_of
from tests.service.exported import dicom_files

from condyle import dicom, sources
from condyle.dicom.objects import as_stored
from condyle.domain.findings import Evidence
from condyle.domain.geometry import Reorientation
from condyle.domain.report import Report, SliceView
from condyle.errors import BadImage
from condyle.reporting.caption import captioned
from condyle.reporting.overlays import overlay_png
from condyle.workflows.exporting.contents import Review, content_of
from condyle.workflows.exporting.redrawn import MOST_PICTURES, redrawn
from condyle.workflows.exporting.standing import Corrected
from condyle.workflows.exporting.written import WrittenOverlay, WrittenReading

DRAWN = Evidence(0, 2, ((3.0, 2.0), (3.0, 7.5), (9.0, 4.0)), (2.0, 1.0, 10.0, 9.0))
HUNG = [
    Reorientation(axes, (False, *flips))
    for axes, flips in product(((0, 1, 2), (0, 2, 1)), product((False, True), repeat=2))
]


@pytest.fixture
def made(tmp_path: Path) -> Report:
    for name, content in dicom_files().items():
        (tmp_path / name).write_bytes(content)
    with sources.open([tmp_path]) as tree:
        return report_of(dicom.discover(tree.files).studies[0].study.series)


def hung(report: Report, turned: Reorientation) -> Report:
    return replace(report, series=(replace(report.series[0], stored=turned),))


def stored_of(report: Report, place: Evidence) -> Evidence:
    """The place on the stored frame, as the objects' own way of turning back has it."""
    (first, *_) = report.findings
    one = replace(report, findings=(replace(first, evidence=(place,)),))
    return as_stored(one).findings[0].evidence[0]


def picture(report: Report, number: int) -> NDArray[np.uint8]:
    draw = np.random.default_rng(number)
    return draw.integers(0, 255, report.series[0].shape[1:]).astype(np.uint8)


def stored_image(report: Report, uid: str, frame: int) -> NDArray[np.uint8]:
    """What the archive holds of a frame that is hung as ``picture`` gives it."""
    instances = report.series[0].instances
    (number,) = [
        at for at, one in enumerate(instances) if (one.sop_instance_uid, one.frame) == (uid, frame)
    ]
    return report.series[0].stored.invert(picture(report, number)[np.newaxis])[0]


def read_as(report: Report, *numbers: int) -> WrittenReading:
    overlays = tuple(WrittenOverlay(0, n, f"slice-{n}", b"") for n in numbers)
    return WrittenReading(report, overlays)


def expected(report: Report, number: int, **more: Any) -> bytes:
    series = report.series[0]
    assert series.labelmap is not None and series.spacing is not None
    view = SliceView(
        series=0,
        slice=number,
        image=picture(report, number),
        labelmap=series.labelmap[number],
        row_over_column=series.spacing[1] / series.spacing[2],
        structures=series.structures,
    )
    spans = (report.measurements[0].points,) if number == 2 else ()
    return overlay_png(replace(view, **more), spans=spans)


@pytest.mark.parametrize("turned", HUNG)
def test_what_a_reader_drew_and_named_lies_where_it_lies_on_the_stored_frame(
    made: Report, turned: Reorientation
) -> None:
    report = hung(made, turned)
    drawn = (("disc-bulging", stored_of(report, DRAWN)),)
    after = Corrected(as_stored(report), levels={1: "L5-S1"}, drawn=drawn)
    (shown,) = redrawn(
        read_as(report, 2), after, lambda uid, frame: stored_image(report, uid, frame), "en"
    )
    assert shown.png == expected(
        report,
        2,
        labels=(("L5-S1", 6.5, 7.5),),
        boxes=((DRAWN.box, "disc-bulging"),),
        outlines=((DRAWN.outline, "disc-bulging"),),
    )
    assert (shown.series, shown.slice, shown.name) == (0, 2, "slice-2")


def test_a_mask_that_was_taken_out_is_out_of_the_picture(made: Report) -> None:
    report = hung(made, HUNG[-1])
    bare = np.zeros_like(report.series[0].labelmap)
    stored = as_stored(replace(report, series=(replace(report.series[0], labelmap=bare),)))
    (shown,) = redrawn(
        read_as(report, 2),
        Corrected(stored),
        lambda uid, frame: stored_image(report, uid, frame),
        "en",
    )
    labels = (("L4-L5", 6.5, 7.5),)
    assert shown.png == expected(report, 2, labels=labels, labelmap=bare[2])
    assert shown.png != expected(report, 2, labels=labels)


def test_an_outline_of_a_structure_is_its_mask_and_not_drawn_twice(made: Report) -> None:
    series = replace(made.series[0], structures=("meniscal-tear",))
    report = replace(made, series=(series,))
    after = Corrected(as_stored(report), drawn=(("meniscal-tear", replace(DRAWN, box=None)),))
    (shown,) = redrawn(
        read_as(report, 2), after, lambda uid, frame: stored_image(report, uid, frame), "en"
    )
    assert shown.png == expected(report, 2, labels=(("L4-L5", 6.5, 7.5),))


def test_a_slice_that_only_a_reader_drew_on_has_a_picture_too(made: Report) -> None:
    drawn = tuple(("disc-bulging", replace(DRAWN, slice=at)) for at in (4, 2, 4))
    shown = redrawn(
        read_as(made, 2),
        Corrected(as_stored(made), drawn=drawn),
        lambda uid, frame: stored_image(made, uid, frame),
        "es",
    )
    stem = made.series[0].stem
    assert [(one.slice, one.name) for one in shown] == [(2, "slice-2"), (4, f"{stem}-slice-5")]


def test_an_image_that_cannot_be_decoded_has_no_picture_and_colours_become_grey(
    made: Report,
) -> None:
    def image(uid: str, frame: int) -> NDArray[np.uint8]:
        if uid == made.series[0].instances[1].sop_instance_uid:
            raise BadImage("No.")
        return np.full((*made.series[0].shape[1:], 3), 77, np.uint8)

    (shown,) = redrawn(read_as(made, 1, 3), Corrected(as_stored(made)), image, "en")
    assert shown.png == expected(made, 3, image=np.full(made.series[0].shape[1:], 77, np.uint8))


def test_pictures_are_bounded(made: Report) -> None:
    shown = redrawn(
        read_as(made, *[2] * (MOST_PICTURES + 1)),
        Corrected(as_stored(made)),
        lambda uid, frame: stored_image(made, uid, frame),
        "en",
    )
    assert len(shown) == MOST_PICTURES


def test_what_is_said_of_a_slice_stands_below_its_picture_as_it_stands(made: Report) -> None:
    changed = replace(made.findings[0], value=2, probability=None)
    report = replace(made, findings=(changed, made.findings[1]))
    stream = io.BytesIO()
    Image.new("RGB", (1200, 40)).save(stream, format="PNG")
    overlays = tuple(WrittenOverlay(0, n, f"slice-{n}", stream.getvalue()) for n in (2, 3))
    review = Review(
        states={changed.id: "changed", made.findings[1].id: "accepted"}, verification=SIGNED
    )
    content = content_of(WrittenReading(report, overlays), review)
    said = [one.text for one in content.statements if one.name != "exclusion"]
    line = "L4-L5: Pfirrmann grade 2; present: posterior contour bulge."
    of_it, other = content.pictures
    np.testing.assert_array_equal(of_it.pixels, captioned(overlays[0].png, [line, *said]))
    np.testing.assert_array_equal(other.pixels, captioned(overlays[1].png, said))
