"""Reporting checklists, filled in as far as the records of a run go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import yaml

from condyle.domain.evaluation_report import Section, Table
from condyle.errors import BadConfiguration
from condyle.reporting.evaluation.checklist_bundle import BUNDLE_ANSWERS
from condyle.reporting.evaluation.checklist_records import Answer, Answerer, Records
from condyle.reporting.evaluation.checklist_run import RUN_ANSWERS

SCHEMA = "condyle.checklist/1"
CHECKLISTS = ("claim-2024", "stard-ai-2025", "tripod-ai-2024")
"""Names of the checklists, in the order in which they are filled."""

ANSWERS: Mapping[str, Answerer] = {**BUNDLE_ANSWERS, **RUN_ANSWERS}
FOR_THE_AUTHORS = "for the authors"


@dataclass(frozen=True)
class Item:
    """One item of a checklist.

    Attributes:
        number: As published.
        asks: What it asks for, in Condyle's words.
        answer: Name of what answers it; empty where no record can.
    """

    number: str
    asks: str
    answer: str = ""


@dataclass(frozen=True)
class Checklist:
    """A published checklist.

    Attributes:
        name: Such as ``"claim-2024"``.
        title: As it is called.
        about: What kind of study it is for.
        source: Where it was published.
        doi: Of the publication.
        read: When its items were read, and in what.
        applies_to: Kinds of tasks that make it apply.
        needs_probabilities: Whether it is for models that give probabilities only.
        sections: (heading, items).
    """

    name: str
    title: str
    about: str
    source: str
    doi: str
    read: str
    applies_to: tuple[str, ...]
    needs_probabilities: bool
    sections: tuple[tuple[str, tuple[Item, ...]], ...]


@dataclass(frozen=True)
class Filled:
    """A checklist with what the records say to each item.

    Attributes:
        checklist: The checklist.
        answers: By number of the item; ``None`` where it is for the authors.
        unread: What the checklist refers to and whose items are not given, with why.
    """

    checklist: Checklist
    answers: Mapping[str, Answer | None]
    unread: tuple[str, ...] = ()

    @property
    def counts(self) -> tuple[int, int, int]:
        """Items answered whole, in part, and left for the authors."""
        found = list(self.answers.values())
        whole = sum(answer is not None and not answer.left for answer in found)
        none = sum(answer is None for answer in found)
        return whole, len(found) - whole - none, none


def read_checklist(name: str) -> Checklist:
    """Reads a checklist of the package.

    Raises:
        BadConfiguration: An item is answered by something unknown, or two share a number.
    """
    values = _yaml(name)
    sections = tuple(
        (
            str(section["title"]),
            tuple(
                Item(str(item["number"]), str(item["asks"]), str(item.get("answer", "")))
                for item in section["items"]
            ),
        )
        for section in values["sections"]
    )
    items = [item for _, those in sections for item in those]
    unknown = sorted({item.answer for item in items} - set(ANSWERS) - {""})
    if unknown or len({item.number for item in items}) != len(items):
        raise BadConfiguration(
            f"The checklist '{name}' cannot be used.",
            found=", ".join(unknown) or "two items of one number",
            needed="each number once, and known answers: " + ", ".join(sorted(ANSWERS)),
            mend="correct the checklist.",
        )
    return Checklist(
        **{key: str(values[key]) for key in ("name", "title", "about", "source", "doi", "read")},
        applies_to=tuple(values["applies_to"]),
        needs_probabilities=bool(values.get("needs_probabilities", False)),
        sections=sections,
    )


def applies(checklist: Checklist, records: Records) -> bool:
    """Says whether a checklist is for what was evaluated."""
    kinds = {task.kind for task in records.report.tasks}
    stated = records.table.probabilities.size and records.table.probabilities.shape[1] > 0
    return bool(kinds & set(checklist.applies_to)) and bool(
        stated or not checklist.needs_probabilities
    )


def fill(checklist: Checklist, records: Records) -> Filled:
    """Answers each item from the records, and leaves the rest for the authors."""
    answers = {
        item.number: ANSWERS[item.answer](records) if item.answer else None
        for _, items in checklist.sections
        for item in items
    }
    unread = [
        f"{each['title']} ({each['source']}): {each['reason']}"
        for each in _yaml("unread")["unread"]
        if checklist.name in each["referred_to_by"]
    ]
    return Filled(checklist, answers, tuple(unread))


def fill_all(records: Records) -> tuple[tuple[Filled, ...], tuple[str, ...]]:
    """Fills every checklist that applies, and names those that do not, with why."""
    filled, not_for = [], []
    for name in CHECKLISTS:
        checklist = read_checklist(name)
        if applies(checklist, records):
            filled.append(fill(checklist, records))
        else:
            not_for.append(f"{checklist.title}: it is for {checklist.about}, which this is not.")
    return tuple(filled), tuple(not_for)


def checklist_markdown(filled: Filled) -> str:
    """Gives a filled checklist as Markdown, a draft for the authors to complete."""
    checklist = filled.checklist
    lines = [f"# {checklist.title}: a filled draft", "", *_preface(filled), ""]
    for heading, items in checklist.sections:
        lines += [f"## {heading}", ""]
        for item in items:
            lines += [
                f"**{item.number}.** {item.asks}",
                "",
                *_said(filled.answers[item.number]),
                "",
            ]
    return "\n".join(lines).rstrip() + "\n"


def checklist_section(filled: Filled) -> Section:
    """Gives a filled checklist as a section of an evaluation's pages."""
    rows: list[tuple[str, ...]] = []
    for heading, items in filled.checklist.sections:
        rows.append(("", heading.upper(), "", ""))
        rows += [_row(item, filled.answers[item.number]) for item in items]
    table = Table("", ("item", "asks", "answer", "found in"), tuple(rows))
    return Section(
        f"Checklist {filled.checklist.title}",
        paragraphs=tuple(_preface(filled)),
        tables=(table,),
        kept_in=_file_name(filled),
    )


