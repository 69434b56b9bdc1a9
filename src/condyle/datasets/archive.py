"""A labelled archive as every layout gives it: cases, what their labels mean, its own split."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Literal

from condyle.domain.case import Case
from condyle.errors import BadConfiguration

Side = Literal["train", "validation", "test"]

Consensus = Literal["majority", "any", "all"]


@dataclass(frozen=True)
class ArchiveOptions:
    """What a user must say of an archive where its files alone do not tell.

    A layout refuses options that it does not read, by ``refuse_options``.

    Attributes:
        patient: Regular expression that is searched in a file's path relative to the
            archive, with ``/`` between folders; its first group is the patient.
        table: Path of the label table, relative to the archive.
        columns: Role (``"patient"``, ``"image"``, ``"mask"``, ``"study"``, ``"series"``,
            ``"accession"``, ``"split"``) to the name of its column.
        labels: Columns, or label names, that are references; all that can be where empty.
        covariates: Columns that are covariates.
        classes: Names of the classes in order of their number, the first being the one
            without the finding; as found, sorted, where empty.
        structures: Value in a mask, as text, to the name of its structure.
        consensus: How the boxes or labels of several annotators become one.
        overlap: Least intersection over union at which two annotators' boxes are one.
    """

    patient: str | None = None
    table: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    covariates: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    structures: Mapping[str, str] = field(default_factory=dict)
    consensus: Consensus = "majority"
    overlap: float = 0.5


@dataclass(frozen=True)
class Unreadable:
    """A file of the archive that gave no case.

    Attributes:
        file: Its path relative to the archive.
        why: In one clause, such as ``"a PNG that ends too early"``.
    """

    file: str
    why: str


@dataclass(frozen=True)
class Archive:
    """What a labelled archive holds.

    Attributes:
        layout: Name of its layout.
        cases: In a stable order; images are read when their series is loaded.
        labels: Label or finding to the names of its values, by number from 0; such as
            ``{"acl-tear": ("no", "yes")}``. Its values stand in ``Reference.grades``.
        structures: Names of the values of its masks by number, ``"background"`` first;
            empty where it has no masks.
        box_classes: Labels that its boxes may have; empty where it has no boxes.
        sides: Patient to the side that the data set's own split gives them; empty where
            it has none. A patient on two sides is kept out, and ``leaks`` names them.
        rounds: The same for each round where that split has several, such as folds;
            ``sides`` is empty then.
        leaks: Patients whom the data set's own split puts on several sides.
        unreadable: Files that gave no case, and why.
        notes: What a reader of figures must know, in whole sentences, such as how a
            three-way label was turned into two.
        licence: Terms of the data where the layout is of one known data set.
        agreement: Between annotators, by name of the figure; empty where there was one.
    """

    layout: str
    cases: tuple[Case, ...]
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    structures: tuple[str, ...] = ()
    box_classes: tuple[str, ...] = ()
    sides: Mapping[str, Side] = field(default_factory=dict)
    rounds: tuple[Mapping[str, Side], ...] = ()
    leaks: tuple[str, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    notes: tuple[str, ...] = ()
    licence: str = ""
    agreement: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Layout:
    """How the files of a labelled archive lie, and how it is read.

    Attributes:
        holds: What its folder holds, in words, for an error message.
        is_of: Says whether a folder has it; looks at names, opens few files.
        open: Reads it. Raises ``DatasetError``, naming file, row and mend, where it is
            broken as a whole; a single file that cannot be read is left out and listed.
        write: Writes an archive in this layout into an empty folder, so that reading it
            gives the same cases; ``None`` where nothing is written in it. Raises
            ``DatasetError`` where the layout has no place for what the archive holds.
    """

    holds: str
    is_of: Callable[[Path], bool]
    open: Callable[[Path, ArchiveOptions], Archive]
    write: Callable[[Path, Archive], None] | None = None


def refuse_options(layout: str, options: ArchiveOptions, *, reads: tuple[str, ...] = ()) -> None:
    """Checks that no option was given which a layout does not read.

    Args:
        layout: Name of the layout.
        options: As given.
        reads: Names of the options that it reads.

    Raises:
        BadConfiguration: One was; names it and those that it reads.
    """
    plain = ArchiveOptions()
    given = [f.name for f in fields(options) if getattr(options, f.name) != getattr(plain, f.name)]
    wrong = [name for name in given if name not in reads]
    if wrong:
        raise BadConfiguration(
            f"The layout '{layout}' does not read every option given.",
            found=", ".join(f"data.options.{name}" for name in wrong),
            needed="only " + ", ".join(reads) if reads else "no options",
            mend="leave these out, or name another layout in data.layout.",
        )
