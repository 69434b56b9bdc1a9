"""The hashes change with what they stand for and with nothing else."""

import hashlib
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from condyle.bundle import bundle_hash, image_hash
from condyle.bundle.hashing import canonical_json


def test_the_bundle_hash_is_what_its_docstring_says():
    document = {
        "name": "é",
        "files": {"b.x": {"sha256": "2" * 64, "bytes": 1}, "a.x": {"sha256": "1" * 64, "bytes": 1}},
    }
    by_hand = f"a.x:{'1' * 64}\nb.x:{'2' * 64}\n" + '{"name":"é"}'
    assert bundle_hash(document) == hashlib.sha256(by_hand.encode()).hexdigest()


def test_the_order_and_indent_of_a_manifest_do_not_matter(example):
    turned = json.loads(json.dumps(dict(reversed(example.items())), indent=7))
    assert bundle_hash(turned) == bundle_hash(example)


def test_any_change_in_the_manifest_gives_another_hash(example):
    before = bundle_hash(example)
    example["training"]["seed"] += 1
    assert bundle_hash(example) != before


def test_canonical_json_has_no_nan():
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical_json({"a": float("nan")})


@pytest.mark.parametrize("dtype", ["uint8", "<i2", ">i2", "<f4", ">f4", "float64"])
def test_an_image_has_one_hash_in_every_type(dtype):
    pixels = np.arange(12).reshape(3, 4)
    assert image_hash(pixels.astype(dtype)) == image_hash(pixels)


def test_an_image_has_one_hash_in_every_memory_order():
    pixels = np.arange(12.0).reshape(3, 4)
    assert image_hash(np.asfortranarray(pixels)) == image_hash(pixels)
    assert image_hash(-0.0 * pixels) == image_hash(0.0 * pixels)


def test_the_shape_is_part_of_the_image():
    assert image_hash(np.zeros((3, 4))) != image_hash(np.zeros((4, 3)))


@given(st.integers(0, 11), st.integers(1, 200))
def test_one_changed_pixel_gives_another_image_hash(where, by):
    pixels = np.arange(12, dtype=np.float32)
    changed = pixels.copy()
    changed[where] += by
    assert image_hash(changed) != image_hash(pixels)


def test_an_image_hash_is_sixteen_digits_that_never_change():
    assert image_hash(np.arange(6, dtype=np.uint8).reshape(2, 3)) == "9c85d54b302647ae"
