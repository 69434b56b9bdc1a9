"""The figures of a reader study: what is drawn, for any number of readers."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from condyle.domain.evaluation_report import Drawing
from condyle.evaluation.reader_analysis import ReaderAnalysis, analyse_readers
from condyle.evaluation.reader_simulation import ReaderModel, simulate_readings
from condyle.evaluation.readers import ModelAlone, ReaderTable, model_alone
from condyle.reporting.evaluation.reader_figures import FORESTS, reader_drawings

TRUTH = np.arange(24) % 2 == 0
Drawings = dict[str, tuple[Drawing, ...]]


def analysed(
    readers: int = 3, *, arms: int = 2, timed: bool = True, years: bool = True
) -> ReaderAnalysis:
    model = ReaderModel(areas=(0.8, 0.9, 0.85)[:arms], minutes=(3.0, 2.0, 1.0)[:arms])
    made = simulate_readings(model, TRUTH, readers=readers, rng=np.random.default_rng(readers))
    names = tuple(f"reader-{at}" for at in range(1, readers + 1))
    table = ReaderTable(
        arms=("alone", "aided", "newer")[:arms],
        readers=names,
        patients=np.array([f"p{at}" for at in range(24)]),
        reference=TRUTH,
        calls=made.calls,
        scores=made.confidence,
        minutes=made.minutes if timed else np.full(made.minutes.shape, np.nan),
        right_level=np.zeros_like(made.calls),
        has_level=np.zeros(24, dtype=bool),
    )
    known = {name: 3.0 * at for at, name in enumerate(names)} if years else {}
    return analyse_readers(table, np.random.default_rng(0), years=known, replicates=20)


def model_of(analysis: ReaderAnalysis) -> ModelAlone:
    table = analysis.table
    answers = (table.calls[0, 0], table.scores[0, 0])
    return model_alone("it", TRUTH, answers=answers, declined=np.arange(24) == 1)


@pytest.fixture(scope="module")
def three() -> ReaderAnalysis:
    return analysed()


@pytest.fixture(scope="module")
def drawn(three: ReaderAnalysis) -> Drawings:
    """What is drawn of three readers without a model, which takes seconds."""
    return reader_drawings(three, None)


def test_every_reader_has_a_panel_and_every_arm_a_name(
    three: ReaderAnalysis, drawn: Drawings
) -> None:
    (roc,) = drawn["roc"]
    text = roc.svg.decode()
    for name in (*three.table.readers, *three.table.arms, "1 - specificity"):
        assert name in text
    assert roc.name == "readers-roc" and "calls that were made" in roc.caption


def test_the_model_has_its_own_curve_where_there_is_one(drawn: Drawings) -> None:
    beside = analysed()
    with_model = reader_drawings(beside, model_of(beside))["roc"][0]
    without = drawn["roc"][0]
    assert "#7a5195" in with_model.svg.decode() and "#7a5195" not in without.svg.decode()
    assert "alone" in with_model.caption


def test_the_same_analysis_is_drawn_in_the_same_bytes(
    three: ReaderAnalysis, drawn: Drawings
) -> None:
    assert reader_drawings(three, None) == drawn


def test_a_forest_is_drawn_for_each_figure_and_arm() -> None:
    found = reader_drawings(analysed(arms=3), None)["changes"]
    names = {drawing.name for drawing in found}
    assert names == {f"readers-change-{figure}-{at}" for figure in FORESTS for at in (1, 2)}
    text = found[-1].svg.decode()
    assert "newer" in text and "each reader" in text and "for readers and cases" in text


def test_a_forest_of_one_reader_has_no_pooled_rows() -> None:
    found = reader_drawings(analysed(readers=1), None)["changes"]
    assert "all together" not in found[0].svg.decode()


def test_nothing_timed_and_no_years_draw_nothing() -> None:
    found = reader_drawings(analysed(timed=False, years=False), None)
    assert found["times"] == () and found["experience"] == ()


def test_a_reader_who_timed_nothing_in_an_arm_does_not_stop_the_drawing() -> None:
    analysis = analysed()
    analysis.table.minutes[0, 1] = np.nan
    (times,) = reader_drawings(analysis, None)["times"]
    assert "reader-2" in times.svg.decode()


def test_one_arm_has_no_changes() -> None:
    found = reader_drawings(analysed(arms=1), None)
    assert found["changes"] == () and len(found["roc"]) == 1


@pytest.mark.parametrize("readers", [1, 2, 9])
def test_any_number_of_readers_fits_on_a_page(readers: int) -> None:
    for drawings in reader_drawings(analysed(readers=readers), None).values():
        for drawing in drawings:
            width, height = Image.open(io.BytesIO(drawing.png)).size
            assert 400 <= width <= 2000 and 200 <= height <= 2600
            assert drawing.caption.endswith(".")
