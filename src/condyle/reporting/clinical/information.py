"""The clinical information of a report's first draft, from what clinicians observed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from condyle.reporting.wording import Catalogue


@dataclass(frozen=True)
class Observed:
    """What was observed on one day by one form, in the report's language.

    Attributes:
        title: Of the form.
        on: Day of the examination.
        red_flags: Answers that are red flags, in words.
        sections: A part of the form, and its answers in words; without those that were not asked.
        text: Free text.
    """

    title: str
    on: dt.date
    red_flags: tuple[str, ...] = ()
    sections: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    text: str = field(default="", repr=False)


def clinical_information(observed: Sequence[Observed], words: Catalogue) -> str:
    """Gives red flags first, then a line a part of a form; nothing where nothing was observed.

    Args:
        observed: In the order of the lines; the texts are of the catalogue's language already.
        words: The catalogue.
    """
    lines = []
    flags = [f"{flag} ({one.on.isoformat()})" for one in observed for flag in one.red_flags]
    if flags:
        lines.append(words.label("clinical-red-flags", items="; ".join(dict.fromkeys(flags))))
    for one in observed:
        if not (one.sections or one.text.strip()):
            continue  # a red flag alone, which stands above
        lines.append(words.label("clinical-observed", form=one.title, date=one.on.isoformat()))
        lines += [f"- {title}: {_said(answers)}." for title, answers in one.sections]
        lines += [f"- {line}" for line in one.text.splitlines() if line.strip()]
    return "\n".join(lines)


def _said(answers: Sequence[tuple[str, str]]) -> str:
    return "; ".join(f"{label}: {value}" for label, value in answers)
