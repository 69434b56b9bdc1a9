"""Forms as they were when somebody filled them in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from condyle.archive.objects import ObjectStore
from condyle.workflows.clinic.forms.answers import definition_from
from condyle.workflows.clinic.forms.definition import FormDefinition

PERSONAL = ("text", "date")
"""Kinds of answers that may tell who somebody is; pseudonyms come without them."""


def kept_forms(objects: ObjectStore, wanted: Iterable[str]) -> dict[str, FormDefinition]:
    """Gives forms by the names of the objects that hold them."""
    return {sha256: definition_from(objects.read(sha256)) for sha256 in dict.fromkeys(wanted)}


def impersonal(form: FormDefinition, values: Mapping[str, Any]) -> dict[str, Any]:
    """Gives the answers that tell of nobody who they are."""
    kinds = {key: field.kind for field in form.fields for key in field.keys}
    return {key: value for key, value in values.items() if kinds.get(key) not in PERSONAL}
