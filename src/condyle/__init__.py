"""Musculoskeletal images into findings that a clinician can check.

    import condyle

    report = condyle.read_study("path/to/study")
    report.findings

``read_study`` reads one study with the installed bundles; ``write_report`` writes its
report as files. Both are loaded when they are first used, so that importing the package
stays fast.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from condyle.reporting import WrittenReport, write_report
    from condyle.workflows.read_study import read_study

    __version__: str

__all__ = ["WrittenReport", "__version__", "read_study", "write_report"]

_HOMES = {
    "WrittenReport": "condyle.reporting",
    "read_study": "condyle.workflows.read_study",
    "write_report": "condyle.reporting",
}


def __getattr__(name: str) -> object:
    """Loads a public name when it is first used."""
    if name == "__version__":
        return importlib.import_module("importlib.metadata").version("condyle")
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'condyle' has no attribute '{name}'")


def __dir__() -> list[str]:
    """Lists the public names, loaded or not."""
    return sorted(__all__)
