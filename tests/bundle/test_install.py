"""A bundle is put into the store whole, once, beside its other versions."""

import os
import shutil
from pathlib import Path

import pytest

from condyle.bundle import Manifest, find_bundle, install_bundle, installed_bundles
from condyle.errors import BundleError, OutputError


def versioned(example, version, **changed):
    return Manifest.model_validate({**example, "version": version, **changed})


def own(store):
    """The bundles of the user's own store."""
    return [one for one in installed_bundles() if one.path.parent == store.resolve()]


def test_a_bundle_is_found_by_name_once_it_is_installed(write, tmp_path, store):
    made = write(tmp_path / "run" / "b")
    (made.path / "notes.txt").write_text("what the manifest does not list stays behind")
    there = install_bundle(made.path)
    assert find_bundle("example-grading").path == there.path
    assert there.path.parent == store.resolve() and there.sha256 == made.sha256
    assert sorted(os.listdir(there.path)) == [
        "card.md",
        "manifest.json",
        "model.onnx",
        "sample.npz",
    ]
    assert os.listdir(store) == [there.path.name], "nothing is left beside it"


def test_versions_stand_beside_each_other_and_one_is_installed_once(
    write, tmp_path, store, example
):
    for version in ("0.3.1", "0.4.0"):
        made = write(tmp_path / version, manifest=versioned(example, version))
        assert install_bundle(made.path) == install_bundle(made.path)
    assert [one.manifest.version for one in own(store)] == ["0.3.1", "0.4.0"]


def test_another_bundle_of_the_same_version_is_refused_and_the_first_stays(
    write, tmp_path, store, example
):
    first = install_bundle(write(tmp_path / "one").path)
    other = versioned(example, "0.3.1", summary="Something else.")
    with pytest.raises(BundleError) as caught:
        install_bundle(write(tmp_path / "two", manifest=other).path)
    assert len(caught.value.lines()) == 4 and first.sha256[:12] in caught.value.found
    assert own(store) == [first]


def test_an_altered_bundle_is_not_installed(write, tmp_path, store):
    made = write(tmp_path / "b")
    (made.path / "model.onnx").write_bytes(b"another network")
    with pytest.raises(BundleError):
        install_bundle(made.path)
    assert own(store) == []


@pytest.mark.parametrize("at", ["copyfile", "rename"])
def test_what_fails_half_way_leaves_nothing_in_the_store(write, tmp_path, store, monkeypatch, at):
    made = write(tmp_path / "b")

    def fail(*_, **__):
        raise OSError(28, "No space left on device")

    if at == "copyfile":
        copied = iter(range(2))
        plain = shutil.copyfile
        monkeypatch.setattr(shutil, at, lambda a, b: fail() if next(copied) else plain(a, b))
    else:
        monkeypatch.setattr(Path, at, fail)
    with pytest.raises(OutputError) as caught:
        install_bundle(made.path)
    assert caught.value.found == "No space left on device" and len(caught.value.lines()) == 4
    assert os.listdir(store) == []


def test_a_folder_in_the_way_is_left_as_it_is(write, tmp_path, store):
    made = write(tmp_path / "b")
    odd = store / "example-grading-0.3.1"
    odd.mkdir(parents=True)
    (odd / "mine.txt").write_text("mine")
    with pytest.raises(OutputError):
        install_bundle(made.path)
    assert os.listdir(store) == [odd.name] and (odd / "mine.txt").read_text() == "mine"
