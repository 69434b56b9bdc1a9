"""Calibration that never sees the fold it is judged on, and figures that count abstentions."""

from dataclasses import replace

import numpy as np
import pytest

from condyle.bundle import calibrate_logits
from condyle.domain.case import Case, Reference
from condyle.domain.study import Study
from condyle.training.graded_discs import GradedDiscs
from condyle.workflows.training.grading_calibration import calibrate, calibrations
from condyle.workflows.training.grading_curves import SHOWN_FROM_PPV, operating_curves
from condyle.workflows.training.grading_scores import (
    abstentions,
    answered_discs,
    metrics,
    prediction_rows,
)
from condyle.workflows.training.scored_discs import DiscRow, Scored

GRADE = "pfirrmann-grade"
FINDINGS = ("disc-narrowing", "modic-change")
PATIENTS, DISCS, FOLDS = 30, 5, 3


def scored(seed=0):
    rng = np.random.default_rng(seed)
    patients = np.repeat([f"{n:02d}" for n in range(PATIENTS)], DISCS)
    count = len(patients)
    grade = rng.integers(0, 5, count)
    findings = (rng.random((count, 2)) < 0.4).astype(np.float32)
    facts = np.zeros((count, 17), dtype=np.float32)
    facts[:, 6:8] = 1.0
    logits = np.eye(5)[grade] * 2 + rng.normal(size=(count, 5))
    rows = tuple(
        DiscRow(Case(p, p, Study(None, ()), Reference()), f"disc-{n % DISCS + 1}", found=True)
        for n, p in enumerate(patients)
    )
    return Scored(
        rows=rows,
        folds=np.array([int(p) % FOLDS for p in patients]),
        discs=GradedDiscs(patients, np.zeros((0, 0, 0, 0), np.float16), facts, grade, findings),
        grade_logits=logits,
        finding_logits=4 * findings - 2 + rng.normal(size=(count, 2)),
    )


def lose(made, chosen):
    """Gives the same discs, those chosen not found by the anatomy network."""
    rows = tuple(
        replace(row, found=row.found and not lost)
        for row, lost in zip(made.rows, chosen, strict=True)
    )
    return replace(made, rows=rows)


def invert(made, fold):
    """Gives the same discs, the references of one fold turned upside down."""
    here = made.folds == fold
    grade, findings = made.discs.grade.copy(), made.discs.findings.copy()
    grade[here] = 4 - grade[here]
    findings[here] = 1 - findings[here]
    return replace(made, discs=replace(made.discs, grade=grade, findings=findings))


def test_the_references_of_a_fold_change_nothing_in_how_it_is_calibrated():
    made = scored()
    plain, planted = calibrate(made), calibrate(invert(made, 1))
    here = made.folds == 1
    np.testing.assert_array_equal(plain.grade[here], planted.grade[here])
    np.testing.assert_array_equal(plain.findings[here], planted.findings[here])
    np.testing.assert_array_equal(plain.decisions[here], planted.decisions[here])


def test_the_references_of_a_fold_do_change_the_others():
    made = scored()
    plain, planted = calibrate(made), calibrate(invert(made, 1))
    elsewhere = made.folds != 1
    assert not np.array_equal(plain.findings[elsewhere], planted.findings[elsewhere])
    assert plain.platts != planted.platts


def test_discs_that_were_not_found_calibrate_nothing():
    made = scored()
    chosen = np.arange(len(made.rows)) % 7 == 0
    wild = made.finding_logits.copy()
    wild[chosen] = -50.0
    plain = calibrate(lose(made, chosen))
    assert plain.platts == calibrate(lose(replace(made, finding_logits=wild), chosen)).platts


def test_the_shipped_calibration_gives_what_the_fit_gave():
    made = scored()
    calibrated = calibrate(made)
    shipped = calibrations(calibrated, grade=GRADE, findings=FINDINGS)
    assert set(shipped) == {GRADE, *FINDINGS}
    for column, name in enumerate(FINDINGS):
        line = calibrated.platts[column]
        wanted = 1 / (1 + np.exp(-(line.slope * made.finding_logits[:, column] + line.intercept)))
        found = calibrate_logits(
            made.finding_logits[:, column], shipped[name], activation="sigmoid"
        )
        np.testing.assert_allclose(found, wanted, atol=1e-4)
    softened = calibrate_logits(made.grade_logits, shipped[GRADE], activation="softmax")
    np.testing.assert_allclose(softened.sum(axis=1), 1.0)
    np.testing.assert_array_equal(softened.argmax(axis=1), made.grade_logits.argmax(axis=1))


def test_probabilities_out_of_fold_are_probabilities():
    calibrated = calibrate(scored())
    np.testing.assert_allclose(calibrated.grade.sum(axis=1), 1.0)
    assert (calibrated.findings > 0).all() and (calibrated.findings < 1).all()


