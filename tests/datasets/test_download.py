"""Fetching from a host that breaks off, ignores ranges, or gives something else."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from condyle.datasets.download import ATTEMPTS, fetch, read_small
from condyle.datasets.public_sets import Expected
from condyle.domain.progress import Progress
from condyle.errors import DatasetError, OutputError, UnsafeInput

CONTENT = np.random.default_rng(0).bytes(3_500_000)
MD5 = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()

Host = Any


@pytest.fixture
def expected(host: Host) -> Expected:
    """A file of the host."""
    host.files["/a.zip"] = CONTENT
    return Expected(f"{host.address}/a.zip", len(CONTENT), MD5)


def test_a_file_is_fetched_whole_and_checked(expected: Expected, tmp_path: Path) -> None:
    sums = fetch(expected, tmp_path / "in" / "a.zip")
    assert (tmp_path / "in" / "a.zip").read_bytes() == CONTENT
    assert sums.md5 == MD5
    assert sums.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert [path.name for path in (tmp_path / "in").iterdir()] == ["a.zip"]


def test_a_file_that_is_there_and_right_is_not_fetched_again(
    host: Host, expected: Expected, tmp_path: Path
) -> None:
    (tmp_path / "a.zip").write_bytes(CONTENT)
    fetch(expected, tmp_path / "a.zip")
    assert not host.asked


def test_a_file_that_is_there_and_wrong_is_left_and_named(
    expected: Expected, tmp_path: Path
) -> None:
    (tmp_path / "a.zip").write_bytes(b"mine")
    with pytest.raises(DatasetError, match="not the published file") as refused:
        fetch(expected, tmp_path / "a.zip")
    assert (refused.value.found, refused.value.needed) == ("4 bytes", "3,500,000 bytes")
    assert (tmp_path / "a.zip").read_bytes() == b"mine"


def test_what_is_there_of_a_file_is_not_fetched_again(
    host: Host, expected: Expected, tmp_path: Path
) -> None:
    (tmp_path / "a.zip.part").write_bytes(CONTENT[:1_000_000])
    fetch(expected, tmp_path / "a.zip")
    assert host.asked_for("/a.zip") == ["bytes=1000000-"]
    assert (tmp_path / "a.zip").read_bytes() == CONTENT


def test_a_part_that_is_whole_is_only_checked(
    host: Host, expected: Expected, tmp_path: Path
) -> None:
    (tmp_path / "a.zip.part").write_bytes(CONTENT)
    fetch(expected, tmp_path / "a.zip")
    assert not host.asked


def test_a_host_that_ignores_ranges_sends_the_whole_again(
    host: Host, expected: Expected, tmp_path: Path
) -> None:
    host.ranges = False
    (tmp_path / "a.zip.part").write_bytes(b"x" * 1_000_000)
    fetch(expected, tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == CONTENT


def test_an_answer_that_begins_elsewhere_is_not_put_behind_the_part(
    host: Host, expected: Expected, tmp_path: Path
) -> None:
    host.shift = 7
    (tmp_path / "a.zip.part").write_bytes(CONTENT[:1000])
    fetch(expected, tmp_path / "a.zip")
    assert host.asked_for("/a.zip") == ["bytes=1000-", ""]
    assert (tmp_path / "a.zip").read_bytes() == CONTENT


def test_a_connection_that_breaks_off_is_taken_up_where_it_broke(
    host: Host, expected: Expected, tmp_path: Path
) -> None:
    host.most = 1_500_000
    fetch(expected, tmp_path / "a.zip")
    assert host.asked_for("/a.zip") == ["", "bytes=1500000-", "bytes=3000000-"]
    assert (tmp_path / "a.zip").read_bytes() == CONTENT


def test_a_host_that_always_breaks_off_leaves_the_part_for_the_next_run(
    host: Host, expected: Expected, tmp_path: Path
) -> None:
    host.most = 1000
    with pytest.raises(DatasetError, match="was not fetched") as refused:
        fetch(expected, tmp_path / "a.zip")
    assert "goes on where it stopped" in refused.value.mend
    assert (tmp_path / "a.zip.part").read_bytes() == CONTENT[: 1000 * ATTEMPTS]
    host.most = None
    fetch(expected, tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == CONTENT


def test_ctrl_c_leaves_what_has_come(expected: Expected, tmp_path: Path) -> None:
    def stop(step: Progress) -> None:
        if step.done >= 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(expected, tmp_path / "a.zip", progress=stop)
    kept = (tmp_path / "a.zip.part").read_bytes()
    assert len(kept) >= 1 << 20
    assert CONTENT.startswith(kept)
    assert not (tmp_path / "a.zip").exists()


def test_another_file_of_the_same_size_is_refused_and_not_kept(
    host: Host, expected: Expected, tmp_path: Path
) -> None:
    host.files["/a.zip"] = CONTENT[:-1] + bytes([CONTENT[-1] ^ 1])
    with pytest.raises(DatasetError, match="not the published file") as refused:
        fetch(expected, tmp_path / "a.zip")
    assert refused.value.needed == f"MD5 {MD5}"
    assert not list(tmp_path.iterdir())


def test_more_bytes_than_stated_are_refused(host: Host, expected: Expected, tmp_path: Path) -> None:
    host.files["/a.zip"] = CONTENT * 2
    with pytest.raises(DatasetError, match="more bytes than its record states"):
        fetch(expected, tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()


def test_a_part_longer_than_the_file_is_begun_anew(expected: Expected, tmp_path: Path) -> None:
    (tmp_path / "a.zip.part").write_bytes(CONTENT + b"more")
    fetch(expected, tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == CONTENT


def test_a_host_whose_file_is_shorter_than_the_part_is_asked_anew_and_refused(
    host: Host, expected: Expected, tmp_path: Path
) -> None:
    host.files["/a.zip"] = CONTENT[:10]
    (tmp_path / "a.zip.part").write_bytes(CONTENT[:1000])
    with pytest.raises(DatasetError, match="10 of 3,500,000 bytes|answer 416"):
        fetch(expected, tmp_path / "a.zip")
    assert host.asked_for("/a.zip")[:2] == ["bytes=1000-", ""]


def test_a_file_that_the_host_has_not_is_named_with_its_answer(
    host: Host, expected: Expected, tmp_path: Path
) -> None:
    host.files.clear()
    with pytest.raises(DatasetError) as refused:
        fetch(expected, tmp_path / "a.zip")
    assert refused.value.found == "the answer 404"
    assert "--from" in refused.value.mend


def test_a_host_that_is_not_there_is_named(host: Host, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="a connection that failed"):
        fetch(Expected("http://127.0.0.1:9/a.zip", 4, MD5), tmp_path / "a.zip")
    with pytest.raises(DatasetError, match="a connection that failed"):
        read_small("http://127.0.0.1:9/record")


@pytest.mark.parametrize(
    "url", ["http://example.org/a", "ftp://127.0.0.1/a", "file:a", "http://127.0.0.1.example.org/"]
)
def test_an_address_that_is_not_https_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(UnsafeInput, match="https"):
        fetch(Expected(url, 4, MD5), tmp_path / "a.zip")
    with pytest.raises(UnsafeInput):
        read_small(url)


def test_a_host_that_leads_on_to_an_unsafe_address_is_not_followed(
    host: Host, expected: Expected, tmp_path: Path
) -> None:
    host.moved["/a.zip"] = "http://example.org/a.zip"
    with pytest.raises(UnsafeInput):
        fetch(expected, tmp_path / "a.zip")
    host.moved["/a.zip"] = f"{host.address}/b.zip"
    host.files["/b.zip"] = CONTENT
    (tmp_path / "a.zip.part").write_bytes(CONTENT[:1000])
    fetch(expected, tmp_path / "a.zip")
    assert host.asked_for("/b.zip") == ["bytes=1000-"]


def test_a_record_longer_than_any_is_refused(host: Host) -> None:
    host.files["/record"] = b"{" * 100
    assert read_small(f"{host.address}/record") == b"{" * 100
    with pytest.raises(DatasetError, match="more than 0 MiB"):
        read_small(f"{host.address}/record", most_bytes=99)
    with pytest.raises(DatasetError, match="the answer 404"):
        read_small(f"{host.address}/other")


def test_a_folder_that_cannot_be_made_is_named(expected: Expected, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="was not written"):
        fetch(expected, tmp_path / "file" / "a.zip")


def test_progress_counts_mebibytes_from_what_was_there(expected: Expected, tmp_path: Path) -> None:
    steps: list[Progress] = []
    (tmp_path / "a.zip.part").write_bytes(CONTENT[: 2 << 20])
    fetch(expected, tmp_path / "a.zip", progress=steps.append)
    got = [step for step in steps if step.stage == "get a.zip"]
    assert (got[0].done, got[0].total, got[0].detail) == (2, 4, "MiB")
    assert steps[-1].stage == "check a.zip"
