"""The sections of the page of a data check, each with its tables and pictures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from condyle.domain.data_report import (
    ALL_HEADERS,
    UNCOLOURED,
    CountTable,
    DataReport,
    LabelCounts,
    Pictures,
    Shortcut,
    Shown,
)
from condyle.domain.evaluation_report import Section, Table
from condyle.reporting.data_check_words import (
    fault_words,
    pair_words,
    place_words,
)
from condyle.reporting.evaluation.words import (
    counted_word,
    covariate_word,
    estimate_words,
    task_word,
)
from condyle.reporting.thumbnails import COLOUR_NAMES, thumbnail_png

LISTED = 100
"""Lines of a table; the JSON file holds all."""

_UNKNOWN = "not recorded"


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture of the page as PNG.

    Attributes:
        caption: What it shows, which is also its text for those who cannot see it.
        png: Its bytes.
        wide: Whether it wants twice the width.
    """

    caption: str
    png: bytes
    wide: bool = False


@dataclass(frozen=True, eq=False)
class Part:
    """A section with its pictures.

    Attributes:
        section: Text and tables.
        pictures: Set after them.
    """

    section: Section
    pictures: tuple[Picture, ...] = ()


def parts_of(report: DataReport, pictures: Pictures) -> tuple[Part, ...]:
    """Gives the sections of the page in order; those that found nothing say so.

    Args:
        report: What was found.
        pictures: Of the archive.
    """
    return (
        Part(_content(report)),
        Part(_labels(report), _examples(report, pictures)),
        Part(_patients(report)),
        _duplicates(report, pictures),
        _faults(report, pictures),
        Part(_shortcuts(report)),
        _texts(report, pictures),
        Part(_unreadable(report)),
        Part(Section("What was not looked at", paragraphs=report.not_looked_at)),
    )


def _content(report: DataReport) -> Section:
    told = [table for table in report.counts if any(count.value for count in table.counts)]
    several = [table for table in told if len(table.counts) > 1]
    same = [
        f"{covariate_word(one.name)}: {one.counts[0].value}" for one in told if one not in several
    ]
    untold = [covariate_word(table.name) for table in report.counts if table not in told]
    paragraphs = list(report.notes)
    if same:
        paragraphs.append(f"The same everywhere: {', '.join(same)}.")
    if untold:
        paragraphs.append(f"Not recorded for anybody: {', '.join(untold)}.")
    return Section(
        "What is in it",
        paragraphs=tuple(paragraphs),
        tables=tuple(_count_table(table) for table in several),
    )


def _count_table(table: CountTable) -> Table:
    return Table(
        covariate_word(table.name)[:1].upper() + covariate_word(table.name)[1:],
        ("", "patients", table.unit),
        tuple(
            (count.value or _UNKNOWN, f"{count.patients:,}", f"{count.items:,}")
            for count in table.counts
        ),
    )


def _labels(report: DataReport) -> Section:
    paragraphs = ["A patient counts once for each value that any of their images has."]
    if report.agreement:
        said = ", ".join(f"{name} {value:.2f}" for name, value in report.agreement)
        paragraphs.append(f"Agreement between annotators: {said}.")
    paragraphs += _legend(report)
    rows = [row for label in report.labels for row in _label_rows(label)]
    headings = ("label", "value", "patients", "units", "share of units", "units without the label")
    return Section(
        "Labels, masks and boxes",
        paragraphs=tuple(paragraphs) if rows else ("There are no labels.",),
        tables=(Table("", headings, tuple(rows)),) if rows else (),
    )


def _legend(report: DataReport) -> list[str]:
    """Says which colour a class of boxes and a structure have on the pictures."""
    said = []
    for label in report.labels:
        if label.unit in ("box", "mask"):
            names = [c.value for c in label.counts if c.value not in UNCOLOURED]
            # A structure without a name is called by its value, which gives its colour.
            places = [int(n) - 1 if n.isdecimal() else k for k, n in enumerate(names)]
            words = (
                f"{name} {COLOUR_NAMES[k % len(COLOUR_NAMES)]}"
                for name, k in zip(names, places, strict=True)
            )
            kind = "boxes" if label.unit == "box" else "masks"
            said.append(f"On the pictures, {kind} are drawn as: {', '.join(words)}.")
    return said


def _label_rows(label: LabelCounts) -> Iterable[tuple[str, ...]]:
    total = sum(count.items for count in label.counts)
    for k, count in enumerate(label.counts):
        share = f"{100 * count.items / total:.1f} %" if total else "-"
        missing = f"{label.missing:,} of {label.of:,}" if k == 0 else ""
        name = f"{task_word(label.label)}, by {label.unit}" if k == 0 else ""
        yield name, count.value, f"{count.patients:,}", f"{count.items:,}", share, missing


def _examples(report: DataReport, pictures: Pictures) -> tuple[Picture, ...]:
    classes = _classes(report)
    return tuple(
        Picture(_caption(shown, shown.note), thumbnail_png([shown], classes=classes))
        for shown in pictures.examples
    )


def _classes(report: DataReport) -> list[str]:
    boxes = [label for label in report.labels if label.unit == "box"]
    return [c.value for label in boxes for c in label.counts if c.value not in UNCOLOURED]


def _caption(shown: Shown, note: str) -> str:
    return place_words(shown.place) + (f": {note}" if note else "")


