"""``condyle serve``: the clinic's web application."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from condyle.cli.extras import need


def serve(
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen on; 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 8042.")] = None,
    dicom_port: Annotated[
        int | None, typer.Option(help="Port to receive images on by DICOM; none without it.")
    ] = None,
    openapi: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the interface's description there and end."),
    ] = None,
) -> None:
    """Serve the clinic on this machine's address, and run its bundles.

    Settings are environment variables that begin with CONDYLE_; docs/clinic-settings.md
    lists them. With CONDYLE_PRODUCTION=1 it refuses what is unsafe for patients' images.

    Examples:
      condyle serve
      condyle serve --port 8043
      condyle serve --dicom-port 11112
      condyle serve --openapi openapi.json
    """
    need("clinic", "Serving the clinic")
    from condyle.service.serve import log_to_stderr, write_openapi
    from condyle.service.serve import serve as run
    from condyle.service.settings import load_settings

    if openapi is not None:
        write_openapi(openapi)
        print(f"Written: {openapi}")
        return
    given = {"host": host, "port": port, "dicom_port": dicom_port}
    settings = load_settings(**{name: it for name, it in given.items() if it is not None})
    log_to_stderr()
    run(settings, tell=lambda text: print(text, flush=True))
