from __future__ import annotations

import copy
from typing import Any

import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset, FileDataset
from pydicom.sequence import Sequence
from tests.dicom.conftest import make_instance

from condyle.dicom.deidentify import BASIC, Option, Profile, Project, deidentified, profile_of
from condyle.dicom.deidentify.header import person_of
from condyle.dicom.deidentify.private import read_safe
from condyle.errors import BadConfiguration, UnknownName, UsageError

PROJECT = Project(b"a secret of thirty-two bytes,yes")
MODIFIED = profile_of(["basic", "retain-modified-dates"])


def out_of(one: Dataset, *words: str) -> Dataset:
    return deidentified(one, PROJECT, profile_of(words)).dataset


def test_who_and_what_was_done_is_written_into_the_instance() -> None:
    out = out_of(make_instance(), "clean-descriptors", "retain-modified-dates")
    assert out.PatientIdentityRemoved == "YES"
    assert out.LongitudinalTemporalInformationModified == "MODIFIED"
    codes = [item.CodeValue for item in out.DeidentificationMethodCodeSequence]
    assert codes == ["113100", "113105", "113107"]
    assert {one.CodingSchemeDesignator for one in out.DeidentificationMethodCodeSequence} == {"DCM"}
    assert all(len(one) <= 64 for one in out.DeidentificationMethod)
    assert "basic clean-descriptors retain-modified-dates" in out.DeidentificationMethod


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "REMOVED"),
        (["retain-full-dates"], "UNMODIFIED"),
        (["retain-modified-dates"], "MODIFIED"),
    ],
)
def test_what_became_of_dates_is_said(words: list[str], says: str) -> None:
    assert out_of(make_instance(), *words).LongitudinalTemporalInformationModified == says


def test_all_options_at_once_have_method_words_that_fit_their_attribute() -> None:
    every = Profile(frozenset(Option) - {Option.RETAIN_FULL_DATES})
    method = deidentified(make_instance(), PROJECT, every).dataset.DeidentificationMethod
    assert all(len(one) <= 64 for one in method)
    assert " ".join(method).count("-") >= len(every.options)


def test_what_was_given_is_not_changed() -> None:
    one = make_instance(OtherPatientIDs="X1")
    before, meta = copy.deepcopy(one), copy.deepcopy(one.file_meta)
    deidentified(one, PROJECT, MODIFIED)
    assert one == before and one.file_meta == meta


def test_one_patient_and_study_stay_together_and_two_stay_apart() -> None:
    first, second = make_instance(name="1", place=1), make_instance(name="2", place=2)
    other = make_instance(name="3", study="other", PatientID="P2")
    outs = [out_of(one) for one in (first, second, other)]
    assert outs[0].PatientID == outs[1].PatientID != outs[2].PatientID
    assert outs[0].StudyInstanceUID == outs[1].StudyInstanceUID != outs[2].StudyInstanceUID
    assert outs[0].FrameOfReferenceUID == outs[1].FrameOfReferenceUID
    assert len({one.SOPInstanceUID for one in outs}) == 3
    assert outs[0].PatientName == outs[0].PatientID


def test_another_secret_gives_another_patient() -> None:
    other = Project(b"another secret of twenty-nine b.")
    one = make_instance()
    assert deidentified(one, other).dataset.PatientID != out_of(one).PatientID


def test_a_reference_still_points_at_what_it_pointed_at() -> None:
    source, derived = make_instance(name="1"), make_instance(name="2")
    item = Dataset()
    item.ReferencedSOPClassUID = source.SOPClassUID
    item.ReferencedSOPInstanceUID = source.SOPInstanceUID
    derived.SourceImageSequence = Sequence([item])
    reference = out_of(derived).SourceImageSequence[0]
    assert reference.ReferencedSOPInstanceUID == out_of(source).SOPInstanceUID
    assert reference.ReferencedSOPClassUID == source.SOPClassUID


