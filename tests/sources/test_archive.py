"""Opening zips: ordinary, nested, broken and hostile ones."""

import io
import stat
import struct
import tempfile
import zipfile
from pathlib import Path

import pytest

from condyle import sources
from condyle.errors import UnsafeInput
from condyle.sources import Limits


def _zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def _zip_bytes(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _stems(path: Path, **limits: float) -> list[str]:
    with sources.open([path], limits=Limits(**limits)) as tree:
        return [file.stem for file in tree.files]


def _codes(path: Path) -> dict[str, int]:
    with sources.open([path]) as tree:
        return {one.reason.code: one.count for one in tree.left_out}


def test_a_zip_gives_the_files_in_it_in_the_order_of_their_paths(tmp_path: Path) -> None:
    assert _stems(_zip(tmp_path / "a.zip", {"b/2": b"2", "a/1": b"1"})) == ["1", "2"]


def test_a_zip_is_told_by_its_bytes_not_by_its_name(tmp_path: Path) -> None:
    assert _stems(_zip(tmp_path / "study", {"im1": b"1"})) == ["im1"]


def test_an_array_archive_is_not_opened_as_a_zip(tmp_path: Path) -> None:
    assert _stems(_zip(tmp_path / "arrays.npz", {"x.npy": b"1"})) == ["arrays"]


def test_a_zip_in_a_folder_and_a_zip_in_a_zip_are_opened(tmp_path: Path) -> None:
    inner = _zip_bytes({"im2": b"2"})
    _zip(tmp_path / "a.zip", {"im1": b"1", "inner.zip": inner})
    assert _stems(tmp_path) == ["im1", "im2"]


def test_a_zip_in_a_zip_in_a_zip_is_left_out_with_a_reason(tmp_path: Path) -> None:
    deepest = _zip_bytes({"im3": b"3"})
    path = _zip(tmp_path / "a.zip", {"b.zip": _zip_bytes({"c.zip": deepest, "im2": b"2"})})
    assert _stems(path) == ["im2"]
    assert _codes(path) == {"archive-too-deep": 1}


def test_unpacked_files_are_gone_afterwards_and_the_zip_is_untouched(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", {"im1": b"1"})
    before = path.read_bytes()
    with sources.open([path]) as tree:
        unpacked = tree.files[0].path
        assert unpacked.exists()
        assert Path(tempfile.gettempdir()) in unpacked.parents
    assert not unpacked.exists()
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "name",
    ["../evil", "a/../../evil", "/etc/evil", "C:/evil", "..\\evil", "a\\..\\..\\evil"],
)
def test_a_path_out_of_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    path = _zip(tmp_path / "a.zip", {"fine": b"1", name: b"2"})
    with pytest.raises(UnsafeInput) as caught:
        _stems(path)
    assert "evil" not in str(caught.value)
    assert not (tmp_path.parent / "evil").exists()


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(UnsafeInput, match="symbolic link"):
        _stems(path)


def test_an_encrypted_archive_is_refused(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", {"im1": b"1"})
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(UnsafeInput, match="encrypted"):
        _stems(path)


def test_a_bomb_is_refused_by_its_ratio_before_it_is_unpacked(tmp_path: Path) -> None:
    path = _zip(tmp_path / "bomb.zip", {"zeros": bytes(20 << 20)})
    assert path.stat().st_size < 1 << 16
    with pytest.raises(UnsafeInput, match="300 times"):
        _stems(path)


def test_an_archive_over_the_total_is_refused(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", {f"im{i}": bytes([i]) * 1000 for i in range(20)})
    with pytest.raises(UnsafeInput, match="more bytes"):
        _stems(path, total_bytes=10_000)


def test_the_total_counts_across_archives(tmp_path: Path) -> None:
    for name in "abc":
        _zip(tmp_path / f"{name}.zip", {"im": name.encode() * 5000})
    with pytest.raises(UnsafeInput, match="more bytes"):
        _stems(tmp_path, total_bytes=12_000)


def test_an_entry_over_the_limit_of_one_file_is_refused(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", {"im": b"x" * 2000})
    with pytest.raises(UnsafeInput):
        _stems(path, file_bytes=1000)


def test_an_entry_that_lies_about_its_size_does_not_unpack_past_the_limit(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", {"im": bytes(100_000)})
    content = path.read_bytes()
    path.write_bytes(content.replace(struct.pack("<I", 100_000), struct.pack("<I", 10)))
    with sources.open([path]) as tree:
        assert sum(file.size for file in tree.files) <= 10


def test_too_many_entries_are_refused(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", {f"im{i}": b"1" for i in range(5)})
    with pytest.raises(UnsafeInput, match="more than 4 files"):
        _stems(path, files=4)


def test_too_long_a_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsafeInput, match="longer than"):
        _stems(_zip(tmp_path / "a.zip", {"x" * 600: b"1"}))


def test_a_table_of_contents_that_fills_the_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(b"PK\x05\x06" + bytes(8) + struct.pack("<IIH", 200 << 20, 0, 0))
    with pytest.raises(UnsafeInput):
        _stems(path)


def test_a_truncated_archive_is_left_out_with_a_reason(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", {"im1": bytes(range(256)) * 50})
    path.write_bytes(path.read_bytes()[:100])
    assert _codes(path) == {"broken-archive": 1}


def test_one_damaged_entry_does_not_lose_the_others(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("im1", b"first content")
        archive.writestr("im2", b"second content")
    path.write_bytes(path.read_bytes().replace(b"first content", b"first_c0ntent", 1))
    assert _stems(path) == ["im2"]
    assert _codes(path) == {"empty-file": 1}
