"""A study's measurements against those of the patient's prior study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from condyle.archive.analyses import shown_runs
from condyle.archive.archive import Archive
from condyle.archive.read_findings import findings_as_they_stand
from condyle.archive.studies import priors
from condyle.archive.tables import Analysis, StudyRow
from condyle.domain.findings import Measurement
from condyle.domain.messages import Message
from condyle.domain.report import Report
from condyle.reporting.report_json import read_report_json
from condyle.workflows.compare_prior import COMPARED, RATIOS, changes

MOST_PRIORS = 3
"""Earlier studies that are looked at for measurements, the latest first."""

_OTHER_SCALE = "scale-differs-from-prior"
_CHANGED = "change-since-prior"

Key = tuple[int | None, str]
"""A disc by its number from caudal, and a measure's name."""


@dataclass(frozen=True)
class Comparison:
    """What a run's measurements are against the prior study's.

    Attributes:
        study: The prior study.
        said: What changed and what was taken for granted.
        before: The prior's number of each measure that was compared.
        changed: Those that differ by more than their repeatability.
    """

    study: StudyRow
    said: tuple[Message, ...]
    before: Mapping[Key, float]
    changed: frozenset[Key]


def comparison_of(
    archive: Archive, session: Session, study: StudyRow, run: Analysis, report: Report
) -> Comparison | None:
    """Compares with the latest earlier study that the same bundle measured.

    Levels are those that readers say the discs have, in both studies.

    Args:
        archive: Holds the reports of the runs.
        session: A transaction.
        study: Which study.
        run: One of its runs.
        report: Of the run.

    Returns:
        The comparison, or ``None`` where nothing was measured now or before.
    """
    if not _has_values(report.measurements):
        return None
    now = _renamed(session, study.id, run, report.measurements)
    for prior in priors(session, study)[:MOST_PRIORS]:
        for other in shown_runs(session, prior.id):
            if other.bundle != run.bundle or other.report is None:
                continue
            before = read_report_json(archive.objects.read(other.report).decode()).measurements
            if _has_values(before):
                return _compared(prior, now, _renamed(session, prior.id, other, before))
    return None


def _compared(
    prior: StudyRow, now: Sequence[Measurement], before: Sequence[Measurement]
) -> Comparison:
    told = changes(now, before)
    followed = RATIOS if any(one.code == _OTHER_SCALE for one in told) else COMPARED
    beyond = {(one.subject, one.params["measure"]) for one in told if one.code == _CHANGED}
    earlier = {(one.name, one.site.level): one.value for one in before}
    numbers: dict[Key, float] = {}
    changed: set[Key] = set()
    for one in now:
        old = earlier.get((one.name, one.site.level)) if one.site.level else None
        if one.name in followed and None not in (one.value, one.repeatability) and old is not None:
            key = (one.site.index_from_caudal, one.name)
            numbers[key] = old
            if (one.site.level, one.name) in beyond:
                changed.add(key)
    said = (Message("prior-same-patient", {}, "study"), *told)
    return Comparison(prior, said, numbers, frozenset(changed))


def _has_values(measurements: Sequence[Measurement]) -> bool:
    return any(one.value is not None for one in measurements)


def _renamed(
    session: Session, study_id: int, run: Analysis, measurements: Sequence[Measurement]
) -> list[Measurement]:
    """Gives measurements with the names that readers gave the run's discs."""
    names = findings_as_they_stand(session, study_id).levels.get(run.id, {})
    return [
        replace(one, site=replace(one.site, level=names.get(number, one.site.level or "") or None))
        if (number := one.site.index_from_caudal) is not None
        else one
        for one in measurements
    ]
