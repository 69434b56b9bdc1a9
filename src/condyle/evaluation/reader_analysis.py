"""A whole reader study: each reader, all together, the model, and what to bear in mind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.comparison import Comparison
from condyle.evaluation.multiplicity import holm_of_tested
from condyle.evaluation.reader_covariance import CovarianceMethod
from condyle.evaluation.reader_experience import FEW_READERS, Experience, experience
from condyle.evaluation.reader_pooled import (
    Agreement,
    Pooled,
    agreement_of_readers,
    model_against_mean,
    model_against_readers,
    pooled_results,
)
from condyle.evaluation.reader_standalone import AgainstReaders
from condyle.evaluation.readers import (
    FIGURES,
    ModelAlone,
    Performance,
    ReaderTable,
    compare_answers,
    contradictions,
    performance,
    reader_changes,
    reader_performance,
)

FEW_CASES = 20


@dataclass(frozen=True)
class ReaderResult:
    """One reader.

    Attributes:
        reader: Name.
        years: Of experience; NaN where unknown.
        arms: How the reader did in each arm, in the study's order.
        changes: For each arm but the first, each figure of it less that of the first.
        model: Each figure of the model alone less the reader's in the first arm; empty
            where there is no model.
    """

    reader: str
    years: float
    arms: tuple[Performance, ...]
    changes: tuple[Mapping[str, Comparison], ...]
    model: Mapping[str, Comparison]


@dataclass(frozen=True)
class ExperienceLine:
    """A figure, or its change, on the readers' years.

    Attributes:
        figure: Which.
        arm: In which arm.
        against: The arm it is held against for a change; empty for the figure itself.
        line: The line.
    """

    figure: str
    arm: str
    against: str
    line: Experience


@dataclass(frozen=True)
class Warned:
    """Something to bear in mind, as a code with its numbers.

    Attributes:
        code: Such as ``"few-readers"``.
        params: Numbers and names that its sentence holds.
    """

    code: str
    params: Mapping[str, str | int | float]


@dataclass(frozen=True)
class ReaderAnalysis:
    """Everything that a reader study shows.

    Attributes:
        table: What it rests on.
        readers: One by one.
        model: How the model alone did, or ``None``.
        model_name: Of the model; empty without one.
        model_declined: Cases that it declined, counted as wrong.
        against_mean: The model less the mean of these readers in the first arm.
        against_readers: The model less the mean of further readers, by random readers and
            cases; empty with one reader.
        pooled: For each arm but the first, the arms compared over all readers.
        agreement: One an arm.
        experience: Lines on the years; empty where they are not known for three readers.
        holm: For each arm but the first, p values of each figure's changes, one a reader,
            adjusted for the number of readers.
        warnings: What to bear in mind.
    """

    table: ReaderTable
    readers: tuple[ReaderResult, ...]
    model: Performance | None
    model_name: str
    model_declined: int
    against_mean: Mapping[str, Comparison]
    against_readers: Mapping[str, AgainstReaders]
    pooled: tuple[tuple[Pooled, ...], ...]
    agreement: tuple[Agreement, ...]
    experience: tuple[ExperienceLine, ...]
    holm: tuple[Mapping[str, tuple[float, ...]], ...]
    warnings: tuple[Warned, ...]


def analyse_readers(
    table: ReaderTable,
    rng: np.random.Generator,
    *,
    years: Mapping[str, float] | None = None,
    model: ModelAlone | None = None,
    covariance: CovarianceMethod = "delong",
    replicates: int = 2000,
) -> ReaderAnalysis:
    """Analyses a reader study.

    Args:
        table: What every reader said.
        rng: Source of randomness of the bootstraps.
        years: Reader to years of experience, where known.
        model: What the model alone said.
        covariance: How the covariance of the readers' errors is found.
        replicates: Bootstrap replicates of a comparison.

    Raises:
        InputError: There are fewer than two cases with or without the finding.
    """
    plan = Resampling(table.patients, rng, replicates, unit=table.unit)
    known = dict(years or {})
    readers = tuple(_reader(table, at, plan, (known, model)) for at in range(len(table.readers)))
    arms = range(len(table.arms) if len(table.readers) > 1 else 0)
    alone = None
    if model is not None:
        closed = Resampling(table.patients, rng, unit=table.unit, interval="analytic")
        alone = performance(table.reference, (model.calls, model.scores), closed)
    return ReaderAnalysis(
        table=table,
        readers=readers,
        model=alone,
        model_name=model.name if model else "",
        model_declined=int(model.declined.sum()) if model else 0,
        against_mean=model_against_mean(table, 0, model=model, plan=plan) if model else {},
        against_readers=model_against_readers(table, 0, model=model, covariance=covariance)
        if model and len(arms)
        else {},
        pooled=tuple(pooled_results(table, (at, 0), covariance=covariance) for at in arms if at),
        agreement=tuple(agreement_of_readers(table, at, plan=plan, model=model) for at in arms),
        experience=_experience(readers, table.arms),
        holm=tuple(_holm(readers, at) for at in range(len(table.arms) - 1)),
        warnings=_warnings(table, readers),
    )


def _reader(
    table: ReaderTable,
    at: int,
    plan: Resampling,
    beside: tuple[Mapping[str, float], ModelAlone | None],
) -> ReaderResult:
    years, model = beside
    first = (table.calls[0, at], table.scores[0, at])
    alone: dict[str, Comparison] = {}
    if model is not None:
        alone = compare_answers(table.reference, (model.calls, model.scores), first, plan=plan)
    arms = range(len(table.arms))
    return ReaderResult(
        reader=table.readers[at],
        years=years.get(table.readers[at], float("nan")),
        arms=tuple(reader_performance(table, (arm, at), plan.rng) for arm in arms),
        changes=tuple(reader_changes(table, (arm, 0, at), plan) for arm in arms if arm > 0),
        model=alone,
    )


def _experience(
    readers: tuple[ReaderResult, ...], arms: tuple[str, ...]
) -> tuple[ExperienceLine, ...]:
    known = [reader for reader in readers if not np.isnan(reader.years)]
    if len(known) < 3:
        return ()
    years = [reader.years for reader in known]
    lines = []
    for figure in FIGURES:
        values = [reader.arms[0].of(figure).value for reader in known]
        lines.append(ExperienceLine(figure, arms[0], "", experience(years, values)))
    for at, arm in enumerate(arms[1:]):
        figures = [n for n in known[0].changes[at] if all(n in r.changes[at] for r in known)]
        for name in figures:
            gained = [reader.changes[at][name].difference.value for reader in known]
            lines.append(ExperienceLine(name, arm, arms[0], experience(years, gained)))
    return tuple(lines)


def _holm(readers: tuple[ReaderResult, ...], at: int) -> Mapping[str, tuple[float, ...]]:
    found = {}
    # A reader who was not timed has no time saved, and others may.
    for name in dict.fromkeys(name for reader in readers for name in reader.changes[at]):
        given = [r.changes[at][name].p_value if name in r.changes[at] else np.nan for r in readers]
        found[name] = holm_of_tested(given)
    return found


def _warnings(table: ReaderTable, readers: tuple[ReaderResult, ...]) -> tuple[Warned, ...]:
    found = []
    count, positives = len(table.readers), int(table.reference.sum())
    negatives, patients = len(table.reference) - positives, len(np.unique(table.patients))
    if count < 2:
        found.append(Warned("one-reader", {}))
    elif count < 5:
        found.append(Warned("few-readers", {"readers": count}))
    for kind, cases in (("positive", positives), ("negative", negatives)):
        if cases < FEW_CASES:
            found.append(Warned("few-cases", {"cases": cases, "kind": kind}))
    if patients < len(table.reference):
        numbers = {"cases": len(table.reference), "patients": patients}
        found.append(Warned("clustered", {**numbers, "unit": table.unit}))
    for arm, name in enumerate(table.arms):
        against = contradictions(table, arm)
        if against:
            total = count * len(table.reference)
            found.append(Warned("contradiction", {"calls": against, "total": total, "arm": name}))
    untimed = int(np.isnan(table.minutes).sum())
    if untimed:
        found.append(Warned("untimed", {"readings": untimed, "total": int(table.minutes.size)}))
    known = sum(not np.isnan(reader.years) for reader in readers)
    if known < 3:
        found.append(Warned("no-experience", {"readers": known}))
    elif known < FEW_READERS:
        found.append(Warned("few-for-experience", {"readers": known}))
    return tuple(found)
