"""What every answer tells the browser to refuse, and which calls are refused before any route."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from condyle.service.problems import problem
from condyle.service.schemas.base import Problem
from condyle.service.settings import Settings

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        # Decoders of compressed images are WebAssembly, and run in workers made of blobs.
        "script-src 'self' 'wasm-unsafe-eval'",
        "worker-src 'self' blob:",
        "connect-src 'self' blob:",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        # Cornerstone and React place elements by their style attribute; no style sheet is inline.
        "style-src 'self'",
        "style-src-attr 'unsafe-inline'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""No outside host, no script that was not served as a file, and no page around this one."""

DOCUMENT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'"
)
"""For a stored page that holds its own style and pictures, as a report does: it runs nothing."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """Refuses calls under another host's name or from another site, and sets the headers.

    Args:
        app: What is guarded.
        settings: Say by which names it is called, and whether over TLS.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._headers = _headers(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one call."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = self._refusal(scope["method"], Headers(scope=scope))
        if refusal is None:
            await self._app(scope, receive, send_guarded)
        else:
            await problem(scope, *refusal)(scope, receive, send_guarded)

    def _refusal(self, method: str, headers: Headers) -> tuple[int, Problem] | None:
        host = headers.get("host", "")
        if urlsplit(f"//{host}").hostname not in self._settings.hosts:
            return 400, Problem(
                failed="The server is not called by this name.",
                found="another host name",
                needed="its own address",
                mend="use the address that it printed, or set CONDYLE_ADDRESS to this one.",
            )
        origin = headers.get("origin")
        foreign = origin is not None and urlsplit(origin).netloc != host
        if method not in _SAFE and (foreign or headers.get("sec-fetch-site") == "cross-site"):
            return 403, Problem(
                failed="That is not allowed.",
                found="a call from another site's page",
                needed="a call from this server's own pages",
                mend="do it in Condyle's own window.",
            )
        return None


def _headers(settings: Settings) -> dict[str, str]:
    headers = {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cache-Control": "no-store",
    }
    if settings.secure:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return headers
