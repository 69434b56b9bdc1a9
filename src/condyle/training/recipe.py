"""The recipe: a training declaration, readable as the methods section of a paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, Literal, get_args

import yaml
from pydantic import BaseModel, Field, ValidationError, model_validator

from condyle.errors import BadConfiguration, UnknownName
from condyle.training.recipe_parts import (
    DataPart,
    InputPart,
    NetworkPart,
    OptimiserPart,
    Part,
    PretrainedPart,
    RequiredPart,
    SchedulePart,
    SelfTrainingPart,
    TargetPart,
)

SCHEMA = "condyle.recipe/1"

TaskName = Literal["segment", "grade", "lesion", "classify", "series", "detect"]

SIDED = ("left", "right", "medial", "lateral")
"""Words of a side: what an image that was mirrored in training can no longer tell."""


class Recipe(Part):
    """A whole training declaration.

    Attributes:
        schema_: Version of this schema, ``schema`` in the file.
        name: Name of the recipe and of the bundle it makes.
        version: Version of the bundle.
        task: What is learned: ``"segment"`` and ``"grade"`` the lumbar spine, ``"lesion"`` a
            mask and from it a decision, ``"classify"`` a slice, ``"series"`` whole series of
            several planes, ``"detect"`` boxes.
        summary: One sentence.
        source: The publications whose design it follows.
        intended_use: One paragraph for the manifest.
        exclusions: Codes of patients and images that the bundle is not for.
        preprocessing: Steps, verbatim for the bundle.
        interpretation: Settings of the interpretation, verbatim for the bundle.
        target: What is learned, by the labels, masks or boxes of the archive.
        augmentation: Settings of the task's augmentation.
        pretrained: An expert beside ``network`` that begins with published weights; the two
            are averaged.
        arms: Name to settings, by which the recipe is run once for each on the same
            patients, and the arms are compared.
        profiles: Name to settings for another occasion, such as ``fast`` for a trial.
        ensemble: The networks of the folds are shipped together; a refit is not offered.
    """

    schema_: Literal["condyle.recipe/1"] = Field(alias="schema")
    name: str
    version: str
    task: TaskName
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
    target: TargetPart = TargetPart()
    network: NetworkPart
    augmentation: dict[str, Any] = Field(default_factory=dict)
    loss: dict[str, Any] = Field(default_factory=dict)
    optimiser: OptimiserPart = OptimiserPart()
    schedule: SchedulePart
    self_training: SelfTrainingPart | None = None
    pretrained: PretrainedPart | None = None
    seed: int = 2026
    arms: dict[str, dict[str, Any]] = Field(default_factory=dict)
    profiles: dict[str, dict[str, Any]] = Field(default_factory=dict)
    ensemble: Literal["folds"] = "folds"

    @model_validator(mode="after")
    def _sides_are_kept(self) -> Recipe:
        sided = self.sided(self.target.labels)
        if sided:
            raise ValueError(
                f"augmentation.flip mirrors images, so that no {' or '.join(sided)} can be told"
            )
        return self

    @model_validator(mode="after")
    def _grades_have_their_own(self) -> Recipe:
        if self.task != "grade" and self.target.read_on:
            raise ValueError("target.read_on is for the task 'grade' alone")
        graded = {self.interpretation.get("grade"), *self.interpretation.get("findings", ())}
        alone = self.pretrained.alone if self.pretrained else ()
        unknown = sorted({*self.target.read_on, *alone} - graded)
        if unknown:
            raise ValueError(
                f"target.read_on and pretrained.alone name {', '.join(unknown)}, which is neither "
                "the grade nor a finding of interpretation"
            )
        return self

    def sided(self, names: Sequence[str]) -> tuple[str, ...]:
        """Gives those of the names that say a side, where the recipe mirrors images.

        Args:
            names: What the bundle would tell, such as ``"medial-meniscus-tear"``.
        """
        if not self.augmentation.get("flip"):
            return ()
        return tuple(name for name in names if set(name.lower().split("-")) & set(SIDED))


def recipe_names() -> tuple[str, ...]:
    """Gives the names of the recipes in the package."""
    folder = resources.files("condyle.recipes")
    return tuple(sorted(f.name[:-5] for f in folder.iterdir() if f.name.endswith(".yaml")))


def read_recipe(
    name_or_path: str, *, settings: Mapping[str, str] | None = None, profile: str | None = None
) -> Recipe:
    """Reads a recipe of the package, or a YAML file, with some fields changed.

    Args:
        name_or_path: Name of a recipe, or path of a file.
        settings: Dotted field to new value, as YAML, such as ``{"schedule.steps": "50"}``.
        profile: Name of a profile of the recipe, which is set before the settings.

    Raises:
        UnknownName: If there is neither a recipe nor a file of that name, or the recipe has
            no such profile.
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
    changes = {key: _value(name_or_path, key, text) for key, text in (settings or {}).items()}
    return _validated(name_or_path, _changed(values, {**_profile(values, profile), **changes}))


