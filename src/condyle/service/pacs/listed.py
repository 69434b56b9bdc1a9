"""Which other systems the clinic talks to, by their names."""

from __future__ import annotations

import logging

from condyle.errors import BadConfiguration
from condyle.service.deps import Deps
from condyle.workflows.pacs.peers import FILE, read_peers

_log = logging.getLogger(__name__)


def listed_peers(deps: Deps) -> list[str]:
    """Gives the names of the peers that are listed; a list that cannot be used has none."""
    file = deps.settings.home / FILE
    if not file.is_file():
        return []
    try:
        return list(read_peers(file))
    except BadConfiguration as error:
        _log.error("the list of peers cannot be used: %s", error.found)
        return []
