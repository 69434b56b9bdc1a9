"""A warning, refusal or abstention as a code; its wording lives in a catalogue a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Param = str | int | float


@dataclass(frozen=True)
class Message:
    """One thing that Condyle has to say.

    Attributes:
        code: Kebab-case key of the catalogue, such as ``"no-plain-t2"``.
        params: Values that the wording needs; never a patient's identity.
        subject: What it is about, such as ``"study"``, ``"series-1"``, ``"L4-L5"``.
    """

    code: str
    params: Mapping[str, Param] = field(default_factory=dict)
    subject: str = "study"
