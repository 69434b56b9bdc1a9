"""Fusing planes: logistic regression where the validation patients allow it, else the mean."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

pytest.importorskip("torch", reason="the 'train' extra is not installed")

from condyle.training.slices import Slices
from condyle.training.tasks.series import SeriesSet
from condyle.workflows.training.series_plan import FUSION_RIDGE, fusion

PLANES = ("sagittal", "coronal")
NONE = np.zeros(0, dtype=np.int64)
TEXT = np.zeros(0, dtype="U1")
NO_SLICES = Slices(
    TEXT, TEXT, TEXT, TEXT, NONE, NONE[:, None], NONE, np.zeros((0, 1, 1), np.float16)
)


def series(cases: list[str], labels: np.ndarray) -> SeriesSet:
    return SeriesSet(NO_SLICES, tuple(NONE for _ in cases), tuple(cases), labels)


def drawn(count: int = 30) -> tuple[dict, dict, np.ndarray]:
    """Gives series of two planes in an order of their own, with logits that tell the label."""
    rng = np.random.default_rng(2)
    cases = [f"c{n:02d}" for n in range(count)]
    labels = rng.integers(0, 2, (count, 2))
    sets, logits = {}, {}
    for plane, noise in zip(PLANES, (0.5, 3.0), strict=True):
        order = rng.permutation(count)
        sets[plane] = series([cases[n] for n in order], labels[order])
        logits[plane] = (2.0 * labels - 1 + noise * rng.normal(size=labels.shape))[order]
    return sets, logits, labels


def test_the_weights_are_those_of_a_logistic_regression_over_the_planes() -> None:
    sets, logits, labels = drawn()
    weights, intercepts = fusion(PLANES, sets, logits)
    by_case = {p: logits[p][np.argsort(sets[p].cases)] for p in PLANES}
    for label in range(2):
        features = np.stack([by_case[plane][:, label] for plane in PLANES], axis=1)
        theirs = LogisticRegression(C=1 / FUSION_RIDGE, tol=1e-8).fit(features, labels[:, label])
        np.testing.assert_allclose(weights[label], theirs.coef_[0], rtol=1e-3)
        np.testing.assert_allclose(intercepts[label], theirs.intercept_[0], atol=1e-3)
    assert (weights[:, 0] > weights[:, 1]).all()  # the plane that tells more weighs more


def test_a_label_of_one_class_alone_takes_the_mean_of_the_planes() -> None:
    sets, logits, _ = drawn()
    for plane in PLANES:
        sets[plane].labels[:, 1] = 1
    weights, intercepts = fusion(PLANES, sets, logits)
    assert weights[1].tolist() == [0.5, 0.5] and intercepts[1] == 0.0
    assert weights[0].tolist() != [0.5, 0.5]


def test_only_patients_who_have_every_plane_and_a_known_label_decide() -> None:
    sets, logits, _ = drawn()
    whole = fusion(PLANES, sets, logits)
    more = series(["x", *sets["coronal"].cases], np.vstack([[[1, 1]], sets["coronal"].labels]))
    extra = {**sets, "coronal": more}
    other = {**logits, "coronal": np.vstack([[[-50.0, -50.0]], logits["coronal"]])}
    np.testing.assert_allclose(fusion(PLANES, extra, other)[0], whole[0])
    nobody = {**sets, "coronal": series(["x"], np.array([[1, 0]]))}
    weights, _ = fusion(PLANES, nobody, {**logits, "coronal": np.zeros((1, 2))})
    assert (weights == 0.5).all()
