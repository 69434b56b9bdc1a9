"""STOW-RS: parts as they come are stored in batches, and each is answered for (PS3.18 10.5)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from condyle.archive.archive import Archive
from condyle.archive.arrivals import BY_STOW, Came, note_arrival
from condyle.archive.objects import Sink, Stored
from condyle.dicom.network.multipart import MultipartReader, Parts, boundary_of, media_of
from condyle.service.dicomweb.accept import DICOM, MULTIPART
from condyle.workflows.pacs.store_contents import Also, ContentOutcome, store_contents

SOURCE = "pacs"
"""What the worklist calls this way of coming."""

_BATCH = 64
_BATCH_BYTES = 32 << 20
_LARGE = 8 << 20
_REASONS = {"other-study": 0xA900, "broken": 0xC000}
_DUPLICATE, _FAILURE = 0x0111, 0x0110
_VRS = {
    "00081150": "UI", "00081155": "UI", "00081190": "UR", "00081197": "US",
    "00081198": "SQ", "00081199": "SQ", "0008119A": "SQ",
}  # fmt: skip


@dataclass
class _Incoming:
    """The parts of a body: what is whole, and the one that comes now."""

    archive: Archive
    most_bytes: int
    whole: list[bytearray | Stored] = field(default_factory=list)
    size: int = 0
    total: int = 0
    _now: bytearray = field(default_factory=bytearray)
    _sink: Sink | None = None

    def begin(self, headers: Mapping[str, str]) -> None:
        media = media_of(headers.get("content-type", DICOM)).type
        if media != DICOM:
            raise HTTPException(415)

    def data(self, some: memoryview) -> None:
        self.total += len(some)
        if self.total > self.most_bytes:
            raise HTTPException(413)
        if self._sink is None and len(self._now) + len(some) > _LARGE:
            # A large object goes to the disk as it comes, and is never whole in memory.
            self._sink = self.archive.objects.sink()
            self._sink.__enter__()
            self._sink.write(bytes(self._now))
            self._now = bytearray()
        if self._sink is not None:
            self._sink.write(bytes(some))
        else:
            self._now += some

    def end(self) -> None:
        if self._sink is not None:
            self.whole.append(self._sink.finish())
            self._close()
        else:
            self.whole.append(self._now)
            self.size += len(self._now)
            self._now = bytearray()

    def take(self) -> list[bytearray | Stored]:
        some, self.whole, self.size = self.whole, [], 0
        return some

    def close(self) -> None:
        self._close()

    def _close(self) -> None:
        if self._sink is not None:
            self._sink.__exit__(None, None, None)
            self._sink = None


@dataclass
class Brought:
    """What a body brought.

    Attributes:
        outcomes: Of each instance, also of those before an error.
        noted: Whether what stored the last of them has written down who brought them all.
    """

    outcomes: list[ContentOutcome] = field(default_factory=list)
    noted: bool = False


async def store_body(
    archive: Archive,
    request: Request,
    brought: Brought,
    *,
    study: str,
    most_bytes: int,
    note: Also,
) -> None:
    """Stores the instances of a body while it comes.

    While one batch waits for the disk, the next one is received.

    Args:
        archive: Where to.
        request: Whose body it is.
        brought: Gets what became of it.
        study: Study Instance UID that all must have; empty for any.
        most_bytes: Bytes of all parts together at most.
        note: Writes down who brought what, in the last transaction that stores some of it.

    That something came is noted with each batch (``arrivals``), so that a study that grows is
    read once nothing more of it comes, whatever becomes of the rest of the body.

    Raises:
        HTTPException: The body is none of STOW-RS, is too large, or stopped coming; what was
            whole before that is stored.
        InputError: Its parts cannot be told apart.
    """
    media = media_of(request.headers.get("content-type", ""))
    if media.type != MULTIPART or media.parameters.get("type", DICOM).lower() != DICOM:
        raise HTTPException(415)
    incoming = _Incoming(archive, most_bytes)
    parts = Parts(incoming.begin, incoming.data, incoming.end)
    reader = MultipartReader(boundary_of(media), parts)
    storing = _Storing(archive, study, brought, note)
    try:
        async for chunk in request.stream():
            reader.feed(chunk)
            if len(incoming.whole) >= _BATCH or incoming.size >= _BATCH_BYTES:
                await storing.put(incoming.take())
        reader.finish()
    except ClientDisconnect as error:
        raise HTTPException(400) from error
    finally:
        incoming.close()
        await storing.finish(incoming.take())


class _Storing:
    """Stores batches one after the other, beside what goes on."""

    def __init__(self, archive: Archive, study: str, brought: Brought, note: Also) -> None:
        self._archive = archive
        self._study = study
        self._task: asyncio.Task[list[ContentOutcome]] | None = None
        self._brought = brought
        self._note = note

    async def put(self, some: list[bytearray | Stored]) -> None:
        await self._join()
        self._task = asyncio.create_task(run_in_threadpool(self._store, some))

    async def finish(self, some: list[bytearray | Stored]) -> None:
        """Stores the last of them, and writes down with them who brought all."""
        await self._join()
        if some:
            self._brought.outcomes += await run_in_threadpool(self._store_last, some)

    def _store(self, some: list[bytearray | Stored]) -> list[ContentOutcome]:
        return store_contents(
            self._archive, some, source=SOURCE, study=self._study, also=self._arrived
        )

    def _store_last(self, some: list[bytearray | Stored]) -> list[ContentOutcome]:
        called = False

        def note(session: Session, told: Sequence[ContentOutcome]) -> None:
            nonlocal called
            self._arrived(session, told)
            self._note(session, [*self._brought.outcomes, *told])
            called = True

        stored = store_contents(self._archive, some, source=SOURCE, study=self._study, also=note)
        self._brought.noted = called
        return stored

    def _arrived(self, session: Session, told: Sequence[ContentOutcome]) -> None:
        counts = Counter(one.study_id for one in told if one.state == "stored")
        for study_id, count in counts.items():
            came = Came(study_id, calling="", called=BY_STOW, count=count)
            note_arrival(session, came, at=self._archive.clock())

    async def _join(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            self._brought.outcomes += await task


def answer_of(outcomes: Iterable[ContentOutcome], root: str) -> tuple[int, dict[str, Any]]:
    """Gives the status and the store instances response (PS3.18 10.5.3, Annex I).

    Args:
        outcomes: Of each instance.
        root: Address of DICOMweb, without a slash at its end.
    """
    stored, failed, other = [], [], []
    for one in outcomes:
        if one.state in ("stored", "duplicate"):
            url = f"{root}/studies/{one.study}/series/{one.series}/instances/{one.uid}"
            stored.append(_item(one) | _entry("00081190", url))
        elif one.uid:
            failed.append(_item(one) | _entry("00081197", _reason(one)))
        else:
            other.append(_entry("00081197", _reason(one)))
    studies = {one.study for one in outcomes if one.state in ("stored", "duplicate")}
    told: dict[str, Any] = {}
    if len(studies) == 1:
        told |= _entry("00081190", f"{root}/studies/{studies.pop()}")
    for tag, items in (("00081198", failed), ("00081199", stored), ("0008119A", other)):
        told |= {tag: {"vr": "SQ", "Value": items}} if items else {}
    if not failed and not other:
        return 200, told
    return (202 if stored else 409), told


def _reason(one: ContentOutcome) -> int:
    if one.state == "conflict":
        return _DUPLICATE if one.said == "same-uid-other-content" else _FAILURE
    return _REASONS[one.state]


def _item(one: ContentOutcome) -> dict[str, Any]:
    return _entry("00081150", one.class_uid) | _entry("00081155", one.uid)


def _entry(tag: str, value: object) -> dict[str, Any]:
    return {tag: {"vr": _VRS[tag], "Value": [value]}}
