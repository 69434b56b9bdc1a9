"""Tables of corrections, observations, reports and addenda."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Takes the step."""
    _corrections()
    _observations()
    _reports()
    _addenda()


def _when(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}")


def _corrections() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("analysis_id", sa.Text(), nullable=True),
        sa.Column("finding_id", sa.Integer(), nullable=True),
        sa.Column("added", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("supersedes", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=False),
        _when("at"),
        _refers("corrections", "study_id", "studies"),
        _refers("corrections", "analysis_id", "analyses"),
        _refers("corrections", "finding_id", "findings"),
        _refers("corrections", "added", "corrections"),
        _refers("corrections", "supersedes", "corrections"),
        _refers("corrections", "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"),
    )
    op.create_index("ix_corrections_study_id_id", "corrections", ["study_id", "id"])
    for column in ("analysis_id", "finding_id", "user_id"):
        op.create_index(f"ix_corrections_{column}", "corrections", [column])


def _observations() -> None:
    op.create_table(
        "observations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=True),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("form_version", sa.Text(), nullable=False),
        sa.Column("form_object", sa.Text(), nullable=True),
        sa.Column("observed_on", sa.Date(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("supersedes", sa.Integer(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        _when("at"),
        _refers("observations", "patient_id", "patients"),
        _refers("observations", "study_id", "studies"),
        _refers("observations", "supersedes", "observations"),
        _refers("observations", "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name="pk_observations"),
    )
    op.create_index(
        "ix_observations_patient_id_observed_on", "observations", ["patient_id", "observed_on"]
    )
    for column in ("study_id", "user_id"):
        op.create_index(f"ix_observations_{column}", "observations", [column])


def _reports() -> None:
    op.create_table(
        "reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("sections", sa.JSON(), nullable=False),
        sa.Column("basis", sa.JSON(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        _when("created_at"),
        sa.Column("changed_by", sa.Integer(), nullable=False),
        _when("changed_at"),
        sa.Column("signed_by", sa.Integer(), nullable=True),
        sa.Column("signed_name", sa.Text(), nullable=True),
        _when("signed_at", nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("pdf", sa.Text(), nullable=True),
        sa.Column("html", sa.Text(), nullable=True),
        _refers("reports", "study_id", "studies"),
        _refers("reports", "created_by", "users"),
        _refers("reports", "changed_by", "users"),
        _refers("reports", "signed_by", "users"),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
    )
    op.create_index("ix_reports_study_id", "reports", ["study_id"])


def _addenda() -> None:
    op.create_table(
        "addenda",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.Integer(), nullable=False),
        sa.Column("signed_name", sa.Text(), nullable=False),
        _when("signed_at"),
        sa.Column("content", sa.Text(), nullable=False),
        _refers("addenda", "report_id", "reports"),
        _refers("addenda", "signed_by", "users"),
        sa.PrimaryKeyConstraint("id", name="pk_addenda"),
    )
    op.create_index("ix_addenda_report_id", "addenda", ["report_id"])
