"""What was brought, before it is stored: files, their bytes, and what they are part of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from condyle import images, sources
from condyle.archive.incoming import NewInstance, NewPatient, NewSeries, NewStudy
from condyle.archive.objects import Stored
from condyle.dicom.header import is_dicom
from condyle.dicom.instance_facts import InstanceFacts
from condyle.sources import SourceFile
from condyle.sources.archive import is_archive
from condyle.sources.files import known_suffix, safe_stem
from condyle.sources.limits import Limits

SOURCE = "upload"
"""What the worklist calls this way of coming."""

_ANATOMY = (
    ("lumbar-spine", re.compile(r"lumb|lspine|l[ -]spine|lws|lomb|sacr")),
    ("knee", re.compile(r"knee|rodilla|knie|genou|patell|menisc")),
    ("ankle", re.compile(r"ankle|tobillo|talus|talar")),
)


@dataclass(frozen=True)
class SentFile:
    """One file of an upload whose bytes are stored.

    Attributes:
        id: Its number in the archive.
        name: As its sender calls it; shown, never opened.
        stored: Its bytes.
        path: Where they lie.
    """

    id: int
    name: str = field(repr=False)
    stored: Stored
    path: Path = field(repr=False)

    @property
    def last_name(self) -> str:
        """The name without the folders before it."""
        return re.split(r"[\\/]", self.name)[-1]

    @property
    def folder(self) -> str:
        """The first folder of the name, empty where there is none."""
        parts = re.split(r"[\\/]", self.name)
        return parts[0] if len(parts) > 1 else ""

    def is_archive(self) -> bool:
        """Tells whether it is a zip that is meant to be opened."""
        with self.path.open("rb") as stream:
            return is_archive(self.last_name, stream.read(8))


@dataclass(frozen=True)
class Piece:
    """One file to be sorted: an uploaded one, or one out of an uploaded zip.

    Attributes:
        sent: The uploaded file.
        file: What is read.
        stored: Its bytes where they are stored already; ``None`` for one out of a zip.
    """

    sent: SentFile
    file: SourceFile
    stored: Stored | None


@contextmanager
def pieces_of(sent: SentFile, limits: Limits) -> Iterator[tuple[Sequence[Piece], int]]:
    """Gives what a file holds: itself, or what is in it where it is a zip.

    Args:
        sent: The uploaded file.
        limits: How much a zip may hold.

    Yields:
        The pieces, and how many entries of a zip could not be taken.

    Raises:
        UnsafeInput: It is a zip over the limits, or one that looks hostile.
    """
    if sent.is_archive():
        with sources.open([sent.path], limits=limits) as tree:
            left_out = sum(one.count for one in tree.left_out)
            yield [Piece(sent, file, None) for file in tree.files], left_out
        return
    suffix = known_suffix(sent.last_name)
    file = SourceFile(
        label=f"file-{sent.id}{suffix}",
        stem=safe_stem(sent.last_name),
        suffix=suffix,
        size=sent.stored.size,
        path=sent.path,
        named=True,
    )
    yield [Piece(sent, file, sent.stored)], 0


def kind_of(file: SourceFile) -> str:
    """Gives ``"picture"``, ``"dicom"`` or an empty string, by the first bytes."""
    if images.recognises(file):
        return "picture"
    return "dicom" if is_dicom(file) else ""


@dataclass(frozen=True)
class Asked:
    """What was asked for with the upload, and how it came.

    Attributes:
        priority_rank: As in ``NewStudy``.
        exclusions: As in ``NewStudy``; ``None`` where nobody was asked.
        source: What the worklist calls this way of coming.
    """

    priority_rank: int
    exclusions: tuple[str, ...] | None
    source: str = SOURCE


def new_instance(facts: InstanceFacts, content: bytes | Stored, asked: Asked) -> NewInstance:
    """Gives the archive's view of a DICOM file.

    Args:
        facts: What the file says.
        content: Its bytes, or the object that holds them.
        asked: What was asked for with the upload.
    """
    patient, study, series = facts.patient, facts.study, facts.series
    return NewInstance(
        patient=NewPatient(
            identifier=patient.identifier,
            issuer=patient.issuer,
            name=patient.name,
            birth_date=patient.birth_date,
            sex=patient.sex,
        ),
        study=NewStudy(
            uid=study.uid,
            source=asked.source,
            accession=study.accession,
            description=study.description,
            date=study.date,
            time=study.time,
            anatomy=anatomy_of(series.body_part),
            simulated=facts.simulated,
            priority_rank=asked.priority_rank,
            exclusions=asked.exclusions,
        ),
        series=NewSeries(
            uid=series.uid,
            number=series.number,
            description=series.description,
            modality=series.modality,
            body_part=series.body_part,
        ),
        uid=facts.uid,
        class_uid=facts.class_uid,
        transfer_syntax=facts.transfer_syntax,
        content=content,
        header=facts.header,
        frames_at=[one[0] if len(one) == 1 else one for one in facts.frames_at],
        number=facts.number,
        frames=facts.frames,
        rows=facts.rows,
        columns=facts.columns,
    )


def anatomy_of(body_part: str) -> str | None:
    """Gives the anatomy that words of a header name, ``None`` where they name none or several."""
    found = {name for name, pattern in _ANATOMY if pattern.search(body_part)}
    return found.pop() if len(found) == 1 else None
