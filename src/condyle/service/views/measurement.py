"""Measurements as the interface gives them: a row a measure, level by level, in words."""

from __future__ import annotations

from itertools import groupby

from condyle.domain.findings import Measurement
from condyle.domain.report import Report
from condyle.reporting.measure_words import measure_text
from condyle.reporting.paragraph import site_name
from condyle.reporting.wording import LANGUAGES, Catalogue, catalogue
from condyle.service.schemas.measurements import (
    Measured,
    MeasuredLevel,
    MeasureEntry,
    PriorMeasures,
)
from condyle.service.security.actor import Actor
from condyle.service.views.comparison import Comparison
from condyle.service.views.said import all_said, said

_CAVEATS = (
    "slip-supine",
    "anterolisthesis-measured",
    "retrolisthesis-measured",
    "slip-called-not-measured",
    "slip-measured-not-called",
)
"""Warnings of a report that bear on its measurements."""


def measured_entry(
    analysis: str, report: Report, compared: Comparison | None, actor: Actor
) -> Measured | None:
    """Gives what a run measured, or ``None`` where it measures nothing.

    Args:
        analysis: Id of the run.
        report: Of the run.
        compared: With the prior study, where there is one.
        actor: Who asks; without the right to see identities, no date of the prior is given.
    """
    if not report.measurements:
        return None
    words = catalogue(actor.language if actor.language in LANGUAGES else LANGUAGES[0])
    caveats = [one for one in report.warnings if one.code in _CAVEATS]
    return Measured(
        analysis=analysis,
        note=words.label("measurements-note"),
        caveats=all_said(caveats, words.language),
        levels=[
            MeasuredLevel(
                level=site.level,
                index_from_caudal=site.index_from_caudal,
                title=site_name(site, words),
                measures=[_entry(one, compared, words) for one in group],
            )
            for site, group in groupby(report.measurements, key=lambda one: one.site)
        ],
        prior=None if compared is None else _prior(compared, words, actor),
    )


def _prior(compared: Comparison, words: Catalogue, actor: Actor) -> PriorMeasures:
    return PriorMeasures(
        study=compared.study.id,
        study_date=None if actor.pseudonymous else compared.study.study_date,
        said=all_said(compared.said, words.language),
    )


def _entry(one: Measurement, compared: Comparison | None, words: Catalogue) -> MeasureEntry:
    key = (one.site.index_from_caudal, one.name)
    before = None if compared is None else compared.before.get(key)
    beyond = compared is not None and key in compared.changed
    return MeasureEntry(
        name=one.name,
        title=words.term(one.name),
        value=one.value,
        unit=one.unit,
        text=measure_text(one, words),
        repeatability=one.repeatability,
        reason=None if one.reason is None else said(one.reason, words.language),
        before=before,
        change=None if before is None else "beyond" if beyond else "within",
    )
