"""What the values in the masks of an archive mean, told by all its masks together.

One archive writes its lesion as 1, another as 255, as red, or as what is not see-through;
a third saves its masks as JPEG, or shrank them, so that their edges are gray. A single
mask does not tell these apart, all of them do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from condyle.errors import BadConfiguration, DatasetError
from condyle.images.codes import COLOUR, Codes, counts_of

BINARY = ("background", "lesion")
"""Structures of masks with one value beside the background."""

MOST_VALUES = 64
"""Masks with more values than this are pictures."""

_SMALL = 64  # greatest value that is taken for a label; above, values are shades
_NEAR = 5  # pixels a side within which an edge that was smoothed reaches both its sides
_NEAR_LOSSY = 17  # two blocks of JPEG, within which an edge rings
_ON_EDGES = 0.9  # share of gray pixels that must lie on an edge


@dataclass(frozen=True)
class MaskSeen:
    """What was seen of one mask.

    Attributes:
        file: Its path in the archive.
        counts: Code to its number of pixels.
        palette: Index to code.
        lossy: True of a JPEG.
        top: Largest intensity, in the file's own values.
        gray_edges: True where every value between none and ``top`` lies on an edge.
    """

    file: str
    counts: Mapping[int, int]
    palette: Mapping[int, int]
    lossy: bool
    top: float
    gray_edges: bool

    @property
    def values(self) -> int:
        """Number of different values."""
        return len(self.counts)


@dataclass(frozen=True)
class Meaning:
    """What the values of an archive's masks mean.

    Attributes:
        structures: By number, ``"background"`` first.
        numbers: Code to the number of its structure.
        threshold: Intensity from which a pixel is of the one structure, where masks have
            gray edges; ``numbers`` is empty then.
        notes: In whole sentences, what was decided.
    """

    structures: tuple[str, ...]
    numbers: Mapping[int, int] = field(default_factory=dict)
    threshold: float | None = None
    notes: tuple[str, ...] = ()

    def labels_of(self, codes: Codes, file: str) -> NDArray[np.uint8]:
        """Gives a mask as numbers of structures.

        Args:
            codes: As stored.
            file: What to call it.

        Raises:
            DatasetError: It holds a value that was not there when the archive was opened.
        """
        if self.threshold is not None:
            return (_intensity(codes) >= self.threshold).astype(np.uint8)
        found = counts_of(codes.array)
        if not self.numbers.keys() >= found.keys():
            raise DatasetError(
                "A mask changed while the archive was open.",
                found=f"{file}: a value that it did not hold before",
                needed="files that stay as they are",
                mend="open the archive again.",
            )
        labels = np.zeros(codes.array.shape, dtype=np.uint8)
        for code in found:
            if self.numbers[code]:
                labels[codes.array == code] = self.numbers[code]
        return labels


def look_at(codes: Codes, file: str) -> MaskSeen:
    """Gives what is to be known of one mask to tell what its values mean.

    Args:
        codes: As stored.
        file: Its path in the archive.
    """
    seen = counts_of(codes.array)
    brightest = _intensity(replace(codes, array=np.array(list(seen), dtype=np.int32)))
    top = float(brightest.max())
    gray = codes.lossy or codes.scale != 1 or top > _SMALL
    edges = len(seen) > 2 and gray and _one_hue(seen) and _on_edges(codes)
    return MaskSeen(file, seen, codes.palette, codes.lossy, top, edges)


def meaning_of(seen: Sequence[MaskSeen], structures: Mapping[str, str]) -> Meaning:
    """Tells what the values of all masks mean.

    Args:
        seen: Every mask.
        structures: Value as text to name, as in ``ArchiveOptions``; a colour is written
            as ``"#ff0000"``.

    Raises:
        DatasetError: A mask is a picture, or a JPEG of several structures; names it.
    """
    blurred = [mask for mask in seen if mask.lossy or (mask.gray_edges and not structures)]
    sharp = [mask for mask in seen if mask.values > 2 and not mask.lossy and not mask.gray_edges]
    of_edges = any(mask.values > 2 for mask in blurred) and not sharp
    if any(mask.lossy for mask in seen) or of_edges:
        return _thresholded(seen, sharp)
    for mask in seen:
        if mask.values > MOST_VALUES:
            raise _no_mask(mask)
    return _as_labels(seen, structures)


def _thresholded(seen: Sequence[MaskSeen], sharp: Sequence[MaskSeen]) -> Meaning:
    lossy = any(mask.lossy for mask in seen)
    top = max(mask.top for mask in seen)
    # What a JPEG leaves of an empty mask is a few shades, which are no structure.
    half = max(top, 255.0 if lossy else 0.0) / 2
    for mask in seen:
        shaded = mask.lossy and mask.values > 2 and not mask.gray_edges and mask.top > _SMALL
        faint = not mask.lossy and 0 < mask.top < half
        if mask in sharp or shaded or faint:
            raise _no_mask(mask)
    count = sum(1 for mask in seen if mask.values > 2)
    return Meaning(
        BINARY,
        threshold=half,
        notes=(
            f"{count} of {len(seen)} masks have gray edges, as JPEG or shrinking leaves them; a"
            f" pixel of {half:g} or more of {top:g} counts as the lesion.",
        ),
    )


def _as_labels(seen: Sequence[MaskSeen], structures: Mapping[str, str]) -> Meaning:
    pixels: Counter[int] = Counter()
    for mask in seen:
        pixels.update(mask.counts)
    shown = _shown(seen)
    structures = {value.lower(): name for value, name in structures.items()}
    named = {code: structures.get(shown[code], "") for code in pixels}
    _check_named(structures, shown)
    background, notes = _background(pixels, shown, named)
    codes = sorted((code for code in pixels if code != background), key=lambda c: _rank(shown[c]))
    if not structures and _is_binary(seen, codes, background):
        drawn = dict.fromkeys(codes, 1)
        return Meaning(BINARY, {background: 0, **drawn}, notes=(*notes, *_share(pixels, drawn)))
    if not codes and not structures:
        return Meaning(BINARY, {background: 0}, notes=notes)
    names, numbers = ["background"], {background: 0}
    for name in _named_in_order(structures):
        if name not in names:
            names.append(name)
    for at, code in enumerate(codes, start=1):
        plain = shown[code] if shown[code].isdecimal() and int(shown[code]) <= _SMALL else f"{at}"
        name = named[code] or f"structure-{plain}"
        if name not in names:
            names.append(name)
        numbers[code] = names.index(name)
    said = ", ".join(f"{shown.get(c, 'none')} is {names[at]}" for c, at in numbers.items())
    return Meaning(tuple(names), numbers, notes=(*notes, f"Of the masks' values, {said}."))


def _named_in_order(structures: Mapping[str, str]) -> list[str]:
    return [structures[value] for value in sorted(structures, key=_rank)]


def _check_named(structures: Mapping[str, str], shown: Mapping[int, str]) -> None:
    if structures and not set(structures) & (set(shown.values()) - {"0"}):
        raise BadConfiguration(
            "data.options.structures names no value of the masks.",
            found=", ".join(sorted(structures, key=_rank)),
            needed="values that occur: " + ", ".join(sorted(shown.values(), key=_rank)),
            mend="correct data.options.structures, or leave it out.",
        )


def _background(
    pixels: Counter[int], shown: Mapping[int, str], named: Mapping[int, str]
) -> tuple[int, tuple[str, ...]]:
    """Gives the code of the background: what is called so, else 0, else the most frequent."""
    called = [code for code in pixels if named[code] == "background"]
    if called:
        return called[0], ()
    zero = [code for code in pixels if shown[code] == "0" and not named[code]]
    if zero:
        return zero[0], ()
    if len(pixels) == 1:
        return -1, ("Every pixel of every mask has one value, which is not 0: all is lesion.",)
    (most, _), *_ = pixels.most_common(1)
    return most, ("No mask holds the value 0, so the most frequent value is the background.",)


def _is_binary(seen: Sequence[MaskSeen], codes: Sequence[int], background: int) -> bool:
    """Says whether there is one structure, which masks may write as 1 or as white."""
    if len(codes) == 1:
        return True
    drawn = [set(mask.counts) - {background} for mask in seen]
    return set(codes) <= {1, 255, 65535} and all(len(one) <= 1 for one in drawn)


def _share(pixels: Counter[int], drawn: Mapping[int, int]) -> tuple[str, ...]:
    share = sum(pixels[code] for code in drawn) / max(sum(pixels.values()), 1)
    if share <= 0.5:
        return ()
    return (
        f"THE LESION TAKES {share:.0%} OF ALL PIXELS: the masks may be inverted. Where they are,"
        ' name the value of the background in data.options.structures, as {"255": "background",'
        ' "0": "lesion"}.',
    )


def _shown(seen: Sequence[MaskSeen]) -> dict[int, str]:
    """Gives each code as a reader knows it: an index, a value or a colour."""
    indices: dict[int, set[int]] = {}
    codes: set[int] = {code for mask in seen for code in mask.counts}
    for mask in seen:
        for index, code in mask.palette.items():
            indices.setdefault(code, set()).add(index)
    taken = [next(iter(found)) for found in indices.values()]
    agree = all(len(found) == 1 for found in indices.values()) and len(set(taken)) == len(taken)
    if codes == set(indices) and agree and 0 in taken:
        return {code: str(next(iter(found))) for code, found in indices.items()}
    return {code: f"#{code - COLOUR:06x}" if code >= COLOUR else str(code) for code in codes}


def _rank(shown: str) -> tuple[int, str]:
    return (int(shown), "") if shown.isdecimal() else (COLOUR, shown)


def _intensity(codes: Codes) -> NDArray[np.float32]:
    """Gives the brightest channel of every pixel, in the file's own values."""
    array = codes.array
    colours = array >= COLOUR
    if not colours.any():
        return (array / np.float32(codes.scale)).astype(np.float32)
    plain = array - COLOUR
    bright = np.maximum(np.maximum(plain >> 16, (plain >> 8) & 255), plain & 255)
    return np.where(colours, bright, array).astype(np.float32)


