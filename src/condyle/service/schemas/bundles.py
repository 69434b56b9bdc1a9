"""The bundles of this clinic and what an administrator decided of them."""

from __future__ import annotations

import datetime as dt

from condyle.service.schemas.base import Body


class BundleEntry(Body):
    """A bundle that is installed.

    ``shown_to_all`` says whether a silent run is shown to everybody with the first reader's own
    call, and not to that reader alone.
    """

    name: str
    version: str
    sha256: str
    anatomy: str
    summary: str
    intended_use: str
    exclusions: list[str]
    attribution: str
    simulated_training: bool
    shipped: bool
    enabled: bool
    silent: bool
    shown_to_all: bool
    pinned: str | None
    versions: list[str]
    changed_at: dt.datetime | None


class BundleChange(Body):
    """What of a bundle's use changes; what is left out stays. An empty ``pinned`` unpins."""

    enabled: bool | None = None
    silent: bool | None = None
    shown_to_all: bool | None = None
    pinned: str | None = None
