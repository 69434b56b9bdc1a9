"""Reading an image and its mask so that both lie on one grid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from condyle.datasets.archive import Unreadable
from condyle.datasets.mask_values import MaskSeen, Meaning, look_at
from condyle.datasets.words import plane_said, weighting_of
from condyle.domain.geometry import Reorientation
from condyle.domain.study import Attribute, Series
from condyle.errors import BadImage, DatasetError
from condyle.images import read_image
from condyle.images.codes import Codes, read_codes
from condyle.sources import SourceFile


@dataclass(frozen=True)
class Pair:
    """One mask that was read, with the images that it lies on.

    Attributes:
        mask: Its file.
        images: Their paths in the archive.
        series: The images, in the same order.
        seen: What was seen of the mask.
    """

    mask: SourceFile
    images: tuple[str, ...]
    series: tuple[Series, ...]
    seen: MaskSeen


def read_pairs(
    files: Mapping[str, SourceFile], pairs: Mapping[str, Sequence[str]]
) -> Iterator[Pair | Unreadable]:
    """Reads the head of every image and every mask once; keeps no pixels.

    Of several images that share a mask, those on another grid are left out.

    Args:
        files: Path to file.
        pairs: Path of a mask to the paths of its images.

    Yields:
        A pair, or what of one cannot be read.

    Raises:
        DatasetError: An image and its only mask differ in size; names both.
    """
    for mask, images in pairs.items():
        fitting: list[tuple[str, Series]] = []
        codes: Codes | None = None
        for image in images:
            try:
                series = described(read_image(files[image], whole=False), image)
            except (BadImage, OSError) as error:
                yield Unreadable(image, why_of(error))
                continue
            try:
                codes = codes_on(files[mask], series, names=(image, mask))
            except (BadImage, OSError) as error:
                yield Unreadable(mask, why_of(error))
                break
            except DatasetError as error:
                if len(images) == 1:
                    raise
                yield Unreadable(image, f"not on the grid of its folder's mask ({error.found})")
            else:
                fitting.append((image, series))
        if fitting and codes is not None:
            paths, read = zip(*fitting, strict=True)
            yield Pair(files[mask], paths, read, look_at(codes, mask))


def described(series: Series, path: str) -> Series:
    """Adds to a series what the names of its folders say of plane and weighting.

    Args:
        series: As its file gives it.
        path: Of the file, relative to the archive.
    """
    folders = PurePosixPath(path).parts[:-1]
    weighting, plane = series.weighting, series.plane
    for name in reversed(folders):
        if weighting.value is None and (said := weighting_of(name)):
            weighting = Attribute(said, estimated=True)
    for name in (PurePosixPath(path).name, *reversed(folders)):
        if plane.value is None and (found := plane_said(name)):
            plane = Attribute(found, estimated=True)
    return replace(series, weighting=weighting, plane=plane)


def mask_of(file: SourceFile, image: Series, meaning: Meaning) -> NDArray[np.uint8]:
    """Reads a mask as a labelmap on the grid of its image.

    Args:
        file: The mask.
        image: What it lies on.
        meaning: What its values mean.

    Raises:
        BadImage: The file is damaged.
        DatasetError: It has changed since the archive was opened.
    """
    return meaning.labels_of(codes_on(file, image, names=(image.stem, file.label)), file.label)


def codes_on(file: SourceFile, image: Series, *, names: tuple[str, str]) -> Codes:
    """Reads a mask so that it lies on its image.

    Where both files state a geometry and agree on the spacing, each is turned by its own;
    else the mask is taken to be stored voxel by voxel as the image is, which is how tools
    write one that lost its header.

    Args:
        file: The mask.
        image: What it lies on.
        names: Paths of image and mask, for the error.

    Raises:
        BadImage: The file is damaged.
        DatasetError: Their sizes differ.
        OSError: The file cannot be opened.
    """
    own = _read(file, None)
    if isinstance(own, Codes) and own.array.shape == image.shape and _alike(own, image):
        return own
    as_stored = _read(file, image.stored)
    for codes in (as_stored, own):
        if isinstance(codes, Codes) and codes.array.shape == image.shape:
            return codes
    if not isinstance(own, Codes):
        raise own
    raise DatasetError(
        "An image and its mask differ in size.",
        found=f"{names[0]}: {_size(image.shape)}; {names[1]}: {_size(own.array.shape)}",
        needed="a mask with a pixel for every pixel of its image",
        mend="save the mask at the image's size, or take the pair away.",
    )


def _read(file: SourceFile, turn: Reorientation | None) -> Codes | BadImage:
    try:
        return read_codes(file, turn=turn)
    except BadImage as error:
        return error


def _alike(codes: Codes, image: Series) -> bool:
    """Says whether a mask and an image state one spacing, or are pictures, which have none."""
    if codes.spacing is None or image.spacing is None:
        return image.kind in ("picture", "array")
    return np.allclose(codes.spacing, image.spacing, rtol=1e-2)


def why_of(error: BadImage | OSError) -> str:
    """Gives why a file was not read, in one clause."""
    return error.found if isinstance(error, BadImage) else "a file that cannot be opened"


def _size(shape: Sequence[int]) -> str:
    return " x ".join(str(side) for side in shape)
