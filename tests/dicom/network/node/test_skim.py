"""Looking through a data set agrees with reading it, and bears whatever bytes come."""

from __future__ import annotations

import contextlib
import io
import random
import struct
import zlib
from pathlib import Path

import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian
from tests.dicom.shipped_files import SHIPPED_FILES
from tests.workflows.pacs.storing import STUDY, data_set_of, file_of, mr_image

from condyle.dicom.header import without_remarks
from condyle.dicom.instance_facts import instance_facts
from condyle.dicom.network.node import skim as skimming
from condyle.dicom.network.node.skim import NotUnderstood, Skimmed, is_uid, skim
from condyle.errors import BadImage

IMAGE = data_set_of(file_of(mr_image()))
FOLDER = Path(pydicom.__file__).parent / "data"


def split(content: bytes) -> tuple[int, str] | None:
    """Gives where a file's data set begins and its syntax; ``None`` for no file of the standard."""
    if content[128:136] != b"DICM\x02\0\0\0":
        return None
    with without_remarks():
        meta = pydicom.dcmread(io.BytesIO(content), stop_before_pixels=True).file_meta
    return 144 + int.from_bytes(content[140:144], "little"), str(meta.TransferSyntaxUID)


@pytest.mark.parametrize("name", sorted(SHIPPED_FILES))
def test_what_the_archive_can_read_is_understood_with_the_same_uids(name: str) -> None:
    path = FOLDER / name
    try:
        facts = instance_facts(path)
    except BadImage:
        return
    parts = split(path.read_bytes())
    if parts is None:
        return
    if name == "test_files/rtplan_truncated.dcm":  # which a reader of headers does not notice
        with pytest.raises(NotUnderstood):
            skim(path.read_bytes(), *parts)
        return
    found = skim(path.read_bytes(), *parts)
    expected = (facts.class_uid, facts.uid, facts.study.uid, facts.series.uid)
    assert (found.class_uid, found.uid, found.study_uid, found.series_uid) == expected


@pytest.mark.parametrize("name", ["CT_small.dcm", "JPEG2000.dcm", "image_dfl.dcm"])
def test_after_any_damage_it_is_understood_or_refused_and_the_archive_reads_or_refuses_it(
    name: str, tmp_path: Path
) -> None:
    content = Path(str(get_testdata_file(name))).read_bytes()
    parts = split(content)
    assert parts is not None
    start, syntax = parts
    moments = random.Random(name)
    understood = 0
    for _ in range(30):
        damaged = bytearray(content)
        for _ in range(moments.randint(1, 3)):
            damaged[moments.randrange(start, len(content))] = moments.randrange(256)
        cut = moments.choice([0, 0, moments.randrange(1, 400)])
        damaged = damaged[: len(damaged) - cut]
        try:
            skim(bytes(damaged), start, syntax)
        except NotUnderstood:
            continue
        understood += 1
        (tmp_path / "one").write_bytes(damaged)
        with contextlib.suppress(BadImage):  # what only a full reading shows is kept apart
            instance_facts(tmp_path / "one")
    assert understood


def element(tag: int, vr: bytes, value: bytes, *, length: int | None = None) -> bytes:
    head = struct.pack("<HH2s", tag >> 16, tag & 0xFFFF, vr)
    length = len(value) if length is None else length
    if vr in (b"SQ", b"OB", b"UN"):
        return head + struct.pack("<HI", 0, length) + value
    return head + struct.pack("<H", length) + value


def test_sequences_of_any_make_are_passed_over() -> None:
    undefined = 0xFFFFFFFF
    inner = element(0x00080016, b"UI", b"9.9\0")
    item = b"\xfe\xff\x00\xe0" + struct.pack("<I", undefined) + inner + b"\xfe\xff\x0d\xe0\0\0\0\0"
    open_ended = element(0x00081140, b"SQ", item, length=undefined) + b"\xfe\xff\xdd\xe0\0\0\0\0"
    implicit = struct.pack("<HHI", 8, 0x16, 4) + b"9.9\0"
    unknown_item = b"\xfe\xff\x00\xe0" + struct.pack("<I", len(implicit)) + implicit
    unknown = element(0x00091001, b"UN", unknown_item, length=undefined)
    closed = element(0x00081199, b"SQ", b"\xfe\xff\x00\xe0" + struct.pack("<I", 12) + inner)
    at = IMAGE.index(b"\x08\0\x60\0")
    made = IMAGE[:at] + open_ended + closed + unknown + b"\xfe\xff\xdd\xe0\0\0\0\0" + IMAGE[at:]
    assert skim(made, 0, ExplicitVRLittleEndian) == skim(IMAGE, 0, ExplicitVRLittleEndian)
    assert skim(IMAGE, 0, ExplicitVRLittleEndian) == Skimmed(
        "1.2.840.10008.5.1.4.1.1.4", f"{STUDY}.1.1", STUDY, f"{STUDY}.1"
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff" * 1000, "nested"),
        (b"\xfe\xff\x0d\xe0\0\0\0\0", "outside"),
        (IMAGE[:-1], "longer than what came"),
        (IMAGE[:6], "early"),
        (IMAGE + b"\xfc\xff", "early"),
        (b"", "UID"),
        (IMAGE.replace(b"\x28\0\x10\0US\x02\0\x10\0", b"\x28\0\x10\0US\x02\0\xff\xff"), "fewer"),
    ],
)
def test_why_a_data_set_is_not_understood_is_told_without_its_values(
    content: bytes, why: str
) -> None:
    with pytest.raises(NotUnderstood, match=why) as raised:
        skim(content, 0, ExplicitVRLittleEndian)
    assert "NODE" not in raised.value.args[0]


def test_a_zip_bomb_is_unpacked_without_being_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(skimming, "MOST_INFLATED", 1 << 22)
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    bomb = packer.compress(bytes(1 << 23)) + packer.flush()
    with pytest.raises(NotUnderstood, match="unpacks"):
        skim(bomb, 0, DeflatedExplicitVRLittleEndian)
    with pytest.raises(NotUnderstood, match="broken"):
        skim(b"\xff" * 50, 0, DeflatedExplicitVRLittleEndian)


def test_more_elements_than_any_object_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(skimming, "MOST_ELEMENTS", 1000)
    small = element(0x00090010, b"LO", b"")
    with pytest.raises(NotUnderstood, match="more elements"):
        skim(small * 1001, 0, ExplicitVRLittleEndian)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1.2.3", True), ("", False), ("../x", False), ("1..2", False), ("1." + "2" * 63, False)],
)
def test_a_uid_is_digits_and_dots(text: str, *, expected: bool) -> None:
    assert is_uid(text) is expected
