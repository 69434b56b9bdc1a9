"""What a check of a labelled archive found, before anything is trained on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from condyle.domain.case import LabelledBox
from condyle.domain.estimate import Estimate

Severity = Literal["fault", "warning"]
"""A fault spoils a training or its figures; a warning may."""

Turn = Literal["as-it-is", "left-right", "up-down", "half-turn"]
"""How one picture must be turned to lie on another."""


@dataclass(frozen=True)
class Place:
    """Where in the archive something is.

    Attributes:
        case: Identifier of the case.
        patient: Whose it is.
        series: Stem of the series; empty where the whole case is meant.
        slice: Index of the slice, or ``None`` where the whole series is meant.
    """

    case: str
    patient: str
    series: str = ""
    slice: int | None = None


@dataclass(frozen=True)
class Count:
    """How often a value occurs.

    Attributes:
        value: In words; empty where it is not recorded.
        patients: With at least one.
        items: Series, cases or other units, as the table says.
    """

    value: str
    patients: int
    items: int


@dataclass(frozen=True)
class CountTable:
    """How often each value of a characteristic occurs.

    Attributes:
        name: Such as ``"sequence"``.
        unit: What ``Count.items`` counts, such as ``"series"``.
        counts: Most frequent first; what is not recorded last.
    """

    name: str
    unit: str
    counts: tuple[Count, ...]


NOTHING_MARKED, NO_CLASS, NO_BOX = "nothing marked", "no class", "picture without a box"
UNCOLOURED = frozenset({NOTHING_MARKED, NO_CLASS, NO_BOX})
"""What is counted beside the classes of boxes and the structures of masks, and is none."""


@dataclass(frozen=True)
class LabelCounts:
    """How often each value of a label occurs, and how often it is missing.

    Attributes:
        label: Its name.
        unit: What carries it: ``"study"``, ``"series"``, ``"box"``, ``"mask"`` or a part of
            the anatomy such as ``"disc"``.
        counts: One a value, in order.
        missing: Units that carry other labels and not this one.
        of: Units that carry any label of this sort.
    """

    label: str
    unit: str
    counts: tuple[Count, ...]
    missing: int
    of: int


@dataclass(frozen=True)
class Duplicate:
    """The same picture, or nearly, under two patients.

    Attributes:
        first: One of them.
        second: The other.
        exact: True where every pixel is equal.
        turn: How the second lies on the first.
        correlation: Of their detail, at most 1.
        slices: Slices of the two series that were found alike.
        sides: Sides of the data set's own split that they lie on; empty where it has none
            or they lie on one.
    """

    first: Place
    second: Place
    exact: bool
    turn: Turn
    correlation: float
    slices: int = 1
    sides: tuple[str, ...] = ()


ALL_HEADERS = "all headers"
"""Name of the test that is given every header."""


@dataclass(frozen=True)
class Shortcut:
    """How well something in the headers alone tells a class, out of fold by patient.

    Attributes:
        label: The label.
        value: The value that is told from the others.
        header: What it is told by, such as ``"matrix size"``.
        area: ROC area, NaN where it was not tested.
        flagged: True where the lower limit of the area is over the stated bound.
        reason: Why it was not tested; empty where it was.
    """

    label: str
    value: str
    header: str
    area: Estimate
    flagged: bool
    reason: str = ""


@dataclass(frozen=True)
class Text:
    """Text burned into a picture; what it says is not kept, for it may be a name.

    Attributes:
        place: The picture.
        box: (row0, column0, row1, column1) in pixels of the slice, half-open.
        characters: How many were read.
        marker: The text where it is a marker of a side or direction, such as ``"L"``, that
            can name nobody; otherwise empty.
    """

    place: Place
    box: tuple[float, float, float, float]
    characters: int
    marker: str = ""


@dataclass(frozen=True)
class TextSearch:
    """A search for burned-in text.

    Attributes:
        looked: Pictures that were searched.
        of: Pictures that there are.
        found: What was found.
        reason: Why none or only some were searched; empty where all were.
    """

    looked: int
    of: int
    found: tuple[Text, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Fault:
    """Something wrong with an image, a mask or a box.

    Attributes:
        code: Such as ``"mask-spread"``; worded by the page.
        place: Where.
        detail: What was found, in a clause.
    """

    code: str
    place: Place
    detail: str = ""


@dataclass(frozen=True)
class Alarm:
    """A kind of finding that should be looked at before training.

    Attributes:
        code: Such as ``"patient-on-several-sides"``; worded by the page.
        severity: Whether it spoils a training or may.
        count: How many there are.
        subjects: Labels or headers that it concerns.
    """

    code: str
    severity: Severity
    count: int
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Shown:
    """A picture for the page.

    Attributes:
        place: What it shows.
        pixels: (row, column) uint8.
        note: In a clause, such as its labels.
        mask: (row, column) uint8 labelmap to be outlined, or ``None``.
        boxes: To be drawn.
        hidden: (row0, column0, row1, column1) of text that is not to be shown.
    """

    place: Place
    pixels: NDArray[np.uint8]
    note: str = ""
    mask: NDArray[np.uint8] | None = None
    boxes: tuple[LabelledBox, ...] = ()
    hidden: tuple[tuple[float, float, float, float], ...] = ()


@dataclass(frozen=True, eq=False)
class Pictures:
    """The pictures of the page; they are not part of what was found.

    Attributes:
        examples: Of the archive, over patients.
        duplicates: Pairs, as in ``DataReport.duplicates``.
        texts: With the text covered.
        faults: With mask or box.
    """

    examples: tuple[Shown, ...] = ()
    duplicates: tuple[tuple[Duplicate, Shown, Shown], ...] = ()
    texts: tuple[Shown, ...] = ()
    faults: tuple[tuple[Fault, Shown], ...] = ()


@dataclass(frozen=True)
class DataReport:
    """All that a check of an archive found.

    Attributes:
        layout: Name of the archive's layout.
        licence: Terms of the data, where they are known.
        notes: What the layout says of its data.
        patients: Number of patients.
        cases: Number of cases.
        series: Number of series.
        slices: Number of slices in what could be read.
        counts: By sequence, plane, scanner, sex, age and so on.
        labels: By label.
        sides: Side of the data set's own split to its number of patients.
        leaks: Patients whom that split puts on several sides.
        unreadable: (file or image, why).
        duplicates: Across patients.
        faults: Of images, masks and boxes.
        shortcuts: What headers alone tell.
        text: The search for burned-in text.
        alarms: What should be looked at, faults first; none for a clean archive.
        not_looked_at: What this check did not look at, in whole sentences.
        agreement: Between annotators, by name of the figure.
    """

    layout: str
    licence: str
    notes: tuple[str, ...]
    patients: int
    cases: int
    series: int
    slices: int
    counts: tuple[CountTable, ...]
    labels: tuple[LabelCounts, ...]
    sides: tuple[tuple[str, int], ...]
    leaks: tuple[str, ...]
    unreadable: tuple[tuple[str, str], ...]
    duplicates: tuple[Duplicate, ...]
    faults: tuple[Fault, ...]
    shortcuts: tuple[Shortcut, ...]
    text: TextSearch
    alarms: tuple[Alarm, ...] = ()
    not_looked_at: tuple[str, ...] = ()
    agreement: tuple[tuple[str, float], ...] = field(default=())
