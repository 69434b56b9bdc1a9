"""What an evaluation says: sections of paragraphs, tables and drawings, ready to be set."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A table of text.

    Attributes:
        title: What it shows; empty where the section's title says it.
        headings: One a column.
        rows: Cells of text, each row as long as the headings.
        note: What stands under it, such as the unit of analysis.
    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class Drawing:
    """A figure as it is written, in both forms.

    Attributes:
        name: Stem of its files, such as ``"flow"``; letters, digits and hyphens.
        caption: What it shows, which is also its text for those who cannot see it.
        svg: The vector form.
        png: The same as pixels.
    """

    name: str
    caption: str
    svg: bytes
    png: bytes


@dataclass(frozen=True)
class Section:
    """One part of an evaluation's pages, the same in HTML and PDF.

    Attributes:
        title: Heading.
        paragraphs: Plain text, each a paragraph.
        tables: Set after the paragraphs.
        figures: Set after the tables.
        warnings: What to bear in mind, set apart before the rest.
    """

    title: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    figures: tuple[Drawing, ...] = ()
    warnings: tuple[str, ...] = ()
