"""Readers' own calls of silent mode, and what the dashboard counts by.

A finding's value stands beside its document from now on, as a number, so that counting a year
of findings reads an index and no document.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

VALUES = {
    "sqlite": "UPDATE findings SET value = json_extract(document, '$.value')",
    "postgresql": "UPDATE findings SET value = CASE document ->> 'value' WHEN 'true' THEN 1"
    " WHEN 'false' THEN 0 ELSE CAST(document ->> 'value' AS integer) END",
}
"""How each database takes a finding's value out of its document."""


def upgrade() -> None:
    """Takes the step."""
    op.add_column(
        "bundle_settings",
        sa.Column("shown_to_all", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("findings", sa.Column("value", sa.Integer(), nullable=True))
    op.execute(VALUES[op.get_context().dialect.name])
    op.drop_index("ix_findings_analysis_id", table_name="findings")
    columns = ["analysis_id", "name", "abstained", "value"]
    op.create_index("ix_findings_counted", "findings", columns)
    op.create_index("ix_analyses_finished_at", "analyses", ["finished_at"])
    op.create_index("ix_corrections_at", "corrections", ["at"])
    op.create_index("ix_corrections_supersedes", "corrections", ["supersedes"])
    _own_calls()


def downgrade() -> None:
    """Takes it back."""
    op.drop_table("own_calls")
    op.drop_index("ix_corrections_supersedes", table_name="corrections")
    op.drop_index("ix_corrections_at", table_name="corrections")
    op.drop_index("ix_analyses_finished_at", table_name="analyses")
    op.drop_index("ix_findings_counted", table_name="findings")
    op.create_index("ix_findings_analysis_id", "findings", ["analysis_id"])
    op.drop_column("findings", "value")
    op.drop_column("bundle_settings", "shown_to_all")


def _own_calls() -> None:
    table = "own_calls"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("analysis_id", sa.Text(), nullable=False),
        sa.Column("bundle", sa.Text(), nullable=False),
        sa.Column("calls", sa.JSON(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["studies.id"], name=f"fk_{table}_study_id"),
        sa.ForeignKeyConstraint(["analysis_id"], ["analyses.id"], name=f"fk_{table}_analysis_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=f"fk_{table}_user_id"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    columns = ["study_id", "bundle", "user_id"]
    op.create_index(f"ix_{table}_study_id_bundle_user_id", table, columns, unique=True)
    for column in ("analysis_id", "user_id", "at"):
        op.create_index(f"ix_{table}_{column}", table, [column])
