"""DICOM objects of a read study."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import StringConstraints

from condyle.service.schemas.base import Body


class ObjectEntry(Body):
    """An object that can be taken along: a mask, report, PDF or picture, or a note of rejection."""

    name: str
    kind: Literal["seg", "labelmap", "sr", "pdf", "sc", "ko"]
    sop_class_uid: str
    sop_instance_uid: str
    series_uid: str
    size: int
    verified: bool


class ObjectsToSend(Body):
    """What of a study goes to which listed peer; kinds by commas."""

    peer: Annotated[str, StringConstraints(min_length=1, max_length=32)]
    kinds: Annotated[str, StringConstraints(max_length=100)] = "seg,sr,pdf,sc"


class ObjectsPut(Body):
    """How many objects go to a peer, and how many of them were not put up for it before."""

    peer: str
    objects: int
    new: int


class SentObjects(Body):
    """Objects of a study that were put up for a peer together, and what became of them.

    ``done_at`` is when the last of them arrived, was refused or was taken back.
    """

    peer: str
    kinds: list[str]
    verified: bool
    state: Literal["waiting", "stored", "refused", "withdrawn", "replaced"]
    put_at: dt.datetime
    done_at: dt.datetime | None


class StudySent(Body):
    """What of a study went out, the latest first.

    ``due`` counts the signatures whose objects are still to be made by the routing rules,
    ``failed`` those of which they could not be made.
    """

    sent: list[SentObjects]
    due: int
    failed: int
