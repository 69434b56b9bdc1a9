"""An archive as a recipe reads it: its layout, its options, and without those it leaves out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from condyle.datasets.archive import Archive, ArchiveOptions
from condyle.datasets.layouts import open_archive
from condyle.training.recipe import Recipe
from condyle.workflows.training.exclusions import without_excluded
from condyle.workflows.training.shuffled import SHUFFLED_NOTE, shuffled


def recipe_archive(recipe: Recipe, data: Path) -> tuple[Archive, tuple[str, ...]]:
    """Opens an archive as a recipe reads it, without those whom the recipe leaves out.

    Args:
        recipe: Its layout, options and exclusions.
        data: The folder.

    Returns:
        The archive, and a sentence an exclusion.

    Raises:
        DatasetError: The archive breaks its layout, or an exclusion leaves nobody.
    """
    options = ArchiveOptions(**recipe.data.options.model_dump())
    archive = open_archive(data, layout=recipe.data.layout, options=options)
    cases, told = without_excluded(archive.cases, recipe.data.exclude)
    if recipe.data.shuffled:
        cases = shuffled(cases, rng=np.random.default_rng(recipe.seed))
        told = (*told, SHUFFLED_NOTE)
    return replace(archive, cases=cases), told
