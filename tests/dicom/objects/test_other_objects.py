"""PDF, pictures, notes of rejection, and what DICOM's validators say of every object."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from tests.dicom.objects.made import OBLIQUE, Read, as_file, content_of

from condyle import sources
from condyle.dicom.objects import KINDS, kinds_named, read_sources
from condyle.dicom.objects.content import Content, DicomObject
from condyle.dicom.objects.make import make_objects
from condyle.dicom.objects.read_sr import read_report
from condyle.dicom.objects.sent import sent_of
from condyle.errors import UnknownName, UsageError

Make = Callable[..., Any]
LABEL_MAP = "1.2.840.10008.5.1.4.1.1.66.7"


@pytest.fixture
def study(read: Make, plain: Make) -> Read:
    dates = {"StudyDate": "20250607", "StudyTime": "101112", "StudyID": "7"}
    found: Read = read(plain(OBLIQUE, **dates))
    return found


def made(study: Read, content: Content | None = None) -> dict[str, DicomObject]:
    objects = make_objects(content or study.content, study.source, KINDS)
    return {one.name: one for one in objects}


def instance(one: DicomObject) -> pydicom.Dataset:
    return pydicom.dcmread(BytesIO(one.content))


def test_each_kind_gives_its_object(study: Read) -> None:
    objects = made(study)
    assert {name: one.kind for name, one in objects.items()} == {
        "seg-series-1.dcm": "seg",
        "labelmap-series-1.dcm": "labelmap",
        "report-sr.dcm": "sr",
        "report-pdf.dcm": "pdf",
        "sc-series-1.dcm": "sc",
    }
    assert len({one.sop_instance_uid for one in objects.values()}) == 5
    assert len({one.series_uid for one in objects.values()}) == 5


def test_every_object_is_of_the_source_patient_and_study_and_of_no_clock(study: Read) -> None:
    for one in made(study).values():
        found = instance(one)
        assert (found.PatientName, found.PatientID) == ("Doe^Jane", "P1")
        assert found.StudyInstanceUID == study.source.first.StudyInstanceUID
        assert (found.StudyDate, found.ContentDate) == ("20250607", "20250607")
        assert found.ContentTime == "101112"
        assert "InstanceCreationDate" not in found
        assert found.Manufacturer == "Condyle" and found.SoftwareVersions == "9.9.9"
        assert all(ours in "0123456789." for ours in found.SOPInstanceUID)
        assert found.SOPInstanceUID.startswith("2.25.")


def test_the_bytes_are_the_same_each_time(study: Read) -> None:
    assert made(study) == made(study)


def test_every_object_says_what_it_is_for_and_what_was_not_looked_at(study: Read) -> None:
    for one in made(study).values():
        said = str(instance(one))
        flat = one.content.decode("utf-8", "ignore")
        assert "research use" in said.lower()
        assert "Not assessed: facets." in flat
        assert "Intended use: to be tried." in flat
        assert "b" * 64 in flat or (one.kind in ("seg", "labelmap") and "a" * 64 in flat)


def test_a_simulated_study_says_so_in_every_series_description(study: Read) -> None:
    report = replace(
        study.content.report, study=replace(study.content.report.study, simulated=True)
    )
    for one in made(study, replace(study.content, report=report)).values():
        assert instance(one).SeriesDescription.startswith("SIMULATED")


def test_the_pdf_comes_back_byte_for_byte(study: Read) -> None:
    found = instance(made(study)["report-pdf.dcm"])
    length = found.EncapsulatedDocumentLength
    assert found.EncapsulatedDocument[:length] == study.content.pdf
    assert found.VerificationFlag == "UNVERIFIED"
    signed = made(study, content_of(study.report, verified=True))["report-pdf.dcm"]
    assert instance(signed).VerificationFlag == "VERIFIED"


def test_the_picture_comes_back_pixel_for_pixel_and_names_its_slice(study: Read) -> None:
    found = instance(made(study)["sc-series-1.dcm"])
    np.testing.assert_array_equal(found.pixel_array, study.content.pictures[0].pixels)
    (source,) = found.SourceImageSequence
    wanted = study.content.report.series[0].instances[2].sop_instance_uid
    assert source.ReferencedSOPInstanceUID == wanted
    assert found.BurnedInAnnotation == "YES"


def test_what_is_replaced_is_taken_back_by_a_note_of_rejection(study: Read, tmp_path: Path) -> None:
    earlier = [sent_of(as_file(tmp_path, one)) for one in made(study).values()]
    sent = tuple(one for one in earlier if one is not None)
    assert [one.kind for one in sent] == ["seg", "labelmap", "sr", "pdf", "sc"]
    note = instance(made(study, replace(study.content, replaces=sent))["rejected.dcm"])
    assert note.Modality == "KO"
    (title,) = note.ConceptNameCodeSequence
    assert (title.CodeValue, title.CodingSchemeDesignator) == ("113001", "DCM")
    named = {
        item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID
        for item in note.ContentSequence
        if "ReferencedSOPSequence" in item
    }
    assert named == {one.sop_instance_uid for one in sent}


def test_what_says_the_same_as_what_it_replaces_is_not_taken_back_with_it(study: Read) -> None:
    first = made(study)
    sent = tuple(one.sent for one in first.values())
    again = made(study, replace(study.content, replaces=sent))
    note = again.pop("rejected.dcm")
    assert {name: one.basis for name, one in again.items()} == {
        name: one.sop_instance_uid for name, one in first.items()
    }
    back = {one.sop_instance_uid for one in first.values()}
    assert not back & {one.sop_instance_uid for one in [*again.values(), note]}
    third = made(study, replace(study.content, replaces=tuple(o.sent for o in again.values())))
    fresh = {one.sop_instance_uid for one in third.values()}
    assert not fresh & (back | {one.sop_instance_uid for one in again.values()})


def test_of_a_studys_readings_one_takes_back_what_went_out(study: Read) -> None:
    sent = tuple(one.sent for one in made(study).values())
    second = made(study, replace(study.content, replaces=sent, leads=False))
    assert "rejected.dcm" not in second
    assert "PredecessorDocumentsSequence" not in instance(second["report-sr.dcm"])
    assert second["report-sr.dcm"].sop_instance_uid not in {one.sop_instance_uid for one in sent}


def test_an_image_of_others_is_none_of_ours(study: Read) -> None:
    with sources.open([study.folder]) as tree:
        assert [sent_of(file) for file in tree.files] == [None] * 5


def test_images_that_are_not_there_are_missed(study: Read) -> None:
    with sources.open([study.folder]) as tree, pytest.raises(UsageError, match="1 of the 2"):
        read_sources(tree.files, {study.source.first.SOPInstanceUID, "1.2.3"})


def test_kinds_are_named_by_commas_in_any_order() -> None:
    assert kinds_named("sc, seg,seg") == ("seg", "sc")
    with pytest.raises(UnknownName, match="labelmap"):
        kinds_named("seg,rtstruct")


def faults(one: DicomObject, folder: Path) -> list[str]:
    path = as_file(folder, one).path
    run = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False)
    lines = (run.stdout + run.stderr).splitlines()
    return [line for line in lines if line.startswith("Error")]


@pytest.mark.needs("dicom3tools")
@pytest.mark.parametrize("way", ["plain", "enhanced", "signed"])
def test_the_validator_finds_no_error_in_any_object(
    read: Make, plain: Make, enhanced: Make, tmp_path: Path, way: str
) -> None:
    study: Read = read(enhanced() if way == "enhanced" else plain(), verified=way == "signed")
    first = made(study)
    again = made(study, replace(study.content, replaces=tuple(o.sent for o in first.values())))
    for one in [*first.values(), *again.values()]:
        if one.sop_class_uid == LABEL_MAP:
            # dicom3tools of 2022 knows no Label Map Segmentation, which came in 2024.
            assert set(faults(one, tmp_path)) <= {
                "Error - Information Object Not found",
                "Error - SegmentNumber not monotonically increasing from one by one - have"
                " SegmentSequence item number 1 (from one) with SegmentNumber of 0",
            }
        else:
            assert faults(one, tmp_path) == [], one.name


@pytest.mark.needs("dcmtk")
def test_dcmtk_dumps_the_reports_without_an_error(study: Read, tmp_path: Path) -> None:
    first = made(study)
    # DCMTK 3.6.7 takes a Label Map Segmentation, which it does not know, for no image.
    sent = tuple(one.sent for one in first.values() if one.kind != "labelmap")
    again = made(study, replace(study.content, replaces=sent))
    for one in (first["report-sr.dcm"], again["report-sr.dcm"], again["rejected.dcm"]):
        path = as_file(tmp_path, one).path
        run = subprocess.run(["dsrdump", str(path)], capture_output=True, text=True, check=False)
        assert run.returncode == 0
        assert not [line for line in run.stderr.splitlines() if line.startswith(("E:", "F:"))]


def test_a_reading_that_found_nothing_still_says_what_was_not_looked_at(
    study: Read, tmp_path: Path
) -> None:
    report = replace(study.content.report, findings=(), measurements=())
    made_of_it = made(study, replace(study.content, report=report))
    result = read_report(as_file(tmp_path, made_of_it["report-sr.dcm"]))
    assert result.findings == ()
    assert ("Not assessed", "Not assessed: facets.") in result.texts


def test_no_remark_of_a_library_quotes_a_patients_name(read: Make, plain: Make) -> None:
    """A name of one part is remarked on by highdicom; a warning is an error in these tests."""
    single: Read = read(plain(PatientName="Moreau"))
    assert instance(made(single)["report-sr.dcm"]).PatientName == "Moreau"
