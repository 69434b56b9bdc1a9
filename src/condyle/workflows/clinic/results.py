"""What an analysis gave, kept in the archive: objects first, rows after."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from condyle.archive import analyses
from condyle.archive.archive import Archive
from condyle.archive.studies import as_message, as_row, get_study
from condyle.archive.tables import InstanceRow, SeriesRow
from condyle.workflows.clinic.analyse import FINDINGS, REPORT, Result
from condyle.workflows.clinic.study_files import HeldInstance

NORMAL_GRADES: Mapping[str, int] = {"pfirrmann-grade": 2}
"""Greatest grade that is no finding: grades I and II are no degeneration (Pfirrmann et al. 2001,
doi 10.1097/00007632-200109010-00011, which gives both normal height and a bright nucleus)."""


@dataclass(frozen=True)
class KeptResult:
    """A result whose files are stored; ``document`` and ``of_document`` take it through JSON.

    Attributes:
        files: Object by name, ``report.json`` among them.
        reason: Why the bundle declined, as a column holds it, or ``None``.
        anatomy: What the study shows, or ``None``.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    reason: Mapping[str, Any] | None = None
    anatomy: str | None = None

    def document(self) -> dict[str, Any]:
        """Gives it as plain values."""
        reason = None if self.reason is None else dict(self.reason)
        return {"files": dict(self.files), "reason": reason, "anatomy": self.anatomy}

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> KeptResult:
        """Gives the result of what ``document`` gave."""
        return cls(document["files"], document["reason"], document["anatomy"])


def held_instances(session: Session, study_id: int) -> list[HeldInstance]:
    """Gives what the archive holds of a study, as reading it needs."""
    query = (
        select(InstanceRow, SeriesRow)
        .join(SeriesRow, SeriesRow.id == InstanceRow.series_id)
        .where(InstanceRow.study_id == study_id)
        .order_by(InstanceRow.id)
    )
    return [_held(instance, series) for instance, series in session.execute(query)]


def voxels_of(session: Session, study_id: int) -> int:
    """Gives how many pixels all images of a study have together."""
    query = select(InstanceRow.frames, InstanceRow.rows, InstanceRow.columns)
    sizes = session.execute(query.where(InstanceRow.study_id == study_id))
    return sum(frames * (rows or 0) * (columns or 0) for frames, rows, columns in sizes)


def keep_result(archive: Archive, result: Result) -> KeptResult:
    """Stores the files of a result, durably when it returns; the same files are stored once.

    Raises:
        Unavailable: The disk is full or cannot be written.
    """
    stored = archive.objects.put_many(list(result.files.values()))
    return KeptResult(
        files={name: each.sha256 for name, each in zip(result.files, stored, strict=True)},
        reason=None if result.refusal is None else as_row(result.refusal),
        anatomy=result.anatomy,
    )


def record_result(archive: Archive, analysis_id: str, kept: KeptResult) -> str:
    """Writes findings and state in one transaction; calling it again changes nothing.

    Returns:
        The state that the analysis is in now.

    Raises:
        Unavailable: The database cannot be used.
    """
    findings = _findings(archive, kept)
    version = metadata.version("condyle")
    files = {name: sha256 for name, sha256 in kept.files.items() if name != REPORT}
    reason = as_message(None if kept.reason is None else dict(kept.reason))
    with archive.database.write() as session:
        row = analyses.get_analysis(session, analysis_id)
        study = get_study(session, row.study_id)
        if kept.anatomy is not None and study.anatomy is None:
            study.anatomy = kept.anatomy
        if reason is None:
            result = analyses.Result(
                report=kept.files[REPORT],
                files=files,
                findings=findings,
                software_version=version,
            )
            return analyses.finish(session, analysis_id, result, at=archive.clock())
        if row.state == "running":
            row.report, row.files = kept.files.get(REPORT), files or None
            row.software_version = version
        return analyses.refuse(session, analysis_id, reason, at=archive.clock())


def _findings(archive: Archive, kept: KeptResult) -> Sequence[analyses.NewFinding]:
    if kept.reason is not None:
        return ()
    documents = json.loads(archive.objects.read(kept.files[FINDINGS]))
    return [_finding(document) for document in documents]


def _finding(document: dict[str, Any]) -> analyses.NewFinding:
    site = document["site"]
    return analyses.NewFinding(
        key=document["id"],
        name=document["name"],
        positive=_is_positive(document),
        document=document,
        level=site["level"],
        index_from_caudal=site["index_from_caudal"],
        abstained=document["abstained"],
    )


def _is_positive(document: Mapping[str, Any]) -> bool:
    """Tells whether a finding is one: decided, printed, and not normal."""
    value, point = document["value"], document["operating_point"]
    if document["abstained"] or value is None or (point is not None and not point["shown"]):
        return False
    if document.get("classes"):  # counted from 1, the first being the one without a finding
        return int(value) > 1
    normal = NORMAL_GRADES.get(document["name"])
    return bool(value) if normal is None else int(value) > normal


def _held(instance: InstanceRow, series: SeriesRow) -> HeldInstance:
    original = None
    if instance.derived_from is not None:
        original = (instance.derived_from, instance.derived_name or "")
    return HeldInstance(
        uid=instance.uid,
        series_uid=series.uid,
        series_number=series.number,
        number=instance.number,
        frames=instance.frames,
        object=instance.object,
        original=original,
    )
