"""The archive: what was received, what was found and who did what, in a database and on disk.

Rows lie in a database by SQLAlchemy (SQLite by default, PostgreSQL by its URL), the bytes of
images and reports beside it as stored objects named by their SHA-256. It knows no file format:
what the headers say comes in as plain values.
"""

from condyle.archive import (
    annotation_tables,
    arrivals,
    clinical_tables,
    network_tables,
    silent_tables,
    tables,
    teaching_tables,
)

# Whoever imports one table knows them all, as migrations and backups must.
__all__ = [
    "annotation_tables",
    "arrivals",
    "clinical_tables",
    "network_tables",
    "silent_tables",
    "tables",
    "teaching_tables",
]