def _patients(report: DataReport) -> Section:
    if not report.sides and not report.leaks:
        said = "The data set has no split of its own."
    else:
        held = ", ".join(f"{count:,} in {side}" for side, count in report.sides)
        said = f"The data set's own split has {held or 'nobody'}. "
        many = f"{counted_word(len(report.leaks), 'patient')} on several sides"
        said += f"There is {many}" if len(report.leaks) == 1 else f"There are {many}"
        said += ", kept out of it." if report.leaks else "."
    rows = tuple((patient,) for patient in report.leaks[:LISTED])
    return Section(
        "Patients on several sides",
        paragraphs=(said,),
        tables=(Table("", ("patient",), rows, _more(len(report.leaks))),) if rows else (),
    )


def _duplicates(report: DataReport, pictures: Pictures) -> Part:
    found = report.duplicates
    rows = tuple(
        (
            place_words(pair.first),
            place_words(pair.second),
            pair_words(pair),
            " and ".join(pair.sides) or "-",
        )
        for pair in found[:LISTED]
    )
    headings = ("one", "the other", "how alike", "sides of its own split")
    said = (
        f"{len(found):,} pairs of series of two patients share a picture."
        if found
        else "No picture was found under two patients."
    )
    return Part(
        Section(
            "The same picture under several patients",
            paragraphs=(said, "Also looked for mirrored and turned by 180 degrees."),
            tables=(Table("", headings, rows, _more(len(found))),) if rows else (),
        ),
        tuple(
            Picture(
                f"{place_words(pair.first)} and {place_words(pair.second)}: {pair_words(pair)}",
                thumbnail_png([first, second]),
                wide=True,
            )
            for pair, first, second in pictures.duplicates
        ),
    )


def _faults(report: DataReport, pictures: Pictures) -> Part:
    classes = _classes(report)
    rows = tuple(
        (fault_words(fault.code), place_words(fault.place), fault.detail)
        for fault in report.faults[:LISTED]
    )
    note = _more(len(report.faults))
    tables = (Table("", ("what", "where", "found"), rows, note),) if rows else ()
    return Part(
        Section(
            "Faults of images, masks and boxes",
            paragraphs=() if rows else ("None was found.",),
            tables=tables,
        ),
        tuple(
            Picture(
                f"{fault_words(fault.code)}: {_caption(shown, fault.detail)}",
                thumbnail_png([shown], classes=classes),
            )
            for fault, shown in pictures.faults
        ),
    )


def _shortcuts(report: DataReport) -> Section:
    tested = [s for s in report.shortcuts if not s.reason]
    left = [s for s in report.shortcuts if s.reason]
    headers = sorted({s.header for s in tested}, key=lambda name: (name != ALL_HEADERS, name))
    cells = {(s.label, s.value, s.header): _area(s) for s in tested}
    classes = dict.fromkeys((s.label, s.value) for s in tested)
    rows = tuple(
        (
            f"{task_word(label)}: {value}",
            *(cells.get((label, value, name), "-") for name in headers),
        )
        for label, value in list(classes)[:LISTED]
    )
    paragraphs = [
        "A classifier that sees no pixel, only headers, is asked for each class: logistic "
        "regression, scored out of fold by patient. ROC area with its 95 % interval; 0.5 is "
        "chance. A class is flagged where the lower limit, widened for the number of tests, is "
        "over 0.6.",
        *(f"Not tested: {task_word(s.label)}: {s.value}, {s.reason}." for s in left[:LISTED]),
    ]
    headings = ("class", *(covariate_word(name) for name in headers))
    return Section(
        "Classes that headers alone tell",
        paragraphs=tuple(paragraphs),
        tables=(Table("", headings, rows, _more(len(classes))),) if rows else (),
    )


def _area(shortcut: Shortcut) -> str:
    words = estimate_words(shortcut.area, lambda value: f"{value:.2f}")
    return f"{words} flagged" if shortcut.flagged else words


def _texts(report: DataReport, pictures: Pictures) -> Part:
    text = report.text
    if not text.looked:
        said = f"Not looked at: {text.reason}."
    else:
        said = f"{text.looked:,} of {text.of:,} pictures were searched"
        said += f"; {text.reason}." if text.reason else "."
        said += " What a text says is not kept, for it may be a name. Single letters may be missed."
    rows = tuple(
        (
            place_words(one.place),
            f"row {one.box[0]:.0f}, column {one.box[1]:.0f}",
            f"{one.characters}",
            one.marker or "-",
        )
        for one in text.found[:LISTED]
    )
    headings = ("where", "position", "characters", "marker")
    return Part(
        Section(
            "Text burned into pictures",
            paragraphs=(said,) if rows or not text.looked else (said, "None was found."),
            tables=(Table("", headings, rows, _more(len(text.found))),) if rows else (),
        ),
        tuple(
            Picture(f"{place_words(shown.place)}: text covered", thumbnail_png([shown]))
            for shown in pictures.texts
        ),
    )


def _unreadable(report: DataReport) -> Section:
    rows = report.unreadable[:LISTED]
    return Section(
        "Files and images that cannot be read",
        paragraphs=() if rows else ("Every file and image could be read.",),
        tables=(Table("", ("what", "why"), rows, _more(len(report.unreadable))),) if rows else (),
    )


def _more(count: int) -> str:
    return f"The first {LISTED} of {count:,}; check.json holds all." if count > LISTED else ""
