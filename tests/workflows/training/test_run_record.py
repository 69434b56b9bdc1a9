"""What a run says of itself, and that a network which has not learned is noticed."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch", reason="the 'train' extra is not installed")

from condyle.datasets.split_rounds import Round, Split
from condyle.domain.evaluation_charts import LineChart
from condyle.evaluation.predictions import PredictionRow, predictions_from_rows
from condyle.training.fit_record import WEIGHTS_FILE, FitRecord, write_fit
from condyle.training.record import log_text
from condyle.workflows.training.run_pages import curve_charts, training_section
from condyle.workflows.training.run_record import RoundRecord, notices, read_log, round_records

FIT = FitRecord(
    loss=0.5,
    steps=20,
    epochs=2,
    best_epoch=2,
    best=0.8,
    figure="dice",
    seconds=61.4,
    waited_share=0.031,
    device="cpu",
    stopped_early=True,
)
LOG = tuple(
    {
        "epoch": epoch,
        "loss": 1 / epoch,
        "validation-dice": 0.4 * epoch,
        "validation-called-share": s,
    }
    for epoch, s in ((1.0, 0.0), (2.0, 0.04))
)
ONE = RoundRecord(0, "", FIT, LOG)


def table(*answers: tuple[str, float, float]):
    """Makes a table of (task, reference, prediction), each of a patient of their own."""
    return predictions_from_rows(
        [
            PredictionRow(f"p{n}", f"s{n}", "", "study", task, 0, reference, prediction)
            for n, (task, reference, prediction) in enumerate(answers)
        ]
    )


NOTHING = table()


def called(*shares: float) -> tuple[str, ...]:
    log = tuple({"epoch": n + 1.0, "validation-called-share": s} for n, s in enumerate(shares))
    return notices([replace(ONE, log=log)], NOTHING)


def test_a_network_that_calls_nothing_in_its_best_epoch_is_noticed() -> None:
    assert called(0.1, 0.0) == (
        "The network of round 0 calls no pixel on the validation patients.",
    )
    assert called(0.0, 0.1) == ()  # the first epoch is not the best


def test_a_network_that_calls_everything_is_noticed() -> None:
    (said,) = called(0.1, 0.97)
    assert "97%" in said and "all pixels" in said
    assert called(0.1, 0.49) == ()


def test_the_plane_of_a_network_is_named() -> None:
    (said,) = notices(
        [replace(ONE, stage="axial", log=({"epoch": 2.0, "validation-called-share": 0.0},))],
        NOTHING,
    )
    assert "round 0, axial" in said


def test_a_network_of_which_no_pixel_is_right_is_noticed_once() -> None:
    found = table(("dice-lesion", 1, 0), ("dice-lesion", 1, 0), ("dice-lesion-at-0.3", 1, 0))
    assert notices([], found) == ("Not one pixel is right on the test patients: lesion.",)
    assert notices([], table(("dice-lesion", 1, 0), ("dice-lesion", 1, 0.2))) == ()
    assert notices([], table(("dice-lesion", 1, math.nan))) == ()


def test_a_network_that_gives_everybody_the_same_answer_is_noticed() -> None:
    (said,) = notices([], table(("tear", 0, 1), ("tear", 1, 1), ("class", 0, 0), ("class", 1, 1)))
    assert said == "Every test case gets the same answer: tear 1."


@pytest.mark.parametrize(
    "answers",
    [
        [("tear", 1, 1), ("tear", 1, 1)],  # all of one class: the same answer is right
        [("tear", 0, 1)],
        [("tear", 0, 1), ("tear", math.nan, 1)],
        [("iou-tear", 1, 0.0), ("iou-tear", 1, 0.0)],
    ],
)
def test_an_answer_that_may_well_be_right_is_no_notice(answers) -> None:
    assert notices([], table(*answers)) == ()


def test_what_is_written_of_a_fit_is_what_is_read(tmp_path) -> None:
    rounds = (Round(("a",), ("b",), ("c",)),) * 2
    split = Split("own", 1, "by hand", rounds)
    for number in range(2):
        for stage in ("sagittal", "axial"):
            folder = tmp_path / "folds" / str(number) / stage
            folder.mkdir(parents=True)
            write_fit(folder, replace(FIT, steps=number, best=math.nan if number else 0.8))
            (folder / "log.csv").write_text(log_text(list(LOG)), "utf-8")
    (tmp_path / "folds" / "1" / "axial" / WEIGHTS_FILE).write_text("Weights from x.\n", "utf-8")
    (tmp_path / "folds" / "0" / "axial" / "fit.json").unlink()  # a fit that has not ended
    found = round_records(tmp_path, split, stages=("sagittal", "axial"))
    assert [(one.name, one.fit.steps, one.weights) for one in found] == [
        ("round 0, sagittal", 0, ""),
        ("round 1, sagittal", 1, ""),
        ("round 1, axial", 1, "Weights from x."),
    ]
    assert found[0].fit.best == 0.8 and math.isnan(found[1].fit.best)
    for row, wanted in zip(found[0].log, LOG, strict=True):
        assert row == pytest.approx(wanted, rel=1e-5)


def test_a_column_that_an_epoch_lacks_is_empty_and_read_as_absent(tmp_path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(log_text([{"epoch": 1.0, "loss": 0.25}, {"epoch": 2.0, "auc": 0.5}]), "utf-8")
    assert path.read_text("utf-8") == "epoch,loss,auc\n1,0.25,\n2,,0.5\n"
    assert read_log(path) == ({"epoch": 1.0, "loss": 0.25}, {"epoch": 2.0, "auc": 0.5})


def test_curves_show_loss_and_validation_with_the_best_epoch_marked() -> None:
    (_, loss), (_, validation) = curve_charts([ONE, replace(ONE, round=1)])
    assert isinstance(loss, LineChart) and isinstance(validation, LineChart)
    assert [tuple(np.round(curve.y, 3)) for curve in loss.curves] == [(1.0, 0.5)] * 2
    assert [curve.name for curve in validation.curves] == ["round 0", "round 1"]
    assert validation.curves[0].y == (0.4, 0.8)
    assert [(mark.x, mark.y) for mark in validation.marks] == [(2, 0.8)] * 2


def test_a_fit_without_validation_has_a_curve_of_its_loss_alone() -> None:
    plain = replace(ONE, fit=replace(FIT, best_epoch=0, best=math.nan, figure=""))
    assert [name for name, _ in curve_charts([plain])] == ["loss"]


def test_the_section_tells_each_fit_and_the_weights_it_began_with() -> None:
    begun = replace(ONE, weights="Weights from a bundle.")
    last = replace(ONE, round=1, fit=replace(FIT, best_epoch=0, stopped_early=False))
    section = training_section([begun, last], notes=("A note.",))
    assert section.paragraphs == ("Weights from a bundle.", "A note.")
    (made,) = section.tables
    assert made.rows[0] == (
        "round 0",
        "2, stopped early",
        "2",
        "dice 0.800",
        "61 s",
        "3.1%",
        "cpu",
    )
    assert made.rows[1][1:4] == ("2", "last", "none")
    assert len(section.figures) == 2
