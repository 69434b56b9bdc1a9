"""The JSON Schema of ``manifest.json``, made from the types and kept as a file."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from condyle.bundle.manifest import SCHEMA, Manifest

SCHEMA_FILE = "manifest.schema.json"


def manifest_schema() -> dict[str, Any]:
    """Gives the JSON Schema (2020-12) of a manifest as the types have it now."""
    made = Manifest.model_json_schema(by_alias=True, mode="validation")
    made["required"] = sorted({*made["required"], "schema", "files"})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:condyle:schema:{SCHEMA}",
        **made,
    }


def manifest_schema_text() -> str:
    """Gives that schema as the text of its file."""
    return json.dumps(manifest_schema(), indent=2, sort_keys=True) + "\n"


def shipped_manifest_schema() -> str:
    """Gives the text of the file in the package, which the contract test holds to it."""
    return (resources.files("condyle.bundle") / "schemas" / SCHEMA_FILE).read_text("utf-8")
