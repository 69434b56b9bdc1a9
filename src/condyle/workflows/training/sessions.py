"""Running an exported network, and holding it against the trained one before it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from condyle.inference import open_session
from condyle.training.export import Exported, check_parity
from condyle.workflows.training.plan import Floats, RunNetwork


def network_runner(model: bytes | Path) -> RunNetwork:
    """Gives a function from the arrays of a network's inputs to those of its outputs."""
    session = open_session(model)

    def run(feeds: Mapping[str, Floats]) -> list[Floats]:
        return list(session.run(None, dict(feeds)))

    return run


def checked_model(exported: Exported) -> bytes:
    """Gives an exported network once it has given what the trained one gave.

    Raises:
        BundleError: It gives something else.
    """
    check_parity(network_runner(exported.model)(exported.feeds), exported.trained)
    return exported.model
