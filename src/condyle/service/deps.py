"""What every route is given: the archive, the settings and what else lives as long as the app."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from condyle.archive.archive import Archive
from condyle.service.auditing.seen import SeenOnce
from condyle.service.live.form_shelf import FormShelf
from condyle.service.live.sorter import Sorter
from condyle.service.security.passwords import Passwords
from condyle.service.security.tries import Tries
from condyle.service.settings import Settings
from condyle.workflows.clinic.outside import OutsideShelf


@dataclass(frozen=True)
class Deps:
    """What lives as long as the app; ``app.state.deps``.

    Attributes:
        archive: The database and the stored objects.
        settings: What the clinic is run with.
        passwords: Hashes and checks passwords.
        log_ins: Counts tries to log in, an address.
        viewed: Which views of patients the audit log holds already.
        sorter: Sorts what is uploaded, beside the routes.
        forms: Of clinical observations.
        outside: Results of others that were read.
    """

    archive: Archive
    settings: Settings
    passwords: Passwords = field(default_factory=Passwords)
    log_ins: Tries = field(default_factory=lambda: Tries(20, time.monotonic))
    viewed: SeenOnce = field(default_factory=SeenOnce)
    sorter: Sorter = field(default_factory=Sorter)
    forms: FormShelf = field(default_factory=FormShelf)
    outside: OutsideShelf = field(default_factory=OutsideShelf)

    def now(self) -> dt.datetime:
        """Gives the archive's time, in UTC with its zone."""
        return self.archive.clock()


def make_deps(settings: Settings, archive: Archive) -> Deps:
    """Gives what a server that was started needs."""
    return Deps(
        archive=archive,
        settings=settings,
        log_ins=Tries(settings.login_tries_per_minute, time.monotonic),
    )


async def deps_of(request: Request) -> Deps:
    """Gives what the app of this request was made with.

    It waits for nothing, and is a coroutine so that no thread is started for it.
    """
    deps: Deps = request.app.state.deps
    return deps


HasDeps = Annotated[Deps, Depends(deps_of)]
"""Type of a route's parameter that takes the app's ``Deps``."""
