"""Where a bundle comes from, and under what terms it may be used."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue, StringConstraints

from condyle.bundle.record import Record, Sha256, Slug, Text

ImageHash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
"""The first 64 bits of an image's SHA-256; see ``condyle.bundle.image_hash``."""


class Dataset(Record):
    """The labelled archive that a bundle learned from.

    Attributes:
        name: Its name, such as ``"lumbar-spider"``.
        sha256: Hash of its content, as the datasets room takes it.
        counts: How much there was, such as ``{"patients": 179}``.
        simulated: True where the images are simulated, which every page then says.
    """

    name: Text
    sha256: Sha256
    counts: dict[str, int] = Field(default_factory=dict)
    simulated: bool = False


class Training(Record):
    """How a bundle was made.

    Attributes:
        recipe_name: Name of the recipe.
        recipe: The recipe verbatim.
        dataset: What it learned from.
        split_sha256: Hash of the split file.
        seed: Seed of every random choice.
        packages: Versions of the packages that decide the result.
        commit: Commit of Condyle, or ``"unknown"``.
        fitted: Whether the fold models vote, one model was fitted again on all, or one was
            fitted once and scored on patients set aside.
        folds: Number of folds.
        case_hashes: Content hash of every training image, so that an image can be told
            to be in-sample without anyone's identity.
    """

    recipe_name: Slug
    recipe: dict[str, JsonValue]
    dataset: Dataset
    split_sha256: Sha256
    seed: int
    packages: dict[str, str]
    commit: Text
    fitted: Literal["ensemble-of-folds", "refit", "one-fit"]
    folds: int = Field(ge=1)
    case_hashes: tuple[ImageHash, ...] = ()


class Licence(Record):
    """Terms and thanks.

    Attributes:
        spdx: SPDX expression for the bundle itself.
        attribution: Sources that must be named, each with its own licence.
    """

    spdx: Text
    attribution: tuple[Text, ...] = ()
