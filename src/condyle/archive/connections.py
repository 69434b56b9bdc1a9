"""Connections to a database server that it may have dropped meanwhile."""

from __future__ import annotations

import selectors
import time
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError

ASKED_AFTER_S = 5.0
"""A connection that was idle for so long is asked whether it lives: the way to it may be cut."""

_USED_AT = "condyle_used_at"


def keep_alive(engine: Engine) -> None:
    """Has a connection that the server dropped replaced before it is used, and no error made of it.

    Asking each one before each use, as the pool itself would, takes as long as a query. Here one
    that was in use just now is asked only where the server has said something unbidden on it,
    as it does when it ends it; to see that costs nothing.

    Args:
        engine: With a driver whose connections have a ``fileno``, as psycopg's.
    """
    dialect: Any = engine.dialect

    def on_its_way_out(connection: Any, record: Any, proxy: object) -> None:
        used = record.info.get(_USED_AT)
        if used is None or not _is_doubtful(connection, time.monotonic() - used):
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    def on_its_way_back(connection: object, record: Any) -> None:
        record.info[_USED_AT] = time.monotonic()

    event.listen(engine, "checkout", on_its_way_out)
    event.listen(engine, "checkin", on_its_way_back)


def _is_doubtful(connection: Any, idle_s: float) -> bool:
    return idle_s > ASKED_AFTER_S or connection.closed or _has_news(connection)


def _has_news(connection: Any) -> bool:
    """Tells whether there is something to read on a connection that was asked nothing."""
    with selectors.DefaultSelector() as selector:
        selector.register(connection.fileno(), selectors.EVENT_READ)
        return bool(selector.select(0))
