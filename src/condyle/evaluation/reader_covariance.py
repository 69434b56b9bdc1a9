"""Figures of several readers of the same cases, and how their errors vary together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from condyle.errors import InputError, UnknownName
from condyle.evaluation.binary import area_under_roc
from condyle.evaluation.delong import roc_areas
from condyle.evaluation.inputs import BoolArray, FloatArray, as_binary, same_length

Figure = Literal["auc", "sensitivity", "specificity", "accuracy", "mean"]
CovarianceMethod = Literal["delong", "jackknife"]


@dataclass(frozen=True, eq=False)
class FigureCovariance:
    """A figure of each of several ratings.

    Attributes:
        values: (rating,).
        covariance: (rating, rating) of the errors, by the cases drawn.
        patients: Number of patients.
    """

    values: FloatArray
    covariance: FloatArray
    patients: int


def figure_covariance(
    reference: ArrayLike,
    ratings: ArrayLike,
    *,
    figure: Figure = "auc",
    covariance: CovarianceMethod = "delong",
    patients: Sequence[str] | NDArray[np.generic] | None = None,
) -> FigureCovariance:
    """Gives a figure of each rating and the covariance of their errors.

    Args:
        reference: 0 or 1 a case.
        ratings: (rating, case); see ``mrmc.reader_figures`` for this and the rest.
        figure: What is worked out.
        covariance: How.
        patients: Patient of each case.

    Raises:
        UnknownName: There is no such figure or method.
        InputError: A call is not 0 or 1, or a class has fewer than two patients.
    """
    _check_names(figure, covariance)
    truth, flat = as_binary(reference), np.asarray(ratings, dtype=np.float64)
    if figure not in ("auc", "mean"):
        as_binary(flat, "ratings")
    owner = np.arange(len(truth))
    if patients is not None:
        same_length(reference=truth, patients=patients)
        owner = np.unique(np.asarray(patients), return_inverse=True)[1]
    together = (
        _jackknife(truth, flat, figure, owner)
        if covariance == "jackknife"
        else _closed_form(truth, flat, figure, owner)
    )
    _check_defined(together)
    return FigureCovariance(_values(truth, flat, figure), together, int(owner.max()) + 1)


def _values(truth: BoolArray, flat: FloatArray, figure: Figure) -> FloatArray:
    if figure == "auc":
        return np.array([area_under_roc(truth, scores) for scores in flat])
    numbers, rows = _of_rows(truth, flat, figure)
    if not rows.any():
        return np.full(len(flat), np.nan)
    return np.asarray(numbers[:, rows].mean(axis=1))


def _of_rows(truth: BoolArray, flat: FloatArray, figure: Figure) -> tuple[FloatArray, BoolArray]:
    """Gives the numbers whose mean is the figure, and the cases that it is taken over."""
    every = np.ones(len(truth), dtype=bool)
    if figure == "mean":
        return flat, every
    right = (flat == truth).astype(np.float64)
    return right, {"sensitivity": truth, "specificity": ~truth}.get(figure, every)


def _closed_form(
    truth: BoolArray, flat: FloatArray, figure: Figure, owner: NDArray[np.intp]
) -> FloatArray:
    clustered = int(owner.max()) + 1 < len(owner)
    if figure == "auc":
        return roc_areas(truth, list(flat), patients=owner if clustered else None).covariance
    numbers, rows = _of_rows(truth, flat, figure)
    away = numbers[:, rows] - numbers[:, rows].mean(axis=1, keepdims=True)
    _, cluster = np.unique(owner[rows], return_inverse=True)
    sums = np.stack([np.bincount(cluster, weights=row) for row in away])
    groups = sums.shape[1]
    if groups < 2:
        return np.full((len(flat), len(flat)), np.nan)
    return np.asarray(groups / (groups - 1) * sums @ sums.T / int(rows.sum()) ** 2)


def _jackknife(
    truth: BoolArray, flat: FloatArray, figure: Figure, owner: NDArray[np.intp]
) -> FloatArray:
    groups = int(owner.max()) + 1
    left_out = np.array(
        [
            _values(truth[owner != at], flat[:, owner != at], figure) if groups > 1 else np.nan
            for at in range(groups)
        ]
    )
    away = left_out - left_out.mean(axis=0)
    return np.atleast_2d((groups - 1) / groups * away.T @ away)


def _check_names(figure: str, covariance: str) -> None:
    for kind, name, valid in (
        ("figure", figure, get_args(Figure)),
        ("covariance", covariance, get_args(CovarianceMethod)),
    ):
        if name not in valid:
            raise UnknownName(kind, name, valid)


def _check_defined(together: FloatArray) -> None:
    if np.isnan(together).any():
        raise InputError(
            "A reader study cannot be analysed.",
            found="all cases of a class from one patient",
            needed="at least two patients with cases of each class",
            mend="give more patients.",
        )
