"""The database itself refuses to change or delete a signed report or an addendum.

Whoever rebuilds one of these tables in a later step makes its triggers anew.
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_GUARDS = (("reports", "OLD.signed_at IS NOT NULL"), ("addenda", "OLD.signed_at IS NOT NULL"))
_SAID = "what is signed is never changed"


def upgrade() -> None:
    """Takes the step."""
    if op.get_context().dialect.name == "sqlite":
        _sqlite()
    else:
        _postgresql()


def _sqlite() -> None:
    for table, signed in _GUARDS:
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_stay_on_{act.lower()} BEFORE {act} ON {table}"
                f" WHEN {signed} BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"
            )


def _postgresql() -> None:
    # As a violation of integrity, which SQLite's is too.
    op.execute(
        "CREATE FUNCTION refuse_change_of_signed() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{_SAID}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    for table, signed in _GUARDS:
        op.execute(
            f"CREATE TRIGGER {table}_stay BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW"
            f" WHEN ({signed}) EXECUTE FUNCTION refuse_change_of_signed()"
        )
