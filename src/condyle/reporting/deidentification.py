"""What was taken out of files, as a page that needs no network; it holds no identity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from condyle.reporting.html import page_environment, style_sheet

TITLE = "De-identification"
FOOT = "Research use. This page holds no identity; the table of who is who lies apart."
MOST_FILES = 2000
"""Files that are listed one by one; the JSON file lists all."""

LETTERS = "XZDUCK"
"""The standard's actions, in the order in which they are shown."""

_HEADINGS = {"quarantined": "In quarantine, for a person to look at", "left-out": "Left out"}


def deidentification_html(document: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Gives the report of a run as HTML.

    Args:
        document: The report's JSON: settings, files with outcome and changes, leaks.
        names: Of attributes, by tag such as ``"0010,0010"``.
    """
    files: Sequence[Mapping[str, Any]] = document["files"]
    written = [one for one in files if one["outcome"] == "written"]
    total = _total(files)
    return (
        page_environment()
        .get_template("deidentification.html.j2")
        .render(
            title=TITLE,
            foot=FOOT,
            css=style_sheet("report.css") + style_sheet("evaluation.css"),
            facts=_facts(document, written),
            leaks=document["check"]["leaks"],
            checked=_checked(document["check"]),
            letters=LETTERS,
            tags=[
                {"tag": tag, "name": names.get(tag, ""), "counts": [total[x, tag] for x in LETTERS]}
                for tag in sorted({tag for _, tag in total})
            ],
            outcomes=[(heading, _with_reasons(files, kind)) for kind, heading in _HEADINGS.items()],
            files=[_row(one) for one in written[:MOST_FILES]],
        )
    )


def _facts(
    document: Mapping[str, Any], written: Sequence[Mapping[str, Any]]
) -> tuple[tuple[str, str], ...]:
    counts = document["counts"]
    facts = [
        ("profile", ", ".join(document["profile"])),
        ("patients", f"{document['patients']:,}"),
        ("written", f"{counts['written']:,}"),
        ("in quarantine", f"{counts['quarantined']:,}"),
        ("left out", f"{counts['left-out']:,}"),
        ("places blanked", f"{sum(one['blanked'] for one in written):,}"),
    ]
    if len(written) > MOST_FILES:
        facts.append(("listed below", f"the first {MOST_FILES:,}; report.json lists all"))
    return tuple((name, value) for name, value in facts if value != "0")


def _checked(check: Mapping[str, Any]) -> str:
    said = (
        f"{check['files']:,} files were searched for every identity of the input; none was found."
    )
    return f"{said} {check['pixels']}"


def _total(files: Sequence[Mapping[str, Any]]) -> Counter[tuple[str, str]]:
    total: Counter[tuple[str, str]] = Counter()
    for one in files:
        for change, count in one["changes"].items():
            letter, tag = change.split(" ")
            total[letter, tag] += count
    return total


def _row(file: Mapping[str, Any]) -> dict[str, Any]:
    by_letter: Counter[str] = Counter()
    for change, count in file["changes"].items():
        by_letter[change[0]] += count
    counts = [by_letter[letter] for letter in LETTERS]
    return {"name": file["name"], "counts": counts, "blanked": file["blanked"]}


def _with_reasons(files: Sequence[Mapping[str, Any]], kind: str) -> list[dict[str, str]]:
    rows = [
        {"name": one["name"] or one["label"], "reasons": ", ".join(one["reasons"])}
        for one in files
        if one["outcome"] == kind
    ]
    return rows[:MOST_FILES]
