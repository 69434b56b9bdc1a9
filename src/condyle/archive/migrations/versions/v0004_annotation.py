"""The tables of annotation: lists of cases, who draws on them, and what they drew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Takes the step."""
    _lists()
    _cases()
    _people()
    _works()
    _adjudications()


def downgrade() -> None:
    """Takes it back."""
    for table in ("adjudications", "annotation_works", "annotation_people"):
        op.drop_table(table)
    op.drop_table("annotation_cases")
    op.drop_table("annotation_lists")


def _number(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _when(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}")


def _lists() -> None:
    op.create_table(
        "annotation_lists",
        _number("id"),
        _text("name"),
        sa.Column("labels", sa.JSON(), nullable=False),
        _number("seed"),
        _number("created_by"),
        _when("created_at"),
        _when("closed_at", nullable=True),
        _refers("annotation_lists", "created_by", "users"),
        sa.PrimaryKeyConstraint("id", name="pk_annotation_lists"),
    )


def _cases() -> None:
    table = "annotation_cases"
    op.create_table(
        table,
        _number("id"),
        _number("list_id"),
        _number("study_id"),
        _text("series_uid", nullable=True),
        _number("position"),
        _refers(table, "list_id", "annotation_lists"),
        _refers(table, "study_id", "studies"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_list_id_position", table, ["list_id", "position"], unique=True)
    op.create_index(f"ix_{table}_study_id", table, ["study_id"])


def _people() -> None:
    table = "annotation_people"
    op.create_table(
        table,
        _number("list_id"),
        _number("user_id"),
        _when("added_at"),
        _when("removed_at", nullable=True),
        _refers(table, "list_id", "annotation_lists"),
        _refers(table, "user_id", "users"),
        sa.PrimaryKeyConstraint("list_id", "user_id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_user_id", table, ["user_id"])


def _works() -> None:
    table = "annotation_works"
    op.create_table(
        table,
        _number("id"),
        _number("case_id"),
        _number("user_id"),
        _number("edition"),
        _text("state"),
        _text("reason"),
        sa.Column("marks", sa.JSON(), nullable=False),
        _number("spent_s"),
        _when("at"),
        _refers(table, "case_id", "annotation_cases"),
        _refers(table, "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    columns = ["case_id", "user_id", "edition"]
    op.create_index(f"ix_{table}_case_id_user_id_edition", table, columns, unique=True)
    op.create_index(f"ix_{table}_user_id", table, ["user_id"])


def _adjudications() -> None:
    table = "adjudications"
    op.create_table(
        table,
        _number("id"),
        _number("case_id"),
        _number("user_id"),
        _number("edition"),
        _number("taken_from", nullable=True),
        _text("state"),
        _text("note"),
        sa.Column("marks", sa.JSON(), nullable=False),
        _when("at"),
        _refers(table, "case_id", "annotation_cases"),
        _refers(table, "user_id", "users"),
        _refers(table, "taken_from", "users"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_case_id_edition", table, ["case_id", "edition"], unique=True)
    op.create_index(f"ix_{table}_user_id", table, ["user_id"])
