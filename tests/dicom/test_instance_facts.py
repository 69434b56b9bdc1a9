from __future__ import annotations

import datetime as dt
import io
import json
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset, FileDataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from condyle.dicom.header import without_remarks
from condyle.dicom.instance_facts import InstanceFacts, instance_facts
from condyle.dicom.json_header import MOST_DEPTH, inflated_header
from condyle.errors import BadImage

Make = Callable[..., FileDataset]


def header_of(facts: InstanceFacts) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(inflated_header(facts.header))
    return document


@pytest.fixture
def facts_of(tmp_path: Path) -> Callable[[FileDataset], InstanceFacts]:
    def read(one: FileDataset) -> InstanceFacts:
        with without_remarks():
            one.save_as(tmp_path / "one", enforce_file_format=True)
        return instance_facts(tmp_path / "one")

    return read


def test_the_facts_are_what_the_header_says(
    instance: Make, facts_of: Callable[[FileDataset], InstanceFacts]
) -> None:
    one = instance(
        IssuerOfPatientID="Ward",
        PatientBirthDate="19700102",
        PatientSex="F",
        AccessionNumber="A1",
        StudyDate="20240229",
        StudyTime="131415.678",
        StudyDescription="Lumbar spine",
        SeriesDescription="T2 sag",
        BodyPartExamined="LSPINE",
        InstanceNumber=7,
        SeriesNumber=3,
    )
    facts = facts_of(one)
    assert (facts.uid, facts.class_uid) == (one.SOPInstanceUID, one.SOPClassUID)
    assert facts.transfer_syntax == ExplicitVRLittleEndian
    assert (facts.number, facts.frames, facts.rows, facts.columns) == (7, 1, 20, 24)
    patient = facts.patient
    assert (patient.identifier, patient.issuer, patient.name) == ("P1", "Ward", "Doe^Jane")
    assert (patient.birth_date, patient.sex) == (dt.date(1970, 1, 2), "F")
    study = facts.study
    assert (study.uid, study.accession) == (one.StudyInstanceUID, "A1")
    assert (study.date, study.time) == (dt.date(2024, 2, 29), dt.time(13, 14, 15))
    assert study.description == "Lumbar spine"
    series = facts.series
    assert (series.uid, series.number, series.modality) == (one.SeriesInstanceUID, 3, "MR")
    assert series.description == "T2 sag" and "spine" in series.body_part
    assert not facts.simulated


def test_nothing_of_the_patient_is_in_the_words_for_the_facts(
    instance: Make, facts_of: Callable[[FileDataset], InstanceFacts]
) -> None:
    shown = repr(facts_of(instance(AccessionNumber="ACC77")))
    assert "Doe" not in shown and "P1" not in shown and "ACC77" not in shown


def test_the_header_is_dicom_json_that_pydicom_reads_back(
    instance: Make, facts_of: Callable[[FileDataset], InstanceFacts]
) -> None:
    one = instance(PatientName="Müller^Jürg", SpecificCharacterSet="ISO_IR 100")
    item = Dataset()
    item.CodeValue, item.CodeMeaning = "1", "Hüfte"
    one.AnatomicRegionSequence = Sequence([item])
    back = Dataset.from_json(json.dumps(header_of(facts_of(one))))
    assert back.PatientName == "Müller^Jürg" and back.SpecificCharacterSet == "ISO_IR 192"
    assert back.AnatomicRegionSequence[0].CodeMeaning == "Hüfte"
    assert back.PixelSpacing == [0.9, 0.7] and back.Rows == 20
    assert back.ImageOrientationPatient == one.ImageOrientationPatient


def test_bulk_data_is_not_in_the_header_but_a_colour_table_is(
    instance: Make, facts_of: Callable[[FileDataset], InstanceFacts]
) -> None:
    one = instance()
    one.RedPaletteColorLookupTableData = bytes(512)
    one.add_new(0x00091010, "OB", bytes(5000))
    one.add_new(0x00091011, "OB", bytes(3 << 20))
    one.add_new(0x00091012, "UT", "x" * 100_000)
    header = header_of(facts_of(one))
    assert not {"7FE00010", "00091010", "00091011", "00091012"} & set(header)
    assert len(header["00281201"]["InlineBinary"]) > 512


@pytest.mark.parametrize("name", ["MR_small.dcm", "MR_small_bigendian.dcm", "image_dfl.dcm"])
def test_the_header_names_the_syntax_in_which_frames_are_served(name: str) -> None:
    header = header_of(instance_facts(Path(get_testdata_file(name))))
    assert header["00083002"]["Value"] == [ExplicitVRLittleEndian]


def test_a_number_that_is_none_is_null_since_json_has_no_word_for_it(
    instance: Make, facts_of: Callable[[FileDataset], InstanceFacts]
) -> None:
    one = instance()
    one.add_new(0x00186060, "FL", float("nan"))
    assert header_of(facts_of(one))["00186060"]["Value"] == [None]


def test_text_that_no_database_takes_is_cleaned(
    instance: Make, facts_of: Callable[[FileDataset], InstanceFacts]
) -> None:
    with without_remarks():
        one = instance(PatientName="A\x1b\x07^B", StudyDescription="x" * 5000)
        facts = facts_of(one)
    assert facts.patient.name.isprintable()
    assert len(facts.study.description) <= 1024


def test_a_number_too_large_for_a_database_counts_as_absent(
    instance: Make, facts_of: Callable[[FileDataset], InstanceFacts]
) -> None:
    one = instance()
    one["InstanceNumber"]._value = pydicom.valuerep.IS(99_999_999_999, validation_mode=0)
    assert facts_of(one).number is None


