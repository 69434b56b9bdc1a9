"""From the values of a label, as a table or folder states them, to numbers with names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from condyle.datasets.rows import bad_row
from condyle.datasets.tree import natural
from condyle.errors import DatasetError

MOST_CLASSES = 32
"""A column with more values than this is no label but a covariate."""

NO_YES = ("no", "yes")
"""Names of the values of a label that is 0 or 1."""

_NO = {"no", "false", "negative", "absent", "n", "f", "neg"}
_YES = {"yes", "true", "positive", "present", "y", "t", "pos"}
_HEALTHY = frozenset(
    (
        "normal",
        "healthy",
        "control",
        "controls",
        "negative",
        "none",
        "no",
        "non",
        "not",
        "without",
        "absent",
        "intact",
        "unremarkable",
        "uninjured",
    )
)


_DEGREES = (
    ("mild", "moderate", "severe"),
    ("minor", "moderate", "major"),
    ("partial", "partially", "complete", "completely"),
    ("partial", "full"),
    ("small", "medium", "large"),
    ("low", "medium", "high"),
    ("first", "second", "third", "fourth"),
)
"""Words of degree, from less to more."""


@dataclass(frozen=True)
class Scale:
    """The values of a label.

    Attributes:
        names: By number from 0, the one without the finding first.
        numbers: Value as stated to its number.
    """

    names: tuple[str, ...]
    numbers: Mapping[str, int]


def is_healthy(name: str) -> bool:
    """Says whether the name of a class is that of those without a finding."""
    return bool(_HEALTHY & set(re.split(r"[^a-z]+", name.lower())))


def healthy_first(names: Iterable[str]) -> tuple[str, ...]:
    """Sorts names of classes: the healthy first, degrees in words by degree, the rest by name."""
    listed = tuple(names)
    order = _order_of([name for name in listed if not is_healthy(name)])

    def place(name: str) -> tuple[object, ...]:
        return (not is_healthy(name), _degree(name, order), natural(name))

    return tuple(sorted(listed, key=place))


def is_ordered(names: Sequence[str]) -> bool:
    """Says whether names of classes ascend: numbers or degrees in words, the healthy first.

    Args:
        names: By number from 0.
    """
    ill = [name for name in names if not is_healthy(name)]
    if len(names) - len(ill) > 1 or not ill:
        return False
    if all(_whole(name) is not None for name in ill):
        numbers = [_whole(name) or 0 for name in ill]
        return numbers == sorted(set(numbers))
    order = _order_of(ill)
    degrees = [_degree(name, order) for name in ill]
    return bool(order) and degrees == sorted(set(degrees))


def _order_of(names: Sequence[str]) -> tuple[str, ...]:
    """Gives the degrees of which each of the names has one, or none."""
    words = [set(re.split(r"[^a-z]+", name.lower())) for name in names]
    fits = (order for order in _DEGREES if names and all(word & set(order) for word in words))
    return next(fits, ())


def _degree(name: str, order: Sequence[str]) -> int:
    words = set(re.split(r"[^a-z]+", name.lower()))
    return next((at for at, degree in enumerate(order) if degree in words), 0)


def scale_of(
    column: str,
    cells: Sequence[tuple[int, str]],
    *,
    file: str,
    classes: Sequence[str] = (),
) -> Scale:
    """Tells what the values of a label's column mean.

    Whole numbers keep their number; yes and no, in their several spellings, are 1 and 0;
    other texts become classes in the order of ``healthy_first``, small and capital
    letters counting alike, as do grades such as none, 1 and 2.

    Args:
        column: Its name.
        cells: (row, value) of those that are not empty.
        file: The table.
        classes: Names of the classes in order, where the user gave them.

    Raises:
        DatasetError: A value is no class; names its row.
    """
    if classes:
        return _given(column, cells, file=file, classes=classes)
    texts = {text for _, text in cells}
    words = {text for text in texts if _whole(text) is None}
    if words < texts and not (words and all(is_healthy(text) for text in words)):
        return _counted(column, cells, file=file)
    if {text.lower() for text in texts} <= _NO | _YES:
        return Scale(NO_YES, {text: int(text.lower() in _YES) for text in texts})
    for row, text in cells:
        if _is_number(text) and _whole(text) is None:
            raise bad_row(file, row, f"{column} '{text}'", "a class", mend=_MEND)
    if len({text.lower() for text in texts}) > MOST_CLASSES:
        raise DatasetError(
            "A label of the table has too many values.",
            found=f"{file}, column {column}: {len(texts)} different values",
            needed=f"at most {MOST_CLASSES} classes",
            mend="name it in data.options.covariates, or correct data.options.labels.",
        )
    spelt = {text.lower(): text for text in sorted(texts, reverse=True)}
    names = healthy_first(spelt.values())
    return Scale(names, {text: names.index(spelt[text.lower()]) for text in texts})


_MEND = "correct that row, or name the column in data.options.covariates."


def _counted(column: str, cells: Sequence[tuple[int, str]], *, file: str) -> Scale:
    numbers: dict[str, int] = {}
    for row, text in cells:
        number = _whole(text)
        if number is None or not 0 <= number < MOST_CLASSES:
            needed = f"a whole number from 0 to {MOST_CLASSES - 1}, or an empty cell"
            raise bad_row(file, row, f"{column} '{text}'", needed, mend=_MEND)
        numbers[text] = number
    most = max(numbers.values())
    names = NO_YES if most <= 1 else tuple(str(number) for number in range(most + 1))
    return Scale(names, numbers)


def _given(
    column: str, cells: Sequence[tuple[int, str]], *, file: str, classes: Sequence[str]
) -> Scale:
    known = {name.lower(): number for number, name in enumerate(classes)}
    numbers: dict[str, int] = {}
    for row, text in cells:
        number = known.get(text.lower(), _whole(text))
        if number is None or not 0 <= number < len(classes):
            needed = "one of data.options.classes, or its number: " + ", ".join(classes)
            raise bad_row(file, row, f"{column} '{text}'", needed)
        numbers[text] = number
    return Scale(tuple(classes), numbers)


def _whole(text: str) -> int | None:
    return int(text.split(".")[0]) if re.fullmatch(r"[+-]?\d{1,9}(\.0*)?", text) else None


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text) is not None
