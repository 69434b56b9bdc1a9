"""Pictures that lie under two patients, the same or nearly, turned or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from condyle.datasets.check.confirm import SAME, agreement_of_detail
from condyle.datasets.check.fingerprint import DETAIL, TURNS, VIEWS, Fingerprint, turn_over
from condyle.domain.data_report import Duplicate, Place, Turn

REACH = 11
"""Bits in which the hashes of two pictures may differ to be compared."""

ALIKE = 0.85
"""Least correlation of detail, at 48 x 48, of two pictures that are compared closely. Among
64,000 pairs of real mid-sagittal slices of different patients none reached 0.80."""

MOST_CLOSELY = 500
"""Pairs of pictures that are read again and compared closely, those first that are most alike."""

_BANDS, _BAND_BITS = 4, 16
_NEAR = np.array([0, *(1 << bit for bit in range(_BAND_BITS))], dtype=np.uint64)
_AT_ONCE = 500_000
_COMPARED_AT_ONCE = 2_000
_BLUR = 2.25  # pixels of 48, over which a change of brightness is not detail
_MARGIN = round(0.15 * DETAIL)


@dataclass(frozen=True, eq=False)
class Print:
    """A slice and what it is recognised by.

    Attributes:
        place: Where it is.
        digest: Hash of its pixels.
        seen: Its fingerprint, or ``None`` where the pixels alone are compared.
    """

    place: Place
    digest: bytes
    seen: Fingerprint | None = None


@dataclass(frozen=True)
class Found:
    """What a search found.

    Attributes:
        pairs: One for each two series; exact ones first, then by falling agreement.
        unsettled: Pairs of pictures that look alike when small and were not compared closely,
            there being too many.
    """

    pairs: tuple[Duplicate, ...]
    unsettled: int = 0


def find_duplicates(
    prints: Sequence[Print],
    *,
    pixels: Callable[[Place], NDArray[np.float32]],
    sides: Mapping[str, str] | None = None,
) -> Found:
    """Finds pictures that lie under two patients.

    Args:
        prints: Slices that show something.
        pixels: Reads the (row, column) pixels of a place again.
        sides: Patient to side of the data set's own split.
    """
    alike = sorted(_near(prints), key=lambda link: -link[3])
    closely = [
        (one, other, turn, agreement)
        for one, other, turn, _ in alike[:MOST_CLOSELY]
        if (
            agreement := agreement_of_detail(
                pixels(prints[one].place), pixels(prints[other].place), turn
            )
        )
        >= SAME
    ]
    found: dict[tuple[str, ...], Duplicate] = {}
    for link in _exact(prints):
        _add(found, _duplicate(prints, link, exact=True, sides=sides or {}))
    for link in closely:
        _add(found, _duplicate(prints, link, exact=False, sides=sides or {}))
    pairs = sorted(found.values(), key=lambda d: (not d.exact, -d.correlation, _order(d.first)))
    return Found(tuple(pairs), max(0, len(alike) - MOST_CLOSELY))


_Link = tuple[int, int, Turn, float]


def _duplicate(
    prints: Sequence[Print], link: _Link, *, exact: bool, sides: Mapping[str, str]
) -> Duplicate:
    one, other, turn, correlation = link
    first, second = sorted((prints[one].place, prints[other].place), key=_order)
    both = {sides.get(first.patient, ""), sides.get(second.patient, "")} - {""}
    across = tuple(sorted(both)) if len(both) > 1 else ()
    return Duplicate(first, second, exact, turn, correlation, sides=across)


def _add(found: dict[tuple[str, ...], Duplicate], pair: Duplicate) -> None:
    """Keeps the best pair of slices of two series, and counts the pairs."""
    key = (pair.first.case, pair.first.series, pair.second.case, pair.second.series)
    before = found.get(key)
    if before is None:
        found[key] = pair
        return
    better = max((before, pair), key=lambda d: (d.exact, d.correlation))
    found[key] = replace(better, slices=before.slices + 1)


def _order(place: Place) -> tuple[str, str, int]:
    return (place.case, place.series, place.slice or 0)


def _exact(prints: Sequence[Print]) -> Iterator[_Link]:
    """Links each picture to the first of another patient that has the same pixels."""
    first: dict[bytes, list[int]] = {}
    for index, item in enumerate(prints):
        known = first.setdefault(item.digest, [])
        others = [k for k in known if prints[k].place.patient != item.place.patient]
        if others:
            yield others[0], index, "as-it-is", 1.0
        # Two patients are enough to link every further copy to one of another patient.
        if len(known) < 2 and not (known and not others):
            known.append(index)


def _near(prints: Sequence[Print]) -> Iterator[_Link]:
    unlike: dict[bytes, int] = {}
    for index, item in enumerate(prints):
        if item.seen is not None:
            unlike.setdefault(item.digest, index)
    kept = np.array(sorted(unlike.values()), dtype=np.int64)
    if len(kept) < 2:
        return
    names = {patient: k for k, patient in enumerate({p.place.patient for p in prints})}
    owners = np.array([names[prints[k].place.patient] for k in kept])
    seen = [fingerprint for k in kept if (fingerprint := prints[k].seen) is not None]
    best: dict[tuple[int, int], tuple[float, Turn]] = {}
    for view, _ in enumerate(VIEWS):
        hashes = np.array([item.hashes[view] for item in seen], dtype=np.uint64)
        for turn in TURNS:
            pairs = near_pairs(hashes, owners, turned=TURNS[turn])
            for (one, other), value in zip(
                pairs, _correlations(seen, pairs, view, turn), strict=True
            ):
                key = (int(kept[one]), int(kept[other]))
                if value >= ALIKE and value > best.get(key, (0.0, turn))[0]:
                    best[key] = (float(value), turn)
    for (one, other), (value, turn) in sorted(best.items()):
        yield one, other, turn, value


def near_pairs(
    hashes: NDArray[np.uint64],
    owners: NDArray[np.int64],
    *,
    turned: int = 0,
    reach: int = REACH,
) -> NDArray[np.int64]:
    """Finds pairs of hashes of different owners that differ in few bits.

    The hashes are cut into four bands; only those are compared of which a band differs in
    at most one bit. So every pair that differs in at most 7 bits is found, and most of the
    others within reach; the time grows with the number of hashes and of pairs found.

    Args:
        hashes: (hash,).
        owners: (hash,) numbers; pairs of one owner are left out.
        turned: Bits that are turned over in one of the two.
        reach: Most bits in which the two may differ.

    Returns:
        (pair, 2) positions, the smaller first, each pair once, in order.
    """
    found: list[NDArray[np.int64]] = [np.empty(0, dtype=np.int64)]
    count, bits = len(hashes), np.uint64(turned)
    for band in range(_BANDS):
        shift = np.uint64(band * _BAND_BITS)
        keys = (hashes >> shift) & np.uint64(0xFFFF)
        order = np.argsort(keys, kind="stable")
        starts = np.searchsorted(keys[order], np.arange(2**_BAND_BITS + 1))
        asked = keys ^ ((bits >> shift) & np.uint64(0xFFFF))
        for near in _NEAR:
            wanted = (asked ^ near).astype(np.int64)
            low, high = starts[wanted], starts[wanted + 1]
            for one, other in _matches(low, high, order):
                apart = np.bitwise_count(hashes[one] ^ bits ^ hashes[other])
                good = (one < other) & (owners[one] != owners[other]) & (apart <= reach)
                found.append(one[good] * count + other[good])
    whole = np.unique(np.concatenate(found))
    return np.stack(np.divmod(whole, max(count, 1)), axis=1)


def _matches(
    low: NDArray[np.int64], high: NDArray[np.int64], order: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Gives each asker with each of the hashes in its bucket, a bounded number at once."""
    sizes = high - low
    ends = np.cumsum(sizes)
    begin = 0
    while begin < len(sizes):
        done = ends[begin - 1] if begin else 0
        stop = max(begin + 1, int(np.searchsorted(ends, done + _AT_ONCE, side="right")))
        here = sizes[begin:stop]
        one = np.repeat(np.arange(begin, stop), here)
        within = np.arange(len(one)) - np.repeat(np.cumsum(here) - here, here)
        yield one, order[np.repeat(low[begin:stop], here) + within]
        begin = stop


