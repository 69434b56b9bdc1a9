from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from tests.dicom.conftest import make_instance

from condyle.dicom.deidentify import BASIC, Project, deidentified, profile_of
from condyle.dicom.deidentify.identities import birth_spellings, identities_of
from condyle.dicom.deidentify.search import Leak, Needles, leaks_of, words_seen

PROJECT = Project(b"a secret of thirty-two bytes,yes")
PATIENT: dict[str, Any] = {
    "PatientName": "Musterfrau^Erika Li",
    "PatientID": "MRN-4711/08",
    "PatientBirthDate": "19610304",
    "AccessionNumber": "ACC55123",
    "InstitutionName": "Klinik am Waldrand",
    "ReferringPhysicianName": "Hausarzt^Bernd^^Dr.",
    "StationName": "MRSTATION7",
    "OtherPatientIDs": ["OLD99881", "OLD99882"],
}


def source() -> Any:
    return make_instance(**PATIENT)


def clean() -> Any:
    return deidentified(source(), PROJECT).dataset


def needles(*words: str) -> Needles:
    return Needles(identities_of(source(), profile_of(words)))


def test_a_clean_output_has_no_leak() -> None:
    assert leaks_of(clean(), needles()) == []


def test_the_input_itself_leaks_all_over() -> None:
    kinds = {(leak.tag, leak.kind) for leak in leaks_of(source(), needles())}
    assert ("0010,0010", "word") in kinds and ("0020,000d", "UID") in kinds
    assert ("0010,0030", "birth date") in kinds and ("0008,0080", "phrase") in kinds
    assert ("0002,0003", "UID") not in {one for one in kinds if one[1] == "word"}


SAYINGS = [
    "Musterfrau",
    "for MUSTERFRAU, E.",
    "erika li musterfrau",
    "MusterfrauErika",
    "patient Li Erika",
    "MRN-4711/08",
    "MRN 4711 08",
    "mrn471108",
    "ACC55123",
    "born 04.03.1961",
    "1961-03-04",
    "03/04/1961",
    "4 March 1961",
    "Mar 4 1961",
    "04Mar1961",
    "19610304",
    "klinik_am_waldrand",
    "Dr. Hausarzt",
    "MRSTATION7",
    "OLD99882",
]


@pytest.mark.parametrize("saying", SAYINGS)
def test_an_identity_is_found_however_it_is_spelled(saying: str) -> None:
    out = clean()
    out.SegmentDescription = f"seen {saying} today"
    assert [leak.tag for leak in leaks_of(out, needles())] == ["0062,0006"]


@pytest.mark.parametrize("saying", ["MR", "erikaa", "Mustermann", "4711", "1961", "waldrand", "Li"])
def test_what_only_resembles_is_not_found(saying: str) -> None:
    out = clean()
    out.SegmentDescription = f"seen {saying} today"
    assert leaks_of(out, needles()) == []


@pytest.mark.parametrize("saying", SAYINGS)
def test_an_identity_is_found_in_pixels_text(saying: str) -> None:
    assert words_seen(["T2", *saying.split(" ")], needles()) is not None


def test_an_identity_is_found_in_a_sequence_of_any_depth() -> None:
    out, inner = clean(), Dataset()
    inner.CodeMeaning = "Musterfrau"
    for _ in range(30):
        outer = Dataset()
        outer.ContentSequence = Sequence([inner])
        inner = outer
    out.ContentSequence = Sequence([inner])
    assert leaks_of(out, needles()) == [Leak("0008,0104", "word")]


def test_an_identity_is_found_in_private_tags_and_bytes() -> None:
    out = clean()
    block = out.private_block(0x0029, "ANYBODY", create=True)
    block.add_new(0x01, "LO", "Musterfrau")
    block.add_new(0x02, "UN", b"\x01\x02xx\x00Musterfrau\x00\xff")
    block.add_new(0x03, "OB", "Musterfrau".encode("utf-16-le"))
    block.add_new(0x04, "UN", b"\x01\x02\x03")
    tags = [leak.tag for leak in leaks_of(out, needles())]
    assert sorted(tags) == ["0029,1001", "0029,1002", "0029,1003"]