def arm_of(recipe: Recipe, arm: str) -> Recipe:
    """Gives the recipe of one arm, which has no arms itself.

    Args:
        recipe: With the arm.
        arm: Its name.
    """
    values = recipe.model_dump(mode="json", by_alias=True) | {"arms": {}}
    return _validated(recipe.name, _changed(values, recipe.arms[arm]))


def network_size(recipe: Recipe) -> tuple[int, int]:
    """Gives the (row, column) size that the recipe's ``fit`` step makes."""
    for step in recipe.preprocessing:
        if step.get("step") == "fit":
            return (int(step["rows"]), int(step["columns"]))
    raise BadConfiguration(
        f"The recipe '{recipe.name}' does not say how large the network's input is.",
        found="no 'fit' step under preprocessing",
        needed="a step such as {step: fit, rows: 256, columns: 256}",
        mend="add the step to the recipe.",
    )


def _profile(values: Mapping[str, Any], profile: str | None) -> dict[str, Any]:
    if profile is None:
        return {}
    profiles = values.get("profiles") or {}
    if profile not in profiles:
        raise UnknownName("profile of the recipe", profile, profiles)
    return dict(profiles[profile])


def _changed(values: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    for key, value in changes.items():
        _set(values, key, value)
    return values


def _value(name: str, key: str, text: str) -> object:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise _bad(name, f"{key}: '{text}', which is not YAML", "a value such as 50") from error


def _validated(name: str, values: dict[str, Any]) -> Recipe:
    try:
        return Recipe.model_validate(values)
    except ValidationError as error:
        wrong = "; ".join(_told(item["loc"], item["msg"]) for item in error.errors())
        raise _bad(name, wrong, _fields(error)) from error


def _told(place: tuple[int | str, ...], message: str) -> str:
    """Says one error, of a field or of the recipe as a whole."""
    field = ".".join(str(part) for part in place)
    said = message.removeprefix("Value error, ")
    return f"{field}: {said}" if field else said


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
    """Says which fields exist where one was given that does not."""
    sections = [item["loc"][:-1] for item in error.errors() if item["type"] == "extra_forbidden"]
    if not sections:
        return f"fields that fit {SCHEMA}"
    told = {".".join(map(str, section)): _names(section) for section in sections}
    return "; ".join(
        f"under {section} only {names}" if section else f"only these fields: {names}"
        for section, names in told.items()
    )


def _names(section: tuple[int | str, ...]) -> str:
    """Lists the fields of a section of the recipe."""
    model: type[BaseModel] = Recipe
    for name in section:
        field = model.model_fields.get(str(name))
        inner = field.annotation if field else None
        parts = [inner, *get_args(inner)]
        model = next((p for p in parts if isinstance(p, type) and issubclass(p, Part)), model)
    return ", ".join(field.alias or name for name, field in model.model_fields.items())


def _bad(name: str, found: str, needed: str) -> BadConfiguration:
    shown = name if name in recipe_names() else "knee-unet"
    return BadConfiguration(
        f"The recipe '{name}' cannot be used.",
        found=found,
        needed=needed,
        mend=f"correct the fields named above; 'condyle recipes show {shown}' shows all of them.",
    )
