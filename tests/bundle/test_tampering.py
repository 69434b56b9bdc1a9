"""What somebody may do to a bundle on disk, and that it is noticed."""

import contextlib
import json
import shutil

import pytest

from condyle.bundle import Manifest, find_bundle, find_required, installed_bundles, open_bundle
from condyle.bundle.hashing import bundle_hash
from condyle.bundle.parse import parse_manifest
from condyle.bundle.store import broken_bundles
from condyle.errors import BundleError

FILES = ("model.onnx", "card.md", "sample.npz")


@pytest.fixture(name="named")
def _named(write, store, example):
    """Writes a bundle of a name that requires others by (name, hash)."""

    def named(name, *needed, folder=None, **changed):
        requires = [{"name": n, "sha256": h, "role": "anatomy"} for n, h in needed]
        document = {**example, "name": name, "requires": requires, **changed}
        return write(store / (folder or name), manifest=Manifest.model_validate(document))

    return named


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("share", [0.0, 0.1, 0.35, 0.6, 0.85, 1.0])
@pytest.mark.parametrize("flip", [0x01, 0x80, 0xFF])
def test_one_changed_byte_in_any_part_of_any_file_is_noticed(named, name, share, flip):
    bundle = named("tampered")
    path = bundle.path / name
    data = bytearray(path.read_bytes())
    data[min(int(share * len(data)), len(data) - 1)] ^= flip
    path.write_bytes(bytes(data))
    with pytest.raises(BundleError, match="altered"):
        open_bundle(bundle.path)
    with pytest.raises(BundleError, match="altered"):
        bundle.read(name)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("change", ["shorter", "longer", "empty", "twice"])
def test_a_file_of_another_length_is_noticed(named, name, change):
    bundle = named("tampered")
    path = bundle.path / name
    data = path.read_bytes()
    changed = {"shorter": data[:-1], "longer": data + b"\0", "empty": b"", "twice": data * 2}
    path.write_bytes(changed[change])
    for opened in (lambda: open_bundle(bundle.path), lambda: bundle.read(name)):
        with pytest.raises(BundleError, match="altered"):
            opened()


@pytest.mark.parametrize(("one", "other"), [("model.onnx", "card.md"), ("card.md", "sample.npz")])
def test_two_files_that_changed_places_are_noticed(named, one, other):
    bundle = named("tampered")
    first, second = ((bundle.path / n).read_bytes() for n in (one, other))
    (bundle.path / one).write_bytes(second)
    (bundle.path / other).write_bytes(first)
    with pytest.raises(BundleError) as caught:
        open_bundle(bundle.path)
    assert one in caught.value.found
    assert other in caught.value.found


def test_any_byte_of_the_manifest_changed_is_refused_or_gives_another_hash(named):
    bundle = named("tampered")
    path = bundle.path / "manifest.json"
    data = path.read_bytes()
    document = json.loads(data)
    for at in range(0, len(data), 37):
        changed = bytearray(data)
        changed[at] ^= 0x04
        with contextlib.suppress(BundleError):
            _, read = parse_manifest(bytes(changed), where="b")
            assert (bundle_hash(read) == bundle.sha256) == (read == document)


def test_a_file_and_its_hash_changed_together_give_another_bundle(named):
    """Who rewrites the manifest too makes a bundle that no other one asks for."""
    anatomy = named("tampered")
    grading = named("grading", ("tampered", anatomy.sha256))
    path = anatomy.path / "manifest.json"
    (anatomy.path / "card.md").write_bytes(b"# Safe for children\n")
    import hashlib

    document = json.loads(path.read_text())
    document["files"]["card.md"] = {
        "sha256": hashlib.sha256(b"# Safe for children\n").hexdigest(),
        "bytes": 20,
    }
    path.write_text(json.dumps(document))
    assert open_bundle(anatomy.path).sha256 != anatomy.sha256
    with pytest.raises(BundleError, match="not installed"):
        find_required(grading.manifest.requires[0], near=grading.path)


