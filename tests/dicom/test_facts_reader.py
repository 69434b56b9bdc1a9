"""A reader of many files gives what a full reading of each gives, and reads what is alike once."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_files
from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless

from condyle.dicom import facts_reader
from condyle.dicom.facts_reader import SHARED, FactsReader
from condyle.dicom.header import without_remarks
from condyle.dicom.instance_facts import InstanceFacts, facts_of_stream, instance_facts
from condyle.dicom.plain_elements import plain_elements
from condyle.errors import BadImage

Make = Callable[..., FileDataset]
Outcome = InstanceFacts | str


def outcome(read: Callable[[], InstanceFacts]) -> Outcome:
    try:
        return read()
    except BadImage as error:
        return error.found


def as_bytes(one: FileDataset) -> bytes:
    stream = io.BytesIO()
    with without_remarks():
        one.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def same(reader: FactsReader, path: Path) -> bool:
    """Tells whether a reader gives for a file and for its bytes what a full reading gives."""
    full = outcome(lambda: instance_facts(path))
    of_bytes = outcome(lambda: reader.read_bytes(path.read_bytes()) or instance_facts(path))
    return full == outcome(lambda: reader.read(path)) == of_bytes


@pytest.fixture
def written(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(content: bytes) -> Path:
        path = tmp_path / "one"
        path.write_bytes(content)
        return path

    return write


@pytest.fixture
def rich(instance: Make) -> Callable[..., FileDataset]:
    """Makes an instance with sequences of both kinds, private elements and a character set."""

    def make(number: int = 1, **more: object) -> FileDataset:
        one = instance(SpecificCharacterSet="ISO_IR 100", PatientName="Müller^Jürg")
        one.SOPInstanceUID = one.file_meta.MediaStorageSOPInstanceUID = UID(f"1.2.3.{number}")
        one.InstanceNumber, one.ImagePositionPatient = number, [-0.5, number / 3, 1e-5]
        one.ContentTime, one.AcquisitionDate = f"1314{number:02}.25", "20240229"
        code = Dataset()
        code.CodeValue, code.CodeMeaning = str(number % 3), "Hüfte"
        one.AnatomicRegionSequence = [code]
        inner = Dataset()
        inner.PurposeOfReferenceCodeSequence = [code]
        one.ReferencedImageSequence = [inner, Dataset()]
        one["ReferencedImageSequence"].is_undefined_length = True
        one.ReferencedImageSequence[0].is_undefined_length_sequence_item = True
        block = one.private_block(0x0019, "A MAKER", create=True)
        block.add_new(1, "DS", str(number))
        block.add_new(2, "UN", bytes([number]) * 8)
        one.add_new(0x00280106, "US", number)
        for keyword, value in more.items():
            setattr(one, keyword, value)
        return one

    return make


@pytest.fixture(scope="module")
def known_files() -> list[Path]:
    with without_remarks():
        return [Path(name) for name in get_testdata_files("*.dcm")]


def test_of_any_file_it_gives_what_a_full_reading_gives(known_files: Sequence[Path]) -> None:
    reader = FactsReader()
    plain = 0
    for path in known_files:
        plain += plain_elements(path.read_bytes()) is not None
        assert same(reader, path), path.name
        assert same(reader, path), path.name  # as the second time it is like another
    assert plain > len(known_files) // 4


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless])
def test_a_series_is_read_as_one_by_one_and_only_its_first_file_in_full(
    rich: Make, syntax: UID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = facts_of_stream
    in_full = []

    def counted(stream: io.BytesIO, stated: str) -> InstanceFacts:
        in_full.append(stated)
        return whole(stream, stated)

    monkeypatch.setattr(facts_reader, "facts_of_stream", counted)
    reader = FactsReader()
    for number in range(1, 9):
        one = rich(number)
        if syntax.is_compressed:
            one.compress(syntax, one.pixel_array)
        one.file_meta.TransferSyntaxUID = syntax
        path = tmp_path / str(number)
        path.write_bytes(as_bytes(one))
        assert same(reader, path)
        assert reader.read(path).number == number

    # The region's code differs in three of the files, and all that is shared with it.
    assert len(in_full) == 3


def changed(one: FileDataset) -> Iterator[FileDataset]:
    """Gives a file with each element gone, with each emptied, and with some set to others."""
    for element in [each for each in one if each.tag != 0x7FE00010]:
        for empty in (False, True):
            other = pydicom.dcmread(io.BytesIO(as_bytes(one)))
            if empty:
                other[element.tag].value = None
            else:
                del other[element.tag]
            yield other
    others: dict[str, list[object]] = {
        "InstanceNumber": ["-3", "+4", " 12", "99999999999", "1\\2"],
        "SOPInstanceUID": ["1.2.3.", "../etc", "1" * 64, "1.2\\1.3"],
        "ImagePositionPatient": ["1e3\\-0\\.5", "2\\3\\4\\5", "nan\\0\\0"],
        "ContentTime": ["13", "1314-1515", "13:14:15", ""],
        "AcquisitionDate": ["2024.02.29", "x", "2024"],
        "Rows": [0, 65535, [20, 20]],
        "NumberOfFrames": ["0", "2", "99", "-1"],
        "SpecificCharacterSet": ["ISO_IR 192", "ISO_IR 13", ["", "ISO 2022 IR 87"], "none"],
        "PixelRepresentation": [0, 1],
        "PhotometricInterpretation": ["YBR_FULL_422", "RGB"],
    }
    for keyword, values in others.items():
        for value in values:
            other = pydicom.dcmread(io.BytesIO(as_bytes(one)))
            with without_remarks(), pydicom.config.disable_value_validation():
                setattr(other, keyword, value)
            yield other


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_no_change_of_a_known_file_is_overlooked(
    rich: Make, written: Callable[[bytes], Path], syntax: UID
) -> None:
    one = rich()
    one.file_meta.TransferSyntaxUID = syntax
    reader = FactsReader()
    reader.read(written(as_bytes(one)))
    count = 0
    for other in changed(one):
        with without_remarks():
            content = as_bytes(other)
        assert same(reader, written(content)), count
        count += 1
    assert count > 80


def test_a_file_that_ends_early_or_is_broken_anywhere_is_told_of_in_the_same_words(
    rich: Make, written: Callable[[bytes], Path]
) -> None:
    whole = as_bytes(rich())
    reader = FactsReader()
    assert same(reader, written(whole))
    random = np.random.default_rng(5)
    for at in [*random.integers(0, len(whole), 60), len(whole) - 1, len(whole) - 2]:
        assert same(reader, written(whole[: int(at)])), at
    head = whole.index(b"\xe0\x7f\x10\x00OW")
    for at in random.integers(132, head + 12, 300):
        broken = bytearray(whole)
        broken[at] = random.integers(256)
        assert same(reader, written(bytes(broken))), at


def test_what_becomes_too_much_is_forgotten_and_read_again(
    rich: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts_reader, "_MOST_KEPT_BYTES", 500)
    reader = FactsReader()
    for number in range(1, 6):
        path = tmp_path / str(number)
        path.write_bytes(as_bytes(rich(number)))
        assert same(reader, path)
        assert sum(len(texts) for texts in reader._texts.values()) < 100


def test_nothing_but_the_shared_tags_is_in_the_facts_besides_number_and_header(rich: Make) -> None:
    """Each of the facts' attributes stays when every element that is not shared goes."""
    one = rich()
    bare = pydicom.dcmread(io.BytesIO(as_bytes(one)))
    for element in list(bare):
        if element.tag not in (*SHARED, 0x00080018, 0x7FE00010):
            del bare[element.tag]
    found, left = (
        facts_of_stream(io.BytesIO(as_bytes(each)), ExplicitVRLittleEndian) for each in (one, bare)
    )
    for name in ("patient", "study", "series", "class_uid", "uid", "rows", "columns", "simulated"):
        assert getattr(found, name) == getattr(left, name), name
