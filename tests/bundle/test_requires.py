"""A bundle that needs another one gets that very one, wherever it lies."""

import shutil

import pytest

from condyle.bundle import Manifest, find_bundle, find_required, installed_bundles
from condyle.errors import BundleError


@pytest.fixture(name="pair")
def _pair(write, store, example):
    """An anatomy bundle in the store, and a grading bundle that requires it."""
    anatomy = write(
        store / "anatomy", manifest=Manifest.model_validate({**example, "name": "example-anatomy"})
    )
    needed = {"name": "example-anatomy", "sha256": anatomy.sha256, "role": "anatomy"}
    grading = write(
        store / "grading", manifest=Manifest.model_validate({**example, "requires": [needed]})
    )
    return anatomy, grading


def test_the_required_bundle_is_the_one_of_that_hash(pair):
    anatomy, grading = pair
    assert find_required(grading.manifest.requires[0], near=grading.path) == anatomy


def test_the_requirement_is_part_of_the_hash_of_the_bundle(pair, write, store, manifest):
    _, grading = pair
    assert write(store / "free", manifest=manifest).sha256 != grading.sha256


def test_moving_a_pair_of_bundles_changes_neither(pair, store, tmp_path, monkeypatch):
    anatomy, grading = pair
    shutil.copytree(store, tmp_path / "elsewhere")
    monkeypatch.setenv("CONDYLE_BUNDLES", str(tmp_path / "elsewhere"))
    moved = find_bundle("example-grading")
    assert moved.sha256 == grading.sha256
    assert find_required(moved.manifest.requires[0]).sha256 == anatomy.sha256


def test_an_altered_required_bundle_is_not_used(pair):
    anatomy, grading = pair
    (anatomy.path / "card.md").write_text("# Other\n")
    with pytest.raises(BundleError, match="altered"):
        find_required(grading.manifest.requires[0])


def test_a_retrained_required_bundle_is_another_one(pair, write, example):
    anatomy, grading = pair
    example["training"]["seed"] += 1
    changed = Manifest.model_validate({**example, "name": "example-anatomy"})
    write(anatomy.path, manifest=changed, replace=True)
    with pytest.raises(BundleError) as caught:
        find_required(grading.manifest.requires[0])
    assert len(caught.value.lines()) == 4
    assert "other versions: 0.3.1" in caught.value.found


def test_both_are_listed_by_name(pair):
    own = [bundle for bundle in installed_bundles() if bundle in pair]
    assert [bundle.manifest.name for bundle in own] == ["example-anatomy", "example-grading"]


def test_the_users_own_bundle_stands_before_a_shipped_one_of_its_name(
    pair, write, tmp_path, monkeypatch
):
    from condyle.bundle import store as store_module

    shipped = tmp_path / "shipped"
    write(shipped / "example-grading", card="# Shipped\n")
    own = store_module.store_folders()[0]
    monkeypatch.setattr(store_module, "store_folders", lambda: (own, shipped))
    assert find_bundle("example-grading").card() == "# Example\n"
    shutil.rmtree(own)
    assert find_bundle("example-grading").card() == "# Shipped\n"
