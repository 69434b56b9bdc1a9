"""The DICOMDIRs of an upload: lists of images, held against what came with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from condyle.archive.archive import Archive
from condyle.archive.tables import InstanceRow
from condyle.dicom.directory import Listed, files_listed
from condyle.domain.messages import Message
from condyle.workflows.clinic.received import Piece, SentFile
from condyle.workflows.clinic.sorting import Sorting

MOST_NAMED = 10
"""Files that are named of those that are absent; the others are counted."""

_ASKED_AT_ONCE = 500


@dataclass
class Directories:
    """The DICOMDIRs of an upload, kept until all that came with them is stored.

    Attributes:
        archive: Where the images that they list may be.
    """

    archive: Archive
    _taken: list[tuple[SentFile, bool, tuple[Listed, ...]]] = field(default_factory=list)

    def take(self, piece: Piece) -> bool:
        """Takes a piece that is a DICOMDIR, and tells whether it is one.

        Raises:
            BadImage: It is one that is damaged, or longer than any.
        """
        listed = files_listed(piece.file.path)
        if listed is None:
            return False
        self._taken.append((piece.sent, piece.stored is None, listed))
        return True

    def tell(self, sorting: Sorting) -> None:
        """Says of each which of its images the archive lacks, once all is stored.

        Args:
            sorting: Told what became of each file.
        """
        for sent, zipped, listed in self._taken:
            message = self._message(listed)
            if zipped:
                sorting.lists(sent.id, message if message.params["missing"] else None)
            else:
                sorting.listed(sent.id, message, none_here=len(listed) == message.params["missing"])

    def _message(self, listed: Sequence[Listed]) -> Message:
        here = set(self._here([one.uid for one in listed if one.uid]))
        missing = [one.name for one in listed if one.uid not in here]
        if not missing:
            return Message("upload-directory", {"listed": len(listed), "missing": 0}, "files")
        named = ", ".join(missing[:MOST_NAMED]) + (", ..." if len(missing) > MOST_NAMED else "")
        told: dict[str, str | int | float] = {
            "listed": len(listed),
            "missing": len(missing),
            "file": named,  # a name, which no catalogue has a word for
        }
        return Message("upload-directory-missing", told, "files")

    def _here(self, uids: Sequence[str]) -> Iterator[str]:
        with self.archive.database.read() as session:
            for first in range(0, len(uids), _ASKED_AT_ONCE):
                asked = uids[first : first + _ASKED_AT_ONCE]
                yield from session.scalars(
                    select(InstanceRow.uid).where(InstanceRow.uid.in_(asked))
                )
