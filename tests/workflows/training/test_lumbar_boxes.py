"""Reference boxes of discs: from masks by hand, from outlines, and as the package has them."""

import numpy as np
import pytest

from condyle.datasets.spider import graded_cases, masked_cases
from condyle.datasets.spider_boxes import NEITHER, read_boxes
from condyle.domain.case import Case, Reference
from condyle.domain.study import Instance, Series, Study
from condyle.domain.volume import Volume
from condyle.workflows.training.lumbar_boxes import (
    MARGIN,
    LeftOut,
    SeriesAnatomy,
    boxes_of,
    disc_boxes,
    of_mask,
    outlined,
    with_grades,
)

LENGTH, THICK, STEP, LEFT = 40, 8, 32, 100


def a_mask(count):
    """Draws vertebrae with discs between, the last of them above a sacrum without a label."""
    mask = np.zeros((256, 256), dtype=np.uint8)
    bottom = 200
    mask[bottom - STEP * count : bottom, LEFT : LEFT + LENGTH] = 2
    mask[bottom - STEP * count : 240, LEFT + LENGTH + 6 : LEFT + LENGTH + 16] = 3
    for disc in range(count):
        row = bottom - STEP * disc - THICK
        mask[row : row + THICK, LEFT : LEFT + LENGTH] = 1
    return mask


def a_case(mask, graded, *, stem="1_t2", patient="1", masked=True):
    picture = np.full((1, *mask.shape), 200.0, dtype=np.float32)
    series = Series(
        stem=stem,
        load=lambda: Volume(picture),
        kind="picture",
        instances=(Instance(),),
        modality="MR",
        shape=picture.shape,
    )
    return Case(
        id=stem,
        patient=patient,
        study=Study(uid=None, series=(series,)),
        reference=Reference(grades=graded, masks={stem: mask[None]} if masked else {}),
    )


GRADES = {
    "disc-1": {"disc-herniation": 1, "spondylolisthesis": 1},
    "disc-2": {"disc-herniation": 1, "spondylolisthesis": 0},
    "disc-3": {"disc-herniation": 0, "spondylolisthesis": 1},
    "disc-4": {"disc-herniation": 0, "spondylolisthesis": 0, "disc-bulging": 1},
}


def anatomies(*cases, run=None):
    spec = ({"step": "fit", "rows": 128, "columns": 128},)
    return outlined(cases, spec=spec, run=run, progress=lambda step: None)


def test_every_disc_of_a_mask_has_a_box_with_a_margin_and_its_own_grades():
    boxes, others = boxes_of(anatomies(a_case(a_mask(4), GRADES)))
    assert others == []
    assert [item.labels for item in boxes] == [
        ("herniation", "spondylolisthesis"),
        ("herniation",),
        ("spondylolisthesis",),
        (NEITHER,),
    ]
    pad = MARGIN * LENGTH
    for number, item in enumerate(boxes):
        row = 200 - STEP * number - THICK
        expected = (row - pad, LEFT - pad, row + THICK + pad, LEFT + LENGTH + pad)
        assert item.box == pytest.approx(expected, abs=0.5)
        assert (item.patient, item.series, item.disc) == ("1", "1_t2", number + 1)


@pytest.mark.parametrize("count", [3, 5])
def test_a_slice_with_another_count_of_discs_than_graded_is_left_out_and_named(count):
    boxes, others = boxes_of(anatomies(a_case(a_mask(count), GRADES)))
    assert boxes == [] and others == [LeftOut("1_t2", count, 4)]


def test_a_slice_that_someone_rejected_has_no_boxes_and_is_not_counted():
    found = anatomies(a_case(a_mask(4), GRADES), a_case(a_mask(4), GRADES, stem="1_t1"))
    boxes, others = boxes_of(found, rejected=("1_t2",))
    assert {item.series for item in boxes} == {"1_t1"} and others == []


def test_a_slice_without_a_mask_is_outlined_by_the_network_in_its_own_pixels():
    small = a_mask(4)[::2, ::2]

    def run(images):
        assert images.shape[2:] == (128, 128)
        return np.stack([(small == k).astype(np.float32) for k in range(4)])[None]

    boxes, _ = boxes_of(anatomies(a_case(a_mask(4), GRADES, masked=False), run=run))
    masked, _ = boxes_of(anatomies(a_case(a_mask(4), GRADES)))
    for mine, theirs in zip(boxes, masked, strict=True):
        assert mine.box == pytest.approx(theirs.box, abs=3.0)


def test_a_box_is_cut_to_the_slice():
    mask = a_mask(4)[:, LEFT - 3 : LEFT + LENGTH + 20]
    boxes = disc_boxes(of_mask(mask, np.full(mask.shape, 9)), margin=MARGIN)
    assert len(boxes) == 4
    assert all(box[1] == 0.0 and box[3] <= mask.shape[1] for box in boxes.values())


def test_a_masked_slice_takes_the_grades_of_its_patient():
    masked = a_case(a_mask(4), {}, stem="1_t2_SPACE_slice5")
    stranger = a_case(a_mask(4), {}, stem="2_t2_SPACE_slice5", patient="2")
    found = with_grades([masked, stranger], [a_case(a_mask(4), GRADES, masked=False)])
    assert found[0].reference.grades == GRADES and found[0].reference.masks
    assert found[1].reference.grades == {}


@pytest.mark.needs("data")
def test_the_boxes_of_the_package_are_those_of_the_masks(data_folder):
    root = data_folder / "lumbar-spider"
    mine = [case for case in masked_cases(root) if case.patient == "7"]
    slices = [
        SeriesAnatomy(case, series, of_mask(case.reference.masks[series.stem][0], picture))
        for case in with_grades(mine, graded_cases(root))
        for series in case.study.series
        for picture in series.load().array
    ]
    made, others = boxes_of(slices)
    stems = {item.series.stem for item in slices}
    kept = [item for item in read_boxes() if item.series in stems]
    assert others == [] and len(made) == len(kept) == 49
    for one, other in zip(made, kept, strict=True):
        assert (one.series, one.disc, one.labels) == (other.series, other.disc, other.labels)
        assert one.box == pytest.approx(other.box, abs=0.51)
