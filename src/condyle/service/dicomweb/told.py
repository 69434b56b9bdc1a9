"""Whom an instance is told to: what others found in a study may give an answer away."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select, true
from sqlalchemy.orm import Session, aliased

from condyle.archive.own_calls import is_unaided
from condyle.archive.tables import InstanceRow
from condyle.archive.teaching_aid import is_under_way
from condyle.dicom.objects.read_outside import NO_IMAGES
from condyle.service.access import Permission
from condyle.service.dicomweb.stored import Place
from condyle.service.security.actor import Actor

_CAPTURES = (
    "1.2.840.10008.5.1.4.1.1.7",
    *(f"1.2.840.10008.5.1.4.1.1.7.{one}" for one in range(1, 5)),
)
"""Secondary Capture: a picture of images as somebody saw them, often with what they found."""


def told_to(actor: Actor) -> ColumnElement[bool]:
    """Gives what an instance, joined with its study, must meet so that it is there for somebody.

    Images are. What others say in a segmentation, report, document, drawing or captured picture
    is not for who may see no findings, such as an annotator; nor in a study that they read as a
    teaching case now, or that a bundle has read silently and of which they have not made their
    own call. Captured pictures are the images of a study that has no others.
    """
    return or_(_is_image(), not_(unaided(actor)))


def unaided(actor: Actor) -> ColumnElement[bool]:
    """Gives what a study meets of which somebody is told the images alone; in others, all."""
    if not actor.may(Permission.SEE_FINDINGS):
        return true()
    found = [is_under_way(actor.user_id)]
    if actor.may(Permission.CORRECT):
        found.append(is_unaided(actor.user_id))
    return or_(*found)


def told_place(actor: Actor, study: str, series: str = "", instance: str = "") -> Place:
    """Gives a place of which somebody finds only what is told to them."""
    return Place(study, series, instance, told_to(actor))


def drawable(session: Session, study_id: int) -> dict[int, int]:
    """Gives how many images each series of a study has for who is told its images alone.

    Args:
        session: A transaction.
        study_id: The study.

    Returns:
        Numbers by the series' rows; a series without any is not there.
    """
    query = select(InstanceRow.series_id, func.count()).where(
        InstanceRow.study_id == study_id, InstanceRow.rows.is_not(None), _is_image()
    )
    rows = session.execute(query.group_by(InstanceRow.series_id)).all()
    return {row[0]: row[1] for row in rows}


def _is_image() -> ColumnElement[bool]:
    other = aliased(InstanceRow)
    has_others = exists().where(
        other.study_id == InstanceRow.study_id,
        other.rows.is_not(None),
        other.class_uid.not_in((*NO_IMAGES, *_CAPTURES)),
    )
    # What the clinic made of a picture or a volume file is a capture by its class.
    captured = and_(
        InstanceRow.class_uid.in_(_CAPTURES), InstanceRow.derived_from.is_(None), has_others
    )
    return and_(InstanceRow.class_uid.not_in(NO_IMAGES), not_(captured))
