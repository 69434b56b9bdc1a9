"""The recipe: a training declaration, readable as the methods section of a paper."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from condyle.domain.study import Plane, Weighting
from condyle.errors import BadConfiguration, UnknownName

SCHEMA = "condyle.recipe/1"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DataPart(_Part):
    """Where cases come from: a layout of the datasets room, and a committed split."""

    layout: str
    split: str


class InputPart(_Part):
    """What the bundle will accept: its input contract."""

    anatomy: str
    modality: str = "MR"
    planes: tuple[Plane, ...] = ("sagittal",)
    weightings: tuple[Weighting, ...] = ("t1", "t2", "t2-space")
    min_pixels: int = 128


class NetworkPart(_Part):
    """A network of the registry with its parameters."""

    name: str
    parameters: dict[str, Any] = Field(default_factory=dict)


class OptimiserPart(_Part):
    """AdamW with a warm-up and a cosine decay to zero."""

    name: Literal["adamw"] = "adamw"
    learning_rate: float = 0.002
    weight_decay: float = 0.0001


class SchedulePart(_Part):
    """How long to train: a fixed number of steps, so that no fold chooses when to stop.

    A fit whose training loss ends over ``refit_over`` has not taken: it is begun again from
    another seed, at most ``attempts`` times in all. Only the training loss is looked at.
    """

    steps: int = Field(gt=0)
    batch: int = Field(gt=0)
    warmup: int = 40
    average_decay: float = Field(default=0.99, ge=0, lt=1)
    refit_over: float | None = None
    attempts: int = Field(default=3, ge=1)


class SelfTrainingPart(_Part):
    """A second round on the fold's own training patients, labelled by its first round."""

    steps: int = Field(gt=0)
    share: float = Field(default=0.5, gt=0, lt=1)
    learning_rate: float = 0.001


class RequiredPart(_Part):
    """A bundle that must run first."""

    name: str
    role: Literal["anatomy"] = "anatomy"


class Recipe(_Part):
    """A whole training declaration.

    Attributes:
        schema_: Version of this schema, ``schema`` in the file.
        name: Name of the recipe and of the bundle it makes.
        version: Version of the bundle.
        task: ``"segment"`` or ``"grade"``.
        summary: One sentence.
        source: The publications whose design it follows.
        intended_use: One paragraph for the manifest.
        exclusions: Codes of patients and images that the bundle is not for.
        preprocessing: Steps, verbatim for the bundle.
        interpretation: Settings of the interpretation, verbatim for the bundle.
        augmentation: Settings of the task's augmentation.
        ensemble: The networks of the folds are shipped together; a refit is not offered.
    """

    schema_: Literal["condyle.recipe/1"] = Field(alias="schema")
    name: str
    version: str
    task: Literal["segment", "grade"]
    summary: str
    source: tuple[str, ...]
    intended_use: str
    exclusions: tuple[str, ...]
    licence: str
    attribution: str
    data: DataPart
    input: InputPart
    requires: tuple[RequiredPart, ...] = ()
    preprocessing: tuple[dict[str, Any], ...]
    interpretation: dict[str, Any] = Field(default_factory=dict)
    network: NetworkPart
    augmentation: dict[str, Any] = Field(default_factory=dict)
    loss: dict[str, Any] = Field(default_factory=dict)
    optimiser: OptimiserPart = OptimiserPart()
    schedule: SchedulePart
    self_training: SelfTrainingPart | None = None
    seed: int = 2026
    ensemble: Literal["folds"] = "folds"


def recipe_names() -> tuple[str, ...]:
    """Gives the names of the recipes in the package."""
    folder = resources.files("condyle.recipes")
    return tuple(sorted(f.name[:-5] for f in folder.iterdir() if f.name.endswith(".yaml")))


def read_recipe(name_or_path: str, *, settings: dict[str, str] | None = None) -> Recipe:
    """Reads a recipe of the package, or a YAML file, with some fields changed.

    Args:
        name_or_path: Name of a recipe, or path of a file.
        settings: Dotted field to new value, as YAML, such as ``{"schedule.steps": "50"}``.

    Raises:
        UnknownName: If there is neither a recipe nor a file of that name.
        BadConfiguration: If it does not fit the schema; lists every error with its path.
    """
    path = Path(name_or_path)
    if name_or_path in recipe_names():
        text = (resources.files("condyle.recipes") / f"{name_or_path}.yaml").read_text("utf-8")
    elif path.suffix in (".yaml", ".yml") and path.is_file():
        text = path.read_text("utf-8")
    else:
        raise UnknownName("recipe", name_or_path, recipe_names())
    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise _bad(name_or_path, "text that is not YAML", str(error).splitlines()[0]) from error
    if not isinstance(values, dict):
        raise _bad(name_or_path, "no fields at all", "one field a line, such as 'task: grade'")
    for key, value in (settings or {}).items():
        _set(values, key, yaml.safe_load(value))
    try:
        return Recipe.model_validate(values)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}"
            for item in error.errors()
        )
        raise _bad(name_or_path, wrong, _fields(error)) from error


def _set(values: dict[str, Any], key: str, value: object) -> None:
    """Sets a dotted field of nested mappings."""
    *path, last = key.split(".")
    for part in path:
        child = values.get(part)
        if not isinstance(child, dict):
            child = values[part] = {}
        values = child
    values[last] = value


def _fields(error: ValidationError) -> str:
    """Says which fields exist, where one was given that does not."""
    if any(item["type"] == "extra_forbidden" for item in error.errors()):
        names = [field.alias or name for name, field in Recipe.model_fields.items()]
        return "only these fields: " + ", ".join(names)
    return f"fields that fit {SCHEMA}"


def _bad(name: str, found: str, needed: str) -> BadConfiguration:
    return BadConfiguration(
        f"The recipe '{name}' cannot be used.",
        found=found,
        needed=needed,
        mend="correct the fields named above; 'condyle recipes show lumbar-anatomy' is an example.",
    )
