"""Zips as strange programs and strange people make them."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from condyle import sources
from condyle.errors import UnsafeInput
from condyle.sources import Limits


def _bytes(files: list[tuple[str, bytes]]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


def _zip(path: Path, *files: tuple[str, bytes]) -> Path:
    path.write_bytes(_bytes(list(files)))
    return path


def _read(path: Path, **limits: int) -> tuple[list[bytes], dict[str, int]]:
    with sources.open([path], limits=Limits(**limits)) as tree:
        contents = [file.path.read_bytes() for file in tree.files]
        return contents, {one.reason.code: one.count for one in tree.left_out}


def test_names_that_begin_at_the_folder_itself_are_read(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", ("./study/IM1", b"1"), ("./IM2", b"2"), ("a//./IM3", b"3"))
    contents, left_out = _read(path)
    assert sorted(contents) == [b"1", b"2", b"3"]
    assert left_out == {}


def test_backslashes_part_folders_and_end_their_names(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", ("study\\", b""), ("study\\IM1", b"1"), ("x\\.git\\y", b"2"))
    assert _read(path) == ([b"1"], {})
    with sources.open([path]) as tree:
        assert [file.stem for file in tree.files] == ["IM1"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_entries_of_one_name_are_all_read(tmp_path: Path) -> None:
    contents, left_out = _read(_zip(tmp_path / "a.zip", ("IM1", b"1"), ("IM1", b"2")))
    assert sorted(contents) == [b"1", b"2"]
    assert left_out == {}


@pytest.mark.parametrize("name", ["/IM1", "//host/share/IM1", "C:IM1/../../x", "\\IM1", "C:\\IM1"])
def test_absolute_names_are_refused_and_not_shown(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnsafeInput) as caught:
        _read(_zip(tmp_path / "a.zip", (name, b"1")))
    assert "IM1" not in str(caught.value)
    assert len(caught.value.lines()) == 4


@pytest.mark.parametrize(
    "name", ["CON", "a\tb", "a\nb", "日本", "a:b", "IM1 ", "x" * 200, "~", "$(x)"]
)
def test_a_name_that_some_systems_cannot_write_is_read_under_one_of_our_own(
    tmp_path: Path, name: str
) -> None:
    path = _zip(tmp_path / "a.zip", (name, b"1"))
    with sources.open([path]) as tree:
        (file,) = tree.files
        assert file.path.name == "000000"
        assert file.label == "file-1"
        assert set(file.stem) <= set(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"
        )


def test_a_hundred_thousand_empty_entries_are_refused_in_little_memory(tmp_path: Path) -> None:
    local, central = io.BytesIO(), io.BytesIO()
    for number in range(100_000):
        name = b"%06d" % number
        at = local.tell()
        fields = (20, 0, 0, 0, 0, 0, 0, 0, 6, 0)
        local.write(b"PK\x03\x04" + struct.pack("<HHHHHIIIHH", *fields) + name)
        central.write(b"PK\x01\x02" + struct.pack("<HHHHHHIIIHH", 20, *fields))
        central.write(struct.pack("<HHHII", 0, 0, 0, 0, at) + name)
    body, table = local.getvalue(), central.getvalue()
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, len(table), len(body), 0)
    (tmp_path / "a.zip").write_bytes(body + table + end)
    with pytest.raises(UnsafeInput, match="more than 1000 files"):
        _read(tmp_path / "a.zip", files=1000)
    tracemalloc.start()
    try:
        with pytest.raises(UnsafeInput, match="too many files"):
            _read(tmp_path / "a.zip", files=1000)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 20 << 20, "a listing of all entries takes over 50 MiB"


@pytest.mark.parametrize(
    "record",
    [
        b"PK\x06\x06" + bytes(36) + struct.pack("<Q", 10),
        b"PK\x05\x06" + bytes(8) + struct.pack("<I", 10),
        b"PK\x05\x06",
    ],
)
def test_a_false_end_record_does_not_hide_the_size_of_the_table(
    tmp_path: Path, record: bytes
) -> None:
    true = b"PK\x05\x06" + bytes(8) + struct.pack("<IIH", 200 << 20, 0, len(record))
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04" + bytes(99) + true + record)
    with pytest.raises(UnsafeInput, match="was not opened"):
        _read(tmp_path / "a.zip")


def test_a_zip_of_many_empty_zips_is_refused(tmp_path: Path) -> None:
    inner = _bytes([])
    path = _zip(tmp_path / "a.zip", *((f"{at}.zip", inner) for at in range(40)))
    with pytest.raises(UnsafeInput, match="too many files"):
        _read(path, files=40)
    assert _read(path, files=41) == ([], {})


def test_overlapping_entries_do_not_unpack_the_same_bytes_twice(tmp_path: Path) -> None:
    content = _bytes([("IM1", b"x" * 1000), ("IM2", b"y" * 10)])
    first = struct.pack("<I", 0)
    at = content.rindex(b"PK\x01\x02")
    content = content[: at + 42] + first + content[at + 46 :]
    (tmp_path / "a.zip").write_bytes(content)
    contents, left_out = _read(tmp_path / "a.zip")
    assert b"x" * 1000 in contents or contents == []
    assert len(contents) + left_out.get("empty-file", 0) == 2
    assert sum(map(len, contents)) <= 1000


def test_an_unknown_compression_loses_its_entry_alone(tmp_path: Path) -> None:
    content = bytearray(_bytes([("IM1", b"1"), ("IM2", b"2")]))
    at = content.index(b"PK\x01\x02")
    content[at + 10] = 77
    content[8] = 77
    (tmp_path / "a.zip").write_bytes(content)
    assert _read(tmp_path / "a.zip") == ([b"2"], {"empty-file": 1})


@pytest.mark.parametrize("at", [*range(0, 130, 7)])
def test_a_zip_with_any_byte_turned_is_read_refused_or_left_out(tmp_path: Path, at: int) -> None:
    whole = _bytes([("a/IM1", b"first"), ("a/IM2", b"second")])
    for place in range(at, len(whole), 131):
        content = bytearray(whole)
        content[place] ^= 0xFF
        (tmp_path / "a.zip").write_bytes(content)
        try:
            contents, _ = _read(tmp_path / "a.zip")
        except UnsafeInput:
            continue
        assert len(contents) <= 2


def test_nothing_is_left_behind_when_opening_fails_half_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = tmp_path / "private"
    private.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(private))
    (tmp_path / "study").mkdir()
    _zip(tmp_path / "study" / "a.zip", ("IM1", b"1" * 5000))
    _zip(tmp_path / "study" / "b.zip", ("../x", b"1"))
    with pytest.raises(UnsafeInput):
        _read(tmp_path / "study")
    assert list(private.iterdir()) == []
