"""The clinic's forms, read once a server, and those that are broken told of at its start."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from condyle.errors import UnknownName
from condyle.workflows.clinic.forms.definition import FormDefinition
from condyle.workflows.clinic.forms.reading import Forms, load_forms

if TYPE_CHECKING:
    from condyle.service.deps import Deps

_log = logging.getLogger(__name__)


class FormShelf:
    """Reads the forms when they are first asked for, and keeps them until the server ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forms: Forms | None = None

    def forms(self, home: Path) -> Forms:
        """Gives the shipped forms with those of the folder ``forms`` in the clinic's home."""
        with self._lock:
            if self._forms is None:
                self._forms = load_forms(home / "forms")
            return self._forms

    def form(self, home: Path, name: str) -> FormDefinition:
        """Gives a form by its name.

        Raises:
            UnknownName: There is none of that name.
        """
        forms = self.forms(home)
        found = forms.named(name)
        if found is None:
            raise UnknownName("form", name, [form.name for form in forms.forms])
        return found


@asynccontextmanager
async def telling_of_forms(deps: Deps) -> AsyncIterator[None]:
    """Reads the forms as the server starts, and logs what is wrong with those left out."""
    forms = await asyncio.to_thread(deps.forms.forms, deps.settings.home)
    for error in forms.broken:
        _log.error("%s", error)
    yield
