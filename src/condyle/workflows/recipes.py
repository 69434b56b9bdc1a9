"""``condyle recipes``: the recipes of the package, and what each says."""

from __future__ import annotations

from condyle.training.recipe import Recipe, read_recipe, recipe_names


def list_recipes() -> tuple[str, ...]:
    """Gives the names of the recipes that come with Condyle, sorted."""
    return recipe_names()


def load_recipe(name: str) -> Recipe:
    """Gives a recipe of the package, or of a YAML file, with its defaults filled in.

    Raises:
        UnknownName: There is neither a recipe nor a file of that name.
        BadConfiguration: It does not fit the schema; lists every error with its path.
    """
    return read_recipe(name)
