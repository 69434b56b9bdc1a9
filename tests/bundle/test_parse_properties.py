"""Whatever is done to a manifest, it fits both schemas or is refused in four lines."""

import copy
import json
from pathlib import Path

import jsonschema
from hypothesis import given, settings
from hypothesis import strategies as st

from condyle.bundle import bundle_hash, manifest_schema, parse_manifest
from condyle.bundle.write import manifest_json
from condyle.errors import BundleError

EXAMPLE = json.loads((Path(__file__).parents[1] / "contract" / "manifest-example.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(manifest_schema())
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


def places(value, path=()):
    """Gives the path of every value in a JSON document but the whole."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in inner:
        yield (*path, key)
        if isinstance(part, dict | list):
            yield from places(part, (*path, key))


PLACES = list(places(EXAMPLE))


def replaced(path, value):
    document = copy.deepcopy(EXAMPLE)
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return document


def parsed(document):
    """Gives the manifest, or ``None`` where it was refused."""
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    refusal = None
    try:
        return parse_manifest(data, where="example")[0]
    except BundleError as error:
        refusal = error
    assert len(refusal.lines()) == 4
    assert "\n" not in refusal.found
    return None


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PLACES), JSON)
def test_what_the_types_accept_the_json_schema_accepts(path, value):
    document = replaced(path, value)
    manifest = parsed(document)
    if manifest is not None:
        VALIDATOR.validate(document)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PLACES), JSON)
def test_an_accepted_manifest_is_written_and_read_without_change(path, value):
    manifest = parsed(replaced(path, value))
    if manifest is not None:
        text = manifest_json(manifest)
        again, document = parse_manifest(text.encode(), where="example")
        assert manifest_json(again) == text
        assert bundle_hash(document) == bundle_hash(json.loads(text))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(PLACES), st.sampled_from(["colour", "", "__class__", "schema_name"]))
def test_a_new_key_is_refused_wherever_keys_are_fixed(path, key):
    holder = EXAMPLE
    for step in path:
        holder = holder[step]
    verbatim = {"preprocessing", "interpretation", "recipe", "packages", "counts"} & set(path)
    if isinstance(holder, dict) and not verbatim:
        assert parsed(replaced((*path, key), "x")) is None


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=100), st.integers(0, 3000))
def test_no_bytes_make_it_fail_in_another_way(data, at):
    whole = json.dumps(EXAMPLE).encode()
    parsed(whole[:at] + data + whole[at:])
