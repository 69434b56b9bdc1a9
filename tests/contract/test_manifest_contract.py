"""The manifest's schema is frozen: later parts, and bundles in the field, stand on it."""

import json
from pathlib import Path

import jsonschema
import pytest

from condyle.bundle import (
    SCHEMA,
    bundle_hash,
    manifest_schema,
    parse_manifest,
    shipped_manifest_schema,
)
from condyle.bundle.schema import manifest_schema_text
from condyle.bundle.write import manifest_json

EXAMPLE = Path(__file__).with_name("manifest-example.json")
EXAMPLE_HASH = "e5be3b8da0cca3efc67a163a5d4ccbf07246e98f74c2dd51837522b0a3876558"


@pytest.fixture(name="example")
def _example():
    return json.loads(EXAMPLE.read_text())


def test_the_committed_schema_is_the_one_that_the_types_make():
    assert shipped_manifest_schema() == manifest_schema_text(), (
        "write condyle.bundle.schema.manifest_schema_text() to schemas/manifest.schema.json, "
        "and a new schema name where older bundles no longer fit"
    )


def test_the_schema_is_a_valid_json_schema():
    jsonschema.Draft202012Validator.check_schema(manifest_schema())


def test_the_frozen_example_fits_the_json_schema_and_the_types(example):
    jsonschema.validate(example, manifest_schema())
    manifest, document = parse_manifest(EXAMPLE.read_bytes(), where="example")
    assert manifest.schema_name == SCHEMA
    assert document == example


def test_the_frozen_example_is_written_as_it_was_read(example):
    manifest, _ = parse_manifest(EXAMPLE.read_bytes(), where="example")
    assert json.loads(manifest_json(manifest)) == example


def test_the_hash_of_the_frozen_example_never_changes(example):
    example["files"] = {"model.onnx": {"sha256": "c" * 64, "bytes": 3}}
    assert bundle_hash(example) == EXAMPLE_HASH


def test_the_manifest_has_the_parts_that_are_promised():
    promised = {
        "schema",
        "name",
        "version",
        "input",
        "intended_use",
        "exclusions",
        "preprocessing",
        "interpretation",
        "tasks",
        "requires",
        "calibration",
        "operating_curves",
        "validation",
        "training",
        "licence",
        "files",
    }
    assert promised <= set(manifest_schema()["properties"])


@pytest.mark.parametrize("kind", ["classify", "segment", "detect", "grade", "regress"])
def test_every_kind_of_task_fits_the_schema(example, kind):
    example["tasks"][0]["kind"] = kind
    jsonschema.validate(example, manifest_schema())
    parse_manifest(json.dumps(example).encode(), where="example")


@pytest.mark.parametrize(
    ("part", "key"),
    [
        ((), "colour"),
        (("input",), "colour"),
        (("training", "dataset"), "colour"),
        (("tasks", 0, "outputs", 0, "code"), "colour"),
    ],
)
def test_the_json_schema_refuses_unknown_keys(example, part, key):
    inner = example
    for step in part:
        inner = inner[step]
    inner[key] = "red"
    with pytest.raises(jsonschema.ValidationError, match=key):
        jsonschema.validate(example, manifest_schema())


@pytest.mark.parametrize("key", ["schema", "files", "tasks", "training", "licence"])
def test_the_json_schema_misses_what_must_be_there(example, key):
    del example[key]
    with pytest.raises(jsonschema.ValidationError, match=key):
        jsonschema.validate(example, manifest_schema())
