"""The structured report: what it says, of whom, on which frames, and that others read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import highdicom
import numpy as np
import pydicom
import pytest
from pydicom.sr.codedict import codes
from tests.dicom.objects.made import FLIPPED, SAGITTAL, SIGNED, TRANSPOSED, Read, as_file

from condyle.dicom.objects import as_stored
from condyle.dicom.objects.content import Content, SentObject
from condyle.dicom.objects.read_sr import read_report
from condyle.dicom.objects.sr import structured_report
from condyle.domain.findings import Evidence
from condyle.domain.outside import Answer, OutsideFinding

Make = Callable[..., Any]


def instance_of(content: Content, read: Read) -> pydicom.Dataset:
    return pydicom.dcmread(BytesIO(structured_report(content, read.source).content))


def by_tracking(findings: tuple[OutsideFinding, ...]) -> dict[str, OutsideFinding]:
    return {one.tracking: one for one in findings}


@pytest.fixture
def study(read: Make, plain: Make) -> Read:
    found: Read = read(plain())
    return found


def test_a_draft_is_unverified_partial_and_preliminary(study: Read) -> None:
    made = instance_of(study.content, study)
    assert (made.VerificationFlag, made.CompletionFlag, made.PreliminaryFlag) == (
        "UNVERIFIED",
        "PARTIAL",
        "PRELIMINARY",
    )
    assert "VerifyingObserverSequence" not in made
    assert "unverified draft" in made.SeriesDescription


def test_what_a_clinician_signed_is_verified_complete_and_says_by_whom(study: Read) -> None:
    made = instance_of(replace(study.content, verification=SIGNED), study)
    assert (made.VerificationFlag, made.CompletionFlag, made.PreliminaryFlag) == (
        "VERIFIED",
        "COMPLETE",
        "FINAL",
    )
    (observer,) = made.VerifyingObserverSequence
    assert str(observer.VerifyingObserverName).rstrip("^") == "Dr Ana Núñez"
    assert observer.VerifyingOrganization == "Made-up Hospital"
    assert observer.VerificationDateTime == "20260304050600+0000"
    assert (made.ContentDate, made.ContentTime) == ("20260304", "050600")


def test_highdicom_reads_the_groups_with_grade_presence_and_certainty(study: Read) -> None:
    made = instance_of(study.content, study)
    content = highdicom.sr.Comprehensive3DSR.from_dataset(made).content
    planar = content.get_planar_roi_measurement_groups()
    assert [group.tracking_identifier for group in planar] == [
        "pfirrmann-grade/disc-1",
        "disc-bulging/disc-1",
    ]
    grade, review = planar[0].get_qualitative_evaluations()[-2:]
    assert (grade.value.value, grade.value.scheme_designator) == ("pfirrmann-4", "99CONDYLE")
    assert review.value.meaning == "Not checked by a clinician"
    (certainty,) = planar[0].get_measurements()
    assert (certainty.name.value, certainty.value, certainty.unit.value) == ("111012", 60, "%")
    assert planar[1].get_qualitative_evaluations()[-2].value == codes.SCT.Present
    (site,) = planar[0].finding_sites
    assert (site.value.value, site.value.scheme_designator) == ("84020006", "SCT")


def test_every_group_names_the_bundle_that_found_it_with_version_and_hash(study: Read) -> None:
    made = instance_of(study.content, study)
    content = highdicom.sr.Comprehensive3DSR.from_dataset(made).content
    groups = content.get_planar_roi_measurement_groups() + content.get_image_measurement_groups()
    assert len(groups) == 5
    named = [
        {
            (item.ConceptNameCodeSequence[0].CodeValue): item.TextValue
            for item in group[0].ContentSequence
            if item.ConceptNameCodeSequence[0].CodeValue in ("111001", "111003", "111002")
        }
        for group in groups
    ]
    grading = {"111001": "lumbar-grading", "111003": "2.0", "111002": f"SHA-256 {'b' * 64}"}
    anatomy = {"111001": "lumbar-anatomy", "111003": "1.0", "111002": f"SHA-256 {'a' * 64}"}
    assert sorted(named, key=str) == sorted([grading] * 4 + [anatomy], key=str)


def test_the_report_is_read_back_as_findings_measurements_and_words(
    study: Read, tmp_path: Path
) -> None:
    result = read_report(as_file(tmp_path, structured_report(study.content, study.source)))
    assert result.kind == "sr" and result.verified is False
    assert result.title == "Imaging Measurement Report"
    assert result.maker.model == "lumbar-anatomy 1.0, lumbar-grading 2.0"
    found = by_tracking(result.findings)
    assert found["disc-narrowing/disc-1"].answers[0].unit == "%"
    assert Answer("Disc narrowing", "Absent") in found["disc-narrowing/disc-1"].answers
    assert Answer("own name", "Not decided by the model") in found["own-name/disc-1"].answers
    assert Answer("Middle disc height", 9.5, "mm") in found["measurements/L4-L5"].answers
    assert found["disc-bulging/disc-1"].site == "L4/L5 disc"
    assert Answer("Review by a clinician", "Accepted by a clinician") in (
        found["disc-bulging/disc-1"].answers
    )
    assert ("Research use", "Research use only.") in result.texts
    assert ("Not assessed", "Not assessed: facets.") in result.texts
    assert ("Intended use", "Intended use: to be tried.") in result.texts


@pytest.mark.parametrize("way", [SAGITTAL, FLIPPED, TRANSPOSED])
def test_an_outline_lies_on_the_same_pixels_of_the_stored_frame(
    read: Make, plain: Make, tmp_path: Path, way: tuple[float, ...]
) -> None:
    """Each point of the outline is the centre of a marked pixel of the labelmap as stored."""
    study: Read = read(plain(way))
    series = study.report.series[0]
    points = ((5.0, 6.0), (5.0, 9.0), (8.0, 9.0))
    labelmap = np.zeros(series.shape, np.uint8)
    for row, column in points:
        labelmap[2, int(row), int(column)] = 1
    marked = as_stored(replace(study.report, series=(replace(series, labelmap=labelmap),)))
    stored = marked.series[0].labelmap
    result = read_report(as_file(tmp_path, structured_report(study.content, study.source)))
    (region,) = by_tracking(result.findings)["disc-bulging/disc-1"].regions
    assert region.shape == "POLYLINE"
    assert region.instance == series.instances[2].sop_instance_uid
    assert region.points[0] == region.points[-1]
    drawn = {(round(row), round(column)) for row, column in region.points}
    assert stored is not None
    assert drawn == {tuple(one) for one in np.argwhere(stored[2]).tolist()}


def test_a_box_goes_out_as_a_closed_region_along_pixel_edges(study: Read, tmp_path: Path) -> None:
    box = Evidence(0, 2, (), (5.0, 6.0, 9.0, 10.0))
    findings = (replace(study.report.findings[1], evidence=(box,)),)
    content = replace(study.content, report=replace(study.content.report, findings=findings))
    result = read_report(as_file(tmp_path, structured_report(content, study.source)))
    (region,) = by_tracking(result.findings)["disc-bulging/disc-1"].regions
    assert {row for row, _ in region.points} == {4.5, 8.5}
    assert {column for _, column in region.points} == {5.5, 9.5}
    assert len(region.points) == 5 and region.points[0] == region.points[-1]


def test_a_frame_of_a_multi_frame_image_is_named_by_its_number(
    read: Make, enhanced: Make, tmp_path: Path
) -> None:
    study: Read = read(enhanced())
    result = read_report(as_file(tmp_path, structured_report(study.content, study.source)))
    (region,) = by_tracking(result.findings)["disc-bulging/disc-1"].regions
    assert region.frame == study.report.series[0].instances[2].frame


def test_it_names_the_documents_that_it_takes_the_place_of(study: Read) -> None:
    first = structured_report(study.content, study.source)
    gone = SentObject("seg", "1.2.840.10008.5.1.4.1.1.66.4", "1.2.3", "1.2", "1")
    made = instance_of(replace(study.content, replaces=(first.sent, gone)), study)
    (of_study,) = made.PredecessorDocumentsSequence
    (of_series,) = of_study.ReferencedSeriesSequence
    (document,) = of_series.ReferencedSOPSequence
    assert document.ReferencedSOPInstanceUID == first.sop_instance_uid
    assert of_study.StudyInstanceUID == first.study_uid


def test_the_same_reading_gives_the_same_report_and_another_another(study: Read) -> None:
    first = structured_report(study.content, study.source)
    assert first == structured_report(study.content, study.source)
    fewer = replace(study.content.report, findings=study.content.report.findings[:1])
    other = structured_report(replace(study.content, report=fewer), study.source)
    assert other.sop_instance_uid != first.sop_instance_uid
    assert other.series_uid == first.series_uid


def test_what_was_signed_stands_in_it_as_text(study: Read, tmp_path: Path) -> None:
    content = replace(
        study.content, verification=SIGNED, signed_text=(("Impression", "A bulge."), ("Empty", " "))
    )
    result = read_report(as_file(tmp_path, structured_report(content, study.source)))
    assert result.verified is True
    assert [text for name, text in result.texts if name == "Text of the signed report"] == [
        "Impression\nA bulge."
    ]


def test_a_patients_name_in_another_alphabet_stays_as_it_is(read: Make, plain: Make) -> None:
    study: Read = read(plain(SpecificCharacterSet="ISO_IR 144", PatientName="Люкceмбypг^Анна"))
    made = instance_of(study.content, study)
    assert made.SpecificCharacterSet == "ISO_IR 192"
    assert str(made.PatientName) == "Люкceмбypг^Анна"


def test_a_study_stripped_of_its_patient_still_gives_a_report(read: Make, plain: Make) -> None:
    study: Read = read(plain(PatientID=None, PatientName=None))
    made = instance_of(study.content, study)
    assert made.PatientID == "" and made.StudyInstanceUID == study.source.first.StudyInstanceUID
