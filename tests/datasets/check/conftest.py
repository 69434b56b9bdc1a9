"""Archives made of textures: every picture unlike every other, unless a test says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from condyle.datasets.archive import Archive, Side
from condyle.domain.case import Case, LabelledBox, Reference
from condyle.domain.study import Attribute, Series, Study
from condyle.domain.volume import Volume
from condyle.errors import BadImage

Pixels = NDArray[np.float32]


@dataclass
class Planted:
    """What an archive is made of; a test changes what it plants.

    Attributes:
        patients: How many; every second has the label.
        pixels: Patient number to its (slice, row, column) pixels, where not a texture.
        broken: Patients whose image cannot be read.
        masks: Patient number to its mask.
        boxes: Patient number to its boxes.
        spacing: Patient number to its spacing.
        covariates: Patient number to covariates.
        grades: Patient number to its grades, by unit.
        structures: Names of the values of masks.
        sides: Patient to side.
        leaks: Patients on several sides.
        slices: Of each series.
    """

    patients: int = 24
    pixels: dict[int, Pixels] = field(default_factory=dict)
    broken: set[int] = field(default_factory=set)
    masks: dict[int, NDArray[np.uint8]] = field(default_factory=dict)
    boxes: dict[int, tuple[LabelledBox, ...]] = field(default_factory=dict)
    spacing: dict[int, tuple[float, float, float]] = field(default_factory=dict)
    covariates: dict[int, Mapping[str, str]] = field(default_factory=dict)
    grades: dict[int, Mapping[str, Mapping[str, int]]] = field(default_factory=dict)
    structures: tuple[str, ...] = ()
    sides: dict[str, Side] = field(default_factory=dict)
    leaks: tuple[str, ...] = ()
    slices: int = 1

    def archive(self) -> Archive:
        """Makes it."""
        classes = sorted({label for own in self.boxes.values() for b in own for label in b.labels})
        return Archive(
            layout="made",
            cases=tuple(self._case(number) for number in range(self.patients)),
            labels={"acl-tear": ("no", "yes")},
            structures=self.structures,
            box_classes=tuple(classes),
            sides=self.sides,
            leaks=self.leaks,
        )

    def _case(self, number: int) -> Case:
        pixels = self.pixels.get(number, texture(number, slices=self.slices))
        stem = f"image-{number}"

        def load() -> Volume:
            if number in self.broken:
                raise BadImage("It cannot be read.", found="a PNG that ends too early")
            return Volume(pixels)

        series = Series(
            stem=stem,
            load=load,
            plane=Attribute("sagittal"),
            weighting=Attribute("t2"),
            shape=(pixels.shape[0], pixels.shape[1], pixels.shape[2]),
            spacing=self.spacing.get(number),
        )
        reference = Reference(
            masks={stem: self.masks[number]} if number in self.masks else {},
            grades=self.grades.get(number, {"study": {"acl-tear": number % 2}}),
            boxes={stem: self.boxes[number]} if number in self.boxes else {},
        )
        study = Study(uid=None, series=(series,))
        covariates = self.covariates.get(number, {})
        return Case(f"case-{number}", f"p{number}", study, reference, covariates)


def texture(seed: int, *, slices: int = 1, rows: int = 96, columns: int = 80) -> Pixels:
    """Gives (slice, row, column) pixels from 0 to 255 that are those of no other seed."""
    rng = np.random.default_rng(seed)
    coarse = gaussian_filter(rng.normal(size=(slices, rows, columns)), (0, 6, 6))
    fine = gaussian_filter(rng.normal(size=(slices, rows, columns)), (0, 2, 2))
    both = coarse / coarse.std() + 0.6 * fine / fine.std()
    scaled = 255 * (both - both.min()) / (both.max() - both.min())
    return np.rint(scaled).astype(np.float32)


@pytest.fixture(name="texture")
def _texture() -> Callable[..., Pixels]:
    return texture


@pytest.fixture
def planted() -> Planted:
    """A clean archive, to be spoilt."""
    return Planted()
