"""A made-up reader study of the cases that a test module names."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from condyle.evaluation.reader_simulation import ReaderModel, simulate_readings
from condyle.evaluation.readers import ReaderTable


@pytest.fixture
def reader_table(request):
    """Makes the table of readers of ``TRUTH``, two arms, without levels; fields may be changed."""
    truth = request.module.TRUTH

    def make(seed=0, readers=3, model=None, **changed):
        rng = np.random.default_rng(seed)
        made = simulate_readings(model or ReaderModel(), truth, readers=readers, rng=rng)
        table = ReaderTable(
            arms=("without", "with"),
            readers=tuple(f"reader-{at}" for at in range(1, readers + 1)),
            patients=np.array([f"p{at:03}" for at in range(len(truth))]),
            reference=truth,
            calls=made.calls,
            scores=made.confidence,
            minutes=made.minutes,
            right_level=np.ones_like(made.calls),
            has_level=np.zeros(len(truth), dtype=bool),
        )
        return dataclasses.replace(table, **changed)

    return make
