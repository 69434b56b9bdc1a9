"""What a recipe learns from the labels, masks and boxes of an archive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from condyle.domain.case import STUDY_UNIT, Case
from condyle.domain.names import slug as slug
from condyle.domain.study import Series
from condyle.errors import BadConfiguration, DatasetError
from condyle.training.recipe import Recipe

TargetSource = Literal["image", "study", "mask"]

PRESENCE = ("no", "yes")

LESION = "lesion"
"""Name of all structures of the masks together."""


@dataclass(frozen=True)
class LabelTarget:
    """A label that is learned.

    Attributes:
        name: As bundles and tables call it: lower case, digits and hyphens.
        key: Name of the label in ``Reference.grades``, or of the structure in masks.
        classes: Names of its values by number.
        source: Whether it is held of an image, of a study, or made from masks.
        values: Values of a mask that count, where it is made from masks.
    """

    name: str
    key: str
    classes: tuple[str, ...]
    source: TargetSource
    values: tuple[int, ...] = ()

    def of_series(self, case: Case, series: Series) -> tuple[int, ...]:
        """Gives its value on each slice, -1 where it is not known; a mask is read once."""
        if self.source == "mask" and series.stem in case.reference.masks:
            mask = case.reference.masks[series.stem]
            return tuple(int(np.isin(one, self.values).any()) for one in mask)
        unit = STUDY_UNIT if self.source == "study" else series.stem
        held = -1 if self.source == "mask" else self._held(case, unit)
        return (held,) * max(1, series.shape[0])

    def of_study(self, case: Case) -> int:
        """Gives its value for the whole study, or -1 where it is not known.

        A label of images is, for the study, the greatest of theirs.
        """
        if self.source == "study":
            return self._held(case, STUDY_UNIT)
        found = [max(self.of_series(case, series)) for series in case.study.series]
        return max(found, default=-1)

    def _held(self, case: Case, unit: str) -> int:
        return case.reference.grades.get(unit, {}).get(self.key, -1)


@dataclass(frozen=True)
class MaskTarget:
    """A structure that is outlined.

    Attributes:
        name: As bundles and tables call it.
        values: Values of a mask that count.
    """

    name: str
    values: tuple[int, ...]

    def of(self, mask: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Gives where a labelmap shows the structure."""
        return np.isin(mask, self.values)


def mask_targets(recipe: Recipe, structures: Sequence[str]) -> tuple[MaskTarget, ...]:
    """Gives the structures that a recipe outlines.

    Args:
        recipe: ``target.structures`` names those that are wanted, each by itself; where
            empty all count as one lesion, and so they do where that alone is named.
        structures: Names of the values of the archive's masks by number, background first.

    Raises:
        DatasetError: The archive has no masks, or lacks a structure that is wanted.
        BadConfiguration: The recipe mirrors images, and a structure says a side.
    """
    if len(structures) < 2:
        raise DatasetError(
            f"The recipe '{recipe.name}' learns masks, and the archive has none.",
            found="images without masks; a label of a study says nothing of where on an image",
            needed="a mask drawn on each image",
            mend="train a recipe of labels, such as knee-mrnet for series or knee-resnet18 for "
            "slices, or add masks.",
        )
    known = {slug(name): value for value, name in enumerate(structures) if value}
    wanted = [slug(name) for name in recipe.target.structures] or list(known)
    together = not recipe.target.structures or (wanted == [LESION] and LESION not in known)
    if together and len(known) > 1:
        return (MaskTarget(LESION, tuple(known.values())),)
    absent = [name for name in wanted if name not in known]
    if absent:
        raise DatasetError(
            f"The archive lacks a structure that the recipe '{recipe.name}' outlines.",
            found="masks of " + ", ".join(known),
            needed=", ".join(absent),
            mend="set target.structures to those that are there, or add the masks.",
        )
    _refuse_sided(recipe, wanted)
    return tuple(MaskTarget(name, (known[name],)) for name in wanted)


def label_targets(
    recipe: Recipe,
    *,
    cases: Sequence[Case],
    labels: Mapping[str, Sequence[str]],
    structures: Sequence[str] = (),
    unit: Literal["image", "study"],
) -> tuple[LabelTarget, ...]:
    """Gives the labels that a recipe learns.

    Labels of the archive come first; where it has none of the unit, and masks, a label is
    made from them for images: present where any pixel of the target's structures is.

    Args:
        recipe: ``target.labels`` names those that are wanted; all that fit where empty.
        cases: Of the archive, which tell whether a label is of images or of studies.
        labels: Label to the names of its values, as the archive has them.
        structures: Names of the values of the archive's masks.
        unit: What the task judges.

    Raises:
        DatasetError: There is no label of that unit, or a wanted one is absent.
        BadConfiguration: The recipe mirrors images, and a label says a side.
    """
    found = {
        slug(key): LabelTarget(slug(key), key, tuple(classes), unit)
        for key, classes in labels.items()
        if _stands(cases, key, study=unit == "study")
    }
    if not found and unit == "image" and len(structures) > 1:
        made = mask_targets(recipe, structures)
        values = tuple(value for target in made for value in target.values)
        name = made[0].name if len(made) == 1 else LESION
        found = {name: LabelTarget(name, name, PRESENCE, "mask", values)}
    wanted = [slug(name) for name in recipe.target.labels] or list(found)
    if not wanted or any(name not in found for name in wanted):
        raise _no_label(recipe, found, wanted, unit)
    _refuse_sided(recipe, wanted)
    return tuple(found[name] for name in wanted)


def _refuse_sided(recipe: Recipe, names: Sequence[str]) -> None:
    """Refuses names of a side that come from the archive; the recipe's own it refuses itself."""
    sided = recipe.sided(names)
    if sided:
        raise BadConfiguration(
            f"The recipe '{recipe.name}' mirrors images, so that no side can be told.",
            found=", ".join(sided),
            needed="labels and structures that name no side, or images that are not mirrored",
            mend="add --set augmentation.flip=false, or name other labels or structures.",
        )


def _stands(cases: Sequence[Case], key: str, *, study: bool) -> bool:
    return any(
        key in grades
        for case in cases
        for name, grades in case.reference.grades.items()
        if (name == STUDY_UNIT) == study and not name.startswith("disc-")
    )


def _no_label(
    recipe: Recipe, found: Mapping[str, LabelTarget], wanted: Sequence[str], unit: str
) -> DatasetError:
    mine, other = ("studies", "images") if unit == "study" else ("images", "studies")
    one = "a study" if unit == "study" else "an image"
    which = ", ".join(name for name in wanted if name not in found) or "at least one label"
    return DatasetError(
        f"The archive has no label that the recipe '{recipe.name}' can learn.",
        found=f"labels of {mine}: " + ", ".join(found) if found else f"no label of {one}",
        needed=f"{which}, held of each {unit}",
        mend=f"name the labels with --set target.labels=[...], or train a recipe for {other}: "
        "'condyle recipes list' names them all.",
    )
