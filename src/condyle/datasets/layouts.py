"""The layouts of labelled archives that can be read: one line here adds another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from condyle.datasets import spider
from condyle.domain.case import Case
from condyle.errors import DatasetError, UnknownName


@dataclass(frozen=True)
class Layout:
    """How the files of a labelled archive lie, and how its cases are read.

    Attributes:
        holds: What its folder holds, in words.
        is_of: Says whether a folder has it.
        graded_cases: From a folder to one case a patient, with the grades that there are.
        masked_cases: From a folder to one case a slice with its mask.
    """

    holds: str
    is_of: Callable[[Path], bool]
    graded_cases: Callable[[Path], tuple[Case, ...]]
    masked_cases: Callable[[Path], tuple[Case, ...]]


LAYOUTS: Mapping[str, Layout] = {
    "spider": Layout(spider.HOLDS, spider.is_spider, spider.graded_cases, spider.masked_cases),
}
"""By the name that a recipe gives them."""


def layout_named(name: str) -> Layout:
    """Gives the layout of a name.

    Raises:
        UnknownName: There is none; the message lists the names.
    """
    if name not in LAYOUTS:
        raise UnknownName("data layout", name, LAYOUTS)
    return LAYOUTS[name]


def layout_of(root: Path) -> Layout:
    """Gives the layout that a folder has.

    Raises:
        DatasetError: It has none of them.
    """
    for layout in LAYOUTS.values():
        if layout.is_of(root):
            return layout
    raise DatasetError(
        "The folder is no labelled archive whose layout is known.",
        found=f"a folder in none of the layouts: {', '.join(sorted(LAYOUTS))}",
        needed="; or ".join(f"{name}: {layout.holds}" for name, layout in LAYOUTS.items()),
        mend="give --data the folder that holds these.",
    )