def test_an_identity_is_found_in_file_meta_and_preamble() -> None:
    out = clean()
    out.file_meta.SourceApplicationEntityTitle = "MRSTATION7"
    out.preamble = b"Musterfrau".ljust(128, b"\0")
    assert {leak.tag for leak in leaks_of(out, needles())} == {"0002,0016", "preamble"}


def test_an_original_uid_is_found_wherever_it_stands() -> None:
    out, original = clean(), source()
    out.SeriesInstanceUID = original.SeriesInstanceUID
    out.SegmentDescription = f"of {original.StudyInstanceUID}"
    found = {(leak.tag, leak.kind) for leak in leaks_of(out, needles())}
    assert found == {("0020,000e", "UID"), ("0062,0006", "UID")}


def test_what_is_kept_on_purpose_is_no_leak() -> None:
    words = ("retain-uids", "retain-device", "retain-institution")
    out = deidentified(source(), PROJECT, profile_of(words)).dataset
    assert out.InstitutionName == PATIENT["InstitutionName"]
    assert leaks_of(out, needles(*words)) == []
    assert {leak.tag for leak in leaks_of(out, needles())} >= {"0008,0080", "0020,000d"}


def test_a_kept_study_date_that_is_somebodys_birth_date_is_no_leak() -> None:
    one = make_instance(**PATIENT, StudyDate="19610304")
    out = deidentified(one, PROJECT, profile_of(["retain-full-dates"])).dataset
    assert leaks_of(out, needles()) == []
    out.LongitudinalTemporalInformationModified = "REMOVED"
    assert [leak.tag for leak in leaks_of(out, needles())] == ["0008,0020"]


@pytest.mark.parametrize(
    "name", ["山田^太郎", "王^小东", "Люксембург^Роза", "قباني^لنزار", "김^희중"]
)
def test_a_name_in_another_script_is_found(name: str) -> None:
    one = make_instance(SpecificCharacterSet="ISO_IR 192", PatientName=name)
    out = deidentified(one, PROJECT).dataset
    wanted = Needles(identities_of(one, BASIC))
    assert leaks_of(out, wanted) == []
    out.SegmentDescription = name.replace("^", " ")
    assert [leak.tag for leak in leaks_of(out, wanted)] == ["0062,0006"]


def test_names_of_nobody_and_words_of_imaging_are_not_searched_for() -> None:
    one = make_instance(PatientName="Anonymous^Knee", PatientID="1", AccessionNumber="")
    found = identities_of(one, BASIC)
    assert found.words == set() and found.phrases == set()


def test_a_name_that_is_a_word_of_imaging_is_found_whole() -> None:
    one = make_instance(PatientName="Head^Anna")
    wanted = Needles(identities_of(one, BASIC))
    out = deidentified(one, PROJECT).dataset
    out.SegmentDescription = "head coil"
    assert leaks_of(out, wanted) == []
    out.SegmentDescription = "Anna Head"
    assert leaks_of(out, wanted) != []


def test_identities_are_in_no_representation() -> None:
    found = identities_of(source(), BASIC)
    assert "usterfrau" not in repr(found) and "4711" not in repr(found)
    other = identities_of(make_instance(PatientName="Roe^Rick"), BASIC)
    found.add(other)
    assert {"roe", "rick", "musterfrau"} <= found.words


def test_a_birth_date_has_its_usual_spellings() -> None:
    spelled = birth_spellings(dt.date(1961, 3, 4))
    assert {
        "19610304",
        "04 03 1961",
        "3 4 1961",
        "4 march 1961",
        "1961 03 04",
        "04 03 61",
    } <= spelled