def _one_hue(counts: Mapping[int, int]) -> bool:
    """Says whether nearly all that is bright has one hue, as one structure's edges have."""
    hues: Counter[tuple[bool, ...]] = Counter()
    for code, count in counts.items():
        plain = code - COLOUR if code >= COLOUR else code * 65793 if code < 256 else 0xFFFFFF
        channels = (plain >> 16, (plain >> 8) & 255, plain & 255)
        if max(channels) >= _SMALL:
            hues[tuple(2 * channel >= max(channels) for channel in channels)] += count
    return not hues or hues.most_common(1)[0][1] >= _ON_EDGES * sum(hues.values())


def _on_edges(codes: Codes) -> bool:
    """Says whether shades between none and most lie only between the two.

    Lines so thin that they are all edge have next to no shade between, of all pixels;
    they are told from labels by having more values than labels have.
    """
    shades = _intensity(codes)
    top = float(shades.max())
    low, high = (0.25 * top, 0.75 * top) if codes.lossy else (0.0, 0.9 * top)
    between = (shades > low) & (shades < high)
    side = _NEAR_LOSSY if codes.lossy else _NEAR
    least = ndimage.minimum_filter(shades, size=(1, side, side))
    most = ndimage.maximum_filter(shades, size=(1, side, side))
    edge = (least <= max(low, 0.1 * top)) & (most >= high)
    if not between.any() or np.mean(edge[between]) >= _ON_EDGES:
        return True
    plain = np.mean((shades <= 0.1 * top) | (shades >= 0.9 * top))
    return bool(plain >= _ON_EDGES) and len(np.unique(shades)) > MOST_VALUES


def _no_mask(mask: MaskSeen) -> DatasetError:
    kind = "a JPEG of several shades" if mask.lossy else "no mask but a picture"
    return DatasetError(
        "A mask cannot be used.",
        found=f"{mask.file}: {kind}, with {mask.values} values",
        needed=f"one value a structure, {MOST_VALUES} at most, as PNG, NIfTI, NRRD or NPY",
        mend="save the mask again, without shading or compression.",
    )
