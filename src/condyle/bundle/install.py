"""Putting a bundle into the user's own store: whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from condyle.bundle.files import MANIFEST_FILE
from condyle.bundle.store import Bundle, installed_bundles, open_bundle, store_folders
from condyle.errors import BundleError, OutputError


def install_bundle(folder: Path) -> Bundle:
    """Copies a bundle into the user's own store, beside its other versions, and opens it there.

    Whoever looks into the store meanwhile finds all of it or nothing. One that is installed
    already is given as it is.

    Args:
        folder: Holds the bundle, whose files are held against their hashes.

    Raises:
        BundleError: It cannot be opened, or another bundle has that name and version.
        OutputError: The store cannot be written.
    """
    bundle = open_bundle(folder)
    manifest = bundle.manifest
    for other in installed_bundles(check_files=False):
        if (other.manifest.name, other.manifest.version) == (manifest.name, manifest.version):
            return _same(other, bundle)
    store = store_folders()[0]
    out = store / f"{manifest.name}-{manifest.version}"
    try:
        store.mkdir(parents=True, exist_ok=True)
        # A folder within a hidden one is no bundle of the store yet.
        with tempfile.TemporaryDirectory(prefix=".incoming-", dir=store) as incoming:
            made = Path(incoming) / out.name
            made.mkdir()
            for name in (*manifest.files, MANIFEST_FILE):
                shutil.copyfile(bundle.path / name, made / name)
            open_bundle(made)
            made.rename(out)
    except OSError as error:
        raise OutputError(
            f"The bundle '{manifest.name}' was not installed.",
            found=error.strerror or type(error).__name__,
            needed=f"a store that can be written, with room, and no folder '{out.name}' in it",
            mend="make room or mend the folder, or name another store in CONDYLE_BUNDLES.",
        ) from None
    return open_bundle(out, check_files=False)


def _same(there: Bundle, brought: Bundle) -> Bundle:
    if there.sha256 == brought.sha256:
        return there
    name, version = brought.manifest.name, brought.manifest.version
    raise BundleError(
        f"The bundle '{name}' was not installed.",
        found=f"another bundle of version {version} in the store, SHA-256 {there.sha256[:12]}",
        needed="a version that nothing else has: results name the version that made them",
        mend="give the new one a version of its own, or remove the other.",
    )
