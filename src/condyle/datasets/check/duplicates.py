"""Pictures that lie under two patients, the same or nearly, turned or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from condyle.datasets.check.fingerprint import DETAIL, TURNS, VIEWS, Fingerprint
from condyle.domain.data_report import Duplicate, Place, Turn

REACH = 11
"""Bits in which the hashes of two pictures may differ to be compared."""

ALIKE = 0.85
"""Least correlation of detail of two pictures that are nearly the same. Among 64,000 pairs
of mid-sagittal slices of different patients none reached 0.80; the same slice compressed,
resized, brightened or with noise keeps over 0.95."""

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


def find_duplicates(
    prints: Sequence[Print], *, sides: Mapping[str, str] | None = None
) -> tuple[Duplicate, ...]:
    """Finds pictures that lie under two patients, one entry for each two series.

    Args:
        prints: Slices that show something.
        sides: Patient to side of the data set's own split.

    Returns:
        Exact ones first, then by falling correlation.
    """
    found: dict[tuple[str, ...], Duplicate] = {}
    for one, other, turn, correlation in (*_exact(prints), *_near(prints)):
        first, second = sorted((prints[one].place, prints[other].place), key=_order)
        key = (first.case, first.series, second.case, second.series)
        exact = correlation is None
        value = 1.0 if correlation is None else correlation
        before = found.get(key)
        slices = 1 + (before.slices if before else 0)
        better = before is None or (exact, value) > (before.exact, before.correlation)
        kept = Duplicate(first, second, exact, turn, value) if better else before
        if kept is not None:
            found[key] = Duplicate(
                kept.first,
                kept.second,
                kept.exact,
                kept.turn,
                kept.correlation,
                slices,
                _sides(kept, sides or {}),
            )
    return tuple(
        sorted(found.values(), key=lambda d: (not d.exact, -d.correlation, _order(d.first)))
    )


def _order(place: Place) -> tuple[str, str, int]:
    return (place.case, place.series, place.slice or 0)


def _sides(pair: Duplicate, sides: Mapping[str, str]) -> tuple[str, ...]:
    both = {sides.get(pair.first.patient, ""), sides.get(pair.second.patient, "")} - {""}
    return tuple(sorted(both)) if len(both) > 1 else ()


_Found = tuple[int, int, Turn, float | None]


def _exact(prints: Sequence[Print]) -> Iterator[_Found]:
    """Links each picture to the first of another patient that has the same pixels."""
    first: dict[bytes, list[int]] = {}
    for index, item in enumerate(prints):
        known = first.setdefault(item.digest, [])
        others = [k for k in known if prints[k].place.patient != item.place.patient]
        if others:
            yield others[0], index, "as-it-is", None
        # Two patients are enough to link every further copy to one of another patient.
        if len(known) < 2 and not (known and not others):
            known.append(index)


def _near(prints: Sequence[Print]) -> Iterator[_Found]:
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


def turn_over(pictures: NDArray[np.uint8], turn: Turn) -> NDArray[np.uint8]:
    """Turns (picture, row, column) pixels, as ``Turn`` says."""
    if turn in ("left-right", "half-turn"):
        pictures = pictures[:, :, ::-1]
    return pictures[:, ::-1] if turn in ("up-down", "half-turn") else pictures


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
