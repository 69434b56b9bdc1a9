"""DICOM objects of a read study."""

from __future__ import annotations

from typing import Literal

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
