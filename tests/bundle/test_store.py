"""Bundles are found by name, version, folder and hash; an altered one is not opened."""

import json
import os
import shutil
from pathlib import Path

import pytest

from condyle.bundle import (
    Manifest,
    Requirement,
    broken_bundles,
    find_bundle,
    find_required,
    installed_bundles,
    store_folders,
)
from condyle.errors import BundleError

FILES = ["card.md", "manifest.json", "model.onnx", "sample.npz"]


def named(example, **changed):
    return Manifest.model_validate({**example, **changed})


def test_a_bundle_is_found_by_name(write, store):
    made = write(store / "anything")
    assert find_bundle("example-grading") == made
    assert find_bundle("example-grading@0.3.1") == made


def test_a_bundle_is_found_by_its_folder(write, tmp_path, store, monkeypatch):
    made = write(tmp_path / "run" / "b")
    monkeypatch.chdir(tmp_path / "run")
    assert find_bundle(Path("b")) == find_bundle("./b") == find_bundle(str(made.path)) == made


def test_an_unknown_name_lists_those_that_there_are(write, store, example):
    write(store / "one")
    write(store / "two", manifest=named(example, name="second"))
    with pytest.raises(BundleError) as caught:
        find_bundle("lumbar-pie")
    assert "example-grading" in caught.value.needed
    assert "second" in caught.value.needed
    assert str(store) in caught.value.mend
    assert len(caught.value.lines()) == 4


@pytest.mark.parametrize("name", ["example-grading@9.9.9", "", "..", "../../etc", "./nowhere"])
def test_what_is_no_bundle_is_an_error_of_four_parts(write, store, name):
    write(store / "one")
    with pytest.raises(BundleError) as caught:
        find_bundle(name)
    assert len(caught.value.lines()) == 4


def test_two_versions_of_a_name_must_be_told_apart(write, store, example):
    write(store / "old")
    newer = write(store / "new", manifest=named(example, version="0.4.0"))
    with pytest.raises(BundleError, match=r"versions 0\.3\.1, 0\.4\.0"):
        find_bundle("example-grading")
    assert find_bundle("example-grading@0.4.0") == newer


def test_the_users_own_store_comes_first_and_the_shipped_one_is_in_the_package(store):
    own, shipped = store_folders()
    assert own == store
    assert shipped.parts[-3:] == ("condyle", "bundle", "shipped")


def test_without_a_setting_the_store_is_in_the_data_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("CONDYLE_BUNDLES", raising=False)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert store_folders()[0] == tmp_path / ".local" / "share" / "condyle" / "bundles"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert store_folders()[0] == tmp_path / "data" / "condyle" / "bundles"


def test_a_store_that_is_not_there_is_empty(monkeypatch, tmp_path):
    monkeypatch.setenv("CONDYLE_BUNDLES", str(tmp_path / "none"))
    assert all(tmp_path not in bundle.path.parents for bundle in installed_bundles())


def test_one_broken_bundle_does_not_hide_the_others(write, store, example):
    good = write(store / "good")
    bad = write(store / "bad", manifest=named(example, name="bad"))
    (bad.path / "card.md").write_text("other")
    assert good in installed_bundles()
    assert [path.name for path, _ in broken_bundles()] == ["bad"]
    assert "card.md" in broken_bundles()[0][1].found


@pytest.mark.parametrize("name", sorted(set(FILES) - {"manifest.json"}))
def test_a_changed_byte_of_any_file_is_noticed(write, store, name):
    made = write(store / "b")
    path = made.path / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(BundleError) as caught:
        find_bundle(made.path)
    assert len(caught.value.lines()) == 4


def test_a_manifest_changed_within_its_schema_gives_another_hash(write, store):
    made = write(store / "b")
    path = made.path / "manifest.json"
    path.write_text(path.read_text().replace('"seed": 7', '"seed": 8'))
    assert find_bundle(made.path).sha256 != made.sha256


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_noticed(write, store, name):
    made = write(store / "b")
    (made.path / name).unlink()
    with pytest.raises(BundleError, match=name):
        find_bundle(made.path)


@pytest.mark.parametrize("name", FILES)
def test_a_link_in_place_of_a_file_is_refused(write, store, tmp_path, name):
    made = write(store / "b")
    shutil.move(made.path / name, tmp_path / "elsewhere")
    (made.path / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BundleError, match="it is a link"):
        find_bundle(made.path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_in_place_of_a_file_does_not_hang(write, store):
    made = write(store / "b")
    (made.path / "card.md").unlink()
    os.mkfifo(made.path / "card.md")
    with pytest.raises(BundleError, match="not a plain file"):
        find_bundle(made.path)


def test_every_altered_file_is_told_at_once(write, store):
    made = write(store / "b")
    for name in ("card.md", "model.onnx"):
        (made.path / name).write_bytes(b"x")
    with pytest.raises(BundleError) as caught:
        find_bundle(made.path)
    assert "card.md" in caught.value.found
    assert "model.onnx" in caught.value.found


def test_a_file_changed_after_opening_is_not_read(write, store):
    made = write(store / "b")
    data = made.read("model.onnx")
    (made.path / "model.onnx").write_bytes(data[:-1] + b"\0")
    with pytest.raises(BundleError, match="altered"):
        made.read("model.onnx")


def test_a_same_size_change_after_a_cached_check_is_noticed(write, store):
    made = write(store / "b")
    find_bundle(made.path)
    card = made.path / "card.md"
    card.write_text("# EXAMPLE\n")
    with pytest.raises(BundleError, match=r"card\.md"):
        find_bundle(made.path)


def test_a_file_that_the_manifest_does_not_list_cannot_be_read(write, store):
    made = write(store / "b")
    (store / "secret.txt").write_text("secret")
    with pytest.raises(BundleError, match="does not list"):
        made.read("../secret.txt")


def test_a_broken_bundle_asked_for_by_its_folder_name_says_what_is_wrong(store):
    (store / "mine").mkdir()
    (store / "mine" / "manifest.json").write_text("{}")
    with pytest.raises(BundleError, match="another schema"):
        find_bundle("mine")


def test_a_manifest_that_lists_no_model_is_not_whole(write, store):
    made = write(store / "b")
    path = made.path / "manifest.json"
    document = json.loads(path.read_text())
    document["files"] = {}
    path.write_text(json.dumps(document))
    with pytest.raises(BundleError, match=r"model\.onnx: it is not listed"):
        find_bundle(made.path)


def test_a_required_bundle_is_found_by_its_hash_alone(write, store, example):
    write(store / "old")
    right = write(store / "new", manifest=named(example, version="0.4.0"))
    needed = Requirement(name="example-grading", sha256=right.sha256, role="anatomy")
    assert find_required(needed) == right


def test_a_required_bundle_may_lie_beside_the_other(write, store, tmp_path, example):
    right = write(tmp_path / "run" / "anatomy")
    other = write(tmp_path / "run" / "grading", manifest=named(example, name="other"))
    needed = Requirement(name="example-grading", sha256=right.sha256, role="anatomy")
    assert find_required(needed, near=other.path) == right
    with pytest.raises(BundleError, match="not installed"):
        find_required(needed)


def test_a_required_bundle_of_another_hash_is_not_taken(write, store):
    made = write(store / "b")
    needed = Requirement(name="example-grading", sha256="a" * 64, role="anatomy")
    with pytest.raises(BundleError) as caught:
        find_required(needed)
    assert f"0.3.1 ({made.sha256[:12]})" in caught.value.found
    assert "aaaaaaaaaaaa" in caught.value.needed
