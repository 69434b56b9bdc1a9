"""Answers to a form: whether they fit it, and what they say in words."""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from condyle.errors import InputError
from condyle.workflows.clinic.forms.definition import NOTE, FormDefinition, FormField
from condyle.workflows.clinic.forms.units import shown_unit

MOST_TEXT = 2000
_MOST_SAID = 20
_WORDS = {
    "en": {"yes": "yes", "no": "no", "left": "left", "right": "right", "note": "Note"},
    "es": {"yes": "sí", "no": "no", "left": "izquierda", "right": "derecha", "note": "Nota"},
}


def checked_answers(form: FormDefinition, values: Mapping[str, Any]) -> dict[str, Any]:
    """Gives the answers as they are kept, in the order of the form.

    Raises:
        InputError: Some do not fit; names each by its field and says what is needed, without
            repeating what was sent.
    """
    known = {key: field for field in form.fields for key in field.keys}
    faults = [f"{key[:80]!a}: no such field" for key in values if key not in known]
    kept: dict[str, Any] = {}
    for key, field in known.items():
        if key not in values:
            continue
        try:
            kept[key] = _kept(field, values[key])
        except ValueError as error:
            faults.append(f"{key}: {error}")
    if faults:
        raise InputError(
            "The observation was not kept.",
            found="; ".join(faults[:_MOST_SAID]),
            needed=f"answers that fit the form '{form.name}', version {form.version}",
            mend="correct them and send it again.",
        )
    return kept


def shown_answers(
    form: FormDefinition, values: Mapping[str, Any], language: str
) -> list[tuple[str, str]]:
    """Gives questions with their answers in words, in the order of the form."""
    return [
        (_label(field, key, language), _said(field, values[key], language))
        for field, key in _answered(form, values)
    ]


def red_flags(form: FormDefinition, values: Mapping[str, Any], language: str) -> list[str]:
    """Gives in words which answers are red flags: to be shown, never to decide by."""
    found = []
    for field, key in _answered(form, values):
        label = _label(field, key, language)
        if field.red_flag and values[key] is True:
            found.append(label)
        chosen = values[key] if isinstance(values[key], list) else [values[key]]
        flagged = [
            it.label.said(language) for it in field.choices if it.red_flag and it.code in chosen
        ]
        found += [f"{label}: {answer}" for answer in flagged]
    return found


def form_title(form: FormDefinition | None, language: str) -> str:
    """Gives a form's title, or what free text is called."""
    return _words(language)[NOTE] if form is None else form.title.said(language)


def definition_bytes(form: FormDefinition) -> bytes:
    """Gives a form as it is kept with each observation: the same form, the same bytes."""
    values = form.model_dump(mode="json", by_alias=True)
    return json.dumps(values, ensure_ascii=False, sort_keys=True).encode("utf-8")


def definition_from(content: bytes) -> FormDefinition:
    """Gives the form that was kept."""
    return FormDefinition.model_validate_json(content)


def is_plain(text: str) -> bool:
    """Says whether a text has no control characters but those of lines and columns."""
    return not any(
        unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\r\t" for sign in text
    )


def _answered(form: FormDefinition, values: Mapping[str, Any]) -> Iterator[tuple[FormField, str]]:
    return ((field, key) for field in form.fields for key in field.keys if key in values)


def _kept(field: FormField, value: Any) -> Any:
    match field.kind:
        case "number" | "whole":
            return _number(field, value)
        case "yes-no":
            if isinstance(value, bool):
                return value
            raise ValueError("needs true or false")
        case "choice":
            return _chosen(field, [value])[0]
        case "several":
            return _chosen(field, value)
        case "date":
            return _day(value)
        case "text":
            if isinstance(value, str) and 0 < len(value) <= MOST_TEXT and is_plain(value):
                return value
            raise ValueError(f"needs text of 1 to {MOST_TEXT} characters")


def _number(field: FormField, value: Any) -> float | int:
    low, high = field.low or 0, 0 if field.high is None else field.high
    needed = f"needs a {'whole ' if field.kind == 'whole' else ''}number from {low:g} to {high:g}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(needed)
    if not low <= value <= high or (field.kind == "whole" and value % 1):
        raise ValueError(f"{needed} ({field.unit})")
    return int(value) if field.kind == "whole" else value


def _chosen(field: FormField, value: Any) -> list[str]:
    codes = [choice.code for choice in field.choices]
    fits = isinstance(value, list) and value and all(isinstance(it, str) for it in value)
    if not fits or not set(value) <= set(codes) or len(set(value)) < len(value):
        raise ValueError(
            f"needs {'one' if field.kind == 'choice' else 'some'} of: {', '.join(codes)}"
        )
    return [code for code in codes if code in value]


def _day(value: Any) -> str:
    try:
        return dt.date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise ValueError("needs a day such as 2030-01-31") from None


def _label(field: FormField, key: str, language: str) -> str:
    side = key.removeprefix(field.name).removeprefix(".")
    label = field.label.said(language)
    return f"{label} ({_words(language)[side]})" if side else label


def _said(field: FormField, value: Any, language: str) -> str:
    if isinstance(value, bool):
        return _words(language)["yes" if value else "no"]
    if isinstance(value, int | float):
        number = f"{value:.10g}".replace(".", "," if language == "es" else ".")
        of = f" / {field.high:g}" if (field.unit or "").startswith("{") and field.low == 0 else ""
        return f"{number}{of}{shown_unit(field.unit)}"
    labels = {choice.code: choice.label.said(language) for choice in field.choices}
    if isinstance(value, list):
        return ", ".join(labels.get(code, str(code)) for code in value)
    return labels.get(value, str(value))


def _words(language: str) -> Mapping[str, str]:
    return _WORDS["es" if language == "es" else "en"]
