"""What a manifest accepts, and what it says of one that does not fit."""

import copy
import json

import pytest
from pydantic import ValidationError

from condyle.bundle import Manifest, parse_manifest
from condyle.bundle.parse import MAX_MANIFEST_BYTES
from condyle.errors import BundleError


def parse(document):
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    return parse_manifest(text, where="example")[0]


def found(document):
    with pytest.raises(BundleError) as caught:
        parse(document)
    assert len(caught.value.lines()) == 4
    return caught.value.found


def test_a_manifest_cannot_be_changed(manifest):
    with pytest.raises(ValidationError, match="frozen"):
        manifest.name = "other"


def test_the_verbatim_parts_are_kept_as_they_are(example, manifest):
    assert list(manifest.preprocessing) == example["preprocessing"]
    assert manifest.interpretation == example["interpretation"]
    assert manifest.training.recipe == example["training"]["recipe"]


def test_outputs_and_thresholds_are_given_by_name(manifest):
    assert [output.name for output in manifest.outputs()] == ["pfirrmann-grade", "disc-narrowing"]
    assert manifest.thresholds() == {"disc-narrowing": 0.5}


def test_every_fault_is_told_at_once_with_its_path(example):
    example["version"] = "one"
    example["tasks"][1]["kind"] = "guess"
    example["training"]["seed"] = "seven"
    example["input"]["colour"] = "red"
    example["operating_curves"]["disc-narrowing"]["points"][0]["ppv"]["n"] = -1
    told = found(example)
    assert told.startswith("5 faults: ")
    for path in (
        "version: ",
        "tasks.1.kind: ",
        "training.seed: ",
        "input.colour: ",
        "operating_curves.disc-narrowing.points.0.ppv.n: ",
    ):
        assert path in told


def test_all_disagreements_between_parts_are_told_at_once(example):
    example["tasks"][1]["name"] = "grade"
    example["calibration"]["slip"] = example["calibration"]["disc-narrowing"]
    example["preprocessing"][1] = {"rows": 4}
    example["models"] = ["weights.bin"]
    told = found(example)
    for part in (
        "the task 'grade' stands twice",
        "calibration names 'slip', which no task gives",
        "preprocessing.1 has no 'step' name",
        "the model 'weights.bin' does not end in .onnx",
    ):
        assert part in told


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda m: m["input"].update(spacing_range_mm=[2.0, 0.2]), "ascending"),
        (lambda m: m["input"].update(planes=[]), "input.planes"),
        (lambda m: m["tasks"][0]["outputs"][0].update(classes=["1", "1"]), "same name"),
        (lambda m: m["calibration"]["disc-narrowing"].update(parameters={}), "needs intercept"),
        (lambda m: m["calibration"]["disc-narrowing"].update(method="none"), "no parameters"),
        (
            lambda m: m["calibration"]["pfirrmann-grade"].update(parameters={"temperature": 0}),
            "not over 0",
        ),
        (
            lambda m: m["operating_curves"]["disc-narrowing"].update(chosen=0.4),
            "none of the points",
        ),
        (lambda m: m["operating_curves"]["disc-narrowing"]["points"].reverse(), "do not ascend"),
        (lambda m: m["training"].update(case_hashes=["patient 12"]), "case_hashes.0"),
        (lambda m: m.update(exclusions=["Under 18"]), "exclusions.0"),
        (
            lambda m: m.update(files={"card.md": {"sha256": "a" * 64, "bytes": 5}}),
            "among the files",
        ),
    ],
)
def test_values_that_make_no_sense_are_refused(example, change, said):
    change(example)
    assert said in found(example)


def test_a_bundle_cannot_require_itself(example):
    example["requires"] = [{"name": example["name"], "sha256": "a" * 64, "role": "anatomy"}]
    assert "requires itself" in found(example)


@pytest.mark.parametrize(
    "name",
    [
        "../model.onnx",
        "/etc/passwd",
        "a/b.onnx",
        "..",
        ".hidden",
        "a\\b.onnx",
        "C:x.onnx",
        "model.onnx\n",
        "",
        "x..onnx",
        "manifest.json",
    ],
)
def test_no_file_name_can_leave_the_folder(example, name):
    entry = {"sha256": "a" * 64, "bytes": 5}
    example["files"] = {"model.onnx": entry, name: entry}
    assert "files" in found(example)


@pytest.mark.parametrize("size", [0, -1, 400_000_001, 2**70])
def test_a_listed_file_has_a_sane_size(example, size):
    example["files"] = {"model.onnx": {"sha256": "a" * 64, "bytes": size}}
    assert "files.model.onnx.bytes" in found(example)


def test_numbers_in_quotes_are_not_numbers(example):
    example["training"]["folds"] = "5"
    assert "training.folds" in found(example)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "Expecting value"),
        (b"{", "Expecting property name"),
        (b"\xff\xfe", "utf-8"),
        (b'{"schema": NaN}', "NaN"),
        (b'{"a": 1, "a": 2}', "stands twice"),
        (b"[" * 100_000, "nested"),
        (b'{"a": ' + b"9" * 5000 + b"}", "digits"),
        (b"[]", "is not an object"),
    ],
)
def test_what_is_not_plain_json_is_refused(data, said):
    assert said in found(data)


def test_a_huge_manifest_is_refused_before_it_is_read():
    assert str(MAX_MANIFEST_BYTES + 1) in found(b" " * (MAX_MANIFEST_BYTES + 1))


def test_a_manifest_of_another_schema_says_which(example):
    example["schema"] = "condyle.bundle/2"
    assert "condyle.bundle/2" in found(example)
    del example["schema"]
    assert "None" in found(example)


def test_a_thousand_faults_do_not_fill_the_screen(example):
    example["training"]["case_hashes"] = ["no"] * 1000
    told = found(example)
    assert told.startswith("1000 faults: ")
    assert told.endswith("and 950 more")


def test_python_lists_and_dicts_make_a_manifest_too(example):
    before = copy.deepcopy(example)
    assert Manifest.model_validate(example).name == "example-grading"
    assert example == before