def test_the_file_meta_is_new_and_follows_the_instance() -> None:
    one = make_instance()
    one.file_meta.SourceApplicationEntityTitle = "WARD7"
    one.file_meta.PrivateInformationCreatorUID = "1.2.3"
    one.preamble = b"DOE JANE".ljust(128, b" ")
    out = out_of(one)
    assert out.file_meta.MediaStorageSOPInstanceUID == out.SOPInstanceUID
    assert out.file_meta.TransferSyntaxUID == one.file_meta.TransferSyntaxUID
    assert "SourceApplicationEntityTitle" not in out.file_meta
    assert "PrivateInformationCreatorUID" not in out.file_meta
    assert out.preamble == bytes(128)


def test_the_patient_is_told_by_identifier_then_name_then_study() -> None:
    by_id = make_instance()
    nameless = make_instance(PatientID="", PatientName="")
    named = make_instance(PatientID="", PatientBirthDate="19700102")
    same = make_instance(PatientID="", PatientBirthDate="19700102", PatientName="DOE^JANE")
    assert person_of(named) == person_of(same)
    assert len({person_of(one) for one in (by_id, nameless, named)}) == 3
    assert person_of(nameless) != person_of(make_instance(PatientID="", PatientName="", study="b"))


def test_dates_of_one_patient_keep_their_distance_and_times_stay() -> None:
    first = make_instance(StudyDate="20240228", StudyTime="235959")
    second = make_instance(StudyDate="20240301", StudyTime="000001", study="later")
    outs = [deidentified(one, PROJECT, MODIFIED).dataset for one in (first, second)]
    days = [pydicom.valuerep.DA(one.StudyDate) for one in outs]
    assert (days[1] - days[0]).days == 2
    assert days[0] < pydicom.valuerep.DA("20240228")
    assert [one.StudyTime for one in outs] == ["235959", "000001"]


def test_a_birth_date_goes_whatever_is_kept() -> None:
    for words in (
        ["retain-full-dates"],
        ["retain-modified-dates"],
        ["retain-patient-characteristics"],
    ):
        assert out_of(make_instance(PatientBirthDate="19700102"), *words).PatientBirthDate == ""


@pytest.mark.parametrize(
    ("age", "kept"), [("041Y", "041Y"), ("089Y", "089Y"), ("097Y", "090Y"), ("008M", "008M")]
)
def test_an_age_is_kept_where_asked_but_for_the_very_old(age: str, kept: str) -> None:
    assert (
        out_of(make_instance(PatientAge=age), "retain-patient-characteristics").PatientAge == kept
    )
    assert "PatientAge" not in out_of(make_instance(PatientAge=age))


def private_instance() -> FileDataset:
    one = make_instance()
    safe = one.private_block(0x0019, "SIEMENS MR HEADER", create=True)
    safe.add_new(0x0C, "IS", 800)
    safe.add_new(0x77, "LO", "Doe Jane")
    other = one.private_block(0x0029, "MY HOSPITAL", create=True)
    other.add_new(0x01, "LO", "room 7")
    other.add_new(0x02, "UN", b"anything")
    return one


def private_tags(dataset: Dataset) -> list[str]:
    return [f"{int(tag):08x}" for tag in list(dataset.keys()) if tag.is_private]


def test_private_attributes_go_with_their_creators() -> None:
    assert private_tags(out_of(private_instance())) == []


def test_safe_private_attributes_stay_with_their_creator_alone() -> None:
    out = out_of(private_instance(), "retain-safe-private")
    assert private_tags(out) == ["00190010", "0019100c"]


def test_a_safe_element_under_another_creator_is_not_safe() -> None:
    one = make_instance()
    one.private_block(0x0019, "SOMEBODY ELSE", create=True).add_new(0x0C, "IS", 800)
    assert private_tags(out_of(one, "retain-safe-private")) == []


