"""DICOM objects of a read study."""

from __future__ import annotations

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
