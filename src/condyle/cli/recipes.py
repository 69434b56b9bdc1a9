"""``condyle recipes``: which recipes come with Condyle, and what they say."""

from __future__ import annotations

from typing import Annotated

import typer

from condyle.cli.verb import add_verb


def recipes_app() -> typer.Typer:
    """Makes the verbs under ``condyle recipes``."""
    app = typer.Typer(
        help="List and show the recipes that bundles are trained from.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    add_verb(app, list_all, "list")
    add_verb(app, show, "show")
    return app


def list_all() -> None:
    """List the recipes in the package.

    Example:
      condyle recipes list
    """
    from condyle.cli.summary import table
    from condyle.workflows.recipes import list_recipes, load_recipe

    rows = [(name, load_recipe(name).version, load_recipe(name).summary) for name in list_recipes()]
    print("\n".join(table([("recipe", "version", "summary"), *rows])))


def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of a recipe, or a YAML file.")],
) -> None:
    """Show a recipe with every field.

    Example:
      condyle recipes show lumbar-anatomy
    """
    import yaml

    from condyle.workflows.recipes import load_recipe

    values = load_recipe(name).model_dump(mode="json", by_alias=True)
    print(yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=100), end="")
