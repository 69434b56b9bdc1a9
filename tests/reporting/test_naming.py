"""File names of a report."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from condyle.reporting.naming import safe_stem, with_file_names


def test_a_dicom_series_gets_a_nifti_named_by_its_number(report):
    named = with_file_names(report)
    assert [s.labelmap_file for s in named.series] == ["labelmap-series-1.nii.gz", None]


@pytest.mark.parametrize(
    ("kind", "slices", "ending"),
    [
        ("picture", 1, "png"),
        ("picture", 2, "nii.gz"),
        ("nifti", 1, "nii.gz"),
        ("array", 3, "nii.gz"),
    ],
)
def test_the_kind_of_input_decides_the_kind_of_labelmap(report, kind, slices, ending):
    labels = np.zeros((slices, 4, 4), dtype=np.uint8)
    series = replace(report.series[0], kind=kind, stem="100_t2", labelmap=labels)
    named = with_file_names(replace(report, series=(series,)))
    assert named.series[0].labelmap_file == f"labelmap-100_t2.{ending}"


def test_findings_point_to_the_picture_of_their_slice(report):
    named = with_file_names(report)
    assert named.views[0].file == "overlay-series-1-slice-0.png"
    assert named.findings[0].evidence[0].overlay == "overlay-series-1-slice-0.png"


def test_a_finding_on_a_slice_that_is_not_shown_points_to_no_picture(report):
    finding = report.findings[0]
    elsewhere = replace(finding, evidence=(replace(finding.evidence[0], slice=5),))
    named = with_file_names(replace(report, findings=(elsewhere,)))
    assert named.findings[0].evidence[0].overlay is None


def test_names_that_are_there_are_kept_and_naming_twice_changes_nothing(report):
    kept = replace(report, views=(replace(report.views[0], file="overlay-mine.png"),))
    named = with_file_names(kept)
    assert named.views[0].file == "overlay-mine.png"
    assert with_file_names(named).findings == named.findings


def test_two_series_of_one_stem_get_two_files(report):
    one = replace(report.series[0], stem="A b")
    two = replace(one, stem="a-b", index=1)
    named = with_file_names(replace(report, series=(one, two)))
    files = [s.labelmap_file for s in named.series]
    assert files == ["labelmap-A-b.nii.gz", "labelmap-a-b-2.nii.gz"]


def test_two_pictures_of_one_name_get_two_files_and_no_name_leaves_the_folder(report):
    one = replace(report.views[0], file="overlay-a.png")
    away = replace(one, slice=2, file="overlay-../../a.png")
    named = with_file_names(replace(report, views=(one, replace(one, slice=1), away)))
    files = [view.file for view in named.views]
    assert files[:2] == ["overlay-a.png", "overlay-a-2.png"]
    assert "/" not in files[2]


@given(st.text())
def test_a_stem_holds_only_safe_characters_and_is_never_empty(stem):
    safe = safe_stem(stem)
    assert safe
    assert len(safe) <= 80
    assert all(c.isascii() and (c.isalnum() or c in "._-") for c in safe)
    assert not safe.startswith(".")
