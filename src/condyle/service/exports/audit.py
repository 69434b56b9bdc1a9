"""The audit log as a table that is taken along, such as to a data protection officer."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from typing import IO, TYPE_CHECKING

from fastapi.responses import StreamingResponse

from condyle.archive import audit
from condyle.workflows.clinic.observation_table import safe_cell

if TYPE_CHECKING:
    from condyle.archive.database import Database
    from condyle.archive.tables import AuditEntry
    from condyle.service.deps import Deps
    from condyle.service.security.actor import Actor

CSV = "text/csv; charset=utf-8"
COLUMNS = (
    *("number", "at_utc", "user", "act", "subject", "subject_id", "patient"),
    *("details", "previous_hash", "hash"),
)
_PAGE = 1000
_CHUNK = 65_536
_IN_MEMORY = 4 * 2**20


def audit_table(deps: Deps, actor: Actor, query: audit.Query) -> StreamingResponse:
    """Gives the acts of a query as comma-separated values, and writes that down.

    It is made whole before any of it is sent, so that the log says how many acts it was.

    Args:
        deps: Hold the archive.
        actor: Who takes it along.
        query: Which acts; its limit does not count.
    """
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))
        rows = _write(file, deps.archive.database, query)
        act = actor.act(deps.now(), "audit.exported", subject="audit", rows=rows)
        with deps.archive.database.write() as session:
            audit.append(session, act)
        file.seek(0)
        stack.pop_all()
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    return StreamingResponse(_sent(file), media_type=CSV, headers=headers)


def _write(file: IO[bytes], database: Database, query: audit.Query) -> int:
    """Each page is a transaction of its own, as the log only grows at its other end."""
    _write_line(file, COLUMNS)
    rows, before = 0, query.before
    while True:
        with database.read() as session:
            page = audit.newest(session, replace(query, before=before, limit=_PAGE))
        for row in page:
            _write_line(file, _cells(row))
        rows += len(page)
        if len(page) < _PAGE:
            return rows
        before = page[-1].id


def _cells(row: AuditEntry) -> tuple[object, ...]:
    return (
        row.id,
        row.at.isoformat(),
        row.user_name,
        row.action,
        row.subject,
        row.subject_id,
        row.patient_id,
        json.dumps(row.details, sort_keys=True),
        row.previous,
        row.hash,
    )


def _write_line(file: IO[bytes], cells: tuple[object, ...]) -> None:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([safe_cell(cell) for cell in cells])
    file.write(line.getvalue().encode("utf-8"))


def _sent(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk
