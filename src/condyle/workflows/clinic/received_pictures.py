"""Pictures and volume files of an upload: kept as they came, with derived DICOM to be shown.

They name neither patient nor study. What lies in one zip or folder is one study, as a reading
of it takes them, and numbered pictures of one size are the slices of one series.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from sqlalchemy import select

from condyle import images
from condyle.archive.archive import Archive
from condyle.archive.objects import Stored
from condyle.archive.store import NewInstance, Outcome, store
from condyle.archive.tables import InstanceRow, StudyRow
from condyle.dicom.derived import DerivedSeries, derived_instances
from condyle.dicom.instance_facts import instance_facts
from condyle.dicom.write import derived_uid
from condyle.domain.study import Series
from condyle.domain.volume import Volume
from condyle.errors import BadImage
from condyle.sources import SourceFile
from condyle.workflows.clinic.received import Asked, Piece, SentFile, anatomy_of, new_instance
from condyle.workflows.clinic.sorting import Sorting
from condyle.workflows.open_study import picture_studies

_AT_ONCE = 64
_SHOWN_DIGITS = 10
_NAME = "unnamed"


@dataclass(frozen=True)
class _Picture:
    """An image file whose bytes are stored, and the series that it is."""

    sent: SentFile
    file: SourceFile
    stored: Stored
    series: Series

    def uid(self, slice_: int) -> str:
        """Gives the SOP Instance UID of a slice, which follows from the content alone."""
        return derived_uid("derived image", self.stored.sha256, str(slice_))


@dataclass
class Pictures:
    """The image files of an upload, kept until all are known.

    Attributes:
        archive: Where to.
        asked: What was asked for with the upload.
    """

    archive: Archive
    asked: Asked
    _groups: dict[tuple[int, str], list[_Picture]] = field(default_factory=dict)
    _waiting: list[SentFile] = field(default_factory=list)

    def take(self, piece: Piece) -> None:
        """Takes an image file; its bytes are stored now, its series later.

        Raises:
            BadImage: Its header cannot be used.
            OSError: It cannot be opened.
        """
        series = images.read_image(piece.file, whole=False)
        stored = piece.stored
        if stored is None:
            with piece.file.open() as stream:
                stored = self.archive.objects.put(stream)
        # A zip's unpacked copy goes away: from now on the stored bytes are read.
        file = replace(piece.file, path=self.archive.objects.path(stored.sha256))
        kept = _Picture(piece.sent, file, stored, replace(series, load=_load(file)))
        zipped = piece.sent.id if piece.stored is None else 0
        self._groups.setdefault((zipped, piece.sent.folder), []).append(kept)

    def close_later(self, sent: SentFile) -> None:
        """Says that a file has its result once the pictures are stored."""
        self._waiting.append(sent)

    def store(self, sorting: Sorting) -> None:
        """Stores the derived DICOM of all that was taken, a study a group.

        Args:
            sorting: Told what became of each file.
        """
        for group in self._groups.values():
            for places in picture_studies([one.series for one in group]):
                self._store_study([group[place] for place in places], sorting)
        for sent in self._waiting:
            sorting.close(sent)

    def _store_study(self, pictures: Sequence[_Picture], sorting: Sorting) -> None:
        """Stores what no other study shows yet; the same files again are the same study.

        So an upload that was cut short goes on where it stopped.
        """
        study_uid = derived_uid("derived study", *sorted({one.stored.sha256 for one in pictures}))
        new: dict[str, _Picture] = {}
        for picture in pictures:
            other = self._other_study_of(picture, study_uid)
            if other is not None:
                sorting.count(picture.sent.id, _duplicate(picture, other))
            else:
                new.setdefault(picture.stored.sha256, picture)
        shown: dict[str, Outcome] = {}
        for number, stack in enumerate(_stacks(list(new.values())), start=1):
            shown.update(self._store_stack(stack, sorting, study_uid=study_uid, number=number))
        for picture in pictures:
            first = shown.get(picture.stored.sha256)
            if first is not None and picture is not new[picture.stored.sha256]:
                sorting.count(picture.sent.id, _duplicate(picture, first.study_id))

    def _other_study_of(self, picture: _Picture, study_uid: str) -> int | None:
        """Gives a study other than this that shows the same content already."""
        rows = (
            select(StudyRow.id)
            .join(InstanceRow, InstanceRow.study_id == StudyRow.id)
            .where(InstanceRow.uid == picture.uid(1), StudyRow.uid != study_uid)
        )
        with self.archive.database.read() as session:
            return session.scalar(rows)

    def _store_stack(
        self, stack: Sequence[_Picture], sorting: Sorting, *, study_uid: str, number: int
    ) -> dict[str, Outcome]:
        """Stores one series; a file that cannot be read is refused, and the rest stored.

        Returns:
            What became of each file that was read, by its content.
        """
        readable: list[tuple[_Picture, Volume]] = []
        for picture in stack:
            try:
                readable.append((picture, picture.series.load()))
            except BadImage as error:
                sorting.refuse(picture.sent.id, "upload-broken", error.found)
        if not readable:
            return {}
        sources = [picture for picture, volume in readable for _ in range(volume.slices)]
        found: dict[str, Outcome] = {}
        instances = self._instances(readable, study_uid=study_uid, number=number)
        for source, outcome in zip(sources, instances, strict=True):
            # A file of which any slice was new was not all there before.
            if source.stored.sha256 not in found or outcome.state == "stored":
                found[source.stored.sha256] = outcome
        for picture, _ in readable:
            sorting.count(picture.sent.id, found[picture.stored.sha256])
            sorting.tally(picture.sent.id).note = next(iter(picture.series.notes), None)
        return found

    def _instances(
        self, readable: Sequence[tuple[_Picture, Volume]], *, study_uid: str, number: int
    ) -> Iterator[Outcome]:
        """Stores the slices of one series in order, some at once, and gives their outcomes."""
        leader = readable[0][0]
        volume = readable[0][1]
        if len(readable) > 1:
            volume = Volume(np.concatenate([one.array for _, one in readable]))
        series = DerivedSeries(
            study_uid=study_uid,
            series_uid=derived_uid(study_uid, "derived series", leader.stored.sha256),
            patient_id=f"{_NAME}-{study_uid[-_SHOWN_DIGITS:]}",
            patient_name=_NAME,
            number=number,
            description=leader.series.stem,
            source=f"a file of the kind {leader.series.kind}",
        )
        slices = [(picture, n + 1) for picture, one in readable for n in range(one.slices)]
        made = derived_instances(volume, series, [picture.uid(n) for picture, n in slices])
        batch: list[bytes] = []
        done = 0
        for content in made:
            batch.append(content)
            if len(batch) == _AT_ONCE or done + len(batch) == len(slices):
                some = slices[done : done + len(batch)]
                yield from self._store(batch, [picture for picture, _ in some])
                done, batch = done + len(batch), []

    def _store(self, batch: list[bytes], sources: Sequence[_Picture]) -> list[Outcome]:
        stored = self.archive.objects.put_many(batch)
        return store(
            self.archive,
            [self._new(one, source) for one, source in zip(stored, sources, strict=True)],
        )

    def _new(self, stored: Stored, source: _Picture) -> NewInstance:
        facts = instance_facts(self.archive.objects.path(stored.sha256))
        new = new_instance(facts, stored, self.asked)
        return replace(
            new,
            study=replace(
                new.study,
                description=source.series.kind,
                anatomy=anatomy_of(source.series.stem.lower()),
                simulated=source.series.simulated,
            ),
            series=replace(new.series, kind=source.series.kind),
            derived_from=source.stored.sha256,
            derived_name=f"{source.file.stem}{source.file.suffix}",
        )


def _load(file: SourceFile) -> Callable[[], Volume]:
    return lambda: images.read_image(file).load()


def _duplicate(picture: _Picture, study_id: int) -> Outcome:
    return Outcome("duplicate", picture.uid(1), study_id, picture.stored.sha256)


def _stacks(pictures: Sequence[_Picture]) -> list[list[_Picture]]:
    """Puts pictures that differ by their last number alone into one series, in its order."""
    stacks: dict[object, list[tuple[int, _Picture]]] = {}
    for place, picture in enumerate(pictures):
        series = picture.series
        match = re.fullmatch(r"(.*?)(\d+)(\D*)", picture.file.stem)
        single = series.kind == "picture" and series.shape[0] == 1
        key: object = place
        if match and single:
            key = (match[1], match[3], series.shape, series.weighting.value)
        number = int(match[2]) if match else 0
        stacks.setdefault(key, []).append((number, picture))
    return [
        [picture for _, picture in sorted(stack, key=lambda entry: entry[0])]
        for stack in stacks.values()
    ]
