"""Whether an optional part is installed, asked before any work is done."""

from __future__ import annotations

from importlib.util import find_spec

from condyle.errors import MissingExtra

PACKAGES = {
    "clinic": ("fastapi", "sqlalchemy", "alembic", "argon2", "uvicorn", "pydantic_settings"),
    "evaluate": ("matplotlib",),
    "pacs": ("pynetdicom", "dicomweb_client", "pydantic"),
    "train": ("torch", "lightning", "matplotlib"),
}
"""Extra to the packages that tell whether it is there."""


def need(extra: str, purpose: str) -> None:
    """Refuses work whose extra is not installed.

    Args:
        extra: Name of the extra.
        purpose: What the user wanted, to begin the message with.

    Raises:
        MissingExtra: A package of it is not there.
    """
    if any(find_spec(name) is None for name in PACKAGES[extra]):
        raise MissingExtra(extra, purpose)
