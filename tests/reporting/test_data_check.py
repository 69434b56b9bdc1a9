"""The page and the JSON of a data check."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from condyle.datasets.check import alarms
from condyle.domain.data_report import (
    ALL_HEADERS,
    Alarm,
    Count,
    CountTable,
    DataReport,
    Duplicate,
    Fault,
    LabelCounts,
    Pictures,
    Place,
    Shortcut,
    Shown,
    Text,
    TextSearch,
)
from condyle.domain.estimate import Estimate
from condyle.reporting.data_check import check_document, check_html
from condyle.reporting.data_check_sections import LISTED, parts_of
from condyle.reporting.data_check_words import (
    ALARMS,
    alarm_words,
    counted,
    fault_words,
    pair_words,
    place_words,
)

ONE, OTHER = Place("c1", "p1", "c1_t2", 4), Place("c2", "p2", "t2")
PAIR = Duplicate(ONE, OTHER, False, "left-right", 0.9321, slices=3, sides=("test", "train"))
BLANK = DataReport(
    layout="folders",
    licence="",
    notes=("A three-way label was made two.",),
    patients=20,
    cases=20,
    series=20,
    slices=400,
    counts=(),
    labels=(),
    sides=(),
    leaks=(),
    unreadable=(),
    duplicates=(),
    faults=(),
    shortcuts=(),
    text=TextSearch(20, 20),
    not_looked_at=("Whether a label is right was not asked.",),
)


def page(report: DataReport, pictures: Pictures | None = None) -> str:
    return check_html(report, pictures or Pictures(), folder="knees")


def shown(place: Place) -> Shown:
    return Shown(place, np.zeros((8, 8), np.uint8))


def test_a_clean_archive_says_that_there_is_no_alarm_and_what_was_not_looked_at() -> None:
    text = page(BLANK)
    assert "No alarm" in text
    assert "To mend before" not in text
    assert "Whether a label is right was not asked." in text
    assert "A three-way label was made two." in text
    assert "20, 400 slices" in text


def test_every_part_says_so_where_nothing_was_found() -> None:
    parts = {part.section.title: part for part in parts_of(BLANK, Pictures())}
    assert parts["Faults of images, masks and boxes"].section.paragraphs == ("None was found.",)
    assert "could be read" in parts["Files and images that cannot be read"].section.paragraphs[0]
    assert "no split of its own" in parts["Patients on several sides"].section.paragraphs[0]
    assert "None was found." in parts["Text burned into pictures"].section.paragraphs
    assert all(part.section.paragraphs for part in parts.values())


def test_faults_stand_apart_from_warnings() -> None:
    alarms = (
        Alarm("patient-on-several-sides", "fault", 2),
        Alarm("rare-value", "warning", 1, ("acl: yes",)),
    )
    text = page(replace(BLANK, alarms=alarms))
    assert text.index("To mend before") < text.index("2 patients on several sides")
    assert text.index("To look at before") < text.index("1 label value in fewer")
    assert "(acl: yes)" in text
    assert "No alarm" not in text


def test_counts_of_one_value_and_of_none_are_a_line_and_others_a_table() -> None:
    counts = (
        CountTable("sequence", "series", (Count("t1", 9, 10), Count("", 11, 11))),
        CountTable("plane", "series", (Count("sagittal", 20, 20),)),
        CountTable("age", "cases", (Count("", 20, 20),)),
    )
    section = parts_of(replace(BLANK, counts=counts), Pictures())[0].section
    assert "The same everywhere: plane: sagittal." in section.paragraphs
    assert "Not recorded for anybody: age." in section.paragraphs
    (table,) = section.tables
    assert table.rows == (("t1", "9", "10"), ("not recorded", "11", "11"))


def test_labels_tell_shares_missing_units_and_agreement() -> None:
    label = LabelCounts("acl-tear", "study", (Count("no", 15, 15), Count("yes", 5, 5)), 2, 22)
    report = replace(BLANK, labels=(label,), agreement=(("kappa", 0.812),))
    section = parts_of(report, Pictures())[1].section
    assert section.tables[0].rows[1][1:] == ("yes", "5", "5", "25.0 %", "")
    assert section.tables[0].rows[0][-1] == "2 of 22"
    assert "kappa 0.81" in section.paragraphs[1]


def test_the_colours_of_boxes_and_structures_are_told() -> None:
    boxes = (Count("slip", 1, 1), Count("tear", 1, 1), Count("no class", 1, 1))
    labels = (
        LabelCounts("boxes", "box", boxes, 0, 3),
        LabelCounts("masks", "mask", (Count("3", 1, 1), Count("nothing marked", 1, 1)), 0, 2),
    )
    said = parts_of(replace(BLANK, labels=labels), Pictures())[1].section.paragraphs
    assert said[1:] == (
        "On the pictures, boxes are drawn as: slip orange, tear sky blue.",
        "On the pictures, masks are drawn as: 3 green.",
    )


def test_a_unit_in_a_heading_keeps_its_capitals() -> None:
    counts = (CountTable("MagneticFieldStrength", "cases", (Count("3", 9, 9), Count("1", 9, 9))),)
    section = parts_of(replace(BLANK, counts=counts), Pictures())[0].section
    assert section.tables[0].title == "Field strength (T)"


def test_pairs_are_listed_and_shown_side_by_side() -> None:
    report = replace(BLANK, duplicates=(PAIR,))
    pictures = Pictures(duplicates=((PAIR, shown(ONE), shown(OTHER)),))
    part = parts_of(report, pictures)[3]
    assert part.section.tables[0].rows == (
        (
            "case c1, c1_t2, slice 4",
            "case c2, t2",
            "nearly the same (r 0.93), mirrored left to right, 3 slices",
            "test and train",
        ),
    )
    assert part.pictures[0].wide
    assert "mirrored" in page(report, pictures)


def test_faults_are_listed_and_shown() -> None:
    fault = Fault("mask-spread", ONE, "100 % of a slice")
    part = parts_of(replace(BLANK, faults=(fault,)), Pictures(faults=((fault, shown(ONE)),)))[4]
    assert part.section.tables[0].rows[0] == (
        "mask over nearly the whole picture",
        "case c1, c1_t2, slice 4",
        "100 % of a slice",
    )
    assert part.pictures[0].caption.startswith("mask over nearly the whole picture: case c1")


def test_what_headers_tell_is_a_table_of_classes_by_headers() -> None:
    area = Estimate(0.91, 0.84, 0.96, 20, "logit DeLong")
    none = Estimate(math.nan, math.nan, math.nan, 20, "not tested")
    shortcuts = (
        Shortcut("acl-tear", "yes", "matrix size", area, True),
        Shortcut("acl-tear", "yes", ALL_HEADERS, area, False),
        Shortcut("slip", "yes", ALL_HEADERS, none, False, "3 patients with it, fewer than 10"),
    )
    section = parts_of(replace(BLANK, shortcuts=shortcuts), Pictures())[5].section
    (table,) = section.tables
    assert table.headings[1:] == (ALL_HEADERS, "matrix size")
    assert table.rows[0][1:] == ("0.91 (0.84 to 0.96)", "0.91 (0.84 to 0.96) flagged")
    assert any("3 patients with it" in line for line in section.paragraphs)


def test_text_is_told_by_position_and_number_of_characters() -> None:
    found = (Text(ONE, (10.2, 7.9, 20, 60), 12), Text(OTHER, (1, 2, 9, 9), 1, "L"))
    report = replace(BLANK, text=TextSearch(15, 20, found, "a sample was taken"))
    section = parts_of(report, Pictures(texts=(shown(ONE),)))[6].section
    assert section.tables[0].rows[0][1:] == ("row 10, column 8", "12", "-")
    assert section.tables[0].rows[1][3] == "L"
    assert section.paragraphs[0].startswith("15 of 20 pictures were searched; a sample was taken.")


def test_text_that_was_not_looked_for_is_never_silent() -> None:
    text = page(replace(BLANK, text=TextSearch(0, 20, reason="no reader is installed")))
    assert "Not looked at: no reader is installed." in text


def test_patients_on_several_sides_are_named_and_counted() -> None:
    report = replace(BLANK, leaks=("p7",), sides=(("test", 5), ("train", 14)))
    section = parts_of(report, Pictures())[2].section
    assert section.paragraphs == (
        "The data set's own split has 5 in test, 14 in train. There is 1 patient on several "
        "sides, kept out of it.",
    )
    assert section.tables[0].rows == (("p7",),)


def test_a_long_list_is_cut_and_says_so() -> None:
    many = tuple((f"file {n}", "empty") for n in range(LISTED + 5))
    section = parts_of(replace(BLANK, unreadable=many), Pictures())[7].section
    assert len(section.tables[0].rows) == LISTED
    assert section.tables[0].note == f"The first {LISTED} of {LISTED + 5}; check.json holds all."


def test_hostile_names_are_escaped_and_nothing_is_loaded_from_elsewhere() -> None:
    place = Place("<script>alert(1)</script>", "p", "\u202egnp.x")
    report = replace(BLANK, faults=(Fault("box-tiny", place, "<b>"),))
    text = page(report, Pictures(examples=(shown(place),)))
    assert "<script" not in text
    assert "\u202e" not in text
    assert "default-src 'none'" in text


def test_the_document_holds_all_fields_and_no_number_that_json_lacks() -> None:
    area = Estimate(math.nan, math.nan, math.nan, 20, "not tested")
    shortcut = Shortcut("a", "b", ALL_HEADERS, area, False, "why")
    report = replace(BLANK, shortcuts=(shortcut,), duplicates=(PAIR,))
    document = check_document(report, software="1.2.3")
    text = json.dumps(document, allow_nan=False)
    assert document["schema"] == "condyle.data-check/1"
    assert json.loads(text)["duplicates"][0]["first"]["slice"] == 4
    assert json.loads(text)["shortcuts"][0]["area"]["value"] is None


# ---- words ----------------------------------------------------------------------------


@pytest.mark.parametrize("code", sorted(ALARMS))
def test_every_alarm_has_a_sentence_that_says_what_to_do(code: str) -> None:
    for count in (1, 2):
        words = alarm_words(Alarm(code, "fault", count))
        assert words.startswith(f"{count} ")
        assert words.endswith(".")
        assert words.count(". ") >= 1


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        ("patient", "2 patients"),
        ("box", "2 boxes"),
        ("class", "2 classes"),
        ("pair of series", "2 pairs of series"),
        ("file or image", "2 files or images"),
    ],
)
def test_several_units_are_plural(unit: str, words: str) -> None:
    assert counted(2, unit) == words
    assert counted(1, unit) == f"1 {unit}"


def test_many_subjects_are_cut() -> None:
    subjects = tuple(f"label {n}" for n in range(9))
    assert "and 4 more" in alarm_words(Alarm("rare-value", "warning", 9, subjects))


def test_a_code_without_words_is_given_as_it_is() -> None:
    assert alarm_words(Alarm("new-code", "fault", 3)) == "new-code: 3"
    assert fault_words("new-code") == "new-code"


def test_a_place_is_worded_without_saying_its_case_twice() -> None:
    assert place_words(Place("c", "p")) == "case c"
    assert place_words(Place("c", "p", "c", 0)) == "case c, slice 0"
    assert place_words(Place("p1-t2", "p", "t2", 0)) == "case p1-t2, slice 0"
    assert place_words(Place("p1", "p", "t2")) == "case p1, t2"


def test_equal_pixels_are_worded_as_such() -> None:
    assert pair_words(Duplicate(ONE, OTHER, True, "as-it-is", 1.0)) == "equal pixels"


def test_every_code_of_a_check_has_words() -> None:
    source = Path(alarms.__file__).read_text("utf-8")
    codes = {*alarms.FAULTS, *re.findall(r'Alarm\("([a-z0-9-]+)"', source)}
    assert len(codes) > 20
    assert codes == set(ALARMS)
