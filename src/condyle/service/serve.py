"""Running the server until it is told to end."""

from __future__ import annotations

import contextlib
import json
import logging
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI

from condyle.archive import accounts
from condyle.archive.archive import Archive
from condyle.archive.database import open_database
from condyle.archive.objects import ObjectStore
from condyle.errors import BadConfiguration, Unavailable
from condyle.service.app import create_app
from condyle.service.deps import Deps, make_deps
from condyle.service.dicomweb.sending import FileProtocol
from condyle.service.jobs.worker_process import WorkerProcess
from condyle.service.opening import FIRST_USER, first_password, open_archive
from condyle.service.pacs.processes import storage_node_processes
from condyle.service.settings import Settings

_GRACE_S = 5


def serve(settings: Settings, tell: Callable[[str], None]) -> None:
    """Serves until SIGTERM or SIGINT comes; then ends the processes beside it as well.

    Args:
        settings: What it is run with.
        tell: Is told the address and, where nobody was added yet, the first password.

    Raises:
        BadConfiguration: The database is of another version, or nobody can log in to a
            production server.
        Unavailable: The database or the address cannot be had.
    """
    archive = open_archive(settings)
    try:
        deps = make_deps(settings, archive)
        _let_somebody_in(deps, tell)
        with contextlib.ExitStack() as alongside:
            if settings.worker:
                alongside.enter_context(WorkerProcess(settings))
            alongside.enter_context(storage_node_processes(settings))
            _run(create_app(deps), settings, tell)
    finally:
        archive.database.close()


def openapi_document() -> dict[str, Any]:
    """Gives the interface's description (OpenAPI 3.1), without a server or an archive."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        database = open_database(f"sqlite:///{folder}/condyle.sqlite")
        try:
            archive = Archive(database, ObjectStore(settings.objects))
            return create_app(make_deps(settings, archive)).openapi()
        finally:
            database.close()


def write_openapi(path: Path) -> None:
    """Writes the interface's description as JSON, the same bytes for the same interface."""
    text = json.dumps(openapi_document(), indent=1, ensure_ascii=False) + "\n"
    path.write_text(text, "utf-8")


def _let_somebody_in(deps: Deps, tell: Callable[[str], None]) -> None:
    if deps.settings.production:
        if _has_users(deps.archive):
            return
        raise BadConfiguration(
            "The clinic does not start in production.",
            found="nobody who can log in",
            needed="an administrator with a password that no log has seen",
            mend="run 'condyle user add NAME --role administrator' first.",
        )
    password = first_password(deps.archive, deps.passwords)
    if password is not None:
        tell(f"Log in as '{FIRST_USER}' with the password {password}")
        tell("It is shown this once; you are asked for one of your own.")


def _has_users(archive: Archive) -> bool:
    with archive.database.read() as session:
        return bool(accounts.list_users(session))


class _Server(uvicorn.Server):
    """Tells its address once it listens there."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[int], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[Any] | None = None) -> None:
        """Starts listening."""
        await super().startup(sockets)
        self._listening(self.servers[0].sockets[0].getsockname()[1])


def _run(app: FastAPI, settings: Settings, tell: Callable[[str], None]) -> None:
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=FileProtocol,
        log_config=None,
        access_log=False,  # it would hold the addresses, and what was searched for in them
        server_header=False,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=settings.proxies,
        timeout_graceful_shutdown=_GRACE_S,
    )

    def listening(port: int) -> None:
        shown = settings.model_copy(update={"port": port}).shown_address
        tell(f"Condyle is at {shown}  (Ctrl-C ends it)")

    with _ends_quietly(), contextlib.suppress(KeyboardInterrupt):
        try:
            _Server(config, listening).run()
        except SystemExit:
            raise Unavailable(
                "The server does not start.",
                found=f"port {settings.port} of {settings.host} cannot be had",
                needed="an address of this machine and a port that nothing else uses",
                mend="set CONDYLE_PORT to another one, such as 8043, or 0 for any.",
            ) from None


@contextmanager
def _ends_quietly() -> Iterator[None]:
    """Makes SIGTERM end the server as Ctrl-C does, so that the worker is ended too."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def log_to_stderr(level: int = logging.INFO) -> None:
    """Sends the server's own log to standard error, one line an event."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    for name in ("condyle", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        logger.setLevel(level if name == "condyle" else logging.WARNING)
        logger.propagate = False
