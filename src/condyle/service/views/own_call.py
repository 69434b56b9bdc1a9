"""Silent runs between the interface and the archive: first what is asked, then what was found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from sqlalchemy.orm import Session

from condyle.archive.analyses import findings_of
from condyle.archive.archive import Archive
from condyle.archive.bundle_settings import bundle_uses
from condyle.archive.own_calls import runs_for_reader
from condyle.archive.silent_tables import OwnCall
from condyle.archive.tables import Analysis, FindingRow
from condyle.bundle import Bundle
from condyle.domain.anatomy import FINDINGS, SCALES, USUAL_LEVELS
from condyle.reporting.report_json import read_report_json
from condyle.reporting.wording import LANGUAGES, Catalogue, catalogue
from condyle.service.schemas.base import AnalysisState
from condyle.service.schemas.own_calls import (
    AskedFinding,
    Beside,
    OwnCallEntry,
    OwnCalls,
    OwnCallValue,
    SilentResult,
    SilentRun,
)
from condyle.service.security.actor import Actor
from condyle.service.views.finding import finding_entries
from condyle.service.views.said import said_column
from condyle.service.views.study import analysis_entry

LEVELLED = ("intervertebral-disc", "vertebra", "vertebral-endplate")
"""Structures of which a spine has one a level."""

ASKED_LEVELS = tuple(reversed(USUAL_LEVELS[:7]))
"""From T11-T12 down to L5-S1: what a lumbar study shows, from cranial to caudal."""


def own_calls_body(
    archive: Archive, session: Session, study_id: int, actor: Actor, installed: Sequence[Bundle]
) -> OwnCalls:
    """Gives the silent runs on a study: with what they found only where the reader has called.

    Args:
        archive: Holds the reports of the runs.
        session: A transaction.
        study_id: The study.
        actor: The reader.
        installed: All bundles.
    """
    uses = bundle_uses(session)
    runs = []
    for run, own in runs_for_reader(session, study_id, actor.user_id):
        use, bundle = uses.get(run.bundle), bundle_of(run, installed)
        runs.append(
            SilentRun(
                analysis=run.id,
                bundle=run.bundle,
                summary="" if bundle is None else bundle.manifest.summary,
                asked=_asked(bundle, actor.language),
                shown_to="all" if use is not None and use.shown_to_all else "reader",
                called=None if own is None else _entry(own),
                result=None if own is None else _result(archive, session, (run, own), actor),
            )
        )
    return OwnCalls(runs=runs)


def bundle_of(run: Analysis, installed: Sequence[Bundle]) -> Bundle | None:
    """Gives the bundle that made a run, or ``None`` where it is installed no more."""
    return next((one for one in installed if one.sha256 == run.sha256), None)


def asked_names(bundle: Bundle | None) -> list[str]:
    """Gives the findings that a bundle looks for; all there are where it is not known."""
    if bundle is None:
        return list(FINDINGS)
    return [one.name for one in bundle.manifest.outputs() if one.name in FINDINGS]


def _asked(bundle: Bundle | None, language: str) -> list[AskedFinding]:
    words = _words(language)
    asked = []
    for name in asked_names(bundle):
        concept = FINDINGS[name]
        scale = SCALES[concept.scale].grades if concept.scale else ()
        levels = list(ASKED_LEVELS) if concept.structure in LEVELLED else []
        grades = [grade for grade, _ in scale]
        asked.append(AskedFinding(name=name, title=words.term(name), grades=grades, levels=levels))
    return asked


def _entry(own: OwnCall) -> OwnCallEntry:
    return OwnCallEntry(calls=[OwnCallValue(**call) for call in own.calls], at=own.at)


def _result(
    archive: Archive, session: Session, both: tuple[Analysis, OwnCall], actor: Actor
) -> SilentResult:
    run, own = both
    rows = findings_of(session, [run.id]) if run.state == "done" else []
    report = (
        None
        if run.report is None
        else read_report_json(archive.objects.read(run.report).decode("utf-8"))
    )
    return SilentResult(
        state=cast(AnalysisState, run.state),
        reason=said_column(run.reason, actor.language),
        version=run.version,
        sha256=run.sha256,
        finished_at=run.finished_at,
        findings=[] if report is None else finding_entries(run, report, rows, actor.language),
        beside=_beside(own, rows, _words(actor.language)),
        run=analysis_entry(run, report, actor.language),
    )


def _beside(own: OwnCall, rows: Sequence[FindingRow], words: Catalogue) -> list[Beside]:
    """Gives each finding at each level that one of both has, as the model lists them."""
    mine = {(call["name"], call["level"]): call["value"] for call in own.calls}
    found = {(row.name, row.level): row for row in reversed(rows)}
    named = dict.fromkeys([(row.name, row.level) for row in rows])
    beside = []
    for name, level in dict.fromkeys([*named, *mine]):
        row, value = found.get((name, level)), mine.get((name, level))
        model = None if row is None or row.abstained else row.document.get("value")
        beside.append(
            Beside(
                name=name,
                title=words.term(name),
                level=level,
                own=value,
                own_text=_text(name, value, words),
                model=model,
                model_text=_model_text(row, words),
                agrees=None if value is None or model is None else bool(value == model),
                finding=None if row is None else row.id,
            )
        )
    return beside


def _model_text(row: FindingRow | None, words: Catalogue) -> str:
    """Gives what the model says: a value, that it abstained, or that it decides nothing here."""
    if row is None:
        return ""
    if row.abstained:
        return words.label("abstained")
    return _text(row.name, row.document.get("value"), words) or words.label("no-decision")


def _text(name: str, value: bool | int | None, words: Catalogue) -> str:
    if value is None:
        return ""
    if FINDINGS[name].kind == "grade":
        return words.label("grade-of", grade=int(value))
    return words.label("positive" if value else "negative")


def _words(language: str) -> Catalogue:
    return catalogue(language if language in LANGUAGES else LANGUAGES[0])
