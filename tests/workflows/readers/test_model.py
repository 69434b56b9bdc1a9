"""A model's predictions table beside the cases of a reader study."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from condyle.domain.reader_study import ListedCase
from condyle.errors import InputError, UnknownName
from condyle.evaluation.predictions import PredictionRow, predictions_from_rows
from condyle.reporting.predictions import write_predictions
from condyle.workflows.readers.model import ModelTable, read_model

TRUTH = np.array([True, False, True, False])


def cases(*, unit: str = "") -> tuple[ListedCase, ...]:
    return tuple(
        ListedCase(f"C{at}", f"study-{at}", unit, f"p{at}", float(TRUTH[at])) for at in range(4)
    )


def row(at: int, **changed: Any) -> PredictionRow:
    values: dict[str, Any] = {
        "patient": f"p{at}",
        "study": f"study-{at}",
        "series": "",
        "unit": "study",
        "task": "finding",
        "fold": -1,
        "reference": float(TRUTH[at]),
        "prediction": float(TRUTH[at]),
        "probabilities": (0.4, 0.6),
    }
    return PredictionRow(**(values | changed))


def table(folder: Path, rows: list[PredictionRow], **options: Any) -> ModelTable:
    path = folder / "predictions.csv"
    write_predictions(path, predictions_from_rows(rows))
    return ModelTable(path, **options)


def test_rows_are_put_in_the_order_of_the_cases(tmp_path: Path) -> None:
    rows = [row(at, probabilities=(1 - at / 10, at / 10)) for at in (3, 1, 0, 2)]
    found = read_model(table(tmp_path, rows), cases(), TRUTH)
    assert found.scores == pytest.approx([0.0, 0.1, 0.2, 0.3])
    assert not found.calls.any()


@pytest.mark.parametrize(("threshold", "called"), [(0.5, True), (0.6, True), (0.61, False)])
def test_a_call_is_made_at_the_threshold_or_above(
    tmp_path: Path, threshold: float, called: bool
) -> None:
    given = table(tmp_path, [row(at) for at in range(4)], threshold=threshold)
    assert (read_model(given, cases(), TRUTH).calls == called).all()


def test_several_classes_may_count_as_the_finding(tmp_path: Path) -> None:
    rows = [row(at, probabilities=(0.2, 0.1, 0.3, 0.4)) for at in range(4)]
    found = read_model(table(tmp_path, rows, positive=(2, 3)), cases(), TRUTH)
    assert found.scores == pytest.approx(0.7)
    assert found.calls.all()


def test_without_probabilities_the_prediction_is_the_call(tmp_path: Path) -> None:
    rows = [row(at, probabilities=(), prediction=float(at)) for at in range(4)]
    found = read_model(table(tmp_path, rows, positive=(1, 2)), cases(), TRUTH)
    assert list(found.calls) == [False, True, True, False]


def test_what_was_declined_is_wrong_whatever_it_said(tmp_path: Path) -> None:
    rows = [row(at, abstained=at < 2) for at in range(4)]
    found = read_model(table(tmp_path, rows), cases(), TRUTH)
    assert list(found.calls[:2]) == [False, True]
    assert found.scores[0] == -np.inf and found.scores[1] == np.inf
    assert found.declined.sum() == 2


def test_a_unit_of_the_list_chooses_among_the_rows_of_a_study(tmp_path: Path) -> None:
    rows = [
        row(at, unit=unit, probabilities=(1 - p, p))
        for at in range(4)
        for unit, p in (("disc-1", 0.9), ("disc-2", 0.1))
    ]
    given = table(tmp_path, rows)
    assert read_model(given, cases(unit="disc-2"), TRUTH).scores == pytest.approx(0.1)
    with pytest.raises(InputError, match="2 rows of predictions.csv for case C0"):
        read_model(given, cases(), TRUTH)


def test_another_task_of_the_table_is_passed_over_when_one_is_named(tmp_path: Path) -> None:
    rows = [row(at) for at in range(4)]
    rows += [row(at, task="other", probabilities=(0.9, 0.1)) for at in range(4)]
    named = table(tmp_path, rows, task="other")
    assert read_model(named, cases(), TRUTH).scores == pytest.approx(0.1)
    with pytest.raises(UnknownName, match="finding, other"):
        read_model(ModelTable(named.path), cases(), TRUTH)


@pytest.mark.parametrize(
    ("rows", "positive", "found"),
    [
        ([row(at) for at in range(3)], (1,), "0 rows"),
        ([row(at) for at in range(4)], (2,), "2 named"),
        ([row(at) for at in range(4)], (-1,), "classes 0 to 1"),
        (
            [row(at, probabilities=(), prediction=float("nan")) for at in range(4)],
            (1,),
            "neither prediction nor probability",
        ),
    ],
)
def test_answers_that_are_not_there_are_refused(
    tmp_path: Path, rows: list[PredictionRow], positive: tuple[int, ...], found: str
) -> None:
    with pytest.raises(InputError, match=found):
        read_model(table(tmp_path, rows, positive=positive), cases(), TRUTH)
