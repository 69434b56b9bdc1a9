"""Names as bundles, tables and findings write them."""

from __future__ import annotations

import re


def slug(name: str) -> str:
    """Gives a name in lower case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "label"
