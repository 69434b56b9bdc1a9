"""What a personal access token may do: all that its owner may, or only read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Takes the step; tokens that there are stay as they are."""
    op.add_column(
        "access_tokens",
        sa.Column("read_only", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    """Takes it back."""
    op.drop_column("access_tokens", "read_only")
