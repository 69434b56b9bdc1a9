"""Which other system a verb of ``condyle pacs`` talks to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from condyle.cli.extras import need

if TYPE_CHECKING:
    from condyle.dicom.network.peer import Peer

PeerName = Annotated[str, typer.Argument(metavar="PEER", help="A name of the list of peers.")]
PeersFile = Annotated[
    Path | None,
    typer.Option("--peers", metavar="FILE", help="The list of peers; CONDYLE_HOME/pacs.yaml."),
]


def chosen_peer(name: str, file: Path | None) -> Peer:
    """Gives the peer of a name in the list that is named, or in the clinic's own.

    Raises:
        UnknownName: There is none of that name.
        BadConfiguration: The list does not fit.
        MissingExtra: The network parts are not installed.
    """
    need("pacs", "Talking to other systems")
    from condyle.workflows.pacs.peers import FILE, peer_named, read_peers

    return peer_named(read_peers(file or own_folder() / FILE), name)


def own_folder() -> Path:
    """Gives the clinic's folder, where its lists are looked for."""
    need("clinic", "Finding the clinic's list of peers")
    from condyle.service.settings import load_settings

    return load_settings().home
