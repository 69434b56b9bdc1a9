"""Pages of findings without a level: classes by name, boxes, heat maps, what nobody looked at."""

import json
from dataclasses import replace

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from condyle.domain.anatomy import not_assessed
from condyle.domain.findings import Evidence, Finding, Site
from condyle.domain.report import PixelMap, SliceView
from condyle.reporting.finding_words import finding_text
from condyle.reporting.naming import with_file_names
from condyle.reporting.overlays import BOX, HEAT, overlay_picture
from condyle.reporting.page import page_of
from condyle.reporting.paragraph import paragraph
from condyle.reporting.pixel_maps import map_file
from condyle.reporting.report_json import read_report_json, report_schema, report_to_json
from condyle.reporting.wording import catalogue

CLASSES = ("intact", "partial", "complete")
INJURY = Finding(
    "acl-injury/knee",
    "acl-injury",
    Site("knee"),
    3,
    0.7,
    probabilities=(0.1, 0.2, 0.7),
    classes=CLASSES,
    evidence=(Evidence(0, 0),),
    bundle="knee-unet",
)


@pytest.fixture(name="knee")
def _knee(report):
    """The report of a knee: a class of three, and a heat map of one slice."""
    shape = report.series[0].shape[1:]
    heat = PixelMap(0, 0, INJURY.id, "heat", np.zeros(shape, np.uint8))
    return replace(
        report,
        study=replace(report.study, anatomy="knee"),
        findings=(INJURY,),
        measurements=(),
        views=(),
        maps=(heat,),
        not_assessed=not_assessed("knee", ["acl-injury"]),
    )


def test_a_class_is_called_by_its_name(knee):
    words = catalogue("en")
    assert finding_text(INJURY, words) == "complete"
    assert "complete (0.70)" in paragraph(knee, "en")
    (block,) = page_of(knee).levels
    assert (block.name, block.rows[0].decision, block.rows[0].state) == (
        "knee", "complete", "positive"
    )  # fmt: skip
    least = replace(INJURY, value=1, probability=0.8, probabilities=(0.8, 0.1, 0.1))
    (block,) = page_of(replace(knee, findings=(least,))).levels
    assert (block.rows[0].state, block.positives) == ("negative", ())


def test_a_page_without_levels_has_no_grades_of_discs(knee):
    assert page_of(knee).by_level is False
    assert "previous surgery of that part" in page_of(knee).exclusions


def test_what_a_bundle_looks_at_is_not_said_to_be_unseen():
    codes = [message.code for message in not_assessed("knee", ["acl-injury"])]
    assert "not-assessed-anterior-cruciate-ligament" not in codes
    assert {"not-assessed-menisci", "not-assessed-fracture"} <= set(codes)
    assert codes[-1] == "not-assessed-anything-else"
    other = not_assessed("shoulder", ["tear"])
    assert {"not-assessed-tumour", "not-assessed-anything-else"} <= {m.code for m in other}
    for language in ("en", "es"):
        words = catalogue(language)
        every = [*not_assessed("knee", []), *not_assessed("ankle", []), *other]
        assert all(message.code in words.messages for message in every)


def test_maps_are_named_listed_and_read_back_with_their_evidence(knee):
    text = report_to_json(knee)
    values = json.loads(text)
    Draft202012Validator(report_schema()).validate(values)
    (one,) = values["maps"]
    assert one["file"] == with_file_names(knee).maps[0].file
    assert values["findings"][0]["evidence"][0]["map"] == one["file"]
    back = read_report_json(text)
    assert back.findings[0].classes == CLASSES
    assert back.findings[0].evidence[0].map == one["file"]
    assert map_file(knee.maps[0], knee.series[0]).startswith(b"\x89PNG")


def test_a_report_of_before_there_were_maps_is_still_read(knee):
    values = json.loads(report_to_json(knee))
    del values["maps"]
    for series in values["series"]:
        del series["structures"]
    for finding in values["findings"]:
        del finding["classes"]
        for place in finding["evidence"]:
            del place["map"]
    assert read_report_json(json.dumps(values)).findings[0].classes == ()


def test_heat_and_boxes_are_drawn_in_their_colours_without_a_margin_for_levels():
    image = np.full((50, 50), 90, np.uint8)
    heat = np.zeros((50, 50), np.uint8)
    heat[5:20, 5:20] = 255
    view = SliceView(
        0, 0, image, np.zeros((50, 50), np.uint8), structures=(), heat=heat,
        boxes=(((30.0, 30.0, 40.0, 40.0), "herniation"),),
    )  # fmt: skip
    drawn = np.asarray(overlay_picture(view)).astype(int)
    assert drawn.shape[1] == 1000
    hot, cold = drawn[250, 250], drawn[250, 750]
    assert hot[0] - hot[2] > 80 and np.ptp(cold) == 0
    assert (np.abs(drawn[596:604, 700] - BOX).sum(axis=1) < 30).any()
    assert HEAT[0] > HEAT[1] > HEAT[2]
