"""Several annotators' boxes on one picture: which are one, which hold, how well they agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from statistics import fmean, median

import numpy as np

from condyle.datasets.archive import Consensus
from condyle.domain.case import LabelledBox
from condyle.errors import InputError
from condyle.evaluation.agreement import fleiss_kappa
from condyle.evaluation.bootstrap import Resampling

Box = tuple[float, float, float, float]
Boxes = Sequence[LabelledBox]
Match = Mapping[int, LabelledBox]
"""Number of an annotator to the box by which that annotator means the same thing."""


@dataclass(frozen=True)
class Agreement:
    """How well annotators agree who looked at the same pictures.

    Attributes:
        figures: ``"mean-iou"`` of two annotators' boxes that are one, ``"matched-share"``
            of boxes that another annotator drew too, ``"kappa-presence"`` of whether a
            picture holds a box at all, and ``"kappa-NAME"`` of each label over the boxes
            that at least two drew. What is not defined is absent.
        notes: Which are absent, and why.
    """

    figures: Mapping[str, float]
    notes: tuple[str, ...] = ()


def overlap_of(one: Box, other: Box) -> float:
    """Gives the intersection over union of two half-open boxes, 0 to 1."""
    height = min(one[2], other[2]) - max(one[0], other[0])
    width = min(one[3], other[3]) - max(one[1], other[1])
    if height <= 0 or width <= 0:
        return 0.0
    shared = height * width
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return shared / (sum(areas) - shared)


def matches_of(drawn: Sequence[Boxes], *, overlap: float) -> tuple[Match, ...]:
    """Finds which boxes of several annotators are one.

    Pairs are joined from the largest overlap down; a group holds at most one box of each
    annotator, and every two of its boxes overlap enough. Each box is in one group.

    Args:
        drawn: The boxes of each annotator on one picture.
        overlap: Least intersection over union.
    """
    every = [(reader, box) for reader, boxes in enumerate(drawn) for box in boxes]
    pairs = [
        (overlap_of(every[a][1].box, every[b][1].box), a, b)
        for a, b in combinations(range(len(every)), 2)
        if every[a][0] != every[b][0] and every[a][1].slice == every[b][1].slice
    ]
    groups = {number: [number] for number in range(len(every))}
    for value, a, b in sorted(pairs, key=lambda pair: (-pair[0], pair[1:])):
        if value < overlap or groups[a] is groups[b]:
            continue
        joined = groups[a] + groups[b]
        if _are_one([every[number] for number in joined], overlap):
            for number in joined:
                groups[number] = joined
    kept = {id(group): group for group in groups.values()}
    return tuple({every[n][0]: every[n][1] for n in sorted(group)} for group in kept.values())


def consensus_of(
    drawn: Sequence[Boxes], *, rule: Consensus = "majority", overlap: float = 0.5
) -> tuple[LabelledBox, ...]:
    """Makes the boxes of several annotators of one picture those that hold.

    A box holds where enough of those who looked drew it, a label where enough of those
    who drew the box gave it: more than half, any, or all. Its place is the median of
    theirs, side by side. Where a box holds and none of its labels does, though most
    gave one, it is difficult and so counts neither way.

    Args:
        drawn: The boxes of each annotator who looked, empty for one who found none.
        rule: How many are enough.
        overlap: Least intersection over union at which two boxes are one.
    """
    held = []
    for match in matches_of(drawn, overlap=overlap):
        if _is_enough(len(match), len(drawn), rule):
            held.append(_one_box(list(match.values()), rule))
    return tuple(sorted(held, key=lambda box: (box.slice, box.box)))


def agreement_of(
    pictures: Mapping[str, Sequence[tuple[str, Boxes]]], *, overlap: float = 0.5
) -> Agreement:
    """Gives how well annotators agree on the pictures that at least two of them looked at.

    Args:
        pictures: Picture to the (name, boxes) of each annotator who looked at it.
        overlap: Least intersection over union at which two boxes are one.
    """
    several = {name: read for name, read in pictures.items() if len(read) > 1}
    if not several:
        return Agreement({}, ("No picture was looked at by two annotators.",))
    readers = sorted({name for read in several.values() for name, _ in read})
    overlaps: list[float] = []
    matched = total = 0
    presence, items = [], []
    for picture, read in several.items():
        named = [readers.index(name) for name, _ in read]
        presence.append((picture, {n: bool(own) for n, (_, own) in zip(named, read, strict=True)}))
        for match in matches_of([own for _, own in read], overlap=overlap):
            total += len(match)
            if len(match) < 2:
                continue
            matched += len(match)
            pairs = combinations(match.values(), 2)
            overlaps += [overlap_of(one.box, other.box) for one, other in pairs]
            items.append((picture, {named[n]: set(box.labels) for n, box in match.items()}))
    figures = {"matched-share": matched / total} if total else {}
    if overlaps:
        figures["mean-iou"] = fmean(overlaps)
    kappas = {"kappa-presence": _kappa(presence, len(readers))}
    for label in sorted({one for _, given in items for own in given.values() for one in own}):
        rated = [(p, {n: label in own for n, own in given.items()}) for p, given in items]
        kappas[f"kappa-{label}"] = _kappa(rated, len(readers))
    figures |= {name: value for name, value in kappas.items() if value is not None}
    return Agreement(figures, tuple(_undefined(kappas)))


def _are_one(boxes: Sequence[tuple[int, LabelledBox]], overlap: float) -> bool:
    readers = {reader for reader, _ in boxes}
    return len(readers) == len(boxes) and all(
        overlap_of(one.box, other.box) >= overlap for (_, one), (_, other) in combinations(boxes, 2)
    )


def _is_enough(votes: int, of: int, rule: Consensus) -> bool:
    least = {"any": 1, "majority": of // 2 + 1, "all": of}[rule]
    return votes >= least


def _one_box(boxes: Boxes, rule: Consensus) -> LabelledBox:
    row0, column0, row1, column1 = (median(box.box[side] for box in boxes) for side in range(4))
    given = sorted({label for box in boxes for label in box.labels})
    labels = tuple(
        label
        for label in given
        if _is_enough(sum(label in box.labels for box in boxes), len(boxes), rule)
    )
    unlabelled = sum(not box.labels for box in boxes)
    unsettled = not labels and not _is_enough(unlabelled, len(boxes), rule)
    doubted = 2 * sum(box.difficult for box in boxes) > len(boxes)
    return replace(
        boxes[0],
        box=(row0, column0, row1, column1),
        labels=labels,
        annotator="",
        difficult=unsettled or doubted,
    )


def _kappa(rated: Sequence[tuple[str, Mapping[int, bool]]], readers: int) -> float | None:
    """Gives Fleiss' kappa of a yes or no, ``None`` where it is not defined."""
    table = np.full((len(rated), readers), np.nan)
    for row, (_, given) in enumerate(rated):
        for reader, said in given.items():
            table[row, reader] = said
    # Only the value is taken here: whoever prints it with an interval has the patients.
    plan = Resampling(["all"] * len(rated), np.random.default_rng(0), replicates=1)
    try:
        value = fleiss_kappa(table, plan, categories=(0, 1)).value
    except InputError:
        return None
    return None if np.isnan(value) else float(value)


def _undefined(kappas: Mapping[str, float | None]) -> Iterator[str]:
    names = [name.removeprefix("kappa-") for name, value in kappas.items() if value is None]
    if names:
        yield (
            "Kappa is not defined where all annotators gave one and the same answer throughout: "
            + ", ".join(names)
            + "."
        )
