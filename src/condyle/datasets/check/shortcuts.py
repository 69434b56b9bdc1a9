"""Classes that headers alone predict: what a network would learn in place of the disease."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from condyle.datasets.archive import Archive
from condyle.datasets.check.counts import unit_kind
from condyle.datasets.check.headers import Header, joined
from condyle.datasets.check.look import CaseLook
from condyle.datasets.split_strata import stratified_parts
from condyle.domain.data_report import ALL_HEADERS, Shortcut
from condyle.domain.estimate import Estimate
from condyle.evaluation.delong import roc_auc_delong
from condyle.evaluation.logistic import fit_logistic

MARGIN = 0.1
"""A class is flagged where the lower limit of the area is over 0.5 by more than this, the
limit being that of an interval widened for the number of tests (Bonferroni)."""

SCALES: tuple[Literal["plain", "logit"], ...] = ("plain", "logit")
"""Of the two intervals; the second must be over 0.5 too. Headers drawn at random, four of them
for 20 to 100 patients, then flagged a class in at most 5 of 100 archives."""

LEVEL = 0.95

FEWEST = 10
"""Patients with the class, and patients without, under which nothing is tested."""

FOLDS = 5
_PENALTY = 1.0  # ridge on standardised columns: as one observation's worth of doubt
_BINS = 4
_MOST_WORDS = 12


@dataclass(frozen=True, eq=False)
class Question:
    """Whether the header tells who has a value of a label.

    Attributes:
        label: The label.
        value: The value, in words.
        patients: (row,) whose each row is.
        truth: (row,) whether the row has the value.
        headers: (row,) what may tell it.
    """

    label: str
    value: str
    patients: tuple[str, ...]
    truth: NDArray[np.bool_]
    headers: tuple[Header, ...]


def find_shortcuts(
    looks: Sequence[CaseLook], *, archive: Archive, rng: np.random.Generator
) -> tuple[Shortcut, ...]:
    """Asks of every class whether each header, and all of them together, tell it.

    Args:
        looks: What is kept of the cases.
        archive: Which names the values of labels.
        rng: Deals the patients into folds.
    """
    asked = [(q, _varying_headers(q)) for q in questions_of(looks, archive=archive)]
    tests = sum(len(parts) for question, parts in asked if not _reason(question))
    found: list[Shortcut] = []
    for question, parts in asked:
        reason = _reason(question) or ("" if parts else "every header is the same")
        if reason:
            undefined = Estimate(math.nan, math.nan, math.nan, len(question.truth), "not tested")
            found.append(
                Shortcut(question.label, question.value, ALL_HEADERS, undefined, False, reason)
            )
            continue
        folds = _folds(question, rng)
        for name, headers in parts.items():
            scores = out_of_fold(headers, question.truth, folds=folds)
            area = roc_auc_delong(question.truth, scores, patients=question.patients)
            flagged = _is_told(question, scores, level=1 - (1 - LEVEL) / tests)
            found.append(Shortcut(question.label, question.value, name, area, flagged))
    return tuple(found)


def _is_told(question: Question, scores: NDArray[np.float64], *, level: float) -> bool:
    """Says whether an area is over chance by more than the margin, and surely.

    With few patients DeLong's plain interval is too narrow, and that of the logit, which
    must be over chance too, is too wide to show a margin.
    """
    plain, wide = (
        roc_auc_delong(
            question.truth, scores, patients=question.patients, scale=scale, level=level
        ).low
        for scale in SCALES
    )
    return plain > 0.5 + MARGIN and wide > 0.5


def _varying_headers(question: Question) -> dict[str, list[Header]]:
    """Gives each header that is not the same in all rows, and all of them together."""
    names = sorted({n for h in question.headers for n in (*h.numbers, *h.words)})
    parts = {name: [_only(header, name) for header in question.headers] for name in names}
    parts = {name: headers for name, headers in parts.items() if _varies(headers)}
    return parts | {ALL_HEADERS: list(question.headers)} if len(parts) > 1 else parts


def questions_of(looks: Sequence[CaseLook], *, archive: Archive) -> tuple[Question, ...]:
    """Gives a question for each value of a label; for one of two values, the second alone.

    A label of a part, such as a disc, becomes whether any part of the case has the value.

    Args:
        looks: What is kept of the cases.
        archive: Which names the values of labels.
    """
    rows: dict[tuple[str, str], list[tuple[str, Header, frozenset[str]]]] = {}
    for look in looks:
        whole = joined([series.header for series in look.series])
        of_series = {series.series.stem: series.header for series in look.series}
        if not of_series:
            continue
        for label, kind, stem, held in _held(look, archive):
            header = of_series.get(stem) if stem else whole
            if header is not None:
                rows.setdefault((label, kind), []).append((look.case.patient, header, held))
    found: list[Question] = []
    for (label, _), held_rows in rows.items():
        values = sorted(set().union(*(held for _, _, held in held_rows)))
        named = archive.labels.get(label, ())
        if len(named) == 2:
            values = [value for value in values if value == named[1]]
        for value in values:
            truth = np.array([value in held for _, _, held in held_rows])
            patients, headers, _ = zip(*held_rows, strict=True)
            found.append(Question(label, value, patients, truth, headers))
    return tuple(found)


def _held(look: CaseLook, archive: Archive) -> list[tuple[str, str, str, frozenset[str]]]:
    """Gives (label, kind of unit, series or none, values held) of a case."""
    found: list[tuple[str, str, str, frozenset[str]]] = []
    of_parts: dict[tuple[str, str], set[str]] = {}
    for unit, values in look.case.reference.grades.items():
        kind = unit_kind(unit, look)
        for label, value in values.items():
            names = archive.labels.get(label, ())
            name = names[value] if value < len(names) else str(value)
            if kind == "series":
                found.append((label, kind, unit, frozenset({name})))
            else:
                of_parts.setdefault((label, kind), set()).add(name)
    found += [(label, kind, "", frozenset(held)) for (label, kind), held in of_parts.items()]
    for stem, boxes in look.case.reference.boxes.items():
        found.append(("boxes", "box", stem, frozenset(n for b in boxes for n in b.labels)))
    structures = dict(enumerate(archive.structures))
    for mask in look.masks:
        names_held = frozenset(structures.get(value, str(value)) for value in mask.values)
        found.append(("masks", "mask", mask.place.series, names_held))
    return found


def _reason(question: Question) -> str:
    """Says why a question cannot be tested, or nothing."""
    with_value = {p for p, t in zip(question.patients, question.truth, strict=True) if t}
    without = {p for p, t in zip(question.patients, question.truth, strict=True) if not t}
    for patients, what in ((with_value, "with"), (without, "without")):
        if len(patients) < FEWEST:
            return f"{len(patients)} patients {what} it, fewer than {FEWEST}"
    return ""


def _folds(question: Question, rng: np.random.Generator) -> NDArray[np.int64]:
    """Deals patients, not rows, into folds, those who have the value and those who lack it."""
    strata: dict[str, set[str]] = {}
    for patient, truth in zip(question.patients, question.truth, strict=True):
        strata.setdefault(patient, set()).add("with" if truth else "without")
    sizes = [len(strata) // FOLDS + (k < len(strata) % FOLDS) for k in range(FOLDS)]
    dealt = stratified_parts(strata, sizes=sizes, rng=rng)
    return np.array([dealt[patient] for patient in question.patients])


def out_of_fold(
    headers: Sequence[Header], truth: NDArray[np.bool_], *, folds: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Gives each row the logit of a classifier that was fitted on the other folds.

    Args:
        headers: (row,).
        truth: (row,).
        folds: (row,) numbers.
    """
    scores = np.zeros(len(truth))
    for fold in np.unique(folds):
        here = folds == fold
        there = np.flatnonzero(~here)
        columns = _columns(headers, there)
        weights = fit_logistic(columns[there], truth[there], ridge=_PENALTY)
        scores[here] = columns[here] @ weights[1:] + weights[0]
    return scores