def test_a_safe_element_that_holds_the_patient_is_emptied() -> None:
    one = make_instance(PatientID="MRN998877")
    one.private_block(0x0019, "SIEMENS MR HEADER", create=True).add_new(0x0D, "CS", "MRN998877")
    out = out_of(one, "retain-safe-private")
    assert out[0x0019100D].value in ("", None)


def test_a_hospitals_own_list_is_read() -> None:
    safe = read_safe("# ours\ngroup,creator,element\n0029,MY HOSPITAL,01\n")
    assert safe == {(0x29, "MY HOSPITAL", 1)}
    profile = profile_of(["retain-safe-private"])
    out = deidentified(private_instance(), PROJECT, profile, safe_private=safe).dataset
    assert private_tags(out) == ["00290010", "00291001"]


@pytest.mark.parametrize(
    "text",
    ["", "a,b,c\n1,2,3", "group,creator,element\n0018,X,01", "group,creator,element\n0019,X,zz"],
)
def test_a_list_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadConfiguration):
        read_safe(text)


def test_what_the_table_does_not_list_is_guarded() -> None:
    one = make_instance(PatientID="MRN998877")
    one.add_new(0x00080999, "UN", b"whatever")
    one.SegmentLabel = "made for MRN998877"
    one.ContentLabel = "LUMBAR"
    one.ReferencedFrameOfReferenceUID = "1.2.3.4.5"
    one.EvaluatorName = "Roe^Richard"
    out = out_of(one)
    assert out.ContentLabel == "LUMBAR"
    assert out.SegmentLabel == "" and out.EvaluatorName == ""
    assert out.ReferencedFrameOfReferenceUID.startswith("2.25.")
    assert 0x00080999 not in out


def test_known_uids_stay_what_they_are() -> None:
    one = make_instance()
    coding = Dataset()
    coding.CodingSchemeDesignator, coding.CodingSchemeUID = "SCT", "2.16.840.1.113883.6.96"
    one.CodingSchemeIdentificationSequence = Sequence([coding])
    out = out_of(one)
    assert out.SOPClassUID == one.SOPClassUID
    assert out.CodingSchemeIdentificationSequence[0].CodingSchemeUID == "2.16.840.1.113883.6.96"


def test_a_makers_own_kind_of_object_is_no_identity() -> None:
    one, item = make_instance(SOPClassUID="1.2.840.113619.4.2"), Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = "1.2.840.113619.4.3", "1.2.3.4"
    one.ReferencedPerformedProcedureStepSequence = Sequence([item])
    out = out_of(one)
    reference = out.ReferencedPerformedProcedureStepSequence[0]
    assert out.SOPClassUID == "1.2.840.113619.4.2"
    assert reference.ReferencedSOPClassUID == "1.2.840.113619.4.3"
    assert reference.ReferencedSOPInstanceUID == PROJECT.uid("1.2.3.4")


def test_uids_are_kept_where_asked() -> None:
    one = make_instance()
    out = out_of(one, "retain-uids")
    assert out.SOPInstanceUID == one.SOPInstanceUID == out.file_meta.MediaStorageSOPInstanceUID
    assert out.FrameOfReferenceUID == one.FrameOfReferenceUID


def test_a_description_keeps_the_words_of_imaging_alone() -> None:
    one = make_instance(
        SeriesDescription="T2 TSE sag Doe 4mm lumbar Dr Weber", PatientName="Sag^Jane"
    )
    out = out_of(one, "clean-descriptors")
    assert out.SeriesDescription == "T2 TSE 4mm lumbar"


def test_a_report_without_the_option_keeps_its_structure_and_none_of_its_words() -> None:
    report = pydicom.dcmread(get_testdata_file("test-SR.dcm"))
    out = out_of(report)
    old, new = report.ContentSequence, out.ContentSequence
    assert [item.ValueType for item in old] == [item.ValueType for item in new]
    assert _depth(old) == _depth(new)
    texts = _texts(new)
    assert texts and set(texts) <= {"REMOVED"}
    cleaned = out_of(report, "clean-structured")
    assert len(_texts(cleaned.ContentSequence)) == len(_texts(old))


