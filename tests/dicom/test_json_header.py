"""Every kind of value as DICOM JSON writes it, and what is left out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian

from condyle.dicom import json_header
from condyle.dicom.json_header import deflated_header, inflated_header, value_of
from condyle.errors import BadImage


def document_of(dataset: Dataset) -> dict[str, Any]:
    text = inflated_header(deflated_header(dataset, syntax=ExplicitVRLittleEndian))
    document: dict[str, Any] = json.loads(text)
    return document


def entry_of(tag: int, vr: str, value: Any) -> Any:
    dataset = Dataset()
    dataset.add(DataElement(tag, vr, value))
    return document_of(dataset).get(f"{tag:08X}")


@pytest.mark.parametrize(
    ("tag", "vr", "value", "written"),
    [
        (0x00080060, "CS", "MR", ["MR"]),
        (0x00080008, "CS", ["ORIGINAL", "PRIMARY"], ["ORIGINAL", "PRIMARY"]),
        (0x00200013, "IS", "7", [7]),
        (0x00280030, "DS", ["0.5", "0.25"], [0.5, 0.25]),
        (0x00180081, "DS", "100", [100.0]),
        (0x00280010, "US", 20, [20]),
        (0x00280106, "SS", -5, [-5]),
        (0x00186060, "FL", 1.5, [1.5]),
        (0x00189087, "FD", float("inf"), [None]),
        (0x0020000D, "UI", "1.2.3", ["1.2.3"]),
        (0x00280009, "AT", 0x00181063, ["00181063"]),
        (0x00080020, "DA", "20240101", ["20240101"]),
        (0x00100010, "PN", "Doe^Jane", [{"Alphabetic": "Doe^Jane"}]),
    ],
)
def test_a_value_is_written_as_its_kind_is(tag: int, vr: str, value: Any, written: Any) -> None:
    assert entry_of(tag, vr, value) == {"vr": vr, "Value": written}


@pytest.mark.parametrize(
    ("tag", "vr"),
    [(0x00080060, "CS"), (0x00200013, "IS"), (0x00100010, "PN"), (0x00280030, "DS")],
)
def test_an_empty_attribute_is_there_without_a_value(tag: int, vr: str) -> None:
    assert entry_of(tag, vr, "") == {"vr": vr}


def test_an_empty_sequence_is_there_and_a_full_one_holds_its_items() -> None:
    assert entry_of(0x00082218, "SQ", []) == {"vr": "SQ"}
    item = Dataset()
    item.CodeValue = "T-1"
    entry = entry_of(0x00082218, "SQ", Sequence([item, Dataset()]))
    assert entry["Value"] == [{"00080100": {"vr": "SH", "Value": ["T-1"]}}, {}]


def test_names_keep_their_writing_systems() -> None:
    (name,) = entry_of(0x00100010, "PN", "Yamada^Tarou=山田^太郎=やまだ^たろう")["Value"]
    assert name == {
        "Alphabetic": "Yamada^Tarou",
        "Ideographic": "山田^太郎",
        "Phonetic": "やまだ^たろう",
    }


@pytest.mark.parametrize(("length", "kept"), [(64, True), (65, False), (70_000, False)])
def test_bytes_are_kept_where_they_are_few(length: int, kept: bool) -> None:
    entry = entry_of(0x00091010, "OB", bytes(length))
    assert (entry is not None) is kept


@pytest.mark.parametrize(("length", "kept"), [(60_000, True), (70_000, False)])
def test_a_text_is_kept_where_it_is_no_book(length: int, kept: bool) -> None:
    assert (entry_of(0x00091012, "UT", "x" * length) is not None) is kept


def test_tags_come_in_order_and_the_text_is_said_to_be_utf_8() -> None:
    dataset = Dataset()
    dataset.Rows, dataset.Modality, dataset.SpecificCharacterSet = 20, "MR", "ISO_IR 100"
    document = document_of(dataset)
    assert document["00080005"]["Value"] == ["ISO_IR 192"]
    assert document["00083002"]["Value"] == [ExplicitVRLittleEndian]
    assert [tag for tag in document if tag not in ("00080005", "00083002")] == [
        "00080060",
        "00280010",
    ]


def test_a_header_of_too_many_elements_or_bytes_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dataset = Dataset()
    dataset.Rows, dataset.Columns, dataset.Modality = 20, 24, "MR"
    monkeypatch.setattr(json_header, "MOST_BYTES", 50)
    with pytest.raises(BadImage):
        document_of(dataset)


def test_a_value_is_found_by_its_keyword() -> None:
    dataset = Dataset()
    dataset.BitsAllocated, dataset.ImageType = 16, ["A", "B"]
    header = deflated_header(dataset, syntax=ExplicitVRLittleEndian)
    assert value_of(header, "BitsAllocated") == 16
    assert value_of(header, "ImageType") == "A"
    assert value_of(header, "Rows") is None and value_of(header, "Nonsense") is None
