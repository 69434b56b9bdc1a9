"""An object is there whole or not at all, under the hash of its bytes."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condyle.archive.objects import ObjectStore, Stored
from condyle.errors import ArchiveDamaged, NotThere, Unavailable, UnsafeInput


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    return ObjectStore(tmp_path / "objects")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def files_of(objects: ObjectStore) -> set[str]:
    return {path.name for path in objects.root.rglob("*") if path.is_file()} - {".lock"}


def test_bytes_come_back_under_their_hash(objects: ObjectStore) -> None:
    stored = objects.put(b"some bytes")
    assert stored == Stored(sha256(b"some bytes"), 10)
    assert objects.read(stored.sha256) == b"some bytes"
    assert objects.path(stored.sha256).relative_to(objects.root).parts == (
        stored.sha256[:2],
        stored.sha256[2:],
    )


def test_a_stream_is_stored_from_where_it_stands(objects: ObjectStore) -> None:
    stream = io.BytesIO(b"skipped" + b"x" * (3 << 20))
    stream.seek(7)
    stored = objects.put(stream)
    assert (stored.size, stored.sha256) == (3 << 20, sha256(b"x" * (3 << 20)))


@settings(max_examples=20)
@given(st.lists(st.binary(max_size=64), max_size=8))
def test_many_are_stored_in_order_and_equal_ones_once(contents: list[bytes]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        objects = ObjectStore(Path(folder))
        stored = objects.put_many(contents)
        assert [each.sha256 for each in stored] == [sha256(content) for content in contents]
        assert list(objects.names()) == sorted({each.sha256 for each in stored})
        assert objects.unfinished() == []


def test_a_part_is_read_by_its_place(objects: ObjectStore) -> None:
    stored = objects.put(b"0123456789")
    assert objects.read(stored.sha256, 3, 4) == b"3456"
    assert objects.read(stored.sha256, 8) == b"89"


def test_a_part_beyond_the_end_is_damage(objects: ObjectStore) -> None:
    stored = objects.put(b"short")
    with pytest.raises(ArchiveDamaged, match="shorter"):
        objects.read(stored.sha256, 3, 4)


@pytest.mark.parametrize(
    "name", ["", "..", "../../etc/passwd", "a" * 63, "A" * 64, "g" * 64, "0" * 64 + "\n", "0" * 65]
)
def test_a_name_that_is_no_hash_opens_nothing(objects: ObjectStore, name: str) -> None:
    for ask in (objects.path, objects.open, objects.read, objects.holds):
        with pytest.raises(NotThere):
            ask(name)


def test_what_is_not_there_is_told(objects: ObjectStore) -> None:
    assert not objects.holds("0" * 64)
    with pytest.raises(NotThere, match="not there"):
        objects.read("0" * 64)


def test_nobody_else_may_read_an_object(objects: ObjectStore) -> None:
    stored = objects.put(b"private")
    for path in (objects.path(stored.sha256), objects.path(stored.sha256).parent):
        assert path.stat().st_mode & 0o077 == 0


def test_pieces_become_an_object_at_the_end(objects: ObjectStore) -> None:
    with objects.sink() as sink:
        sink.write(b"one ")
        sink.write(b"two")
        assert list(objects.names()) == []
        stored = sink.finish()
    assert stored == Stored(sha256(b"one two"), 7)
    assert objects.read(stored.sha256) == b"one two"


def test_nothing_is_left_of_pieces_that_were_not_finished(objects: ObjectStore) -> None:
    with objects.sink() as sink:
        sink.write(b"half")
    assert files_of(objects) == set()


def test_pieces_over_the_limit_are_refused_and_leave_nothing(objects: ObjectStore) -> None:
    with objects.sink(limit=5) as sink:
        sink.write(b"12345")
        with pytest.raises(UnsafeInput, match="larger"):
            sink.write(b"6")
    assert files_of(objects) == set()


def test_pieces_that_are_there_already_leave_one_object(objects: ObjectStore) -> None:
    objects.put(b"again")
    with objects.sink() as sink:
        sink.write(b"again")
        sink.finish()
    assert files_of(objects) == {sha256(b"again")[2:]}


def test_many_writers_of_the_same_bytes_leave_one_object(objects: ObjectStore) -> None:
    threads = [threading.Thread(target=objects.put, args=(b"same",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert files_of(objects) == {sha256(b"same")[2:]}


def full_disk(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    "put", [lambda objects: objects.put(b"x"), lambda objects: objects.put(io.BytesIO(b"x"))]
)
def test_a_full_disk_is_told_and_leaves_nothing(
    objects: ObjectStore, put: Callable[[ObjectStore], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full_disk)
        with pytest.raises(Unavailable) as told:
            put(objects)
    assert told.value.found == "a full disk"
    assert files_of(objects) == set()
    put(objects)
    assert list(objects.names()) == [sha256(b"x")]


def test_a_store_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unavailable):
        ObjectStore(tmp_path / "file" / "objects")


def test_a_half_object_of_the_right_name_is_written_anew(objects: ObjectStore) -> None:
    """As an older system might leave one after a power cut."""
    stored = objects.put(b"whole")
    objects.path(stored.sha256).write_bytes(b"wh")
    objects.put(b"whole")
    assert objects.read(stored.sha256) == b"whole"


def test_a_sweep_keeps_the_known_and_the_young(objects: ObjectStore) -> None:
    known, old, young = objects.put_many([b"known", b"old", b"young"])
    past = time.time() - 100
    for each in (known, old):
        os.utime(objects.path(each.sha256), (past, past))
    assert objects.sweep({known.sha256}, older_than_s=50) == 1
    assert list(objects.names()) == sorted([known.sha256, young.sha256])


def test_putting_an_old_object_again_makes_it_young(objects: ObjectStore) -> None:
    stored = objects.put(b"old")
    os.utime(objects.path(stored.sha256), (1, 1))
    objects.put(b"old")
    assert objects.sweep(set(), older_than_s=50) == 0


def test_a_sweep_removes_what_a_dead_process_left(objects: ObjectStore) -> None:
    left = objects.root / "incoming" / "left"
    left.write_bytes(b"half")
    assert objects.unfinished() == [left]
    os.utime(left, (1, 1))
    assert objects.sweep(set(), older_than_s=50) == 1
    assert objects.unfinished() == []


def test_a_sink_that_dies_with_its_process_leaves_no_object(objects: ObjectStore) -> None:
    code = (
        "import os, sys; from pathlib import Path;"
        "from condyle.archive.objects import ObjectStore;"
        "sink = ObjectStore(Path(sys.argv[1])).sink(); sink.write(b'x' * 100_000); os._exit(9)"
    )
    import subprocess
    import sys

    done = subprocess.run([sys.executable, "-c", code, str(objects.root)], timeout=60)
    assert done.returncode == 9
    assert list(objects.names()) == []
    assert len(objects.unfinished()) == 1
