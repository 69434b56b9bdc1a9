"""``condyle pacs``: talking to the other systems of the hospital."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from condyle.cli.extras import need
from condyle.cli.pacs_explain import explain, outbox
from condyle.cli.pacs_find import find
from condyle.cli.pacs_peers import PeerName, PeersFile, chosen_peer
from condyle.cli.verb import add_verb
from condyle.errors import PeerError, UsageError

if TYPE_CHECKING:
    from condyle.archive.archive import Archive
    from condyle.dicom.network.found import Filters
    from condyle.dicom.network.peer import Peer
    from condyle.domain.progress import ProgressCallback
    from condyle.workflows.pacs.retrieve import Retrieved

_TOLD = 10


def pacs_app() -> typer.Typer:
    """Makes the verbs under ``condyle pacs``."""
    app = typer.Typer(
        help="Talk to a PACS and to other systems of the network.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    add_verb(app, echo)
    add_verb(app, find)
    add_verb(app, get)
    add_verb(app, send)
    add_verb(app, explain)
    add_verb(app, outbox)
    return app


def echo(peer: PeerName, *, peers: PeersFile = None) -> None:
    """Ask whether a peer is there: C-ECHO, or a search by DICOMweb.

    Example:
      condyle pacs echo pacs
    """
    from condyle.dicom.network.client import echo as ask

    ask(chosen_peer(peer, peers))
    print(f"'{peer}' answers.")


def get(
    peer: PeerName,
    study: Annotated[str, typer.Argument(metavar="STUDY", help="Study Instance UID.")],
    *,
    series: Annotated[
        str, typer.Option(metavar="UID", help="Of this series alone; all of the study's.")
    ] = "",
    out: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Write files there.")] = None,
    archive: Annotated[
        bool, typer.Option("--archive", help="Store in the clinic's archive, and read it.")
    ] = False,
    move: Annotated[
        str,
        typer.Option(metavar="AE", help="Have the peer send it by C-MOVE to this AE title."),
    ] = "",
    peers: PeersFile = None,
) -> None:
    """Fetch a study from a peer: C-GET, WADO-RS, or C-MOVE to a node that is running.

    What is there is not fetched again, so a command that was cut off is simply run once more.

    Examples:
      condyle pacs get pacs 1.2.840.113619.2.1 --out study
      condyle pacs get pacs 1.2.840.113619.2.1 --archive
      condyle pacs get pacs 1.2.840.113619.2.1 --move CONDYLE
    """
    from condyle.dicom.network.found import Filters

    if sum([out is not None, archive, bool(move)]) != 1:
        raise UsageError(
            "Nothing was fetched.",
            found="none, or several, of --out, --archive and --move",
            needed="exactly one place where the study goes",
            mend="add --out FOLDER, --archive or --move AE.",
        )
    filters = Filters(study=study, series=series)
    filters.check()
    other = chosen_peer(peer, peers)
    if move:
        _move(other, filters, move)
    elif out is not None:
        from condyle.workflows.pacs.destination import FolderDestination
        from condyle.workflows.pacs.retrieve import retrieve

        with _shown() as progress:
            done = retrieve(other, filters, FolderDestination(out), progress=progress)
        _say(done, peer)
    else:
        _into_archive(other, filters)


def send(
    peer: PeerName,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Folders or files.")],
    *,
    peers: PeersFile = None,
) -> None:
    """Send DICOM files to a peer, as they are: C-STORE, or STOW-RS.

    A file that the peer gave no answer to is sent again; one that it holds is told as stored.

    Examples:
      condyle pacs send pacs study
      condyle pacs send web results/seg.dcm results/sr.dcm
    """
    from condyle.workflows.pacs.send import send_paths

    other = chosen_peer(peer, peers)
    with _shown() as progress:
        done = send_paths(other, paths, progress=progress)
    for one in done.failed[:_TOLD]:
        print(f"Not stored: {one.uid}: {one.said}; {one.mend}.")
    left_out = f"; {done.left_out} files are no DICOM" if done.left_out else ""
    print(f"{done.stored} stored at '{peer}', {len(done.failed)} not{left_out}.")
    if done.failed:
        raise typer.Exit(1)


def _move(peer: Peer, filters: Filters, title: str) -> None:
    from condyle.dicom.network.peer import DimsePeer
    from condyle.workflows.pacs.retrieve import move

    if not isinstance(peer, DimsePeer):
        raise UsageError(
            "Nothing was fetched.",
            found=f"--move with '{peer.name}', which is reached by DICOMweb",
            needed="a peer with title, host and port",
            mend="leave --move out: WADO-RS fetches it.",
        )
    with _shown() as progress:
        count = move(peer, filters, title, progress=progress)
    print(f"'{peer.name}' sent {count} instances to {title}.")


def _into_archive(peer: Peer, filters: Filters) -> None:
    need("clinic", "Storing in the clinic's archive")
    from condyle.service.settings import load_settings
    from condyle.workflows.pacs.fetch import fetch_study

    with _opened() as archive, _shown() as progress:
        work = load_settings().home / "work" / "pacs"
        done = fetch_study(archive, peer, filters, work=work, progress=progress)
    _say(done, peer.name)


def _say(done: Retrieved, peer: str) -> None:
    print(
        f"{done.wanted} instances at '{peer}': {done.fetched} fetched, {done.there} here before, "
        f"{done.broken} that cannot be read, {len(done.missing)} that did not come."
    )
    if done.missing:
        raise PeerError(
            "The study is not complete.",
            found=f"{len(done.missing)} instances that '{peer}' lists and did not send",
            needed="all of them",
            mend="run the command again; if they stay away, look at the peer's log.",
        )


@contextmanager
def _opened() -> Iterator[Archive]:
    from condyle.service.opening import open_archive
    from condyle.service.settings import load_settings

    archive = open_archive(load_settings())
    try:
        yield archive
    finally:
        archive.database.close()


@contextmanager
def _shown() -> Iterator[ProgressCallback]:
    from condyle.cli.progress import shown_progress

    with shown_progress() as progress:
        yield progress
