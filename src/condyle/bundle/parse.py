"""From the bytes of a ``manifest.json`` to a ``Manifest``, or every fault of it at once."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from pydantic import ValidationError

from condyle.bundle.manifest import SCHEMA, Manifest
from condyle.errors import BundleError

MAX_MANIFEST_BYTES = 4_000_000
"""Greatest size of a manifest, 4 MB; those of Condyle are under 0.2 MB."""

MAX_FAULTS_SHOWN = 50


def parse_manifest(data: bytes, *, where: str) -> tuple[Manifest, dict[str, Any]]:
    """Gives the manifest, and the JSON document that its hash is taken over.

    Args:
        data: The whole file.
        where: What to call the bundle in an error, such as its folder's name.

    Raises:
        BundleError: It is too large, not JSON, of another schema or does not fit it.
    """
    if len(data) > MAX_MANIFEST_BYTES:
        raise BundleError(
            f"The manifest of the bundle '{where}' is too large to be read.",
            found=f"{len(data)} bytes",
            needed=f"at most {MAX_MANIFEST_BYTES} bytes",
            mend="get the bundle again from where it was published.",
        )
    document = _load(data, where)
    if document.get("schema") != SCHEMA:
        raise BundleError(
            f"The manifest of the bundle '{where}' is of another schema.",
            found=f"schema {str(document.get('schema'))[:80]!r}",
            needed=f"schema '{SCHEMA}'",
            mend="use a bundle made for this version of Condyle, or the version it was made with.",
        )
    try:
        return Manifest.model_validate_json(data, strict=True), document
    except ValidationError as error:
        raise _misfit(_faults(error), where) from None


def _load(data: bytes, where: str) -> dict[str, Any]:
    try:
        document = json.loads(
            data.decode("utf-8"), object_pairs_hook=_no_repeats, parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as error:
        kind = "too deeply nested" if isinstance(error, RecursionError) else str(error)[:200]
        raise BundleError(
            f"The manifest of the bundle '{where}' is not JSON.",
            found=kind,
            needed="one JSON object in UTF-8 with no key twice and no NaN",
            mend="get the bundle again from where it was published.",
        ) from None
    if not isinstance(document, dict):
        raise _misfit(["the whole: is not an object"], where)
    return document


def _faults(error: ValidationError) -> list[str]:
    listed = error.errors(include_url=False, include_context=False, include_input=False)
    return [
        f"{'.'.join(str(part) for part in fault['loc']) or 'the whole'}: {fault['msg']}"
        for fault in listed
    ]


def _misfit(faults: list[str], where: str) -> BundleError:
    shown = faults[:MAX_FAULTS_SHOWN]
    if len(faults) > len(shown):
        shown.append(f"and {len(faults) - len(shown)} more")
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    return BundleError(
        f"The manifest of the bundle '{where}' does not fit its schema.",
        found=f"{count}: " + "; ".join(shown),
        needed=f"what the JSON Schema of {SCHEMA} says (see docs/bundles.md)",
        mend="correct the manifest, or get the bundle again from where it was published.",
    )


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    twice = [key for key, count in Counter(key for key, _ in pairs).items() if count > 1]
    if twice:
        raise ValueError(f"the key {twice[0][:80]!r} stands twice in one object")
    return dict(pairs)


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")