def _correlations(
    seen: Sequence[Fingerprint], pairs: NDArray[np.int64], view: int, turn: Turn
) -> NDArray[np.float64]:
    """Compares the detail of pairs of pictures, the second turned onto the first."""
    parts = [np.empty(0)]
    for start in range(0, len(pairs), _COMPARED_AT_ONCE):
        some = pairs[start : start + _COMPARED_AT_ONCE]
        first, second = (
            np.stack([_small_picture(seen[k], view) for k in column]) for column in some.T
        )
        parts.append(correlation_of_detail(first, turn_over(second, turn)))
    return np.concatenate(parts)


def _small_picture(item: Fingerprint, view: int) -> NDArray[np.uint8]:
    if VIEWS[view] == "content":
        return item.content
    inner = slice(_MARGIN, DETAIL - _MARGIN)
    return item.whole[inner, inner] if VIEWS[view] == "centre" else item.whole


def correlation_of_detail(
    first: NDArray[np.uint8], second: NDArray[np.uint8]
) -> NDArray[np.float64]:
    """Gives the normalised correlation of two stacks of small pictures without their blur.

    What a picture shares with every other of its kind, such as a bright middle, is blurred
    and says nothing; detail is what one patient does not share with another.

    Args:
        first: (picture, row, column).
        second: Of the same shape.

    Returns:
        (picture,) from -1 to 1.
    """
    detail = []
    for stack in (first, second):
        plain = stack.astype(np.float64)
        left = plain - gaussian_filter(plain, (0, _BLUR, _BLUR), mode="nearest")
        detail.append(left - left.mean(axis=(1, 2), keepdims=True))
    size = np.sqrt((detail[0] ** 2).sum(axis=(1, 2)) * (detail[1] ** 2).sum(axis=(1, 2)))
    return np.asarray((detail[0] * detail[1]).sum(axis=(1, 2)) / np.maximum(size, 1e-9))
