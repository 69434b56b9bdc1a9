"""The steps of the migrations end at the tables that the code knows."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from condyle.archive.database import Database, open_database
from condyle.archive.migrations import is_current, upgrade
from condyle.archive.migrations.run import head
from condyle.archive.tables import Table
from condyle.errors import BadConfiguration


def test_the_steps_give_the_tables_of_the_code(database: Database) -> None:
    with database.read() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []


def test_folded_text_is_compared_by_code_points(database: Database) -> None:
    with database.read() as session:
        words = inspect(session.connection()).get_columns("study_words")
        found = {column["name"]: getattr(column["type"], "collation", None) for column in words}
    assert found["word"] == (None if database.is_sqlite else "C")


def test_an_upgraded_database_is_current_and_upgrading_it_again_does_nothing(
    database: Database,
) -> None:
    assert is_current(database)
    upgrade(database)
    assert is_current(database)


def test_an_empty_database_is_not_current(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    assert not is_current(database)
    database.close()


def test_a_database_of_a_later_version_is_refused_and_left_as_it_is(database: Database) -> None:
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(BadConfiguration, match="later version"):
        upgrade(database)
    assert not is_current(database)
    with database.write() as session:  # the next test has the same database on PostgreSQL
        session.execute(text("UPDATE alembic_version SET version_num = :at"), {"at": head()})


def test_every_table_is_made(database: Database) -> None:
    with database.read() as session:
        made = set(inspect(session.connection()).get_table_names())
    assert made == set(Table.metadata.tables) | {"alembic_version"}


def test_the_last_step_has_the_highest_number() -> None:
    folder = Path(__import__("condyle.archive.migrations", fromlist=["x"]).__file__).parent
    numbers = sorted(path.stem[1:5] for path in (folder / "versions").glob("v*.py"))
    assert head() == numbers[-1]
