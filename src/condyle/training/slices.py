"""Prepared slices of many cases in a file each, so that an archive need not fit in memory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from condyle.domain.case import Case
from condyle.domain.progress import Progress, ProgressCallback
from condyle.domain.study import Series, takes
from condyle.errors import DatasetError
from condyle.preprocessing import prepare
from condyle.training.recipe import Recipe, network_size
from condyle.training.recipe_parts import InputPart
from condyle.training.targets import LabelTarget, MaskTarget

IntArray = NDArray[np.int64]
TextArray = NDArray[np.str_]


@dataclass(frozen=True, eq=False)
class Slices:
    """Slices by number; the arrays of pixels are mapped from files, and shared by all parts.

    Attributes:
        patients: Patient of each slice.
        cases: Case of each slice.
        series: Stem of each slice's series.
        planes: Plane of each slice's series, or empty.
        positions: Index of each slice in its series.
        labels: (slice, target) value of each label, -1 where it is not known.
        rows: Where each slice lies in the arrays of pixels.
        images: (any, row, column) float16 in 0 to 1.
        masks: (any, target, row, column) of 0 and 1, or ``None`` where none are learned.
    """

    patients: TextArray
    cases: TextArray
    series: TextArray
    planes: TextArray
    positions: IntArray
    labels: IntArray
    rows: IntArray
    images: NDArray[np.float16]
    masks: NDArray[np.uint8] | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def where(self, kept: NDArray[np.bool_]) -> Slices:
        """Gives the slices that are true."""
        return replace(
            self,
            patients=self.patients[kept],
            cases=self.cases[kept],
            series=self.series[kept],
            planes=self.planes[kept],
            positions=self.positions[kept],
            labels=self.labels[kept],
            rows=self.rows[kept],
        )

    def of_patients(self, patients: Sequence[str]) -> Slices:
        """Gives the slices of some patients."""
        return self.where(np.isin(self.patients, list(patients)))

    def images_at(self, chosen: IntArray) -> NDArray[np.float32]:
        """Gives (chosen, row, column) images."""
        return np.asarray(self.images[self.rows[chosen]], dtype=np.float32)

    def masks_at(self, chosen: IntArray) -> NDArray[np.float32]:
        """Gives (chosen, target, row, column) masks of 0 and 1."""
        if self.masks is None:
            raise ValueError("these slices were prepared without masks")
        return np.asarray(self.masks[self.rows[chosen]], dtype=np.float32)


@dataclass(frozen=True)
class _Place:
    case: Case
    series: Series
    slice_index: int
    row: int
    labels: tuple[int, ...]


def accepts(series: Series, wanted: InputPart) -> bool:
    """Says whether a recipe takes a series; what the series does not tell is taken."""
    return takes(series, planes=wanted.planes, weightings=wanted.weightings)


def prepare_slices(
    cases: Sequence[Case],
    recipe: Recipe,
    *,
    folder: Path,
    labels: Sequence[LabelTarget] = (),
    masks: Sequence[MaskTarget] = (),
    progress: ProgressCallback,
) -> Slices:
    """Prepares every slice of the cases that the recipe takes, once.

    Args:
        cases: With their references; a series without a mask is left out where masks are
            learned, and a slice without any known label where labels are.
        recipe: Its preprocessing and what it accepts.
        folder: Where the arrays are kept; those of the same cases and steps are taken up.
        labels: Labels that are learned.
        masks: Structures that are learned.
        progress: Told of the stage ``"prepare"``.

    Raises:
        DatasetError: No slice is left.
    """
    places = _places(cases, recipe, labels=labels, masks=masks)
    if not places:
        raise DatasetError(
            f"There is nothing for the recipe '{recipe.name}' to learn from.",
            found=f"{len(cases)} cases, none with a series that it takes and a reference",
            needed=f"planes {', '.join(recipe.input.planes)} and weightings "
            f"{', '.join(recipe.input.weightings)}, with labels or masks",
            mend="check --data with 'condyle data check', or set input.planes and "
            "input.weightings.",
        )
    images, drawn = _arrays(places, recipe, folder=folder, masks=masks, progress=progress)
    values = [place.labels for place in places]
    return Slices(
        patients=np.array([p.case.patient for p in places]),
        cases=np.array([p.case.id for p in places]),
        series=np.array([p.series.stem for p in places]),
        planes=np.array([p.series.plane.value or "" for p in places]),
        positions=np.array([p.slice_index for p in places]),
        labels=np.array(values, dtype=np.int64).reshape(len(places), len(labels)),
        rows=np.array([p.row for p in places]),
        images=images,
        masks=drawn,
    )


def _places(
    cases: Sequence[Case],
    recipe: Recipe,
    *,
    labels: Sequence[LabelTarget],
    masks: Sequence[MaskTarget],
) -> list[_Place]:
    places: list[_Place] = []
    for case in cases:
        for series in case.study.series:
            drawn = series.stem in case.reference.masks
            if not accepts(series, recipe.input) or (masks and not drawn):
                continue
            told = [target.of_series(case, series) for target in labels]
            for at in range(series.shape[0]):
                known = tuple(values[at] for values in told)
                if masks or max(known, default=0) >= 0:
                    places.append(_Place(case, series, at, len(places), known))
    return places


def _arrays(
    places: Sequence[_Place],
    recipe: Recipe,
    *,
    folder: Path,
    masks: Sequence[MaskTarget],
    progress: ProgressCallback,
) -> tuple[NDArray[np.float16], NDArray[np.uint8] | None]:
    """Gives the arrays of pixels, made a series at a time unless an earlier run made them."""
    folder.mkdir(parents=True, exist_ok=True)
    key = _key(places, recipe, masks)
    image_file, mask_file = folder / f"images-{key}.npy", folder / f"masks-{key}.npy"
    if not image_file.is_file() or (masks and not mask_file.is_file()):
        _make_arrays(places, recipe, files=(image_file, mask_file), masks=masks, progress=progress)
    images: NDArray[np.float16] = np.load(image_file, mmap_mode="r")
    return images, np.load(mask_file, mmap_mode="r") if masks else None


def _make_arrays(
    places: Sequence[_Place],
    recipe: Recipe,
    *,
    files: tuple[Path, Path],
    masks: Sequence[MaskTarget],
    progress: ProgressCallback,
) -> None:
    size = network_size(recipe)
    parts = tuple(file.with_suffix(".part") for file in files)
    opened = np.lib.format.open_memmap
    images = opened(parts[0], mode="w+", dtype=np.float16, shape=(len(places), *size))
    drawn = (
        opened(parts[1], mode="w+", dtype=np.uint8, shape=(len(places), len(masks), *size))
        if masks
        else None
    )
    at = 0
    while at < len(places):
        first = places[at]
        same = [p for p in places[at : at + first.series.shape[0]] if p.series is first.series]
        volume = first.series.load()
        made = prepare(volume, recipe.preprocessing, slices=tuple(p.slice_index for p in same))
        images[at : at + len(same)] = made.array
        if drawn is not None:
            labelmap = first.case.reference.masks[first.series.stem]
            for offset, place in enumerate(same):
                brought = made.placement.prepare_labels(labelmap[place.slice_index])
                drawn[at + offset] = np.stack([target.of(brought) for target in masks])
        at += len(same)
        progress(Progress("prepare", at, len(places)))
    for array, part, file in zip((images, drawn), parts, files, strict=True):
        if array is not None:
            array.flush()
            part.rename(file)


def _key(places: Sequence[_Place], recipe: Recipe, masks: Sequence[MaskTarget]) -> str:
    """Gives a name for arrays of these slices, steps and structures."""
    told = [
        recipe.preprocessing,
        [(target.name, target.values) for target in masks],
        [(place.case.id, place.series.stem, place.slice_index) for place in places],
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]
