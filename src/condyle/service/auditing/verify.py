"""Whether the audit log is whole, held against the heads that were noted of it."""

from __future__ import annotations

from pathlib import Path

from condyle.archive import audit
from condyle.archive.archive import Archive
from condyle.errors import ArchiveDamaged, UsageError
from condyle.service.auditing.heads import heads_file, noted_heads
from condyle.service.settings import Settings


def verify_audit(
    archive: Archive, settings: Settings, copy: Path | None = None
) -> tuple[audit.Head, int]:
    """Walks the audit log.

    Args:
        archive: Holds it.
        settings: Say where the server notes heads.
        copy: Heads that were kept elsewhere, held against it as well.

    Returns:
        The newest entry's number and hash, and how many noted heads were found in it.

    Raises:
        ArchiveDamaged: It does not hold; says from which act on.
        UsageError: There is no such copy.
    """
    if copy is not None and not copy.is_file():
        raise UsageError(
            "The audit log was not checked.",
            found=f"no file {copy.name}",
            needed="a copy of audit-heads.txt",
            mend="name it with --heads, or leave that out.",
        )
    own = noted_heads(heads_file(settings))
    heads = (*own, *(noted_heads(copy) if copy is not None else ()))
    with archive.database.read() as session:
        broken = audit.verify(session, heads)
        head = audit.head(session)
    if broken is not None:
        raise ArchiveDamaged(
            "The audit log is not whole.",
            found=f"act {broken.number}: {broken.reason}",
            needed="every act as it was written, in its order",
            mend="keep the database as it is, and compare it with a backup of before.",
        )
    return head, len(set(heads))
