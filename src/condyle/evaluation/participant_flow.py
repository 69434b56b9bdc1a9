"""How patients came into a study and fell out of it, with counts that add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from condyle.domain.case import Case
from condyle.errors import InputError
from condyle.evaluation.cohort import learned_from
from condyle.evaluation.predictions import Predictions

MOST_ANSWERS = 6


@dataclass(frozen=True)
class LeftOut:
    """What was left out for one reason.

    Attributes:
        reason: In words.
        patients: Patients that are gone with it.
        studies: Studies that are gone, those of these patients and any others.
    """

    reason: str
    patients: int
    studies: int


@dataclass(frozen=True)
class Stage:
    """Those who were there at one point.

    Attributes:
        label: What they are.
        patients: How many patients.
        studies: How many studies.
        left_out: Who does not reach the next stage.
    """

    label: str
    patients: int
    studies: int
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True)
class Answer:
    """One result of the model and what the reference says of it.

    Attributes:
        label: Such as ``"positive"``, ``"grade 3"`` or ``"declined"``.
        rows: Units with this result.
        by_reference: (label, units) of each value of the reference.
    """

    label: str
    rows: int
    by_reference: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Flow:
    """Participants from first to last.

    Attributes:
        stages: From the first to those who are counted.
        task: Whose answers the last boxes are; empty for none.
        unit: What is counted in the answers.
        answers: Results of the model, each against the reference.
        notes: What is not known of the way.
    """

    stages: tuple[Stage, ...]
    task: str = ""
    unit: str = "row"
    answers: tuple[Answer, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Screening:
    """Who was looked at before the model read anything.

    Attributes:
        patients: Patients screened.
        studies: Their studies.
        left_out: Who was not read, each patient for one reason.
    """

    patients: int
    studies: int
    left_out: tuple[LeftOut, ...] = ()


def screening_of_cases(cases: Sequence[Case], table: Predictions) -> Screening:
    """Gives as screened the cases of an archive, those not in the table being left out."""
    read = set(zip(table.patient.tolist(), table.study.tolist(), strict=True))
    kept = {patient for patient, _ in read}
    without = [c for c in cases if not c.reference.grades and not c.reference.masks]
    unread = [case for case in cases if (case.patient, case.id) not in read]
    reasons = {
        "no reference": [case for case in unread if case in without],
        "not read by the model": [case for case in unread if case not in without],
    }
    left_out, gone = [], set(kept)
    for reason, those in reasons.items():
        patients = {case.patient for case in those} - gone
        gone |= patients
        if those:
            left_out.append(LeftOut(reason, len(patients), len(those)))
    return Screening(len({case.patient for case in cases}), len(cases), tuple(left_out))


def flow_of(
    table: Predictions,
    *,
    task: str | None = None,
    unit: str = "row",
    screening: Screening | None = None,
) -> Flow:
    """Gives the flow of participants as far as the records tell it.

    Args:
        table: The predictions.
        task: Whose answers stand in the last boxes.
        unit: What a row of the task is.
        screening: Who was looked at before; without it, a note says so.

    Raises:
        InputError: Screened less left out is not who is in the table.
    """
    read = _counts(table)
    stages, notes = [], []
    if screening is None:
        notes.append("Who was screened before the model read anything is not in the records.")
    else:
        _check_sum(screening, read)
        stages.append(Stage("Screened", screening.patients, screening.studies, screening.left_out))
    seen = learned_from(table)
    counted = table.where(~seen)
    without = _without_reference(counted)
    left_out = _left_out(table, seen, "the model learned from the patient")
    left_out += _left_out(counted, without, "no reference")
    stages.append(Stage("Read by the model", *read, left_out))
    counted = counted.where(~without)
    stages.append(Stage("Counted in the figures", *_counts(counted)))
    answers = () if task is None else _answers(counted.of_task(task))
    return Flow(tuple(stages), task or "", unit, answers, tuple(notes))


def _counts(table: Predictions) -> tuple[int, int]:
    studies = set(zip(table.patient.tolist(), table.study.tolist(), strict=True))
    return len({patient for patient, _ in studies}), len(studies)


def _without_reference(table: Predictions) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Marks the rows of studies of which nothing at all is held to be true."""
    key = np.char.add(np.char.add(table.patient, "\x1f"), table.study)
    return ~np.isin(key, np.unique(key[~np.isnan(table.reference)]))


def _left_out(
    table: Predictions, gone: np.ndarray[tuple[int], np.dtype[np.bool_]], reason: str
) -> tuple[LeftOut, ...]:
    if not gone.any():
        return ()
    before, after = _counts(table), _counts(table.where(~gone))
    return (LeftOut(reason, before[0] - after[0], before[1] - after[1]),)


def _answers(rows: Predictions) -> tuple[Answer, ...]:
    judged = rows.where(~np.isnan(rows.reference))
    declined = judged.abstained | np.isnan(judged.prediction)
    values = np.unique(judged.prediction[~declined])
    binary = bool(np.isin(judged.reference, (0.0, 1.0)).all() and np.isin(values, (0, 1)).all())
    if not binary and len(values) > MOST_ANSWERS:
        chosen = [("answered", ~declined)]
    else:
        ordered = values[::-1] if binary else values
        chosen = [(_label(v, binary=binary), ~declined & (judged.prediction == v)) for v in ordered]
    if declined.any():
        chosen.append(("declined", declined))
    return tuple(
        Answer(label, int(mask.sum()), _by_reference(judged.reference[mask], binary=binary))
        for label, mask in chosen
    )


def _by_reference(
    values: np.ndarray[tuple[int], np.dtype[np.float64]], *, binary: bool
) -> tuple[tuple[str, int], ...]:
    if binary:
        return (("present", int((values == 1).sum())), ("absent", int((values == 0).sum())))
    found, counts = np.unique(values, return_counts=True)
    if len(found) > MOST_ANSWERS:
        return ()
    return tuple((f"{v:g}", int(n)) for v, n in zip(found, counts, strict=True))


def _label(value: float, *, binary: bool) -> str:
    if binary:
        return "positive" if value else "negative"
    return f"{value:g}"


def _check_sum(screening: Screening, read: tuple[int, int]) -> None:
    patients = screening.patients - sum(each.patients for each in screening.left_out)
    studies = screening.studies - sum(each.studies for each in screening.left_out)
    if (patients, studies) != read:
        raise InputError(
            "The flow of participants does not add up.",
            found=f"screened less left out is {patients} patients with {studies} studies, "
            f"and the predictions are of {read[0]} with {read[1]}",
            needed="the same numbers",
            mend="correct the counts of the screening; count each patient for one reason.",
        )
