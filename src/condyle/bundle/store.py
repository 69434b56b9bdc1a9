"""Where bundles lie, and opening one by its name or its folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from condyle.bundle.contract import Requirement
from condyle.bundle.files import (
    CARD_FILE,
    MANIFEST_FILE,
    altered,
    file_fault,
    read_checked,
    read_manifest_bytes,
)
from condyle.bundle.hashing import bundle_hash
from condyle.bundle.manifest import Manifest
from condyle.bundle.parse import MAX_MANIFEST_BYTES, parse_manifest
from condyle.errors import BundleError

STORE_VARIABLE = "CONDYLE_BUNDLES"
"""Environment variable that names the user's own store."""


@dataclass(frozen=True)
class Bundle:
    """A bundle on disk.

    Attributes:
        path: Its folder.
        manifest: What it says of itself.
        sha256: Hash of the whole bundle; see ``bundle_hash``.
    """

    path: Path
    manifest: Manifest
    sha256: str

    def read(self, name: str) -> bytes:
        """Gives the bytes of one of its files, checked against their hash.

        Raises:
            BundleError: The manifest does not list it, or it has been altered.
        """
        record = self.manifest.files.get(name)
        if record is None:
            raise altered(self.path, [f"{name}: the manifest does not list it"])
        return read_checked(self.path, name, record)

    def card(self) -> str:
        """Gives its model card, Markdown."""
        return self.read(CARD_FILE).decode("utf-8")


def store_folders() -> tuple[Path, ...]:
    """Gives the folders that bundles are looked for in, the user's own first.

    The user's is ``$CONDYLE_BUNDLES``, or ``condyle/bundles`` under ``$XDG_DATA_HOME``
    or ``~/.local/share``. The other holds the bundles that come with Condyle.
    """
    named = os.environ.get(STORE_VARIABLE)
    if named:
        own = Path(named)
    else:
        data = os.environ.get("XDG_DATA_HOME")
        own = (Path(data) if data else Path.home() / ".local" / "share") / "condyle" / "bundles"
    return (own, Path(__file__).parent / "shipped")


def open_bundle(folder: Path, *, check_files: bool = True) -> Bundle:
    """Opens the bundle of a folder.

    Args:
        folder: Holds ``manifest.json``.
        check_files: Whether each file is held against its hash now; ``Bundle.read``
            always does so.

    Raises:
        BundleError: There is none, its manifest does not fit, or a file was altered.
    """
    folder = folder.resolve()
    data = read_manifest_bytes(folder, limit=MAX_MANIFEST_BYTES)
    manifest, document = parse_manifest(data, where=folder.name)
    if check_files:
        found = ((name, file_fault(folder, name, it)) for name, it in manifest.files.items())
        faults = [f"{name}: {fault}" for name, fault in found if fault]
        faults += [f"{n}: it is not listed" for n in manifest.models if n not in manifest.files]
        if faults:
            raise altered(folder, faults)
    return Bundle(path=folder, manifest=manifest, sha256=bundle_hash(document))


def find_bundle(name_or_path: str | Path, *, check_files: bool = True) -> Bundle:
    """Opens a bundle by its name, ``name@version`` or its folder; see ``find_folder``.

    Raises:
        BundleError: There is none, there are several, or it cannot be opened.
    """
    return open_bundle(find_folder(name_or_path), check_files=check_files)


