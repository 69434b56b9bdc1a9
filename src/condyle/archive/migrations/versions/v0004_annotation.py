"""The tables of annotation: lists of cases, who draws on them, and what they drew."""

from __future__ import annotations

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Takes the step."""


def downgrade() -> None:
    """Takes it back."""
