"""What the search of outputs finds, and what it takes for nobody, at the edges."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag
from tests.dicom.conftest import make_instance

from condyle.dicom.deidentify import BASIC, Project, deidentified, profile_of
from condyle.dicom.deidentify.identities import birth_spellings, identities_of, words_of
from condyle.dicom.deidentify.search import Leak, Needles, leaks_of, named, words_seen
from condyle.dicom.deidentify.words import is_of_imaging
from condyle.dicom.header import without_remarks

PROJECT = Project(b"a secret of thirty-two bytes,yes")


def needles_of(**tags: Any) -> Needles:
    return Needles(identities_of(make_instance(**tags), BASIC))


def clean(**tags: Any) -> Dataset:
    return deidentified(make_instance(**tags), PROJECT).dataset


@pytest.mark.parametrize(
    ("name", "saying"),
    [
        ("O'Brien^Sean", "seen by OBRIEN"),
        ("O'Brien^Sean", "o brien"),
        ("Müller-Lüdenscheidt^Hans", "MULLER LUDENSCHEIDT"),
        ("Müller-Lüdenscheidt^Hans", "Müllerlüdenscheidt"),
        ("Weiß^Anna", "WEISS"),
        ("García Márquez^Gabriel", "marquez, g."),
        ("Núñez^Ana", "NUNEZ"),
        ("SMITH^JOHN^PAUL^MR^MD", "Paul Smith-Jones"),
        ("Schmidt^^^Dr.", "schmidt_0012"),
        ("Ng^Bo", "Bo Ng"),
        ("Ng^Bo", "ng.bo"),
        ("ＳＭＩＴＨ^Ｊ", "smith"),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", "やまだ"),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", "tarou yamada"),
        ("Παπαδόπουλος^Νίκος", "ΠΑΠΑΔΟΠΟΥΛΟΣ"),
        ("Nguyễn^Văn", "nguyen"),
    ],
)
def test_a_name_is_found_in_the_way_that_people_write_it(name: str, saying: str) -> None:
    assert needles_of(PatientName=name).in_text(f"lumbar spine, {saying}") is not None


@pytest.mark.parametrize(
    ("name", "saying"),
    [
        ("Ng^Bo", "ng"),
        ("Ng^Bo", "bong"),
        ("Knee^Lee", "left knee"),
        ("Smith^John", "smithsonian"),
        ("Smith^John", "johnson"),
        ("Long^Head", "long axis of the head"),
        ("Unknown", "unknown contrast"),
        ("L5^S1", "at L5"),
    ],
)
def test_a_part_that_may_be_another_word_names_nobody(name: str, saying: str) -> None:
    assert needles_of(PatientName=name).in_text(saying) is None


@pytest.mark.parametrize(
    ("number", "saying", "found"),
    [
        ("4711088", "4711088", True),
        ("4711088", "no. 4711088.", True),
        ("4711088", "14711088", False),
        ("4711088", "47110880", False),
        ("4711088", "4711088_2", True),
        ("4711-088", "4711088", True),
        ("4711-088", "4711 088", True),
        ("4711-088", "088-4711", False),
        ("AB/12.345", "ab 12 345", True),
        ("AB/12.345", "AB12345", True),
        ("12", "12 slices", False),
    ],
)
def test_a_number_is_found_whole_and_not_inside_a_longer_one(
    number: str, saying: str, found: bool
) -> None:
    assert (needles_of(PatientID=number, PatientName="").in_text(saying) is not None) == found


@settings(max_examples=40)
@given(st.dates(dt.date(1901, 1, 1), dt.date(2030, 12, 31)))
def test_any_birth_date_is_found_in_the_usual_orders_and_signs(day: dt.date) -> None:
    needles = needles_of(PatientBirthDate=f"{day:%Y%m%d}", PatientName="", PatientID="")
    year, month, date = day.year, day.month, day.day
    for saying in (
        f"{day:%Y-%m-%d}", f"{day:%d.%m.%Y}", f"{day:%m/%d/%Y}", f"{day:%d%m%Y}", f"{day:%Y%m%d}",
        f"{date}.{month}.{year}", f"{month}/{date}/{year}", f"{day:%d-%b-%Y}",
        f"{day:%B} {date}, {year}",
        f"{day:%d.%m.%y}", f"{day:%d%b%Y}".upper(), f"{year} {day:%b} {date}",
    ):  # fmt: skip
        assert needles.in_text(f"* {saying} *") == "birth date", saying
    assert needles.in_text(f"{year}") is None
    assert needles.in_text(f"{day:%Y%m}") is None


def test_the_day_before_is_nobodys_birth_date() -> None:
    needles = needles_of(PatientBirthDate="20240301")
    assert needles.in_text("2024-02-29") is None and needles.in_text("2024-03-01") is not None


@pytest.mark.parametrize(
    "value", ["", "19000101", "1961", "196103", "00000000", "19611301", "no date"]
)
def test_a_birth_date_that_is_none_is_not_searched_for(value: str) -> None:
    one = make_instance()
    with pydicom.config.disable_value_validation():
        one.PatientBirthDate = value
        assert identities_of(one, BASIC).births == set()


def test_a_leap_day_is_spelled_as_it_is() -> None:
    assert {"29 02 2024", "2 29 2024", "feb 29 2024", "29feb2024"} <= birth_spellings(
        dt.date(2024, 2, 29)
    )


def test_an_identity_of_many_words_is_found_whole() -> None:
    name = "Klinik am Waldrand der Stadt Neustadt an der blauen Donau"
    needles = needles_of(InstitutionName=name)
    assert needles.in_text(f"from: {name.upper()}, ward 3") == "phrase"
    assert needles.in_text("Klinik am Waldrand der Stadt Neustadt") is None


def test_a_uid_is_found_beside_other_signs_and_not_inside_another() -> None:
    needles = needles_of(FrameOfReferenceUID="1.2.840.999.4.5")
    for saying in (
        "1.2.840.999.4.5",
        "/1.2.840.999.4.5/",
        "1.2.840.999.4.5.",
        "uid1.2.840.999.4.5_2",
    ):
        assert needles.in_text(saying) == "UID", saying
    for saying in ("11.2.840.999.4.5", "1.2.840.999.4.56", "1.2.840.999.4"):
        assert needles.in_text(saying) is None, saying


def test_a_uid_of_the_standard_is_nobodys() -> None:
    one = make_instance()
    assert not any(uid.startswith("1.2.840.10008") for uid in identities_of(one, BASIC).uids)
    assert needles_of().in_text("1.2.840.10008.5.1.4.1.1.4") is None


@pytest.mark.parametrize("coding", ["utf-8", "latin-1", "utf-16-le", "utf-16-be"])
def test_bytes_are_read_in_the_usual_codings(coding: str) -> None:
    needles = needles_of(PatientName="Müllersohn^Jürgen")
    content = b"\x01\x02\xfe" + "\n Müllersohn\n".encode(coding) + b"\x00\x07"
    assert needles.in_bytes(content) == "word"
    assert needles.in_bytes("\n Mullerin\n".encode(coding)) is None


def test_bytes_without_text_and_no_bytes_hold_nobody() -> None:
    needles = needles_of(PatientID="MRN4711088")
    assert needles.in_bytes(b"") is None and needles.in_bytes(bytes(range(32)) * 9) is None


def test_letters_between_zeros_are_put_together() -> None:
    assert (
        needles_of(PatientName="Weatherwax^E").in_bytes(b"W\0e\0a\0t\0h\0e\0r\0w\0a\0x\0") == "word"
    )


@pytest.mark.parametrize("vr", ["DS", "IS", "US", "FD"])
def test_a_name_in_an_attribute_that_cannot_be_read_is_found(vr: str) -> None:
    out, tag = clean(PatientName="Musterfrau^Erika"), Tag(0x00181318)
    out._dict[tag] = RawDataElement(tag, vr, 11, b"Musterfrau ", 0, False, True)
    with without_remarks():
        found = leaks_of(out, needles_of(PatientName="Musterfrau^Erika"))
    assert found == [Leak("0018,1318", "word")]


def test_every_value_of_an_attribute_is_searched() -> None:
    out = clean()
    out.ImageType = ["ORIGINAL", "PRIMARY", "MUSTERFRAU"]
    found = leaks_of(out, needles_of(PatientName="Musterfrau^Erika"))
    assert found == [Leak("0008,0008", "word")]


def test_a_name_in_a_private_sequence_in_a_sequence_is_found() -> None:
    out, inner, outer = clean(), Dataset(), Dataset()
    inner.private_block(0x0011, "X", create=True).add_new(7, "UT", "to Erika Musterfrau")
    outer.private_block(0x0013, "Y", create=True).add_new(8, "SQ", Sequence([inner]))
    out.ReferencedImageSequence = Sequence([Dataset(), outer])
    found = leaks_of(out, needles_of(PatientName="Musterfrau^Erika"))
    assert found == [Leak("0011,1007", "word")]


def test_pixels_are_not_searched_as_text() -> None:
    out = clean()
    out.PixelData = b"MUSTERFRAU".ljust(960, b"\0")
    assert leaks_of(out, needles_of(PatientName="Musterfrau^Erika")) == []


def test_the_words_of_a_content_trees_structure_name_nobody() -> None:
    out, item = clean(), Dataset()
    item.ValueType, item.RelationshipType = "CONTAINER", "CONTAINS"
    out.ContentSequence = Sequence([item])
    needles = needles_of(PatientName="Container^Contains")
    assert leaks_of(out, needles) == []
    item.ValueType = "TEXT"
    item.TextValue = "Container"
    assert leaks_of(out, needles) == [Leak("0040,a160", "word")]


def test_a_birth_date_counts_in_texts_even_where_dates_were_kept() -> None:
    one = make_instance(PatientBirthDate="19610304", StudyDate="20240301")
    out = deidentified(one, PROJECT, profile_of(["retain-full-dates"])).dataset
    needles = needles_of(PatientBirthDate="19610304")
    out.SeriesDate = "19610304"
    assert leaks_of(out, needles) == []
    out.SegmentDescription = "born 4.3.1961"
    assert leaks_of(out, needles) == [Leak("0062,0006", "birth date")]


def test_words_of_a_picture_are_searched_together() -> None:
    needles = needles_of(PatientName="Ng^Bo", PatientID="4711-088")
    assert words_seen(["NG", "BO"], needles) == "phrase"
    assert words_seen(["ID", "4711", "088"], needles) == "phrase"
    assert words_seen(["BO", "L5", "NG"], needles) is None and words_seen([], needles) is None


def test_identities_of_sequences_and_of_physicians_are_searched_for() -> None:
    one, other, step = make_instance(), Dataset(), Dataset()
    other.PatientID, other.IssuerOfPatientID = "OLD-77881", "Sankt Marien"
    one.OtherPatientIDsSequence = Sequence([other])
    step.ScheduledPerformingPhysicianName = "Vogelweide^Walther"
    step.AccessionNumber = "ACC998877"
    one.RequestAttributesSequence = Sequence([step])
    found = Needles(identities_of(one, BASIC))
    for saying in ("OLD77881", "sankt marien", "Dr. Vogelweide", "ACC998877"):
        assert found.in_text(saying) is not None, saying


@settings(max_examples=40)
@given(st.text(alphabet="ABCDEFGHJKMNPQRSTUVWXYZ", min_size=5, max_size=12))
def test_any_name_of_five_letters_that_is_no_word_of_imaging_is_found(name: str) -> None:
    needles = needles_of(PatientName=f"{name}^Q")
    whole = needles.in_text(f"a {name} q")
    assert whole is not None
    if words_of(name) and needles.in_text(name) is None:
        assert is_of_imaging(name) or name in ("UNKNOWN", "ANONYMOUS")


def test_a_tag_is_worded_as_the_standard_prints_it() -> None:
    assert named(0x00100010) == "0010,0010" and named(0x7FE00010) == "7fe0,0010"
