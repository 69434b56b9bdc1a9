"""Objects of a patient in which others say what they found, and the images that they are of."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from condyle.archive.tables import InstanceRow, SeriesRow, StudyRow


@dataclass(frozen=True)
class HeldObject:
    """What the archive holds of an instance, as showing it needs.

    Attributes:
        uid: SOP Instance UID.
        series_uid: Series Instance UID.
        study_id: Row of its study.
        class_uid: SOP Class UID.
        object: Its stored bytes.
        size: Their count.
        frames: How many frames it has.
        shape: (rows, columns) of a frame, or ``None``.
        header: Its DICOM JSON, deflated.
    """

    uid: str
    series_uid: str
    study_id: int
    class_uid: str
    object: str
    size: int
    frames: int
    shape: tuple[int, int] | None
    header: bytes = field(repr=False)


def objects_of_patient(
    session: Session, study: StudyRow, classes: Collection[str]
) -> list[HeldObject]:
    """Gives the objects of some classes of a study's patient, the latest received first.

    What another patient's study holds is of no concern, whatever it refers to.

    Args:
        session: A transaction.
        study: The study.
        classes: SOP Class UIDs.
    """
    query = (
        select(InstanceRow, SeriesRow.uid)
        .join(SeriesRow, SeriesRow.id == InstanceRow.series_id)
        .join(StudyRow, StudyRow.id == InstanceRow.study_id)
        .where(StudyRow.patient_id == study.patient_id, InstanceRow.class_uid.in_(classes))
        .options(undefer(InstanceRow.header))
        .order_by(InstanceRow.received_at.desc(), InstanceRow.id.desc())
    )
    return [_held(row, series) for row, series in session.execute(query)]


def images_of(session: Session, study: StudyRow, results: Collection[str]) -> list[HeldObject]:
    """Gives the images of a study: what has pixels and is of none of some classes."""
    query = (
        select(InstanceRow, SeriesRow.uid)
        .join(SeriesRow, SeriesRow.id == InstanceRow.series_id)
        .where(
            InstanceRow.study_id == study.id,
            InstanceRow.class_uid.not_in(results),
            InstanceRow.rows.is_not(None),
        )
        .options(undefer(InstanceRow.header))
        .order_by(InstanceRow.id)
    )
    return [_held(row, series) for row, series in session.execute(query)]


def _held(row: InstanceRow, series_uid: str) -> HeldObject:
    return HeldObject(
        uid=row.uid,
        series_uid=series_uid,
        study_id=row.study_id,
        class_uid=row.class_uid,
        object=row.object,
        size=row.size,
        frames=row.frames,
        shape=(row.rows, row.columns) if row.rows and row.columns else None,
        header=row.header,
    )
