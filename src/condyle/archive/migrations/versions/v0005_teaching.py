"""The tables of teaching: cases to be read unaided, and how learners read them."""

from __future__ import annotations

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Takes the step."""


def downgrade() -> None:
    """Takes it back."""