def test_what_reading_would_abstain_on_is_abstained_in_training():
    made = scored()
    facts = made.discs.facts.copy()
    facts[0, 7] = 0  # no T2
    facts[1, 6] = 0  # no T1
    made = lose(replace(made, discs=replace(made.discs, facts=facts)), np.arange(150) == 2)
    declined = abstentions(made, (GRADE, *FINDINGS))
    assert declined[GRADE][:4].tolist() == [True, False, True, False]
    for finding in FINDINGS:
        assert declined[finding][:4].tolist() == [False, False, True, False], finding


def middles(made):
    """Gives the grade from 0 of each disc that half of the probability lies up to."""
    return (calibrate(made).grade.cumsum(axis=1) < 0.5).sum(axis=1)


def table(made):
    rows = prediction_rows(made, calibrate(made), grade=GRADE, findings=FINDINGS)
    return {(row.study, row.unit, row.task): row for row in rows}


def test_the_table_has_one_row_a_disc_and_finding_with_the_fold_that_scored_it():
    made = scored()
    rows = table(made)
    assert len(rows) == 150 * 3
    row = rows["07", "disc-2", GRADE]
    position = 7 * DISCS + 1
    assert (row.fold, row.reference) == (7 % FOLDS, made.discs.grade[position] + 1)
    assert row.prediction == middles(made)[position] + 1
    assert sum(row.probabilities) == pytest.approx(1.0, abs=1e-4)


def test_an_unknown_reference_is_empty_in_the_table_and_in_no_figure():
    made = scored()
    grade, findings = made.discs.grade.copy(), made.discs.findings.copy()
    grade[0], findings[0, 0] = -1, -1
    made = replace(made, discs=replace(made.discs, grade=grade, findings=findings))
    rows = table(made)
    assert np.isnan(rows["00", "disc-1", GRADE].reference)
    assert np.isnan(rows["00", "disc-1", "disc-narrowing"].reference)
    assert figures(made)["coverage", GRADE].n == 149


def figures(made):
    answered = answered_discs(made, calibrate(made), grade=GRADE, findings=FINDINGS)
    found = metrics(answered, grade=GRADE, findings=FINDINGS, seed=1)
    return {(m.name, m.output): m.estimate for m in found}


def test_the_figures_count_discs_that_were_not_found_as_wrong():
    made = scored()
    chosen = np.arange(150) % 10 == 0
    whole, lost = figures(made), figures(lose(made, chosen))
    right = middles(made) == made.discs.grade
    assert whole["exact", GRADE].value == pytest.approx(right.mean())
    assert lost["exact", GRADE].value == pytest.approx((right & ~chosen).mean())
    assert lost["exact-answered", GRADE].value == pytest.approx(right[~chosen].mean())
    assert lost["coverage", GRADE].value == pytest.approx(0.9)
    assert lost["auc", "disc-narrowing"].value < lost["auc-answered", "disc-narrowing"].value
    assert (
        lost["sensitivity", "disc-narrowing"].value <= whole["sensitivity", "disc-narrowing"].value
    )


def test_every_figure_has_its_interval_and_unit():
    for estimate in figures(scored()).values():
        assert estimate.low <= estimate.value <= estimate.high
        assert estimate.unit == "disc" and "patients" in estimate.method


def test_where_nothing_was_answered_the_figures_say_so_and_do_not_fail():
    made = lose(scored(), np.ones(150, dtype=bool))
    answered = answered_discs(made, calibrate(scored()), grade=GRADE, findings=FINDINGS)
    found = {
        (m.name, m.output): m.estimate.value
        for m in metrics(answered, grade=GRADE, findings=FINDINGS, seed=1)
    }
    assert found["coverage", GRADE] == found["exact", GRADE] == 0.0
    assert ("exact-answered", GRADE) not in found


def test_a_curve_holds_its_chosen_threshold_and_shows_it_only_where_the_ppv_bears_it():
    made = scored()
    calibrated = calibrate(made)
    for column, (name, curve) in enumerate(
        operating_curves(made, calibrated, findings=FINDINGS, seed=3).items()
    ):
        assert name == FINDINGS[column]
        assert curve.chosen == calibrated.thresholds[column]
        point = curve.chosen_point()
        assert curve.shown == (point.ppv.value >= SHOWN_FROM_PPV)
        called = calibrated.decisions[:, column]
        truth = made.discs.findings[:, column] == 1
        assert point.ppv.value == pytest.approx((called & truth).sum() / called.sum())
        assert point.false_calls_per_study == pytest.approx(
            (called & ~truth).sum() / PATIENTS, abs=1e-4
        )
        assert len(curve.points) == 10