@pytest.mark.parametrize(
    "keyword", ["SOPInstanceUID", "SOPClassUID", "StudyInstanceUID", "SeriesInstanceUID"]
)
@pytest.mark.parametrize("value", ["", "../../etc/passwd", "1." + "2" * 80])
def test_an_instance_without_its_uids_is_refused(
    instance: Make, tmp_path: Path, keyword: str, value: str
) -> None:
    one = instance()
    one.file_meta.MediaStorageSOPInstanceUID = "1.2"
    one.file_meta.MediaStorageSOPClassUID = "1.2"
    with without_remarks():
        setattr(one, keyword, value)
        pydicom.dcmwrite(tmp_path / "one", one)
    with pytest.raises(BadImage) as refused:
        instance_facts(tmp_path / "one")
    assert "passwd" not in str(refused.value) and "2222" not in str(refused.value)
    assert refused.value.found.startswith("no valid ") and refused.value.found.endswith("UID")


def test_a_report_is_an_instance_without_frames() -> None:
    facts = instance_facts(Path(get_testdata_file("test-SR.dcm")))
    assert facts.frames == 0 and facts.frames_at == () and facts.rows is None


def test_a_dicomdir_is_refused_as_what_it_is() -> None:
    with pytest.raises(BadImage) as refused:
        instance_facts(Path(get_testdata_file("DICOMDIR")))
    assert "DICOMDIR" in refused.value.found


@pytest.mark.parametrize("name", ["MR_truncated.dcm", "README.txt"])
def test_what_is_cut_short_or_no_dicom_is_refused(name: str) -> None:
    with pytest.raises(BadImage):
        instance_facts(Path(get_testdata_file(name)))


def written(one: FileDataset, **how: Any) -> bytes:
    stream = io.BytesIO()
    pydicom.dcmwrite(stream, one, **how)
    return stream.getvalue()


def refused(tmp_path: Path, content: bytes) -> BadImage:
    (tmp_path / "hostile").write_bytes(content)
    with pytest.raises(BadImage) as error:
        instance_facts(tmp_path / "hostile")
    return error.value


@pytest.mark.parametrize(
    "tags",
    [
        {"NumberOfFrames": 4_000_000},
        {"NumberOfFrames": 2},
        {"Rows": 60_000, "Columns": 60_000},
        {"BitsAllocated": 0},
        {"Rows": None},
    ],
)
def test_a_header_that_states_more_than_the_file_holds_is_refused(
    instance: Make, tmp_path: Path, tags: dict[str, Any]
) -> None:
    refused(tmp_path, written(instance(**tags)))


def test_a_length_of_the_pixels_that_lies_is_refused(instance: Make, tmp_path: Path) -> None:
    content = written(instance())
    at = content.index(b"\xe0\x7f\x10\x00OW") + 8
    refused(tmp_path, content[:at] + struct.pack("<I", 4_000_000_000) + content[at + 4 : -8])


def test_millions_of_items_are_refused_before_they_fill_the_memory(
    instance: Make, tmp_path: Path
) -> None:
    items = b"\xfe\xff\x00\xe0" + bytes(4)
    element = b"\x08\x00\x40\x11SQ\0\0" + struct.pack("<I", 8 * 600_000) + items * 600_000
    content = written(instance())
    at = content.index(b"\x08\x00\x16\x00UI")
    assert "more than any" in refused(tmp_path, content[:at] + element + content[at:]).found


def test_sequences_nested_without_end_leave_the_rest_to_be_read(
    instance: Make, facts_of: Callable[[FileDataset], InstanceFacts]
) -> None:
    one = instance()
    inner = Dataset()
    inner.CodeValue = "x"
    for _ in range(60):
        outer = Dataset()
        outer.AnatomicRegionSequence = Sequence([inner])
        inner = outer
    one.update(inner)
    text = json.dumps(header_of(facts_of(one)))
    assert text.count("00082218") == MOST_DEPTH


def test_a_thousand_sequences_of_unknown_length_in_one_another_are_refused(
    instance: Make, tmp_path: Path
) -> None:
    nested = (
        b"\x08\x00\x18\x22SQ\0\0\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    ) * 5000
    content = written(instance())
    at = content.index(b"\x08\x00\x16\x00UI")
    refused(tmp_path, content[:at] + nested + content[at:])


def test_a_deflated_bomb_is_refused(
    instance: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("condyle.dicom.frame_bytes.MOST_INFLATED_BYTES", 1 << 20)
    one = instance(pixels=np.zeros((2000, 2000), np.uint16))
    one.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    content = written(one)
    assert len(content) < 20_000
    assert "unpacks" in refused(tmp_path, content).found


def test_a_deflated_file_that_ends_early_is_refused(instance: Make, tmp_path: Path) -> None:
    one = instance()
    one.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    refused(tmp_path, written(one)[:-20])


@given(
    at=st.integers(0, 1200),
    bytes_=st.binary(min_size=1, max_size=8),
    syntax=st.sampled_from([ExplicitVRLittleEndian, ImplicitVRLittleEndian]),
)
def test_a_mutated_file_gives_facts_or_is_refused_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, at: int, bytes_: bytes, syntax: str
) -> None:
    name = "MR_small.dcm" if syntax == ExplicitVRLittleEndian else "MR_small_implicit.dcm"
    content = bytearray(Path(get_testdata_file(name)).read_bytes())
    content[132 + at : 132 + at + len(bytes_)] = bytes_
    path = tmp_path_factory.getbasetemp() / "mutated"
    path.write_bytes(content)
    try:
        facts = instance_facts(path)
    except BadImage:
        return
    json.loads(zlib.decompress(facts.header))
    assert all(place + length <= len(content) for (place, length), *_ in facts.frames_at)
