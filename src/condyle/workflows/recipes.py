"""Recipes by name, for whoever wants to see one; reading them needs no torch."""

from __future__ import annotations

from condyle.training.recipe import Recipe, read_recipe, recipe_names


def list_recipes() -> tuple[str, ...]:
    """Gives the names of the recipes in the package, sorted."""
    return recipe_names()


def load_recipe(name: str) -> Recipe:
    """Gives a recipe of the package, or of a YAML file, with every field.

    Args:
        name: Its name, or the path of a file that ends in ``.yaml`` or ``.yml``.

    Raises:
        UnknownName: There is neither.
        BadConfiguration: It does not fit the schema; every fault is named with its path.
    """
    return read_recipe(name)