def _columns(headers: Sequence[Header], taught: NDArray[np.int64]) -> NDArray[np.float64]:
    """Gives (row, column) numbers of headers, standardised by the rows that are taught from.

    A number gives itself and its quarters, so that a class in the middle is told too; a
    word gives whether it is there.
    """
    columns: list[NDArray[np.float64]] = [np.zeros(len(headers))]
    for name in sorted({name for header in headers for name in header.numbers}):
        width = max(len(header.numbers.get(name, ())) for header in headers)
        for k in range(width):
            numbers = np.array([_at(header.numbers.get(name, ()), k) for header in headers])
            columns += _number_columns(numbers, taught)
    for name in sorted({name for header in headers for name in header.words}):
        held = [header.words.get(name, frozenset()) for header in headers]
        columns += _word_columns(held, taught)
    table = np.stack(columns, axis=1)
    middle, spread = table[taught].mean(axis=0), table[taught].std(axis=0)
    return np.asarray((table - middle) / np.where(spread > 1e-12, spread, 1.0))


def _at(values: Sequence[float], k: int) -> float:
    return values[k] if k < len(values) else math.nan


def _number_columns(
    numbers: NDArray[np.float64], taught: NDArray[np.int64]
) -> list[NDArray[np.float64]]:
    known = numbers[taught][np.isfinite(numbers[taught])]
    if not len(known):
        return []
    filled = np.where(np.isfinite(numbers), numbers, np.median(known))
    edges = np.unique(np.quantile(known, np.arange(1, _BINS) / _BINS))
    bins = np.searchsorted(edges, filled, side="left")
    # What lies beyond all that was seen says no more than the outermost that was.
    filled = np.clip(filled, known.min(), known.max())
    return [filled, *((bins == k).astype(np.float64) for k in range(len(edges) + 1))]


def _word_columns(
    held: Sequence[frozenset[str]], taught: NDArray[np.int64]
) -> list[NDArray[np.float64]]:
    counts: dict[str, int] = {}
    for row in taught:
        for word in held[int(row)]:
            counts[word] = counts.get(word, 0) + 1
    often = sorted((w for w, n in counts.items() if n > 1), key=lambda w: (-counts[w], w))
    return [np.array([float(word in words) for words in held]) for word in often[:_MOST_WORDS]]


def _only(header: Header, name: str) -> Header:
    return Header(
        numbers={name: header.numbers[name]} if name in header.numbers else {},
        words={name: header.words[name]} if name in header.words else {},
    )


def _varies(headers: Sequence[Header]) -> bool:
    return (
        len(
            {
                (repr(header.numbers), tuple(map(_sorted, header.words.values())))
                for header in headers
            }
        )
        > 1
    )


def _sorted(words: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(words))
