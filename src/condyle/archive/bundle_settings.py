"""What an administrator decided of each bundle."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from condyle.archive.tables import BundleSetting


@dataclass(frozen=True)
class BundleUse:
    """How a bundle is used here; one of which nobody decided anything is enabled and seen.

    Attributes:
        enabled: Whether it runs.
        silent: Whether it is hidden until the reader has made their own call.
        pinned: The version that runs; the newest installed one where ``None``.
        changed_at: When somebody decided last.
        shown_to_all: Whether a silent run is shown to all with the first reader's own call,
            and not to that reader alone.
    """

    enabled: bool = True
    silent: bool = False
    pinned: str | None = None
    changed_at: dt.datetime | None = None
    shown_to_all: bool = False


def bundle_uses(session: Session) -> dict[str, BundleUse]:
    """Gives the bundles of which something was decided, by name."""
    return {row.name: _use(row) for row in session.scalars(select(BundleSetting))}


def bundle_use(session: Session, name: str) -> BundleUse:
    """Gives how a bundle is used."""
    row = session.get(BundleSetting, name)
    return BundleUse() if row is None else _use(row)


def decide(
    session: Session, name: str, use: BundleUse, *, by: int | None, at: dt.datetime
) -> BundleUse:
    """Keeps how a bundle is used from now on; what ran before keeps naming what made it.

    Args:
        session: A writer's transaction.
        name: The bundle.
        use: What holds from now on; its ``changed_at`` is not taken.
        by: Who decided.
        at: When.
    """
    row = session.get(BundleSetting, name)
    if row is None:
        row = BundleSetting(name=name)
        session.add(row)
    row.enabled, row.silent, row.pinned = use.enabled, use.silent, use.pinned
    row.shown_to_all = use.shown_to_all
    row.changed_by, row.changed_at = by, at
    session.flush()
    return _use(row)


def _use(row: BundleSetting) -> BundleUse:
    return BundleUse(row.enabled, row.silent, row.pinned, row.changed_at, row.shown_to_all)
