"""What a training is asked to do, once the recipe, the archive and the split are known."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from condyle.datasets.archive import Archive
from condyle.datasets.splits import Split
from condyle.domain.case import Case
from condyle.training.execution import Execution
from condyle.training.recipe import Recipe

DISC_UNIT = "disc-"
"""Begins the unit of a disc's grades, before its number from caudal."""


@dataclass(frozen=True)
class Training:
    """What a training is asked to do.

    Attributes:
        recipe: The declaration, resolved.
        archive: Its cases are those that no exclusion took out.
        split: Who teaches, who decides when to stop, who is scored.
        data: Where the archive is.
        out: The run folder.
        execution: Where and how it runs.
        anatomy_run: Run folder of a recipe that this one stands on, or ``None``.
        notes: What a reader of the run must know beside what the recipe says.
        replicates: Bootstrap replicates of the run's figures.
    """

    recipe: Recipe
    archive: Archive
    split: Split
    data: Path
    out: Path
    execution: Execution
    anatomy_run: Path | None = None
    notes: tuple[str, ...] = ()
    replicates: int = 2000

    @property
    def cache(self) -> Path:
        """Folder for prepared images, which is taken out once the run is done."""
        return self.out / "cache"

    def clear_cache(self) -> None:
        """Takes the prepared images out of the run folder."""
        shutil.rmtree(self.cache, ignore_errors=True)

    @property
    def masked(self) -> tuple[Case, ...]:
        """Cases with a mask."""
        return tuple(case for case in self.archive.cases if case.reference.masks)

    @property
    def unmasked(self) -> tuple[Case, ...]:
        """Cases with a series that has no mask."""
        return tuple(
            case
            for case in self.archive.cases
            if any(series.stem not in case.reference.masks for series in case.study.series)
        )

    @property
    def graded(self) -> tuple[Case, ...]:
        """Cases whose discs are graded, with masks or without."""
        return tuple(
            case
            for case in self.archive.cases
            if any(unit.startswith(DISC_UNIT) for unit in case.reference.grades)
        )