def _depth(items: Any) -> int:
    return 1 + max(
        (_depth(one.ContentSequence) for one in items if "ContentSequence" in one), default=0
    )


def _texts(items: Any) -> list[str]:
    found = []
    for one in items:
        found += [str(one.TextValue)] if "TextValue" in one else []
        found += _texts(one.ContentSequence) if "ContentSequence" in one else []
    return found


@pytest.mark.parametrize(
    "charset", ["ISO 2022 IR 87", "ISO_IR 144", "ISO_IR 127", "GB18030", "ISO_IR 192"]
)
def test_a_name_in_any_script_goes_and_the_file_is_written(charset: str, tmp_path: Any) -> None:
    name = {
        "ISO 2022 IR 87": "Yamada^Tarou=山田^太郎",
        "ISO_IR 144": "Люксембург",
        "ISO_IR 127": "قباني^لنزار",
        "GB18030": "Wang^XiaoDong=王^小东",
        "ISO_IR 192": "Müller^Jürgen",
    }[charset]
    stated = ["", charset] if "2022" in charset else charset
    one = make_instance(SpecificCharacterSet=stated, PatientName=name, SegmentDescription=name)
    out = out_of(one, "retain-full-dates")
    out.save_as(tmp_path / "one", enforce_file_format=True)
    content = (tmp_path / "one").read_bytes()
    for part in name.replace("=", "^").split("^"):
        for coding in ("utf-8", "iso2022_jp", "iso8859_5", "iso8859_6", "gb18030"):
            coded = part.encode(coding, "ignore")
            assert len(coded) < 3 or coded not in content
    assert pydicom.dcmread(tmp_path / "one").PatientName == out.PatientID


@pytest.mark.parametrize(
    "name",
    [
        "MR_small.dcm",
        "CT_small.dcm",
        "reportsi.dcm",
        "rtplan.dcm",
        "image_dfl.dcm",
        "JPEG2000.dcm",
        "MR_small_bigendian.dcm",
        "MR_small_implicit.dcm",
        "waveform_ecg.dcm",
    ],
)
@pytest.mark.parametrize(
    "words", [(), ("retain-modified-dates", "clean-structured", "clean-descriptors")]
)
def test_real_files_are_written_and_read_back_with_their_pixels(
    name: str, words: tuple[str, ...], tmp_path: Any
) -> None:
    one = pydicom.dcmread(get_testdata_file(name))
    out_of(one, *words).save_as(tmp_path / "one", enforce_file_format=True)
    back = pydicom.dcmread(tmp_path / "one")
    assert back.PatientIdentityRemoved == "YES"
    assert back.get("PixelData") == one.get("PixelData")
    assert back.SOPClassUID == one.SOPClassUID


def test_what_cannot_be_read_is_not_kept() -> None:
    one = pydicom.dcmread(get_testdata_file("MR_small.dcm"))
    one._dict[pydicom.tag.Tag(0x00181318)] = pydicom.dataelem.RawDataElement(
        pydicom.tag.Tag(0x00181318), "US", 3, b"abc", 0, False, True
    )
    assert 0x00181318 not in out_of(one)


def test_an_unknown_option_lists_the_valid_ones() -> None:
    with pytest.raises(UnknownName) as caught:
        profile_of(["basic", "retain-everything"])
    assert "retain-uids" in caught.value.needed


def test_dates_are_not_kept_and_shifted_at_once() -> None:
    with pytest.raises(UsageError):
        profile_of(["retain-full-dates", "retain-modified-dates"])


def test_the_basic_profile_is_what_no_word_means() -> None:
    assert profile_of(["", " basic "]) == BASIC
    assert profile_of(option.value for option in Option if option is not Option.RETAIN_FULL_DATES)