def checklist_files(filled: Sequence[Filled]) -> dict[str, bytes]:
    """Gives ``checklist-<name>.md`` of each, by file name."""
    return {_file_name(each): checklist_markdown(each).encode() for each in filled}


def _file_name(filled: Filled) -> str:
    return f"checklist-{filled.checklist.name}.md"


def _preface(filled: Filled) -> list[str]:
    checklist = filled.checklist
    whole, part, none = filled.counts
    lines = [
        f"Items after {checklist.source}, doi {checklist.doi}, in Condyle's own words; the "
        f"original alone is authoritative. Read {checklist.read}.",
        f"Of {whole + part + none} rows the records of this run answer {whole}, and {part} in "
        f"part; {none} are left for the authors. An answer says what the records hold, not that "
        "it is enough. "
        "manifest.json is the bundle's; every other file lies beside the report.",
    ]
    if filled.unread:
        lines.append("Left out: " + "; ".join(filled.unread) + ".")
    return lines


def _said(answer: Answer | None) -> list[str]:
    if answer is None:
        return [f"> {FOR_THE_AUTHORS.capitalize()}."]
    lines = [f"> {answer.text}", ">", f"> Found in: {answer.where}."]
    if answer.left:
        lines += [">", f"> {FOR_THE_AUTHORS.capitalize()}: {answer.left}."]
    return lines


def _row(item: Item, answer: Answer | None) -> tuple[str, ...]:
    if answer is None:
        return (item.number, item.asks, FOR_THE_AUTHORS, "")
    left = f" ({FOR_THE_AUTHORS.capitalize()}: {answer.left}.)" if answer.left else ""
    return (item.number, item.asks, answer.text + left, answer.where)


def _yaml(name: str) -> Any:
    folder = resources.files("condyle.reporting.evaluation") / "checklists"
    return yaml.safe_load((folder / f"{name}.yaml").read_text("utf-8"))
