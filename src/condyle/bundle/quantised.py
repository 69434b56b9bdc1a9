"""Networks of a bundle in whole numbers of 8 bits, kept apart from the bundle itself.

They stand in a folder that is named after the hash of the bundle that they were made from, so
that they go with that bundle and with no other, and the bundle stays what was published.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from condyle.bundle.files import altered, read_checked
from condyle.bundle.manifest import FileName, FileRecord
from condyle.bundle.record import Record, Sha256, Slug, Text
from condyle.bundle.store import Bundle, store_folders
from condyle.errors import BundleError

RECORD_FILE = "quantised.json"
FOLDER = "int8"
"""Where they stand, beside the folder of a store's bundles."""

_MOST_BYTES = 1_000_000


class QuantisedRecord(Record):
    """What is known of a bundle's quantised networks.

    Attributes:
        schema_name: Always ``"condyle.quantised/1"``; ``schema`` in JSON.
        bundle: Name of the bundle.
        sha256: Its hash.
        calibrated_on: The images that the ranges of values were taken from.
        images: How many.
        files: The ONNX files, named as the bundle's own.
    """

    schema_name: Literal["condyle.quantised/1"] = Field(
        default="condyle.quantised/1", alias="schema"
    )
    bundle: Slug
    sha256: Sha256
    calibrated_on: Text
    images: int = Field(ge=1)
    files: dict[FileName, FileRecord] = Field(min_length=1)


@dataclass(frozen=True)
class Quantised:
    """The quantised networks of a bundle on disk.

    Attributes:
        path: Their folder.
        record: What is known of them.
        sha256: Hash of the record, which holds those of the files.
    """

    path: Path
    record: QuantisedRecord
    sha256: str

    def read(self, name: str) -> bytes:
        """Gives the network that stands for one of the bundle's, checked against its hash.

        Raises:
            BundleError: There is none, or it has been altered.
        """
        record = self.record.files.get(name)
        if record is None:
            raise altered(self.path, [f"{name}: {RECORD_FILE} does not list it"])
        return read_checked(self.path, name, record)


def find_quantised(bundle: Bundle) -> Quantised:
    """Gives the quantised networks of a bundle, the user's own before those that come with it.

    Raises:
        BundleError: There are none, or they are not those of this bundle.
    """
    for store in store_folders():
        path = _folder(store, bundle) / RECORD_FILE
        if path.is_file():
            return _opened(path, bundle)
    raise BundleError(
        f"The bundle '{bundle.manifest.name}' has no networks of 8 bits.",
        found=f"none for {bundle.manifest.version}, SHA-256 {bundle.sha256[:12]}",
        needed="networks that were quantised from exactly this bundle",
        mend=f"read without --int8, or: condyle bundles quantise {bundle.manifest.name}"
        " --data ARCHIVE",
    )


def keep_quantised(
    bundle: Bundle, models: Mapping[str, bytes], *, calibrated_on: str, images: int
) -> Quantised:
    """Keeps the quantised networks of a bundle in the user's store, in place of earlier ones.

    Args:
        bundle: What they were made from.
        models: ONNX by the name of the bundle's own model.
        calibrated_on: The images that the ranges of values were taken from.
        images: How many.
    """
    files = {
        name: FileRecord(sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))
        for name, data in sorted(models.items())
    }
    record = QuantisedRecord(
        bundle=bundle.manifest.name,
        sha256=bundle.sha256,
        calibrated_on=calibrated_on,
        images=images,
        files=files,
    )
    folder = _folder(store_folders()[0], bundle)
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(record.model_dump(by_alias=True), indent=1) + "\n"
    # The record comes last: without it, nobody takes what lies there for whole.
    (folder / RECORD_FILE).unlink(missing_ok=True)
    for name, data in [*sorted(models.items()), (RECORD_FILE, text.encode())]:
        _write(folder / name, data)
    return find_quantised(bundle)


def _folder(store: Path, bundle: Bundle) -> Path:
    return store.parent / FOLDER / bundle.sha256[:16]


def _opened(path: Path, bundle: Bundle) -> Quantised:
    with path.open("rb") as stream:
        data = stream.read(_MOST_BYTES)
    try:
        record = QuantisedRecord.model_validate_json(data)
    except ValidationError as error:
        raise altered(path.parent, [f"{RECORD_FILE}: {error.errors()[0]['msg']}"]) from error
    if record.sha256 != bundle.sha256 or set(record.files) != set(bundle.manifest.models):
        raise altered(path.parent, [f"{RECORD_FILE}: it is not of this bundle"])
    return Quantised(path.parent, record, hashlib.sha256(data).hexdigest())


def _write(path: Path, data: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    os.chmod(stream.name, 0o644)
    os.replace(stream.name, path)
