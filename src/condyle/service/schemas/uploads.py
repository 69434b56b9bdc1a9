"""Bringing files: an upload is opened, its files are sent one by one, then it is sorted."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from condyle.service.schemas.base import Body, Priority, Said

FileState = Literal["waiting", "here", "stored", "duplicate", "refused"]


class FileOffer(Body):
    """A file that shall be sent: its path in the folder that was dropped, and its bytes."""

    name: str
    size: int


class NewUpload(Body):
    """What shall be sent, how soon it is wanted, and which exclusions apply to the patient.

    ``exclusions`` are codes of the intended use's exclusions; an empty list says that none does.
    """

    files: list[FileOffer]
    priority: Priority = "routine"
    exclusions: list[str]


class FileEntry(Body):
    """One file of an upload and what became of it."""

    id: int
    name: str
    size: int
    state: FileState
    reason: Said | None
    study: int | None


class UploadEntry(Body):
    """An upload: ``waiting`` files are to be sent still, so an interrupted one goes on."""

    id: str
    state: Literal["open", "sorting", "done", "abandoned"]
    priority: Priority
    exclusions: list[str]
    created_at: dt.datetime
    finished_at: dt.datetime | None
    files: list[FileEntry]
    studies: list[int]
