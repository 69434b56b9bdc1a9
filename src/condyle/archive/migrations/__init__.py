"""The steps that bring a database to the tables of this version, and how they are taken."""

from condyle.archive.migrations.run import is_current, upgrade

__all__ = ["is_current", "upgrade"]
