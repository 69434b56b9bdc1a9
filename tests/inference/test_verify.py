"""Verification finds what was altered, what is missing and what runs otherwise here."""

import json

import numpy as np
import pytest

from condyle.bundle import find_bundle
from condyle.errors import BundleError
from condyle.inference import Verification, verify_bundle
from condyle.inference.verify import TOLERANCE

NAMES = ["manifest", "files", "models", "requires", "sample"]
FILES = ["card.md", "model.onnx", "sample.npz"]


def failing(verification: Verification):
    assert verification.ok == all(check.ok for check in verification.checks)
    return {check.name: check.detail for check in verification.checks if not check.ok}


def test_a_whole_bundle_passes_every_check(write):
    bundle = write()
    verification = verify_bundle(bundle, threads=1)
    assert verification.ok
    assert [check.name for check in verification.checks] == NAMES
    assert all(check.detail for check in verification.checks)
    assert bundle.sha256 in verification.checks[1].detail


def test_it_takes_a_bundle_a_folder_or_a_name(write, tmp_path):
    bundle = write("store/b")
    for given in (bundle, bundle.path, str(bundle.path), "example-grading"):
        assert verify_bundle(given, threads=1).ok


def test_a_name_of_no_bundle_is_an_error(write):
    with pytest.raises(BundleError, match="no bundle called"):
        verify_bundle("nothing")


@pytest.mark.parametrize("name", FILES)
def test_a_changed_file_is_reported_and_nothing_is_run(write, name):
    bundle = write()
    path = bundle.path / name
    path.write_bytes(path.read_bytes()[:-1] + b"\1")
    wrong = failing(verify_bundle(bundle.path, threads=1))
    assert name in wrong["files"]
    assert "not run" in wrong["sample"]


@pytest.mark.parametrize("name", FILES)
def test_a_missing_or_linked_file_is_reported(write, tmp_path, name):
    bundle = write()
    data = (bundle.path / name).read_bytes()
    (bundle.path / name).unlink()
    assert f"{name}: it cannot be read" in failing(verify_bundle(bundle, threads=1))["files"]
    (tmp_path / "elsewhere").write_bytes(data)
    (bundle.path / name).symlink_to(tmp_path / "elsewhere")
    assert f"{name}: it is a link" in failing(verify_bundle(bundle, threads=1))["files"]


def test_a_file_that_nobody_listed_is_reported(write):
    bundle = write()
    (bundle.path / "extra.bin").write_bytes(b"x")
    (bundle.path / ".DS_Store").write_bytes(b"left by a file manager")
    assert failing(verify_bundle(bundle, threads=1))["files"] == "extra.bin: not listed"


def test_a_manifest_that_does_not_fit_is_the_one_failing_check(write):
    bundle = write()
    path = bundle.path / "manifest.json"
    document = json.loads(path.read_text())
    document["version"] = "new"
    document["colour"] = "red"
    path.write_text(json.dumps(document))
    verification = verify_bundle(bundle.path, threads=1)
    assert [check.name for check in verification.checks] == ["manifest"]
    wrong = failing(verification)["manifest"]
    assert "version: " in wrong
    assert "colour: " in wrong


def test_a_folder_without_a_manifest_fails(tmp_path):
    (tmp_path / "empty").mkdir()
    assert "is not a bundle" in failing(verify_bundle(tmp_path / "empty"))["manifest"]


def test_another_stored_output_is_found(write, weights):
    x = np.ones((1, 64), np.float32)
    right = {"input.x": x, "output.logits": x @ weights, "output.narrow": x}
    assert verify_bundle(write("right", sample=right), threads=1).ok
    near = {**right, "output.logits": right["output.logits"] + TOLERANCE / 2}
    assert verify_bundle(write("near", sample=near), threads=1).ok
    far = {**right, "output.logits": right["output.logits"] + 0.1}
    assert "differs by" in failing(verify_bundle(write("far", sample=far), threads=1))["sample"]
    other = {**right, "output.logits": right["output.logits"][:, :2]}
    assert "differs by inf" in failing(verify_bundle(write("o", sample=other), threads=1))["sample"]
    odd = {**right, "output.odd": x}
    assert "no output odd" in failing(verify_bundle(write("odd", sample=odd), threads=1))["sample"]


def test_a_stored_output_of_nan_is_found(write, weights):
    x = np.ones((1, 64), np.float32)
    bad = np.full_like(x, np.nan)
    bundle = write(sample={"input.x": x, "output.logits": x @ weights, "output.narrow": bad})
    assert "differs" in failing(verify_bundle(bundle, threads=1))["sample"]


def test_a_stored_input_that_the_model_cannot_take_is_found(write):
    x = np.ones((1, 63), np.float32)
    bundle = write(sample={"input.x": x, "output.narrow": x})
    assert "(1, 63)" in failing(verify_bundle(bundle, threads=1))["sample"]


def test_a_model_that_cannot_be_loaded_is_found(write, build_model):
    model = build_model([("NoSuchThing", ["x"], ["logits"], {})], outputs=("logits",))
    bundle = write(model=model)
    assert "cannot be loaded" in failing(verify_bundle(bundle, threads=1))["sample"]


def test_a_required_bundle_must_be_installed_with_that_hash(write):
    anatomy = write("store/anatomy", name="example-anatomy")
    needed = {"name": "example-anatomy", "sha256": anatomy.sha256, "role": "anatomy"}
    assert verify_bundle(write("good", requires=[needed]), threads=1).ok
    other = write("bad", requires=[{**needed, "sha256": "a" * 64}])
    assert "not installed" in failing(verify_bundle(other, threads=1))["requires"]


def test_verifying_changes_nothing(write):
    bundle = write()
    before = {path.name: path.read_bytes() for path in bundle.path.iterdir()}
    verify_bundle(bundle, threads=1)
    assert {path.name: path.read_bytes() for path in bundle.path.iterdir()} == before
    assert find_bundle(bundle.path) == bundle
