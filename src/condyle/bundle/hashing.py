"""The hashes by which a bundle, its files and the images it saw are told apart."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

IMAGE_HASH_DIGITS = 16
"""Hexadecimal digits kept of an image's hash: 64 bits, plenty to tell images apart."""


def canonical_json(document: object) -> bytes:
    """Gives the one spelling of a JSON document that is hashed.

    Keys sorted by code point, no white space, UTF-8, numbers as Python writes them.

    Raises:
        ValueError: Where a number is not finite.
    """
    text = json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def bundle_hash(document: Mapping[str, Any]) -> str:
    """Gives the SHA-256 of a whole bundle from its manifest as a JSON document.

    It is the hash over one line ``<name>:<sha256>`` a file with its line end, by
    sorted name, and then the canonical JSON of the manifest without its ``files``. So
    any change to any file or to anything said of them gives another hash, and how the
    manifest is indented does not.
    """
    files = document.get("files", {})
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}:{files[name]['sha256']}\n".encode())
    digest.update(canonical_json({k: v for k, v in document.items() if k != "files"}))
    return digest.hexdigest()


def image_hash(array: NDArray[Any]) -> str:
    """Gives a short hash of an image's content: its shape and its values as float32.

    The same pixels give the same hash whatever file, type or byte order held them, so
    that an image can be known to be one that a bundle was trained on.

    Args:
        array: The pixels, such as (row, column), as loaded and before preprocessing.
    """
    pixels = np.ascontiguousarray(array, dtype="<f4") + np.float32(0.0)  # -0.0 becomes 0.0
    digest = hashlib.sha256(repr(tuple(int(size) for size in array.shape)).encode())
    digest.update(pixels.astype("<f4").tobytes())
    return digest.hexdigest()[:IMAGE_HASH_DIGITS]
