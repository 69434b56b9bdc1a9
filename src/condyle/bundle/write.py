"""Writing a bundle: whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from condyle.bundle.files import CARD_FILE, MANIFEST_FILE
from condyle.bundle.manifest import FileRecord, Manifest
from condyle.bundle.onnx_file import check_onnx
from condyle.bundle.sample import SAMPLE_FILE, write_sample
from condyle.bundle.store import Bundle, open_bundle
from condyle.errors import BundleError, OutputError

Model = bytes | Path
"""An ONNX file, as its bytes or where it lies."""


def write_bundle(
    out: Path,
    *,
    manifest: Manifest,
    model: Model | Mapping[str, Model],
    card: str,
    sample: Mapping[str, NDArray[Any]],
    replace: bool = False,
) -> Bundle:
    """Writes a bundle's folder and opens it.

    The same arguments give the same bytes.

    Args:
        out: The folder to make; its parent is made where it is not there.
        manifest: Everything but ``files``, which is filled in.
        model: The ONNX file, or one for each name in ``manifest.models``.
        card: The model card, Markdown; see ``model_card``.
        sample: Arrays ``input.<name>`` and ``output.<name>``; see ``sample.py``.
        replace: Whether a bundle that is there already is replaced.

    Raises:
        BundleError: A model is over 400 MB, damaged or not alone; or the models are not
            those that the manifest names.
        OutputError: The folder is there already, or cannot be written.
    """
    if out.exists() and not (replace and (out / MANIFEST_FILE).is_file()):
        raise OutputError(
            f"The bundle cannot be written to '{out.name}'.",
            found="something is there already",
            needed="a folder that is not there yet",
            mend="name another folder, or remove that one.",
        )
    content = _contents(manifest, model=model, card=card, sample=sample)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
        try:
            _fill(made, content)
            _put(made, out)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        raise OutputError(
            f"The bundle cannot be written to '{out.name}'.",
            found=error.strerror or type(error).__name__,
            needed="a place that can be written, with room for the files",
            mend="name another folder, or make room.",
        ) from None
    return open_bundle(out)


def manifest_json(manifest: Manifest) -> str:
    """Gives a manifest as the text of its file."""
    document = manifest.model_dump(mode="json", by_alias=True)
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _contents(
    manifest: Manifest,
    *,
    model: Model | Mapping[str, Model],
    card: str,
    sample: Mapping[str, NDArray[Any]],
) -> dict[str, bytes]:
    models = model if isinstance(model, Mapping) else {manifest.models[0]: model}
    if set(models) != set(manifest.models):
        raise BundleError(
            f"The models of the bundle '{manifest.name}' are not those that it names.",
            found=", ".join(sorted(models)),
            needed=", ".join(sorted(manifest.models)),
            mend="give one ONNX file for each name in the manifest's 'models'.",
        )
    content = {
        name: it if isinstance(it, bytes) else it.read_bytes() for name, it in models.items()
    }
    for name, data in content.items():
        check_onnx(data, name=name)
    content[CARD_FILE] = card.encode("utf-8")
    content[SAMPLE_FILE] = write_sample(sample)
    files = {
        name: FileRecord(sha256=hashlib.sha256(content[name]).hexdigest(), bytes=len(content[name]))
        for name in sorted(content)
    }
    whole = Manifest.model_validate({**manifest.model_dump(by_alias=True), "files": files})
    return {**content, MANIFEST_FILE: manifest_json(whole).encode("utf-8")}


def _fill(folder: Path, content: Mapping[str, bytes]) -> None:
    folder.chmod(0o755)
    for name, data in content.items():
        with (folder / name).open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())


def _put(made: Path, out: Path) -> None:
    """Moves the new folder to its place; the old one stays until the new one is there."""
    if not out.exists():
        made.rename(out)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{out.name}-old-", dir=out.parent))
    out.rename(old / out.name)
    try:
        made.rename(out)
    except OSError:
        (old / out.name).rename(out)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)
