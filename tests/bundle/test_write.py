"""A bundle is written whole or not at all."""

import json
from pathlib import Path

import pytest

from condyle.bundle import Manifest, bundle_hash, find_bundle
from condyle.bundle import write as write_module
from condyle.errors import BundleError, OutputError


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_written_bundle_can_be_found_and_is_what_was_given(write, tmp_path, manifest, sample):
    made = write(tmp_path / "runs" / "one")
    assert names(made.path) == ["card.md", "manifest.json", "model.onnx", "sample.npz"]
    again = find_bundle(made.path)
    assert again == made
    assert again.manifest.model_copy(update={"files": {}}) == manifest
    assert again.card() == "# Example\n"
    assert made.sha256 == bundle_hash(json.loads((made.path / "manifest.json").read_text()))


def test_the_same_bundle_written_twice_has_the_same_bytes(write, tmp_path):
    one, two = write(tmp_path / "one"), write(tmp_path / "two")
    assert one.sha256 == two.sha256
    for name in names(one.path):
        assert (one.path / name).read_bytes() == (two.path / name).read_bytes()


def test_a_model_may_be_given_as_a_file(write, tmp_path, onnx_model):
    (tmp_path / "m.onnx").write_bytes(onnx_model.SerializeToString())
    assert write(tmp_path / "a", model=tmp_path / "m.onnx").sha256 == write(tmp_path / "b").sha256


def test_an_ensemble_has_a_file_for_each_model(write, tmp_path, example, onnx_model):
    example["models"] = ["fold-1.onnx", "fold-2.onnx"]
    data = onnx_model.SerializeToString()
    made = write(
        tmp_path / "e",
        manifest=Manifest.model_validate(example),
        model={"fold-1.onnx": data, "fold-2.onnx": data},
    )
    assert made.read("fold-2.onnx") == data


def test_models_that_the_manifest_does_not_name_are_refused(write, tmp_path, onnx_model):
    data = onnx_model.SerializeToString()
    with pytest.raises(BundleError, match="not those that it names"):
        write(tmp_path / "e", model={"other.onnx": data})
    assert names(tmp_path) == []


def test_an_oversize_model_leaves_nothing_behind(write, tmp_path, monkeypatch):
    monkeypatch.setattr("condyle.bundle.onnx_file.MAX_FILE_BYTES", 1_000_000)
    with pytest.raises(BundleError, match="too large for a bundle"):
        write(tmp_path / "big", model=b"\0" * 1_000_001)
    assert names(tmp_path) == []


def test_a_folder_that_is_there_is_not_touched(write, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("dear")
    for replace in (False, True):
        with pytest.raises(OutputError, match="is there already"):
            write(tmp_path / "mine", replace=replace)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "dear"


def test_a_bundle_is_replaced_only_when_asked(write, tmp_path):
    before = write(tmp_path / "b")
    with pytest.raises(OutputError):
        write(tmp_path / "b", card="# New\n")
    assert find_bundle(before.path) == before
    after = write(tmp_path / "b", card="# New\n", replace=True)
    assert after.sha256 != before.sha256
    assert names(tmp_path) == ["b"]


def test_an_old_bundle_stays_when_the_new_one_fails(write, tmp_path, monkeypatch):
    before = write(tmp_path / "b")
    real = Path.rename
    monkeypatch.setattr(
        Path, "rename", lambda self, to: full() if self.name.startswith(".b-") else real(self, to)
    )
    with pytest.raises(OutputError, match="room"):
        write(tmp_path / "b", card="# New\n", replace=True)
    monkeypatch.undo()
    assert names(tmp_path) == ["b"]
    assert find_bundle(tmp_path / "b") == before


def test_a_full_disk_leaves_nothing_half_written(write, tmp_path, monkeypatch):
    monkeypatch.setattr(write_module.os, "fsync", lambda _: full())
    with pytest.raises(OutputError) as caught:
        write(tmp_path / "b")
    assert caught.value.found == "No space left on device"
    assert names(tmp_path) == []


def full():
    raise OSError(28, "No space left on device")
