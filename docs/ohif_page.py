"""OHIF's built page, fetched by npm and served on the loopback beside a clinic's DICOMweb."""

from __future__ import annotations

import contextlib
import http.server
import mimetypes
import os
import subprocess
import tarfile
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

VERSION = "3.13.2"

CONFIG = """window.config = {
  routerBasename: null,
  extensions: [],
  modes: [],
  // OHIF takes every measurement group to have a region; one of PS3.16 TID 1501 has none.
  customizationService: [
    {
      onBeforeSRAddMeasurement: {
        $set: ({ measurement }) => {
          if (!measurement.coords.length) measurement.coords = [{}];
          return measurement;
        },
      },
    },
  ],
  showStudyList: true,
  maxNumberOfWebWorkers: 2,
  showLoadingIndicator: true,
  strictZSpacingForVolumeViewport: true,
  investigationalUseDialog: { option: 'never' },
  defaultDataSourceName: 'dicomweb',
  dataSources: [
    {
      namespace: '@ohif/extension-default.dataSourcesModule.dicomweb',
      sourceName: 'dicomweb',
      configuration: {
        friendlyName: 'Condyle',
        name: 'condyle',
        wadoUriRoot: '/dicomweb',
        qidoRoot: '/dicomweb',
        wadoRoot: '/dicomweb',
        qidoSupportsIncludeField: true,
        imageRendering: 'wadors',
        thumbnailRendering: 'wadors',
        enableStudyLazyLoad: true,
        supportsFuzzyMatching: true,
        supportsWildcard: true,
        bulkDataURI: { enabled: true },
      },
    },
  ],
};
"""
"""What OHIF is told; an installation's own ``app-config.js`` needs ``customizationService``."""


def fetched() -> Path:
    """Gives the folder of OHIF's page, fetched where it is not in the cache yet."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / f"condyle-ohif-{VERSION}"
    if not (folder / "package" / "dist" / "index.html").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as brought:
            command = ["npm", "pack", "--silent", f"@ohif/app@{VERSION}"]
            subprocess.run(command, cwd=brought, check=True, stdout=subprocess.DEVNULL)
            (packed,) = Path(brought).glob("*.tgz")
            with tarfile.open(packed) as archive:
                archive.extractall(folder, filter="data")
    return folder / "package" / "dist"


@contextlib.contextmanager
def served(page: Path, clinic: str, token: str) -> Iterator[str]:
    """Serves the page, and a clinic's DICOMweb under the same address, while it is entered.

    Args:
        page: OHIF's folder.
        clinic: The clinic's address.
        token: An access token of somebody who may see its images.

    Yields:
        The address.
    """

    class Handler(_Handler):
        folder, origin, secret = page, clinic, token

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    folder: Path
    origin: str
    secret: str

    def log_message(self, *_: object) -> None:
        """Says nothing of each request."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path.startswith("/dicomweb/"):
            self._answer(*self._asked())
        elif path == "/app-config.js":
            self._answer(200, CONFIG.encode(), "text/javascript")
        else:
            file = (self.folder / path.lstrip("/")).resolve()
            if not file.is_relative_to(self.folder.resolve()) or not file.is_file():
                file = self.folder / "index.html"
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            self._answer(200, file.read_bytes(), kind)

    def _asked(self) -> tuple[int, bytes, str]:
        request = urllib.request.Request(self.origin + self.path)
        request.add_header("Authorization", f"Bearer {self.secret}")
        request.add_header("Accept", self.headers.get("Accept", "*/*"))
        try:
            answer = urllib.request.urlopen(request)
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read(), refused.headers.get("Content-Type", "")
        with answer:
            return answer.status, answer.read(), answer.headers.get("Content-Type", "")

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
