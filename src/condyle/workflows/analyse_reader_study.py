"""Analyses a reader study that has been read: from its sheets to pages and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import numpy as np

from condyle.domain.estimate import Estimate
from condyle.domain.reader_study import ListedCase, Reading, presence
from condyle.errors import InputError
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.inputs import BoolArray
from condyle.evaluation.reader_analysis import ReaderAnalysis, analyse_readers
from condyle.evaluation.reader_covariance import CovarianceMethod
from condyle.evaluation.reader_pooled import agreement_of_calls
from condyle.evaluation.reader_reference import Decision
from condyle.evaluation.readers import ReaderTable
from condyle.reporting.evaluation.reader_page import ReaderStudyPage, reader_study_files
from condyle.workflows.read_reader_sheets import Sheets, read_sheets, require_readings
from condyle.workflows.readers.folder import ReaderStudy, open_reader_study, require_new
from condyle.workflows.readers.model import ModelTable, read_model
from condyle.workflows.readers.spreadsheet import DateOrder, write_bytes
from condyle.workflows.settle_reader_reference import reference_of_study


@dataclass(frozen=True)
class AnalysisOptions:
    """How a reader study is analysed.

    Attributes:
        reference: Table of the reference; see ``reference_of_study``.
        model: Where the model's answers are, or ``None``.
        covariance: How the covariance of the readers' errors is found.
        complete_cases: Leave out, for all readers, a case that one did not read.
        dates: How days with slashes are meant.
        seed: Of the bootstraps.
        replicates: Bootstrap replicates of a comparison.
    """

    reference: Path | None = None
    model: ModelTable | None = None
    covariance: CovarianceMethod = "delong"
    complete_cases: bool = False
    dates: DateOrder = "iso"
    seed: int = 1
    replicates: int = 2000


def analyse_reader_study(
    folder: Path, out: Path, options: AnalysisOptions | None = None
) -> ReaderAnalysis:
    """Writes ``readers.json``, ``readers.csv``, ``readers.html`` and the figures.

    Args:
        folder: The study's folder with its sheets filled in.
        out: Folder that is new or empty.
        options: How it is analysed.

    Raises:
        InputError: A sheet, the reference or the model's table cannot be used.
        OutputError: The folder is in use or cannot be written.
    """
    chosen = options or AnalysisOptions()
    study = open_reader_study(folder)
    sheets = read_sheets(study, of="readers", dates=chosen.dates)
    require_readings(sheets, unread_allowed=chosen.complete_cases)
    page = _analysed(study, sheets, chosen)
    require_new(out, "The analysis")
    for name, content in reader_study_files(page).items():
        write_bytes(out / name, content)
    return page.analysis


def _analysed(study: ReaderStudy, sheets: Sheets, chosen: AnalysisOptions) -> ReaderStudyPage:
    reference, source = reference_of_study(study, chosen.reference)
    cases = _complete(study, sheets)
    truth = np.array([reference[case.code][0] for case in cases])
    model = None if chosen.model is None else read_model(chosen.model, cases, truth)
    rng = np.random.default_rng(chosen.seed)
    found = analyse_readers(
        reader_table(study, sheets.in_arms(), cases=cases, reference=reference),
        rng,
        years=study.years,
        model=model,
        covariance=chosen.covariance,
        replicates=chosen.replicates,
    )
    return ReaderStudyPage(
        plan=study.plan,
        analysis=found,
        model=model,
        reference_source=source,
        reference_agreement=_reference_agreement(study, rng),
        left_out=len(study.cases) - len(cases),
        covariance=chosen.covariance,
        seed=chosen.seed,
        software=metadata.version("condyle"),
    )


def reader_table(
    study: ReaderStudy,
    readings: Sequence[Reading],
    *,
    cases: Sequence[ListedCase],
    reference: Mapping[str, Decision],
) -> ReaderTable:
    """Gives the readings as arrays, in the order of arms, readers and cases."""
    plan = study.plan
    shape = (len(plan.arms), len(plan.readers), len(cases))
    places = {case.code: at for at, case in enumerate(cases)}
    calls, right = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    scores, minutes = np.full(shape, np.nan), np.full(shape, np.nan)
    for reading in readings:
        if reading.code not in places:
            continue
        place = (
            plan.arms.index(reading.arm),
            plan.readers.index(reading.reader),
            places[reading.code],
        )
        calls[place] = reading.called
        scores[place] = presence(reading.called, reading.confidence, plan.confidence_of)
        minutes[place] = reading.minutes
        right[place] = reading.level.upper() == reference[reading.code][1].upper()
    return ReaderTable(
        arms=plan.arms,
        readers=plan.readers,
        patients=np.array([case.patient for case in cases], dtype=np.str_),
        reference=np.array([reference[case.code][0] for case in cases]),
        calls=calls,
        scores=scores,
        minutes=minutes,
        right_level=right,
        has_level=np.array([bool(reference[case.code][1]) for case in cases]),
        unit=_unit(cases),
    )


def _unit(cases: Sequence[ListedCase]) -> str:
    kinds = {case.unit.rsplit("-", 1)[0] for case in cases}
    return kinds.pop() or "case" if len(kinds) == 1 else "case"


def _complete(study: ReaderStudy, sheets: Sheets) -> tuple[ListedCase, ...]:
    unread = {code for _, _, code in sheets.unread}
    kept = tuple(case for case in study.cases if case.code not in unread)
    if not kept:
        raise InputError(
            "The reader study cannot be analysed.",
            found="no case that every reader read in every session",
            needed="at least two of each class",
            mend="have the sheets filled in.",
        )
    return kept


def _reference_agreement(
    study: ReaderStudy, rng: np.random.Generator
) -> tuple[tuple[str, Estimate], ...]:
    """Gives how far the reference readers agree, where there are two and all have read."""
    names = study.plan.reference_readers
    if len(names) < 2:
        return ()
    sheets = read_sheets(study, of="reference")
    if sheets.problems or sheets.unread:
        return ()
    calls = _calls(sheets, names, [case.code for case in study.cases])
    plan = Resampling(np.array([case.patient for case in study.cases]), rng)
    fleiss, gwet = agreement_of_calls(calls, plan)
    return (("Fleiss' kappa", fleiss), ("Gwet's AC1", gwet))


def _calls(sheets: Sheets, names: Sequence[str], codes: Sequence[str]) -> BoolArray:
    said = {(r.reader, r.code): r.called for r in sheets.of_reference()}
    return np.array([[said[name, code] for code in codes] for name in names])
