"""An upload while it is sorted: batches for the archive, and what became of each file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from condyle.archive.archive import Archive
from condyle.archive.store import NewInstance, Outcome, store
from condyle.archive.tables import UploadFile
from condyle.archive.uploads import file_sorted
from condyle.domain.messages import Message
from condyle.workflows.clinic.received import Asked, SentFile

_BATCH = 200
_BATCH_BYTES = 64 << 20


@dataclass
class Tally:
    """What became of the pieces of one uploaded file.

    Attributes:
        counts: How many were ``"stored"``, ``"duplicate"`` and ``"refused"``.
        study_id: The study that one of them is of.
        reason: Why the first of them was refused.
        note: What is to be known of a file that was taken.
        archive: Whether it is a zip.
    """

    counts: Counter[str] = field(default_factory=Counter)
    study_id: int | None = None
    reason: Message | None = None
    note: Message | None = None
    archive: bool = False


@dataclass
class Sorting:
    """An upload while it is sorted.

    Attributes:
        archive: Where to.
        asked: What was asked for with the upload.
        tallies: What became of each file, by its number.
        studies: Rows of the studies that grew.
    """

    archive: Archive
    asked: Asked
    tallies: dict[int, Tally] = field(default_factory=dict)
    studies: set[int] = field(default_factory=set)
    _batch: list[tuple[int, NewInstance]] = field(default_factory=list)
    _bytes: int = 0
    _closed: list[SentFile] = field(default_factory=list)

    def tally(self, file_id: int) -> Tally:
        """Gives the tally of a file."""
        return self.tallies.setdefault(file_id, Tally())

    def refuse(self, file_id: int, code: str, found: str = "") -> None:
        """Counts a piece that is not stored."""
        tally = self.tally(file_id)
        tally.counts["refused"] += 1
        tally.reason = tally.reason or Message(code, {"found": found} if found else {}, "files")

    def listed(self, file_id: int, message: Message, *, none_here: bool) -> None:
        """Says of a DICOMDIR what it lists; with none of its images it is of no use."""
        tally = self.tally(file_id)
        tally.counts["refused" if none_here else "stored"] += 1
        tally.reason = tally.note = message

    def lists(self, file_id: int, missing: Message | None) -> None:
        """Says of a zip which images the DICOMDIR in it lists that did not come, if any."""
        self.tally(file_id).note = missing

    def count(self, file_id: int, outcome: Outcome) -> None:
        """Counts a piece that the archive took or had."""
        tally = self.tally(file_id)
        state = "refused" if outcome.state == "conflict" else outcome.state
        tally.counts[state] += 1
        tally.reason = tally.reason or outcome.reason
        if outcome.state == "stored":
            self.studies.add(outcome.study_id)
        if outcome.state != "conflict":
            tally.study_id = outcome.study_id

    def add(self, file_id: int, new: NewInstance) -> None:
        """Puts an instance into the batch, which is stored once it is large."""
        self._batch.append((file_id, new))
        self._bytes += len(new.header) + (len(new.content) if isinstance(new.content, bytes) else 0)
        if len(self._batch) >= _BATCH or self._bytes >= _BATCH_BYTES:
            self.flush()

    def close(self, sent: SentFile) -> None:
        """Says that a file has no further piece: its result is told with the next batch."""
        self._closed.append(sent)
        if len(self._closed) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Stores the batch, and tells the result of every file that is through."""
        batch, self._batch, self._bytes = self._batch, [], 0
        outcomes = store(self.archive, [new for _, new in batch]) if batch else []
        for (file_id, _), outcome in zip(batch, outcomes, strict=True):
            self.count(file_id, outcome)
        closed, self._closed = self._closed, []
        if not closed:
            return
        with self.archive.database.write() as session:
            for sent in closed:
                tally = self.tally(sent.id)
                state, reason = _result(tally)
                file_sorted(session, sent.id, state, reason=reason, study_id=tally.study_id)
                if tally.archive or state == "refused":
                    # Its bytes are of no use any more: a sweep takes what no other row names.
                    session.get_one(UploadFile, sent.id).object = None


def _result(tally: Tally) -> tuple[str, Message | None]:
    """Gives what is told of an uploaded file: of a zip, how many of its files went which way."""
    counts = tally.counts
    state = next((one for one in ("stored", "duplicate") if counts[one]), "refused")
    if not tally.archive or state == "refused":
        reason = tally.reason or Message("upload-no-image", {}, "files")
        return state, reason if state == "refused" else tally.note
    told = {
        "stored": counts["stored"],
        "duplicates": counts["duplicate"],
        "refused": counts["refused"],
    }
    if tally.note is not None:
        return state, Message("upload-archive-listed", {**tally.note.params, **told}, "files")
    return state, Message("upload-archive", told, "files")
