"""What every object repeats of its source and says of itself: patient, dates, UIDs, frames."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from tests.dicom.objects.made import OBLIQUE, SIGNED, Read, as_file

from condyle.dicom import derived_uid
from condyle.dicom.objects import KINDS, kinds_named
from condyle.dicom.objects.content import Content, DicomObject, SentObject, Statement
from condyle.dicom.objects.make import make_objects
from condyle.dicom.objects.sent import sent_of

Make = Callable[..., Any]


@pytest.fixture
def study(read: Make, plain: Make) -> Read:
    found: Read = read(plain())
    return found


def made(read: Read, content: Content | None = None, kinds: Any = KINDS) -> dict[str, DicomObject]:
    objects = make_objects(content or read.content, read.source, kinds)
    return {one.name: one for one in objects}


def instance(one: DicomObject) -> pydicom.Dataset:
    return pydicom.dcmread(BytesIO(one.content))


def with_report(content: Content, **changed: Any) -> Content:
    return replace(content, report=replace(content.report, **changed))


def test_the_patient_is_repeated_whole_in_every_object_in_whatever_alphabet(
    read: Make, plain: Make
) -> None:
    told = {
        "SpecificCharacterSet": ["", "ISO 2022 IR 87"],
        "PatientName": "Yamada^Tarou=山田^太郎=やまだ^たろう",
        "PatientBirthDate": "19500607",
        "PatientSex": "F",
        "PatientAge": "075Y",
        "PatientWeight": "61.5",
        "AccessionNumber": "A-1",
        "StudyID": "S-1",
        "StudyDate": "20250607",
        "StudyTime": "101112.5",
        "ReferringPhysicianName": "Suzuki^Hanako=鈴木^花子",
    }
    found: Read = read(plain(**told))
    for one in made(found).values():
        kept = instance(one)
        assert kept.SpecificCharacterSet == "ISO_IR 192"
        for keyword, value in told.items():
            # highdicom copies patient and study, but no weight, into what it writes.
            if keyword in kept and keyword != "SpecificCharacterSet":
                assert str(kept[keyword].value) == value, (one.name, keyword)
        assert {"PatientName", "PatientBirthDate", "PatientSex"} <= set(kept.dir())
        assert {"AccessionNumber", "StudyID", "ReferringPhysicianName"} <= set(kept.dir())


def test_a_name_of_latin_letters_beyond_ascii_is_turned_into_utf_8(read: Make, plain: Make) -> None:
    found: Read = read(plain(SpecificCharacterSet="ISO_IR 100", PatientName="Muñoz^Begoña"))
    for one in made(found).values():
        assert "Muñoz^Begoña".encode() in one.content
        assert "Muñoz".encode("latin-1") not in one.content


@pytest.mark.parametrize(
    ("dates", "wanted"),
    [
        ({}, ("19000101", "000000")),
        ({"SeriesDate": "20240102", "SeriesTime": "030405"}, ("20240102", "030405")),
        ({"StudyDate": "20240102"}, ("20240102", "000000")),
        ({"StudyDate": "", "AcquisitionDate": "20230405"}, ("20230405", "000000")),
        ({"StudyDate": "20240102", "StudyTime": "0304"}, ("20240102", "000000")),
        ({"StudyDate": "20240102", "StudyTime": "030405.25"}, ("20240102", "030405.25")),
    ],
)
def test_a_draft_is_dated_by_what_its_source_states_and_never_by_a_clock(
    read: Make, plain: Make, dates: dict[str, str], wanted: tuple[str, str]
) -> None:
    found: Read = read(plain(**dates))
    for one in made(found, kinds=("sr", "sc")).values():
        kept = instance(one)
        assert (kept.ContentDate, kept.ContentTime) == wanted


def test_what_was_signed_is_dated_by_the_signature_with_its_zone(study: Read) -> None:
    zone = dt.timezone(dt.timedelta(hours=-5))
    at = dt.datetime(2026, 7, 8, 21, 30, 15, tzinfo=zone)
    content = replace(study.content, verification=replace(SIGNED, at=at))
    for one in made(study, content).values():
        kept = instance(one)
        assert one.verified
        assert (kept.ContentDate, kept.ContentTime) == ("20260708", "213015")
    (observer,) = instance(made(study, content)["report-sr.dcm"]).VerifyingObserverSequence
    assert observer.VerificationDateTime == "20260708213015-0500"


CHANGES: dict[str, Callable[[Content], Content]] = {
    "a word": lambda it: replace(it, statements=(*it.statements, Statement("warning", "New."))),
    "a grade": lambda it: with_report(
        it, findings=(replace(it.report.findings[0], value=3), *it.report.findings[1:])
    ),
    "a probability": lambda it: with_report(
        it, findings=(replace(it.report.findings[0], probability=0.61), *it.report.findings[1:])
    ),
    "a millimetre": lambda it: with_report(
        it, measurements=(replace(it.report.measurements[0], value=9.6),)
    ),
    "an acceptance": lambda it: replace(it, states={}),
    "a signature": lambda it: replace(it, verification=SIGNED),
    "another version": lambda it: with_report(it, software_version="9.9.10"),
    "another bundle": lambda it: with_report(
        it, bundles=(it.report.bundles[0], replace(it.report.bundles[1], sha256="c" * 64))
    ),
}


def test_any_change_gives_the_report_another_uid_in_the_same_series(study: Read) -> None:
    contents = {"none": study.content} | {name: to(study.content) for name, to in CHANGES.items()}
    reports = {
        name: made(study, content, kinds=("sr",))["report-sr.dcm"]
        for name, content in contents.items()
    }
    uids = {name: one.sop_instance_uid for name, one in reports.items()}
    assert len(set(uids.values())) == len(CHANGES) + 1, uids
    assert len({one.series_uid for one in reports.values()}) == 1


def test_one_pixel_gives_a_picture_another_uid_and_one_byte_a_pdf(study: Read) -> None:
    pixels = study.content.pictures[0].pixels.copy()
    pixels[0, 0, 0] += 1
    picture = replace(study.content.pictures[0], pixels=pixels)
    other = replace(study.content, pictures=(picture,), pdf=b"%PDF-1.4\n%%EOG")
    first, second = made(study, kinds=("pdf", "sc")), made(study, other, kinds=("pdf", "sc"))
    for name, one in first.items():
        assert one.sop_instance_uid != second[name].sop_instance_uid


def test_where_there_is_no_pdf_or_picture_none_goes_out(study: Read) -> None:
    bare = replace(study.content, pdf=None, pictures=())
    assert made(study, bare, kinds=("pdf", "sc")) == {}


@pytest.mark.parametrize("pdf", [b"%PDF-1.4", b"%PDF-1.4 "])
def test_a_pdf_is_padded_to_an_even_length_and_says_its_own(study: Read, pdf: bytes) -> None:
    kept = instance(made(study, replace(study.content, pdf=pdf), ("pdf",))["report-pdf.dcm"])
    assert kept.EncapsulatedDocumentLength == len(pdf)
    assert len(kept.EncapsulatedDocument) % 2 == 0
    assert kept.EncapsulatedDocument[: len(pdf)] == pdf
    assert kept.MIMETypeOfEncapsulatedDocument == "application/pdf"
    assert kept.DocumentTitle.startswith("Report of the reading (unverified draft)")


def test_a_picture_of_an_odd_number_of_bytes_comes_back_and_says_what_it_is(study: Read) -> None:
    pixels = np.arange(3 * 5 * 3, dtype=np.uint8).reshape(3, 5, 3)
    picture = replace(study.content.pictures[0], pixels=pixels)
    second = replace(picture, name="second", slice=4)
    objects = made(study, replace(study.content, pictures=(picture, second)), ("sc",))
    first, last = (instance(one) for one in objects.values())
    np.testing.assert_array_equal(first.pixel_array, pixels)
    assert (first.PhotometricInterpretation, first.ConversionType) == ("RGB", "WSD")
    assert list(first.ImageType) == ["DERIVED", "SECONDARY"]
    assert first.RecognizableVisualFeatures == "NO"
    assert first.SeriesInstanceUID == last.SeriesInstanceUID
    assert (first.InstanceNumber, last.InstanceNumber) == (1, 2)
    wanted = study.content.report.series[0].instances[4].sop_instance_uid
    assert last.SourceImageSequence[0].ReferencedSOPInstanceUID == wanted


def test_a_picture_of_a_frame_names_that_frame_and_no_other(read: Make, enhanced: Make) -> None:
    found: Read = read(enhanced())
    for number in (0, 2):
        picture = replace(found.content.pictures[0], slice=number)
        (one,) = made(found, replace(found.content, pictures=(picture,)), ("sc",)).values()
        (source,) = instance(one).SourceImageSequence
        wanted = found.report.series[0].instances[number]
        assert source.ReferencedSOPInstanceUID == wanted.sop_instance_uid
        assert source.ReferencedFrameNumber == wanted.frame + 1


@pytest.mark.parametrize("way", [(0.0, 1.0, 0.0, 0.0, 0.0, -1.0), OBLIQUE])
def test_a_mask_keeps_the_frame_of_reference_and_the_places_of_its_frames(
    read: Make, plain: Make, way: tuple[float, ...]
) -> None:
    found: Read = read(plain(way))
    kept = instance(made(found, kinds=("seg",))["seg-series-1.dcm"])
    assert kept.FrameOfReferenceUID == derived_uid("study", "frame")
    source = found.source.headers
    for group in kept.PerFrameFunctionalGroupsSequence:
        (image,) = group.DerivationImageSequence[0].SourceImageSequence
        header = source[image.ReferencedSOPInstanceUID]
        place = group.PlanePositionSequence[0].ImagePositionPatient
        np.testing.assert_allclose(place, header.ImagePositionPatient, atol=1e-6)
    (series,) = kept.ReferencedSeriesSequence
    named = {one.ReferencedSOPInstanceUID for one in series.ReferencedInstanceSequence}
    assert named == set(source)


def test_the_report_names_each_image_that_was_read_as_evidence_and_no_other(study: Read) -> None:
    kept = instance(made(study, kinds=("sr",))["report-sr.dcm"])
    named = [
        one.ReferencedSOPInstanceUID
        for keyword in (
            "CurrentRequestedProcedureEvidenceSequence", "PertinentOtherEvidenceSequence",
        )
        for of_study in kept.get(keyword, ())
        for series in of_study.ReferencedSeriesSequence
        for one in series.ReferencedSOPSequence
    ]  # fmt: skip
    assert sorted(named) == sorted(study.source.headers)


def two_series(read: Make, plain: Make) -> Read:
    """Two series of five slices, of which the second is seen from elsewhere."""
    second = plain(ImageType=["ORIGINAL", "PRIMARY", "OTHER"], EchoTime=12, SeriesNumber=2)
    for one in second:
        one.SeriesInstanceUID = derived_uid("study", "second")
        one.SOPInstanceUID = derived_uid("second", str(one.InstanceNumber))
        one.file_meta.MediaStorageSOPInstanceUID = one.SOPInstanceUID
    found: Read = read([*plain(), *second])
    return found


def test_each_series_has_a_mask_of_its_own_images_in_a_series_of_its_own(
    read: Make, plain: Make
) -> None:
    found = two_series(read, plain)
    assert len(found.report.series) == 2
    objects = made(found, kinds=("seg", "labelmap"))
    assert sorted(objects) == [
        "labelmap-series-1.dcm", "labelmap-series-2.dcm", "seg-series-1.dcm", "seg-series-2.dcm",
    ]  # fmt: skip
    assert len({one.series_uid for one in objects.values()}) == 4
    for number, series in enumerate(found.report.series, start=1):
        kept = instance(objects[f"seg-series-{number}.dcm"])
        (named,) = kept.ReferencedSeriesSequence
        assert named.SeriesInstanceUID == series.uid


def test_a_series_that_was_not_read_is_no_evidence_and_has_no_place_in_the_library(
    read: Make, plain: Make
) -> None:
    found = two_series(read, plain)
    first, second = found.content.report.series
    unread = with_report(found.content, series=(first, replace(second, used=False, labelmap=None)))
    kept = made(found, unread, ("seg", "sr"))
    assert sorted(kept) == ["report-sr.dcm", "seg-series-1.dcm"]
    assert second.uid is not None and first.uid is not None
    assert second.uid.encode() not in kept["report-sr.dcm"].content
    assert first.uid.encode() in kept["report-sr.dcm"].content


def test_training_on_simulated_images_is_told_in_every_object_and_its_bundle_named(
    study: Read,
) -> None:
    bundles = study.content.report.bundles
    simulated = (replace(bundles[0], simulated_training=True), *bundles[1:])
    said = (*study.content.statements, Statement("simulated", "SIMULATED TRAINING of one."))
    content = replace(with_report(study.content, bundles=simulated), statements=said)
    for one in made(study, content).values():
        assert instance(one).SeriesDescription.startswith("SIMULATED ")
        assert b"SIMULATED TRAINING of one." in one.content
        assert b"lumbar-anatomy" in one.content
    for one in made(study).values():
        assert b"SIMULATED" not in one.content


def test_names_longer_than_an_element_are_cut_and_none_is_refused(study: Read) -> None:
    long = tuple(
        replace(one, name=one.name + "x" * 90, version="1." + "0" * 90)
        for one in study.content.report.bundles
    )
    content = with_report(study.content, bundles=long, software_version="9." + "9" * 62)
    content = replace(content, statements=(Statement("intended-use", "é" * 5000),))
    for one in made(study, content).values():
        kept = instance(one)
        assert len(kept.ManufacturerModelName) <= 64
        assert len(kept.SeriesDescription) <= 64
        assert len(kept.get("DocumentTitle", "")) <= 1024
        assert len(kept.get("ImageComments", "")) <= 10240


def test_only_reports_are_predecessors_and_every_kind_is_rejected(study: Read) -> None:
    sent = tuple(one.sent for one in made(study).values())
    again = made(study, replace(study.content, replaces=sent), ("sr",))
    kept = instance(again["report-sr.dcm"])
    assert [
        one.ReferencedSOPClassUID
        for of_study in kept.PredecessorDocumentsSequence
        for series in of_study.ReferencedSeriesSequence
        for one in series.ReferencedSOPSequence
    ] == ["1.2.840.10008.5.1.4.1.1.88.34"]
    note = instance(again["rejected.dcm"])
    listed = {
        (one.ReferencedSOPClassUID, one.ReferencedSOPInstanceUID)
        for of_study in note.CurrentRequestedProcedureEvidenceSequence
        for series in of_study.ReferencedSeriesSequence
        for one in series.ReferencedSOPSequence
    }
    assert listed == {(one.sop_class_uid, one.sop_instance_uid) for one in sent}


def test_a_note_of_rejection_is_none_that_is_taken_back_again(study: Read, tmp_path: Path) -> None:
    gone = SentObject("sc", "1.2.840.10008.5.1.4.1.1.7", "1.2.3", "1.2", "1")
    note = made(study, replace(study.content, replaces=(gone,)), ())["rejected.dcm"]
    assert note.kind == "ko"
    assert sent_of(as_file(tmp_path, note)) is None


def test_no_kind_named_is_no_kind_and_blanks_count_for_nothing() -> None:
    assert kinds_named(" , ,") == ()
    assert kinds_named(",".join(reversed(KINDS))) == KINDS
