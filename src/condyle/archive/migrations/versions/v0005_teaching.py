"""Tables of teaching; the database itself refuses to change a reference or a given answer.

Whoever rebuilds one of the guarded tables in a later step makes its triggers anew.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_GUARDS = (
    ("teaching_references", "OLD.id IS NOT NULL"),
    ("teaching_attempts", "OLD.submitted_at IS NOT NULL"),
)
_SAID = "what was given in teaching is never changed"


def upgrade() -> None:
    """Takes the step."""
    _collections()
    _cases()
    _references()
    _attempts()
    if op.get_context().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _when(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _number(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}")


def _key(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=f"pk_{table}")


def _collections() -> None:
    table = "teaching_collections"
    op.create_table(
        table,
        _number("id"),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("anatomy", sa.Text(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        _number("created_by"),
        _when("created_at"),
        _refers(table, "created_by", "users"),
        _key(table),
    )


def _cases() -> None:
    table = "teaching_cases"
    op.create_table(
        table,
        _number("id"),
        _number("collection_id"),
        _number("study_id"),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        _number("added_by"),
        _when("added_at"),
        _refers(table, "collection_id", "teaching_collections"),
        _refers(table, "study_id", "studies"),
        _refers(table, "added_by", "users"),
        _key(table),
    )
    op.create_index(f"ix_{table}_study_id", table, ["study_id"])
    pair = ["collection_id", "study_id"]
    op.create_index(f"ix_{table}_collection_id_study_id", table, pair, unique=True)


def _references() -> None:
    table = "teaching_references"
    op.create_table(
        table,
        _number("id"),
        _number("case_id"),
        sa.Column("kind", sa.Text(), nullable=False),
        _number("source_id", nullable=True),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("readers", sa.JSON(), nullable=False),
        sa.Column("model_seen", sa.Boolean(), nullable=True),
        _when("said_at"),
        _number("set_by"),
        _when("set_at"),
        _refers(table, "case_id", "teaching_cases"),
        _refers(table, "set_by", "users"),
        _key(table),
    )
    op.create_index(f"ix_{table}_case_id", table, ["case_id"])


def _attempts() -> None:
    table = "teaching_attempts"
    op.create_table(
        table,
        _number("id"),
        _number("case_id"),
        _number("user_id"),
        _when("started_at"),
        sa.Column("seen_before", sa.Boolean(), nullable=False),
        _when("shown_at", nullable=True),
        _number("looked_ms"),
        sa.Column("draft", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=True),
        _when("submitted_at", nullable=True),
        _number("reference_id", nullable=True),
        _refers(table, "case_id", "teaching_cases"),
        _refers(table, "user_id", "users"),
        _refers(table, "reference_id", "teaching_references"),
        _key(table),
    )
    op.create_index(f"ix_{table}_user_id", table, ["user_id"])
    op.create_index(f"ix_{table}_case_id_user_id", table, ["case_id", "user_id"], unique=True)


def _guard_sqlite() -> None:
    for table, given in _GUARDS:
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_stay_on_{act.lower()} BEFORE {act} ON {table}"
                f" WHEN {given} BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"
            )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change_of_given() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{_SAID}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    for table, given in _GUARDS:
        op.execute(
            f"CREATE TRIGGER {table}_stay BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW"
            f" WHEN ({given}) EXECUTE FUNCTION refuse_change_of_given()"
        )


def downgrade() -> None:
    """Takes it back."""
    for table in ("attempts", "references", "cases", "collections"):
        op.drop_table(f"teaching_{table}")
    if op.get_context().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_change_of_given()")
