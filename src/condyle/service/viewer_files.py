"""The built viewer, served as files; each of its pages is one file that its own code fills."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

SHIPPED = Path(__file__).parent / "viewer"
"""Where the viewer lies that comes with Condyle."""

_NO_PAGES = ("api", "dicomweb")
_NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Condyle</title>
<h1>The viewer is not built</h1>
<p>The server works, but its pages are not there. Needed: a built viewer, in the package or in
the folder that CONDYLE_VIEWER names. Run <code>make clinic</code> in a checkout to build it.</p>
</html>"""


class ViewerFiles(StaticFiles):
    """The files of a folder; where there is none of a page's name, the page that draws it.

    Args:
        folder: Holds ``index.html``.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, follow_symlink=False)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Gives a file, or ``index.html`` for a page."""
        try:
            answer = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or not _is_page(path):
                raise
            answer = await super().get_response("index.html", scope)
        hashed = PurePosixPath(path).parts[:1] == ("assets",)
        # Names of assets hold their hash; the page must be asked for anew to name new ones.
        kept = "private, max-age=31536000, immutable" if hashed else "no-cache"
        answer.headers["Cache-Control"] = kept
        return answer


def viewer_files(folder: Path | None) -> ASGIApp:
    """Gives what answers for the viewer's pages: its files, or a page that says they lack.

    Args:
        folder: Of the built viewer; the one that comes with Condyle where ``None``.
    """
    chosen = SHIPPED if folder is None else folder
    return ViewerFiles(chosen) if (chosen / "index.html").is_file() else _not_built


async def _not_built(scope: Scope, receive: Receive, send: Send) -> None:
    path = scope["path"].lstrip("/")
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or not _is_page(path):
        raise HTTPException(404)
    await HTMLResponse(_NOT_BUILT, 503)(scope, receive, send)


def _is_page(path: str) -> bool:
    """Says whether it is an address of the viewer's own, and no missing file or call."""
    parts = PurePosixPath(path).parts
    return not (parts and (parts[0] in _NO_PAGES or "." in parts[-1]))
