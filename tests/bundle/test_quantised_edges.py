"""What is kept of quantised networks stays whole: broken writing, strange records, modes."""

from __future__ import annotations

import hashlib
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from condyle.bundle import find_bundle
from condyle.bundle import quantised as module
from condyle.bundle.quantised import (
    FOLDER,
    RECORD_FILE,
    Quantised,
    QuantisedRecord,
    find_quantised,
    keep_quantised,
)
from condyle.bundle.store import Bundle
from condyle.errors import BundleError


@pytest.fixture
def bundle(empty_store: Path) -> Bundle:
    return find_bundle("lumbar-grading")


def keep(bundle: Bundle, mark: bytes = b"network ") -> Quantised:
    models = {name: mark + name.encode() for name in bundle.manifest.models}
    return keep_quantised(bundle, models, calibrated_on="4 slices of here", images=4)


def test_they_lie_beside_the_store_under_the_hash_of_their_bundle(
    bundle: Bundle, empty_store: Path
) -> None:
    kept = keep(bundle)
    assert kept.path == empty_store.parent / FOLDER / bundle.sha256[:16]
    names = {path.name for path in kept.path.iterdir()}
    assert names == {RECORD_FILE, *bundle.manifest.models}
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept.path.iterdir()} == {0o644}
    assert not list(empty_store.iterdir())


def test_the_hash_is_that_of_the_record_which_holds_those_of_the_files(bundle: Bundle) -> None:
    kept = keep(bundle)
    text = (kept.path / RECORD_FILE).read_bytes()
    assert kept.sha256 == hashlib.sha256(text).hexdigest()
    for name, told in json.loads(text)["files"].items():
        content = (kept.path / name).read_bytes()
        assert told == {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def test_the_same_networks_kept_twice_have_the_same_hash(bundle: Bundle) -> None:
    assert keep(bundle).sha256 == keep(bundle).sha256


@pytest.mark.parametrize("at", [1, 3])
def test_where_writing_breaks_off_none_are_found_rather_than_half_of_them(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    keep(bundle)
    write, written = module._write, []

    def broken(path: Path, data: bytes) -> None:
        if len(written) == at:
            raise OSError("No space left on device")
        written.append(path)
        write(path, data)

    monkeypatch.setattr(module, "_write", broken)
    with pytest.raises(OSError, match="No space"):
        keep(bundle, b"other ")
    with pytest.raises(BundleError, match="has no networks of 8 bits"):
        find_quantised(bundle)
    monkeypatch.undo()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{",
        b"null",
        b"\xff\xfe",
        b'{"schema": "condyle.quantised/2"}',
        b" " * 1_100_000,
    ],
    ids=["empty", "list", "half", "null", "bytes", "other schema", "huge"],
)
def test_a_record_that_is_none_is_refused_by_its_name(bundle: Bundle, content: bytes) -> None:
    path = keep(bundle).path / RECORD_FILE
    path.write_bytes(content)
    with pytest.raises(BundleError, match=RECORD_FILE) as told:
        find_quantised(bundle)
    assert "altered" in told.value.failed


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("images", 0),
        ("images", "many"),
        ("sha256", "0" * 64),
        ("sha256", "short"),
        ("files", {}),
        ("files", {"../fold-0.onnx": {"sha256": "0" * 64, "bytes": 1}}),
        ("calibrated_on", ""),
        ("bundle", "Not A Name"),
        ("schema", "condyle.quantised/9"),
    ],
)
def test_a_record_with_a_value_that_is_none_is_refused(
    bundle: Bundle, key: str, value: Any
) -> None:
    path = keep(bundle).path / RECORD_FILE
    record = json.loads(path.read_text())
    path.write_text(json.dumps(record | {key: value}))
    with pytest.raises(BundleError, match="altered"):
        find_quantised(bundle)


def test_a_record_names_its_schema_and_reads_itself_again(bundle: Bundle) -> None:
    text = (keep(bundle).path / RECORD_FILE).read_text()
    assert json.loads(text)["schema"] == "condyle.quantised/1"
    assert QuantisedRecord.model_validate_json(text) == find_quantised(bundle).record


def test_a_network_that_is_gone_or_shorter_is_refused(bundle: Bundle) -> None:
    kept = keep(bundle)
    (kept.path / "fold-0.onnx").unlink()
    (kept.path / "fold-1.onnx").write_bytes(b"net")
    for name in ("fold-0.onnx", "fold-1.onnx"):
        with pytest.raises(BundleError):
            kept.read(name)
    assert kept.read("fold-2.onnx") == b"network fold-2.onnx"
