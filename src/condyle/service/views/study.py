"""Studies as the interface gives them: rows of the archive in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast, get_args

from sqlalchemy.orm import Session

from condyle.archive.analyses import running_on
from condyle.archive.listed import ListedPatient, ListedStudy
from condyle.archive.studies import patients_of
from condyle.archive.tables import Analysis, InstanceRow, Patient, SeriesRow, StudyRow
from condyle.archive.worklist import WorklistPage
from condyle.dicom.objects.read_outside import RESULTS
from condyle.domain.report import Report
from condyle.reporting.wording import readable
from condyle.service.schemas.base import AnalysisState, Priority, StudyState
from condyle.service.schemas.studies import (
    AnalysisEntry,
    AnalysisProgress,
    SeriesEntry,
    WorklistEntry,
)
from condyle.service.security.actor import Actor
from condyle.service.views.patient import patient_entry
from condyle.service.views.said import all_said, said_column

PRIORITIES: tuple[Priority, ...] = get_args(Priority)
"""How soon a study is wanted; its place is its rank in the archive."""


def page_entries(session: Session, page: WorklistPage, actor: Actor) -> list[WorklistEntry]:
    """Gives a page's studies as the worklist shows them.

    Args:
        session: A reader's transaction, that of the page.
        page: The page.
        actor: Who asks.
    """
    running = running_on(session, [row.id for row in page.studies if row.state == "analysing"])
    return [
        worklist_entry(row, page.patients[row.patient_id], running.get(row.id), actor)
        for row in page.studies
    ]


def worklist_entries(
    session: Session, rows: Sequence[StudyRow], actor: Actor
) -> list[WorklistEntry]:
    """Gives studies as the worklist shows them, with two queries for all of them.

    Args:
        session: A reader's transaction.
        rows: The studies.
        actor: Who asks.
    """
    patients = patients_of(session, rows)
    running = running_on(session, [row.id for row in rows if row.state == "analysing"])
    return [
        worklist_entry(row, patients[row.patient_id], running.get(row.id), actor) for row in rows
    ]


def worklist_entry(
    row: StudyRow | ListedStudy,
    patient: Patient | ListedPatient,
    running: Analysis | None,
    actor: Actor,
) -> WorklistEntry:
    """Gives a study as the worklist shows it.

    Args:
        row: The study.
        patient: Whose.
        running: The run of a bundle that is under way, if any; told of where that is the study's
            state, which of a signed one it is not.
        actor: Who asks; without the right to see identities, neither accession number,
            description nor date is given.
    """
    hidden = actor.pseudonymous
    return WorklistEntry(
        id=row.id,
        uid=row.uid,
        patient=patient_entry(patient, pseudonymous=hidden),
        accession="" if hidden else readable(row.accession),
        description="" if hidden else readable(row.description),
        anatomy=row.anatomy,
        modalities=[part for part in row.modalities.split("\\") if part],
        study_date=None if hidden else row.study_date,
        received_at=row.received_at,
        source=row.source,
        simulated=row.simulated,
        priority=PRIORITIES[row.priority_rank],
        state=cast(StudyState, row.state),
        reason=said_column(row.reason, actor.language),
        progress=None if running is None or row.state != "analysing" else progress_of(running),
        series_count=row.series_count,
        instance_count=row.instance_count,
        finding_count=row.finding_count,
        revision=row.revision,
    )


def progress_of(row: Analysis) -> AnalysisProgress | None:
    """Gives how far a run is, ``None`` where it has not said."""
    return None if row.progress is None else AnalysisProgress(**row.progress)


def series_entries(
    rows: Iterable[SeriesRow], instances: Iterable[InstanceRow], actor: Actor
) -> list[SeriesEntry]:
    """Gives the series of a study, each with the name of the file that it was made from.

    What others found in a study is no series to be looked at: it is told as what it is, and to
    whom it may be told (``routes.outside``).

    Args:
        rows: The series.
        instances: Of the study.
        actor: Who asks; file names are shown to those who may see identities.
    """
    there = list(instances)
    original = {row.series_id: row.derived_name for row in there}
    images = {row.series_id for row in there if row.class_uid not in RESULTS}
    results = {row.series_id for row in there} - images
    return [
        SeriesEntry(
            id=row.id,
            uid=row.uid,
            number=row.number,
            description="" if actor.pseudonymous else readable(row.description),
            modality=row.modality,
            kind=row.kind,
            instance_count=row.instance_count,
            original=None if actor.pseudonymous else _name(original.get(row.id)),
        )
        for row in rows
        if row.id not in results
    ]


def analysis_entry(row: Analysis, report: Report | None, language: str) -> AnalysisEntry:
    """Gives a run of a bundle with what its report says of itself.

    Args:
        row: The run.
        report: Its report, where it has one.
        language: Of the reader.
    """
    bundles = report.bundles if report is not None else ()
    mine = [one for one in bundles if one.name == row.bundle]
    return AnalysisEntry(
        id=row.id,
        bundle=row.bundle,
        version=row.version,
        sha256=row.sha256,
        state=cast(AnalysisState, row.state),
        reason=said_column(row.reason, language),
        progress=progress_of(row),
        silent=row.hidden,
        simulated_training=any(one.simulated_training for one in bundles),
        intended_use=mine[0].intended_use if mine else "",
        exclusions=list(dict.fromkeys(code for one in bundles for code in one.exclusions)),
        thresholds={name: value for one in bundles for name, value in one.thresholds},
        queued_at=row.queued_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        software_version=row.software_version,
        **_messages(report, language),
    )


def _messages(report: Report | None, language: str) -> dict[str, Any]:
    kinds = ("warnings", "refused", "not_assessed", "assumptions")
    if report is None:
        return {kind: [] for kind in kinds}
    return {kind: all_said(getattr(report, kind), language) for kind in kinds}


def _name(name: str | None) -> str | None:
    return None if name is None else readable(name)
