"""What the draft of a report is filled from: runs, readers' corrections, observations."""

from __future__ import annotations

from sqlalchemy.orm import Session

from condyle.archive.analyses import shown_runs
from condyle.archive.archive import Archive
from condyle.archive.read_findings import StandingFinding, findings_as_they_stand
from condyle.archive.studies import get_study
from condyle.domain.messages import Message
from condyle.reporting.clinical.filling import SincePrior, Source, Statement
from condyle.reporting.report_json import read_report_json
from condyle.service.views.comparison import comparison_of
from condyle.service.views.report_observed import observed_of


def source_of(archive: Archive, session: Session, study_id: int) -> Source:
    """Gives what models, readers and clinicians say of a study now.

    Args:
        archive: Holds the reports of the runs.
        session: A transaction.
        study_id: The study.
    """
    runs = [run for run in shown_runs(session, study_id) if run.state == "done" and run.report]
    reports = [read_report_json(archive.objects.read(run.report or "").decode()) for run in runs]
    study = get_study(session, study_id)
    since = [
        SincePrior(compared.study.study_date, compared.said, report)
        for run, report in zip(runs, reports, strict=True)
        if (compared := comparison_of(archive, session, study, run, report)) is not None
    ]
    standing = findings_as_they_stand(session, study_id)
    statements = tuple(_statement(one) for one in standing.findings)
    observed = observed_of(archive, session, study_id)
    return Source(tuple(reports), statements, observed, tuple(since))


def _statement(one: StandingFinding) -> Statement:
    point = one.document.get("operating_point")
    abstention = one.document.get("abstention")
    return Statement(
        name=one.name,
        level=one.level,
        index_from_caudal=one.index_from_caudal,
        value=one.value,
        state=one.state,
        shown=point is None or bool(point["shown"]),
        abstention=abstention
        and Message(abstention["code"], abstention["params"], abstention["subject"]),
        classes=tuple(one.document.get("classes") or ()),
    )