def find_folder(name_or_path: str | Path) -> Path:
    """Gives the folder of a bundle, which may yet turn out to be unfit.

    A ``Path``, and text with a separator or a leading dot, is a folder; any other text
    is a name, or ``name@version``. A name in the user's store goes before one that
    comes with Condyle.

    Raises:
        BundleError: There is none, or there are several of that name.
    """
    text = str(name_or_path)
    folder_like = text.startswith((".", "~")) or "/" in text or os.sep in text
    if isinstance(name_or_path, Path) or folder_like:
        folder = Path(name_or_path).expanduser()
        if folder.is_dir():
            return folder
        raise _unknown(folder.name)
    name, _, version = text.partition("@")
    for store in store_folders():
        found = [
            (manifest.version, folder)
            for folder, manifest in _manifests(store)
            if manifest.name == name and version in ("", manifest.version)
        ]
        if len(found) > 1:
            raise _several(name, sorted(version for version, _ in found))
        if found:
            return found[0][1]
    broken = (f for store in store_folders() for f in _folders(store) if f.name == text)
    for folder in broken:  # opening it says what is wrong with it
        return folder
    raise _unknown(text)


def find_required(requirement: Requirement, *, near: Path | None = None) -> Bundle:
    """Opens the bundle that another one requires, by hash and nothing else.

    Args:
        requirement: From the other's manifest.
        near: The other's folder: bundles beside it are looked at first.

    Raises:
        BundleError: It is not installed.
    """
    stores = store_folders() if near is None else (near.resolve().parent, *store_folders())
    versions = []
    for store in stores:
        for folder, manifest in _manifests(store):
            if manifest.name != requirement.name:
                continue
            # Only the one that is wanted need be whole; another version may be damaged.
            bundle = open_bundle(folder, check_files=False)
            if bundle.sha256 == requirement.sha256:
                return open_bundle(folder)
            versions.append(f"{manifest.version} ({bundle.sha256[:12]})")
    raise BundleError(
        f"A bundle needs '{requirement.name}' for its {requirement.role}, which is not installed.",
        found="other versions: " + ", ".join(versions) if versions else "none of that name",
        needed=f"the '{requirement.name}' with SHA-256 {requirement.sha256[:12]}...",
        mend=f"put that very bundle into {store_folders()[0]}.",
    )


def installed_bundles(*, check_files: bool = True) -> tuple[Bundle, ...]:
    """Gives every bundle that can be opened, by name, the user's own first.

    Args:
        check_files: Whether each file is held against its hash now; ``Bundle.read``
            always does so.
    """
    folders = (folder for store in store_folders() for folder in _folders(store))
    opened = (_try_open(folder, check_files=check_files) for folder in folders)
    bundles = [bundle for bundle in opened if isinstance(bundle, Bundle)]
    return tuple(sorted(bundles, key=lambda bundle: bundle.manifest.name))


def broken_bundles() -> tuple[tuple[Path, BundleError], ...]:
    """Gives the folders of the stores that cannot be opened, with the reason."""
    tried = ((f, _try_open(f)) for store in store_folders() for f in _folders(store))
    return tuple((folder, fault) for folder, fault in tried if isinstance(fault, BundleError))


def _folders(store: Path) -> list[Path]:
    if not store.is_dir():
        return []
    return sorted(path.parent for path in store.glob(f"*/{MANIFEST_FILE}"))


def _manifests(store: Path) -> Iterator[tuple[Path, Manifest]]:
    for folder in _folders(store):
        bundle = _try_open(folder, check_files=False)
        if isinstance(bundle, Bundle):
            yield folder, bundle.manifest


def _try_open(folder: Path, *, check_files: bool = True) -> Bundle | BundleError:
    try:
        return open_bundle(folder, check_files=check_files)
    except BundleError as error:
        return error


def _several(name: str, versions: list[str]) -> BundleError:
    return BundleError(
        f"More than one bundle is called '{name}'.",
        found="versions " + ", ".join(versions),
        needed="one of them",
        mend=f"write the version too, such as {name}@{versions[-1]}, or remove one.",
    )


def _unknown(text: str) -> BundleError:
    names = sorted({m.name for store in store_folders() for _, m in _manifests(store)})
    return BundleError(
        f"There is no bundle called '{text}'.",
        found=f"'{text}'",
        needed="one of: " + (", ".join(names) or "none is installed"),
        mend=f"choose one, give a bundle's folder, or put the bundle into {store_folders()[0]}.",
    )
