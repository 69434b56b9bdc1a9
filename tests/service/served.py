"""The clinic on a port of this machine, for clients that speak HTTP themselves."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

from condyle.service.dicomweb.sending import FileProtocol


@contextlib.contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serves an app as the clinic's server does while it is entered, and gives its address."""
    config = uvicorn.Config(
        app, port=0, http=FileProtocol, log_config=None, lifespan="off", access_log=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < until
        time.sleep(0.01)
    try:
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
