"""``condyle data get``: a public labelled archive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from condyle.cli.progress import shown_progress
from condyle.errors import Cancelled


def get(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the data set: spider.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the archive.")],
    brought: Annotated[
        Path | None,
        typer.Option("--from", metavar="DIR", help="Files brought by hand, instead of fetching."),
    ] = None,
) -> None:
    """Get a public data set whose licence allows it.

    Shows the licence, fetches what is missing, checks it against the host's checksums and
    unpacks it. Ctrl-C stops it; the same command goes on where it stopped. This is the only
    verb that uses the network. On a machine without one, give --from a folder with the
    files and with the host's record as record.json.

    Examples:
      condyle data get spider --out data/spider
      condyle data get spider --out data/spider --from path/to/disk
    """
    from condyle.datasets.public_sets import licence_text, public_set
    from condyle.workflows.get_dataset import get_dataset

    print(licence_text(public_set(name)))
    try:
        with shown_progress() as progress:
            folder = get_dataset(name, out=out, brought=brought, progress=progress)
    except KeyboardInterrupt as stop:
        raise Cancelled(
            "Getting the data was stopped.",
            found=f"what has come is kept in {out}",
            mend="run the same command to go on.",
        ) from stop
    print(f"Archive: {folder}")
