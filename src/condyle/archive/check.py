"""Checking that rows and objects agree, and clearing away what no row names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from condyle.archive.archive import Archive
from condyle.archive.check_rows import row_faults
from condyle.archive.migrations.run import current_revision, head
from condyle.archive.objects import ObjectStore, digest
from condyle.archive.references import named_objects, references
from condyle.errors import ArchiveDamaged, NotThere

_Named = tuple[str, int | None]

Watch = Callable[[int, int], None]
"""Is told after each object how many of how many are done."""


@dataclass(frozen=True)
class Fault:
    """Something that does not agree.

    Attributes:
        what: Says it in a sentence, naming no patient.
        place: Row or object that it is of.
    """

    what: str
    place: str


@dataclass(frozen=True)
class Checked:
    """What a check found.

    Attributes:
        faults: What does not agree; none in a sound archive.
        references: How many times rows name objects.
        objects: How many objects they name.
        unnamed: Objects that no row names: left by a process that died, or abandoned. A sweep
            removes them; they are no fault.
    """

    faults: tuple[Fault, ...]
    references: int
    objects: int
    unnamed: int


def check(archive: Archive, *, deep: bool = True, watch: Watch | None = None) -> Checked:
    """Checks an archive, which may be in use meanwhile.

    Args:
        archive: What is checked.
        deep: Whether every object is read and its hash compared, not only its size.
        watch: Is told how far it is.
    """
    try:
        faults, named, count = _look_at_rows(archive)
    except ArchiveDamaged as error:
        return Checked((Fault(f"the database is damaged: {error.found}", "database"),), 0, 0, 0)
    for number, (sha256, (place, size)) in enumerate(sorted(named.items()), start=1):
        what = _object_fault(archive.objects, sha256, size, deep=deep)
        faults += [Fault(what, place)] if what else []
        if watch is not None:
            watch(number, len(named))
    unnamed = sum(1 for name in archive.objects.names() if name not in named)
    return Checked(tuple(faults), count, len(named), unnamed)


def sweep(archive: Archive, *, older_than_s: float = 86_400.0) -> int:
    """Removes the objects that no row names, but the young, whose rows may come yet.

    Returns:
        How many files were removed.
    """
    with archive.database.read() as session:
        known = named_objects(session)
    return archive.objects.sweep(known, older_than_s=older_than_s)


def _look_at_rows(archive: Archive) -> tuple[list[Fault], dict[str, _Named], int]:
    """Gives the faults of rows, the objects that they name, and how often they name one."""
    named: dict[str, _Named] = {}
    count = 0
    with archive.database.read() as session:
        faults = list(_database_faults(session, is_sqlite=archive.database.is_sqlite))
        if faults:  # what other queries would say of such a database means nothing
            return faults, named, count
        faults += [Fault(what, place) for what, place in row_faults(session)]
        for each in references(session):
            count += 1
            place, size = named.get(each.sha256, (each.place, None))
            if size is not None and each.size is not None and size != each.size:
                faults.append(Fault("two rows give an object two sizes", each.place))
            named[each.sha256] = (place, each.size if size is None else size)
    return faults, named, count


def _database_faults(session: Session, *, is_sqlite: bool) -> Iterator[Fault]:
    at = current_revision(session.connection())
    if at != head():
        yield Fault(f"the database is at step {at}, not {head()}: run 'condyle db upgrade'", "all")
        return
    if is_sqlite:
        for row in session.execute(text("PRAGMA integrity_check")):
            if row[0] != "ok":
                yield Fault(f"the database's file is damaged: {row[0]}", "file")
        for row in session.execute(text("PRAGMA foreign_key_check")):
            yield Fault(f"a row of {row[0]} names one of {row[2]} that is not there", str(row[1]))


def _object_fault(objects: ObjectStore, sha256: str, size: int | None, *, deep: bool) -> str:
    try:
        path = objects.path(sha256)
        found = path.stat().st_size
        if size is not None and found != size:
            return f"the object {sha256} has {found} bytes, and the row says {size}"
        if deep and digest(path) != sha256:
            return f"the object {sha256} holds other bytes than it did"
    except NotThere:
        return f"the object {sha256} is not there"
    except OSError as error:
        return f"the object {sha256} cannot be read: {error.strerror}"
    return ""
