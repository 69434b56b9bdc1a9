"""Networks of 8 bits lie beside the bundle that they were made from, and go with no other."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from condyle.bundle import find_bundle
from condyle.bundle.quantised import RECORD_FILE, Quantised, find_quantised, keep_quantised
from condyle.errors import BundleError


@pytest.fixture
def bundle(empty_store):
    return find_bundle("lumbar-grading")


def keep(bundle, mark: bytes = b"network ") -> Quantised:
    models = {name: mark + name.encode() for name in bundle.manifest.models}
    return keep_quantised(bundle, models, calibrated_on="4 slices of here", images=4)


def test_what_is_kept_is_found_again(bundle) -> None:
    kept = keep(bundle)
    found = find_quantised(bundle)
    assert found == kept
    assert found.read("fold-1.onnx") == b"network fold-1.onnx"
    assert (found.record.bundle, found.record.images) == ("lumbar-grading", 4)
    assert found.record.sha256 == bundle.sha256


def test_later_ones_take_the_place_of_earlier_ones(bundle) -> None:
    first = keep(bundle)
    second = keep(bundle, b"other ")
    assert first.sha256 != second.sha256
    assert find_quantised(bundle).read("fold-0.onnx") == b"other fold-0.onnx"


def test_the_users_own_go_before_those_that_come_with_the_bundle(empty_store) -> None:
    anatomy = find_bundle("lumbar-anatomy")
    shipped = find_quantised(anatomy)
    own = keep(anatomy)
    assert own.path != shipped.path
    assert find_quantised(anatomy).sha256 == own.sha256


def test_a_bundle_without_them_says_how_to_get_them(bundle) -> None:
    with pytest.raises(BundleError, match="has no networks of 8 bits") as told:
        find_quantised(bundle)
    assert "condyle bundles quantise lumbar-grading" in told.value.mend


def test_those_of_another_bundle_are_not_taken(bundle) -> None:
    kept = keep(bundle)
    other = replace(bundle, sha256=bundle.sha256[:16] + "0" * 48)
    with pytest.raises(BundleError, match="altered"):
        find_quantised(other)
    kept.path.joinpath(RECORD_FILE).unlink()
    with pytest.raises(BundleError, match="has no networks"):
        find_quantised(bundle)


def test_an_altered_network_is_refused(bundle) -> None:
    kept = keep(bundle)
    (kept.path / "fold-2.onnx").write_bytes(b"something else")
    with pytest.raises(BundleError, match="altered"):
        find_quantised(bundle).read("fold-2.onnx")
    with pytest.raises(BundleError, match="does not list it"):
        kept.read("fold-9.onnx")


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record.pop("images"),
        lambda record: record.update(more=1),
        lambda record: record["files"].pop("fold-0.onnx"),
    ],
)
def test_a_record_that_does_not_fit_is_refused(bundle, change) -> None:
    path = keep(bundle).path / RECORD_FILE
    record = json.loads(path.read_text())
    change(record)
    path.write_text(json.dumps(record))
    with pytest.raises(BundleError, match="altered"):
        find_quantised(bundle)
