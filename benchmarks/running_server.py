"""A clinic's server for the benchmarks: a process of its own, and somebody with a token."""

from __future__ import annotations

import multiprocessing
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import uvicorn

from condyle.archive import accounts
from condyle.archive.archive import Archive
from condyle.archive.database import open_database
from condyle.archive.migrations import upgrade
from condyle.archive.objects import ObjectStore
from condyle.service.app import create_app
from condyle.service.deps import make_deps
from condyle.service.security.secrets import fingerprint
from condyle.service.settings import Settings

TOKEN = "condyle_benchmark"
AT_ONCE = 6
"""Connections that a browser opens to one server."""


@dataclass(frozen=True)
class Running:
    """A server that runs.

    Attributes:
        client: Somebody who is logged in to it.
        pid: The number of its process.
    """

    client: httpx.Client
    pid: int


@contextmanager
def running_server(home: Path, url: str = "", *, at_once: int = AT_ONCE) -> Iterator[Running]:
    """Runs a server on an archive until the block ends; no bundle runs on what it is sent.

    Args:
        home: A folder for what the archive stores.
        url: Of a database; SQLite in the folder without one.
        at_once: Connections that the client opens at most.
    """
    _prepare(home, url)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = multiprocessing.get_context("spawn").Process(
        target=_serve, args=(home, url, port), daemon=True
    )
    server.start()
    headers = {"Authorization": f"Bearer {TOKEN}"}
    limits = httpx.Limits(max_connections=at_once)
    base = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(
            base_url=base, headers=headers, limits=limits, timeout=60, trust_env=False
        ) as client:
            while True:
                try:
                    client.get("/api/v1/health").raise_for_status()
                    break
                except httpx.TransportError:
                    time.sleep(0.2)
            yield Running(client, server.pid or 0)
    finally:
        server.terminate()
        server.join()


def _serve(home: Path, url: str, port: int) -> None:
    settings = Settings(home=home, database_url=url, port=port, worker=False)
    database = open_database(settings.database)
    app = create_app(make_deps(settings, Archive(database, ObjectStore(settings.objects))))
    uvicorn.run(app, host="127.0.0.1", port=port, log_config=None, access_log=False)


def _prepare(home: Path, url: str) -> None:
    """Makes the tables, and somebody with an access token, where they are not there yet."""
    settings = Settings(home=home, database_url=url)
    archive = Archive(open_database(settings.database), ObjectStore(settings.objects))
    upgrade(archive.database)
    with archive.database.write() as session:
        if accounts.find_user(session, "bench") is None:
            new = accounts.NewAccount("bench", "Bench", "clinician", "none")
            user = accounts.add_user(session, new, archive.clock())
            token = accounts.NewAccessToken(user.id, "bench", fingerprint(TOKEN), None)
            accounts.add_token(session, token, archive.clock())
    archive.database.close()
