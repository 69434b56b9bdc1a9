"""Whom an instance is told to: what others found in a study may give an answer away."""

from __future__ import annotations

from sqlalchemy import ColumnElement, not_, or_

from condyle.archive.own_calls import is_unaided
from condyle.archive.tables import InstanceRow
from condyle.archive.teaching_aid import is_under_way
from condyle.dicom.objects.read_outside import RESULTS
from condyle.service.access import Permission
from condyle.service.dicomweb.stored import Place
from condyle.service.security.actor import Actor


def told_to(actor: Actor) -> ColumnElement[bool]:
    """Gives what an instance, joined with its study, must meet so that it is there for somebody.

    Images are. A segmentation or a structured report is not for who may see no findings, such as
    an annotator; nor in a study that they read as a teaching case now, or that a bundle has read
    silently and of which they have not made their own call.
    """
    image = InstanceRow.class_uid.not_in(RESULTS)
    if not actor.may(Permission.SEE_FINDINGS):
        return image
    unaided = [is_under_way(actor.user_id)]
    if actor.may(Permission.CORRECT):
        unaided.append(is_unaided(actor.user_id))
    return or_(image, not_(or_(*unaided)))


def told_place(actor: Actor, study: str, series: str = "", instance: str = "") -> Place:
    """Gives a place of which somebody finds only what is told to them."""
    return Place(study, series, instance, told_to(actor))
