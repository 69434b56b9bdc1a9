"""The sections of a report that a clinician signs."""

from __future__ import annotations

SECTIONS: tuple[str, ...] = (
    "clinical-information",
    "technique",
    "findings",
    "impression",
    "not-assessed",
    "models",
)
"""Names of the sections in the order of the page."""

FIXED: frozenset[str] = frozenset({"not-assessed", "models"})
"""Those that nobody may edit: what was not looked at, and what the models are meant for."""
