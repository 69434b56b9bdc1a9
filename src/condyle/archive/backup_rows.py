"""Rows as lines of JSON that either database reads back."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import JSON, Column, Connection, LargeBinary, Table, select
from sqlalchemy.types import Date, DateTime, Time

COMPRESSION = 6
_AT_ONCE = 500


def lines_of(connection: Connection, table: Table) -> Iterator[bytes]:
    """Gives each row of a table as a line, in the order of its key."""
    query = select(table).order_by(*table.primary_key.columns)
    rows = connection.execution_options(yield_per=_AT_ONCE).execute(query)
    for row in rows.mappings():
        values = {column.name: _plain(row[column.name]) for column in table.columns}
        yield json.dumps(values, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


def read_line(table: Table, line: bytes) -> dict[str, Any]:
    """Gives the values of a row from its line.

    Args:
        table: As it is in the database, whose types tell what the values are.
        line: One that ``lines_of`` gave.
    """
    values = json.loads(line)
    return {name: _typed(table.c[name], value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return value


def _typed(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    for kind, read in _READERS:
        if isinstance(column.type, kind):
            return read(value)
    return value


def _moment(value: str) -> dt.datetime:
    read = dt.datetime.fromisoformat(value)
    # SQLite keeps no zone; whoever wrote it wrote it in UTC.
    return read.replace(tzinfo=dt.UTC) if read.tzinfo is None else read.astimezone(dt.UTC)


_READERS: tuple[tuple[type[Any], Callable[[Any], Any]], ...] = (
    (JSON, lambda value: value),
    (LargeBinary, base64.b64decode),
    (DateTime, _moment),
    (Date, dt.date.fromisoformat),
    (Time, dt.time.fromisoformat),
)