@pytest.mark.parametrize(
    "name",
    [
        "../model.onnx",
        "..",
        "/etc/passwd",
        "a/../b.onnx",
        "C:\\x.onnx",
        "model.onnx\0.md",
        "model.onnx\n",
        ".hidden.onnx",
        "model.onnx/",
        "mödel.onnx",
        "con\u2044x.onnx",
        "x" * 101 + ".onnx",
    ],
)
def test_no_listed_or_named_file_leads_out_of_the_folder(named, name):
    bundle = named("tampered")
    path = bundle.path / "manifest.json"
    document = json.loads(path.read_text())
    for change in ("files", "models"):
        changed = json.loads(json.dumps(document))
        if change == "files":
            changed["files"][name] = changed["files"]["card.md"]
        else:
            changed["models"] = [name]
        path.write_text(json.dumps(changed))
        with pytest.raises(BundleError, match="does not fit"):
            open_bundle(bundle.path)


@pytest.mark.parametrize(
    "name", ["../tampered", "tampered/../../etc", "tampered@", "@1.0.0", "@", ""]
)
def test_a_name_with_tricks_finds_nothing_or_the_bundle_of_that_name(named, name):
    named("tampered")
    with contextlib.suppress(BundleError):
        assert find_bundle(name).manifest.name == "tampered"


def test_two_installed_versions_stay_apart_by_version_and_by_hash(named, example):
    old = named("anatomy", folder="anatomy-1", version="1.0.0")
    new = named("anatomy", folder="anatomy-2", version="1.1.0")
    grading = named("grading", ("anatomy", old.sha256))
    assert old.sha256 != new.sha256
    assert find_bundle("anatomy@1.0.0") == old
    assert find_bundle("anatomy@1.1.0") == new
    with pytest.raises(BundleError, match="More than one"):
        find_bundle("anatomy")
    with pytest.raises(BundleError, match="no bundle called"):
        find_bundle("anatomy@2.0.0")
    assert find_required(grading.manifest.requires[0], near=grading.path) == old


def test_a_broken_version_beside_the_required_one_does_not_hide_it(named):
    """The folders of a store are looked through in order, and the first may be damaged."""
    damaged = named("anatomy", folder="anatomy-1", version="1.0.0")
    wanted = named("anatomy", folder="anatomy-2", version="1.1.0")
    grading = named("grading", ("anatomy", wanted.sha256))
    (damaged.path / "card.md").write_text("# Other\n")
    assert find_required(grading.manifest.requires[0], near=grading.path) == wanted
    assert [folder for folder, _ in broken_bundles()] == [damaged.path]
    assert wanted in installed_bundles()


def test_a_chain_of_required_bundles_is_followed_link_by_link(named):
    last = named("a-first")
    links = [last]
    for name in ("b-second", "c-third", "d-fourth"):
        links.append(named(name, (links[-1].manifest.name, links[-1].sha256)))
    bundle = links[-1]
    followed = [bundle]
    while bundle.manifest.requires:
        bundle = find_required(bundle.manifest.requires[0], near=bundle.path)
        followed.append(bundle)
    assert followed == links[::-1]
    (last.path / "card.md").write_text("# Other\n")
    with pytest.raises(BundleError, match="altered"):
        find_required(links[1].manifest.requires[0], near=links[1].path)


def test_two_bundles_cannot_require_each_other_since_each_hash_is_in_the_other(named):
    one = named("one", ("other", "0" * 64))
    other = named("other", ("one", one.sha256))
    assert find_required(other.manifest.requires[0], near=other.path) == one
    with pytest.raises(BundleError, match="not installed"):
        find_required(one.manifest.requires[0], near=one.path)
    shutil.rmtree(one.path)
    closed = named("one", ("other", other.sha256))
    with pytest.raises(BundleError, match="not installed"):
        find_required(other.manifest.requires[0], near=closed.path)
