"""Dates at the edges of calendar and form, and what each option keeps and cleans."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from tests.dicom.conftest import make_instance

from condyle.dicom.deidentify import BASIC, Option, Profile, Project, deidentified, profile_of
from condyle.dicom.deidentify.dates import shifted
from condyle.dicom.deidentify.header import person_of
from condyle.dicom.deidentify.identities import identities_of
from condyle.dicom.deidentify.search import Needles, leaks_of
from condyle.dicom.header import without_remarks
from condyle.errors import UnknownName

PROJECT = Project(b"a secret of thirty-two bytes,yes")


def out_of(one: Dataset, *words: str) -> Dataset:
    with without_remarks():
        return deidentified(one, PROJECT, profile_of(words)).dataset


@pytest.mark.parametrize(
    ("value", "days", "gives"),
    [
        ("20240301", -1, "20240229"),
        ("20230301", -1, "20230228"),
        ("21000301", -1, "21000228"),
        ("20000301", -1, "20000229"),
        ("20240229", -365, "20230301"),
        ("20240229", -366, "20230228"),
        ("20240101", -1, "20231231"),
        ("20240531", -31, "20240430"),
        (" 20240301 ", -1, "20240229"),
        ("20230229", -1, None),
        ("20240431", -1, None),
        ("20240001", -1, None),
        ("2024-03-01", -1, None),
        ("2024", -1, None),
        ("202403", -1, None),
        ("", -1, None),
        ("-20240301", -1, "-20240229"),
        ("20240301-x", -1, None),
        ("00010101", -1, None),
    ],
)
def test_a_date_moves_by_the_calendar_or_is_none(value: str, days: int, gives: str | None) -> None:
    assert shifted("DA", value, days) == gives


@pytest.mark.parametrize(
    ("value", "gives"),
    [
        ("20240301", "20240229"),
        ("2024030112", "2024022912"),
        ("20240301123456.123456-0500", "20240229123456.123456-0500"),
        ("20240301123456+0000", "20240229123456+0000"),
        ("202403", None),
        ("20240301-20240302", None),
        ("20240301 12:00", None),
        ("2024030112345699887766", None),
        ("202403011", None),
        ("20240301123456.1234567890", None),
    ],
)
def test_a_date_with_time_keeps_its_time_and_nothing_that_is_none(
    value: str, gives: str | None
) -> None:
    assert shifted("DT", value, -1) == gives


@pytest.mark.parametrize(
    "value", ["07", "0730", "073015", "073015.123456", "07:30:15", "0730-0900", ""]
)
def test_a_time_of_day_stays_as_it_is(value: str) -> None:
    assert shifted("TM", value, -400) == value


@pytest.mark.parametrize("value", ["half past", "4711088", "0171-2345678", "073015 Doe", "996000"])
def test_a_number_that_is_no_time_of_day_is_not_kept_as_one(value: str) -> None:
    assert shifted("TM", value, -1) is None


def test_a_date_that_cannot_be_moved_is_emptied_and_not_kept() -> None:
    one = make_instance()
    with without_remarks():
        one.add_new("StudyDate", "DA", "202403")
        one.add_new("SeriesDate", "DA", "20240301")
        out = out_of(one, "retain-modified-dates")
    assert out.StudyDate == "" and out.SeriesDate not in ("", "20240301")


def test_dates_in_sequences_move_by_the_same_days() -> None:
    one, frame, content = make_instance(StudyDate="20240301"), Dataset(), Dataset()
    content.FrameAcquisitionDateTime = "20240301101112.5"
    frame.FrameContentSequence = Sequence([content])
    one.PerFrameFunctionalGroupsSequence = Sequence([frame])
    out = out_of(one, "retain-modified-dates")
    (kept,) = out.PerFrameFunctionalGroupsSequence[0].FrameContentSequence
    assert kept.FrameAcquisitionDateTime == out.StudyDate + "101112.5"
    assert out.StudyDate != "20240301"


def test_all_dates_of_one_patient_move_by_one_number_and_of_another_by_another() -> None:
    days = {}
    for patient in ("A1", "B2", "C3"):
        one = make_instance(PatientID=patient, StudyDate="20240301")
        days[patient] = out_of(one, "retain-modified-dates").StudyDate
        expected = PROJECT.shift_days(person_of(one))
        assert days[patient] == shifted("DA", "20240301", expected)
    assert len(set(days.values())) == 3


def rich() -> Dataset:
    return make_instance(
        StudyDate="20240301", StudyTime="101112", PatientSex="F", PatientWeight=61,
        PatientSize=1.7, PatientAge="055Y", StationName="MRSTATION7", DeviceSerialNumber="SN0815",
        InstitutionName="Waldrandklinik", StudyDescription="Lumbar spine for Weber",
        ReferringPhysicianName="Hausarzt^B", EthnicGroup="X", PatientComments="limps, sings",
    )  # fmt: skip


KEPT = {
    "retain-full-dates": {"StudyDate": "20240301", "StudyTime": "101112"},
    "retain-patient-characteristics": {
        "PatientSex": "F",
        "PatientWeight": 61,
        "PatientAge": "055Y",
    },
    "retain-device": {"StationName": "MRSTATION7", "DeviceSerialNumber": "SN0815"},
    "retain-institution": {"InstitutionName": "Waldrandklinik"},
    "clean-descriptors": {"StudyDescription": "Lumbar spine"},
}


@pytest.mark.parametrize("word", sorted(KEPT))
def test_an_option_keeps_what_it_is_for_and_nothing_of_the_others(word: str) -> None:
    out = out_of(rich(), word)
    for option, attributes in KEPT.items():
        for keyword, value in attributes.items():
            assert (out.get(keyword) == value) == (option == word), keyword
    assert out.get("ReferringPhysicianName", "") == ""
    assert "sings" not in str(out) and out.PatientName == out.PatientID


def test_options_together_keep_what_each_keeps_alone() -> None:
    out = out_of(rich(), *KEPT)
    for attributes in KEPT.values():
        assert {keyword: out.get(keyword) for keyword in attributes} == attributes


@pytest.mark.parametrize("option", sorted(Option, key=lambda one: one.value))
def test_an_option_is_written_down_by_its_code(option: Option) -> None:
    out = deidentified(rich(), PROJECT, Profile(frozenset({option}))).dataset
    codes = [item.CodeValue for item in out.DeidentificationMethodCodeSequence]
    assert len(codes) == 2 and codes[0] == "113100" and codes[1] != "113100"
    assert option.value in " ".join(out.DeidentificationMethod)


@pytest.mark.parametrize(
    "word", ["Basic", "retain_uids", "RETAIN-UIDS", "all", "clean-pixels;retain-uids"]
)
def test_a_word_that_is_nearly_an_option_is_none(word: str) -> None:
    with pytest.raises(UnknownName) as caught:
        profile_of(["basic", word])
    assert len(caught.value.lines()) == 4 and "basic" in caught.value.needed


def test_an_option_that_is_named_twice_counts_once() -> None:
    assert profile_of(["retain-uids", " retain-uids "]) == profile_of(["retain-uids"])


@pytest.mark.parametrize("patient", ["3500", "0024", "1024"])
def test_a_number_of_the_picture_that_is_the_patients_too_stays(patient: str) -> None:
    pixels = np.zeros((4, 1024), np.uint16)
    out = out_of(make_instance(PatientID=patient, pixels=pixels))
    assert (out.Rows, out.Columns) == (4, 1024)
    assert leaks_of(out, Needles(identities_of(make_instance(PatientID="1024"), BASIC))) == []


def test_an_already_clean_instance_comes_out_clean_and_under_a_new_name() -> None:
    once = out_of(make_instance())
    twice = out_of(once)
    assert twice.PatientIdentityRemoved == "YES" and twice.PatientID != once.PatientID
    assert twice.PixelData == once.PixelData
    assert len(twice.DeidentificationMethodCodeSequence) == 1


def test_what_was_done_is_counted_by_letter_and_attribute() -> None:
    changes = deidentified(rich(), PROJECT).changes
    assert changes["Z", "0010,0010"] == 1 and changes["U", "0008,0018"] == 1
    assert changes["X", "0010,4000"] == 1
    kept = deidentified(rich(), PROJECT, profile_of(["retain-device"])).changes
    assert kept["K", "0008,1010"] == 1
