"""Which files are masks where no word says so: those that have few values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from condyle.datasets.mask_values import MOST_VALUES
from condyle.datasets.pair_names import Matched, match, words_of_half
from condyle.errors import BadImage
from condyle.images import read_image
from condyle.images.codes import read_codes
from condyle.sources import SourceFile

_LOOKED_AT = 3  # pairs whose pixels are looked at


def matched_files(files: Mapping[str, SourceFile]) -> tuple[Matched, tuple[str, ...]]:
    """Pairs masks with images by the words in their paths, else by a look at a few.

    Where no word says "mask", a word that stands in half of the paths may, such as the
    name of the lesion; then every file must be paired by it, and the files with the word
    must have the few values of a mask where the others have the shades of an image.

    Args:
        files: Path to image file.

    Returns:
        The pairs, and a note where they were told by a word that is no usual one.
    """
    plain = match(list(files))
    if plain.pairs:
        return plain, ()
    for word in words_of_half(list(files)):
        found = match(list(files), mask_words=frozenset({word}))
        if 2 * len(found.pairs) == len(files) and _look_like_masks(files, found):
            note = f"The files with '{word}' in their paths are the masks: they have few values."
            return found, (note,)
    return plain, ()


def _look_like_masks(files: Mapping[str, SourceFile], found: Matched) -> bool:
    pairs = list(found.pairs.items())
    step = max(len(pairs) // _LOOKED_AT, 1)
    try:
        return all(_is_mask(files, *pair) for pair in pairs[::step][:_LOOKED_AT])
    except (BadImage, OSError):
        return False


def _is_mask(files: Mapping[str, SourceFile], mask: str, images: Sequence[str]) -> bool:
    few = len(np.unique(read_codes(files[mask]).array)) <= MOST_VALUES // 4
    return few and len(np.unique(read_image(files[images[0]]).load().array)) > MOST_VALUES // 2
