"""A host of files on this very machine, which can be as unreliable as others are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest


@dataclass
class Host:
    """What a host gives, and how it behaves.

    Attributes:
        address: Where it is.
        files: Path to content.
        ranges: Whether it knows ranges.
        shift: How far from the place asked for its answer to a range begins.
        most: Bytes after which it breaks off, or ``None``.
        moved: Path to the address that it leads on to.
        asked: (path, range asked for) of each request.
    """

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    ranges: bool = True
    shift: int = 0
    most: int | None = None
    moved: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def asked_for(self, path: str) -> list[str]:
        """Gives the ranges that were asked of a path."""
        return [wanted for name, wanted in self.asked if name == path]


def _handler(host: Host) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            host.asked.append((self.path, wanted))
            if self.path in host.moved:
                self.send_response(302)
                self.send_header("Location", host.moved[self.path])
                self.end_headers()
                return
            content = host.files.get(self.path)
            if content is None:
                self.send_error(404)
                return
            match = re.fullmatch(r"bytes=(\d+)-", wanted) if host.ranges else None
            start = int(match[1]) + host.shift if match else 0
            if match and start >= len(content):
                self.send_error(416)
                return
            self.send_response(206 if match else 200)
            if match:
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/*")
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            end = len(content) if host.most is None else start + host.most
            self.wfile.write(content[start:end])

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@pytest.fixture
def host() -> Iterator[Host]:
    """A host that runs as long as the test."""
    described = Host()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(described))
    described.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield described
    server.shutdown()
    server.server_close()
    thread.join()
