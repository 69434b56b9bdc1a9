"""The files of a reader study's results: page, tables and figures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from condyle.domain.estimate import Estimate
from condyle.domain.evaluation_report import Section, Table
from condyle.domain.reader_study import ReaderPlan
from condyle.evaluation.comparison import Comparison
from condyle.evaluation.reader_analysis import ReaderAnalysis
from condyle.evaluation.reader_covariance import CovarianceMethod
from condyle.evaluation.readers import FIGURES, ModelAlone, Performance
from condyle.reporting.evaluation.files import page_files
from condyle.reporting.evaluation.page import SectionsPage
from condyle.reporting.evaluation.reader_figures import reader_drawings
from condyle.reporting.evaluation.reader_sections import (
    change_verdict,
    pooled_verdict,
    reader_sections,
)
from condyle.reporting.evaluation.reader_words import warning_words
from condyle.reporting.evaluation.tables import csv_number, csv_text, plain
from condyle.reporting.evaluation.words import estimate_words

SCHEMA = "condyle.readers/1"
FOOT = "Research use. These figures hold for the readers and cases of this study."
COLUMNS = (
    *("part", "reader", "arm", "against", "figure", "holds_for", "value", "low", "high", "n"),
    *("unit", "level", "interval", "p", "p_holm", "probability_false", "verdict"),
)


@dataclass(frozen=True)
class ReaderStudyPage:
    """An analysed study and where it comes from.

    Attributes:
        plan: How the study was done.
        analysis: What it shows.
        model: The model's scores, for its curve.
        reference_source: Where the reference is from.
        reference_agreement: (coefficient, value) of the reference readers.
        left_out: Cases left out because a reader did not read them.
        covariance: How the covariance of the errors was found.
        seed: Of the bootstraps.
        software: Version that made it.
    """

    plan: ReaderPlan
    analysis: ReaderAnalysis
    model: ModelAlone | None
    reference_source: str
    reference_agreement: tuple[tuple[str, Estimate], ...]
    left_out: int
    covariance: CovarianceMethod
    seed: int
    software: str = ""


def reader_study_files(page: ReaderStudyPage) -> dict[str, bytes]:
    """Gives ``readers.html``, ``readers.pdf``, ``readers.json``, ``readers.csv`` and figures.

    The same study gives the same bytes.

    Args:
        page: What to write.
    """
    sections = reader_sections(page.analysis, reader_drawings(page.analysis, page.model))
    whole = SectionsPage(
        title=page.plan.title,
        facts=_facts(page),
        banners=("SIMULATED READINGS - nobody read these cases",) if page.plan.simulated else (),
        sections=(*sections, _method(page)),
        foot=FOOT,
    )
    files = page_files(whole, stem="readers")
    files["readers.json"] = _json(page)
    files["readers.csv"] = _csv(page.analysis)
    return files


def _facts(page: ReaderStudyPage) -> tuple[tuple[str, str], ...]:
    return (
        ("readers", str(len(page.plan.readers))),
        ("cases", f"{len(page.analysis.table.reference)} of {page.plan.cases} planned"),
        ("cross-over", f"by {page.plan.crossing}, washout {page.plan.washout_days} days"),
        ("reference", page.reference_source),
        ("software", f"Condyle {page.software}" if page.software else "Condyle"),
    )


def _method(page: ReaderStudyPage) -> Section:
    about = {
        "presence": "that the finding is there",
        "call": "in the call itself, which was turned into confidence in the finding",
    }
    judges = page.plan.reference_readers
    paragraphs = [
        f"Each reader read every case in every arm, in a random order of their own, with at least "
        f"{page.plan.washout_days} days between two readings of a case. Confidence was asked "
        f"{about[page.plan.confidence_of]}.",
        f"The reference is from {page.reference_source}"
        + (f"; {len(judges)} reference readers read in no arm." if judges else "."),
    ]
    if page.left_out:
        paragraphs.append(
            f"{page.left_out} cases were left out for all readers because one did not read them."
        )
    rows = tuple((name, estimate_words(value)) for name, value in page.reference_agreement)
    title = "Agreement of the reference readers"
    tables = (Table(title, ("coefficient", "value"), rows),) if rows else ()
    paragraphs.append(f"Bootstraps by patient, seed {page.seed}.")
    return Section("How it was done", tuple(paragraphs), tables=tables)


def _json(page: ReaderStudyPage) -> bytes:
    analysis = page.analysis
    arms, table = analysis.table.arms, analysis.table
    document = {
        "schema": SCHEMA,
        "title": page.plan.title,
        "simulated": page.plan.simulated,
        "arms": list(arms),
        "cases": len(table.reference),
        "positives": int(table.reference.sum()),
        "patients": len(set(table.patients)),
        "left_out": page.left_out,
        "unit": table.unit,
        "readers": _readers(analysis),
        "pooled": dict(zip(arms[1:], analysis.pooled, strict=False)),
        "agreement": analysis.agreement,
        "experience": analysis.experience,
        "holm": dict(zip(arms[1:], analysis.holm, strict=True)),
        "model": _model(analysis),
        "reference": {
            "source": page.reference_source,
            "agreement": dict(page.reference_agreement),
        },
        "covariance": page.covariance,
        "seed": page.seed,
        "software": page.software,
        "warnings": [
            {"code": each.code, "params": each.params, "text": warning_words(each)}
            for each in analysis.warnings
        ],
    }
    return (json.dumps(plain(document), indent=1, sort_keys=True) + "\n").encode("utf-8")


def _readers(analysis: ReaderAnalysis) -> list[dict[str, object]]:
    arms = analysis.table.arms
    return [
        {
            "reader": reader.reader,
            "years": reader.years,
            "arms": dict(zip(arms, reader.arms, strict=True)),
            "changes": dict(zip(arms[1:], reader.changes, strict=True)),
            "model_less_reader": reader.model,
        }
        for reader in analysis.readers
    ]


def _model(analysis: ReaderAnalysis) -> dict[str, object] | None:
    if analysis.model is None:
        return None
    return {
        "name": analysis.model_name,
        "alone": analysis.model,
        "declined": analysis.model_declined,
        "less_mean_of_these_readers": analysis.against_mean,
        "less_mean_of_further_readers": analysis.against_readers,
    }


def _csv(analysis: ReaderAnalysis) -> bytes:
    lines = ([told.get(column, "") for column in COLUMNS] for told in _rows(analysis))
    return csv_text(COLUMNS, lines).encode("utf-8")


def _rows(analysis: ReaderAnalysis) -> Iterator[dict[str, str]]:
    arms = analysis.table.arms
    for reader in analysis.readers:
        for name, found in zip(arms, reader.arms, strict=True):
            yield from _performance(found, {"part": "reader", "reader": reader.reader, "arm": name})
    if analysis.model is not None:
        who = {"part": "model", "reader": analysis.model_name, "arm": "alone"}
        yield from _performance(analysis.model, who)
    for place, reader in enumerate(analysis.readers):
        for at, arm in enumerate(arms[1:]):
            for name, change in reader.changes[at].items():
                holm = analysis.holm[at].get(name, ())
                who = {"part": "change", "reader": reader.reader, "arm": arm, "against": arms[0]}
                yield {
                    **who,
                    "figure": name,
                    **_compared(change, change_verdict(name, change)),
                    "p_holm": csv_number(holm[place]) if holm else "",
                }
    for arm, found_all in zip(arms[1:], analysis.pooled, strict=False):
        for pooled in found_all:
            who = {"part": "all readers", "arm": arm, "against": arms[0], "figure": pooled.figure}
            told = {"p": csv_number(pooled.p_value), "verdict": pooled_verdict(pooled)}
            yield {**who, "holds_for": pooled.generalises, **_estimate(pooled.difference), **told}


def _performance(found: Performance, who: dict[str, str]) -> Iterator[dict[str, str]]:
    for figure in FIGURES:
        yield {**who, "figure": figure, **_estimate(found.of(figure))}
    if found.located is not None:
        yield {**who, "figure": "located", **_estimate(found.located)}
    if found.times is not None:
        yield {**who, "figure": "median minutes", **_estimate(found.times.median)}


def _compared(found: Comparison, verdict: str) -> dict[str, str]:
    return {
        **_estimate(found.difference),
        "p": csv_number(found.p_value),
        "probability_false": csv_number(found.probability_false),
        "verdict": verdict,
    }


def _estimate(found: Estimate) -> dict[str, str]:
    return {
        "value": csv_number(found.value),
        "low": csv_number(found.low),
        "high": csv_number(found.high),
        "n": str(found.n),
        "unit": found.unit,
        "level": f"{found.level:g}",
        "interval": found.method,
    }
