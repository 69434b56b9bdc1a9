"""Small made-up tables of predictions, one patient after another."""

from __future__ import annotations

import numpy as np
import pytest

from condyle.evaluation.predictions import PredictionRow, predictions_from_rows
from condyle.workflows.evaluation.rows import Draw


def _row(patient, task, reference, prediction, probabilities=(), **more):
    return PredictionRow(
        patient=f"p{patient:03d}",
        study=more.pop("study", f"s{patient:03d}"),
        series=more.pop("series", ""),
        unit=more.pop("unit", "disc-1"),
        task=task,
        fold=-1,
        reference=float(reference),
        prediction=float(prediction),
        probabilities=tuple(probabilities),
        **more,
    )


@pytest.fixture(name="row")
def _row_fixture():
    """Makes one row: patient, task, reference, prediction, probabilities, and the rest."""
    return _row


@pytest.fixture(name="quick")
def _quick():
    """Few replicates, as only the plumbing is tested here."""
    return Draw(seed=1, replicates=60, permutations=15)


@pytest.fixture(name="mixed")
def _mixed():
    """A table of every kind of task; ``noise`` makes a worse model of the same cases."""

    def make(noise=0.8, patients=24, *, decline=True, seed=5):
        rng = np.random.default_rng(seed)
        rows = []
        for patient in range(patients):
            covariates = {"sex": "FM"[patient % 2], "age": str(20 + patient)}
            for disc in (1, 2):
                rows += _disc(patient, disc, rng, noise, decline, covariates)
            rows += _numbers(patient, rng, noise, covariates)
        return predictions_from_rows(rows)

    return make


def _disc(patient, disc, rng, noise, decline, covariates):
    there = int(rng.random() < 0.4)
    probability = 1 / (1 + np.exp(-(2.0 * there - 1.0 + noise * rng.normal())))
    grade = int(rng.integers(1, 4))
    logits = 2 * np.eye(3)[grade - 1] + noise * rng.normal(size=3)
    shares = np.exp(logits) / np.exp(logits).sum()
    lost = decline and patient % 11 == 3
    more = {"unit": f"disc-{disc}", "covariates": covariates, "abstained": lost}
    return [
        _row(patient, "tear", there, probability >= 0.5, [round(probability, 5)], **more),
        _row(patient, "severity", grade, shares.argmax() + 1, np.round(shares, 5), **more),
    ]


def _numbers(patient, rng, noise, covariates):
    dice = float(np.clip(0.9 - 0.1 * noise + 0.05 * rng.normal(), 0, 1))
    age = 10 + 5 * rng.random()
    more = {"covariates": covariates}
    return [
        _row(patient, "dice-meniscus", 1, dice, unit="series-1", series="series-1", **more),
        _row(patient, "bone-age", age, age + noise * rng.normal(), unit="study", **more),
        _row(patient, "disc-count", 5, 5 + (rng.random() < 0.2), unit="study", **more),
        _row(patient, "detect-lesion", 1, 1, [0.5 + rng.random() / 2], unit="box-1", **more),
        _row(patient, "detect-lesion", 0, 1, [rng.random() / 2], unit="box-2", **more),
    ]
