"""Where in the archive's images a report's slices lie, so that a viewer can draw on them.

A report counts slices and pixels as the volume that was read lies; a viewer shows frames of
instances as they are stored. Frames count from 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from condyle.domain.findings import Evidence
from condyle.domain.geometry import AS_STORED, Reorientation
from condyle.domain.report import Report, SeriesSummary
from condyle.domain.study import Series
from condyle.workflows.clinic.study_files import HeldInstance, original_stems

Point = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class ShownFrame:
    """A frame that a viewer can show.

    Attributes:
        series_uid: Series Instance UID.
        instance_uid: SOP Instance UID.
        frame: Frame of that instance, from 0.
    """

    series_uid: str
    instance_uid: str
    frame: int

    def document(self) -> dict[str, Any]:
        """Gives it as plain values."""
        return {
            "series_uid": self.series_uid,
            "instance_uid": self.instance_uid,
            "frame": self.frame,
        }


@dataclass(frozen=True)
class PlacedSeries:
    """The frames behind the slices of one series of a report.

    Attributes:
        frames: One a slice, ``None`` where the archive holds none for it.
        sides: (rows, columns) of the volume that was read.
        turn: How the stored frames were turned into that volume.
    """

    frames: tuple[ShownFrame | None, ...]
    sides: tuple[int, int]
    turn: Reorientation = field(default=AS_STORED)

    def point(self, row: float, column: float) -> Point:
        """Gives a pixel of the volume as (row, column) of the stored frame."""
        return self._stored((row, column), last=(self.sides[0] - 1, self.sides[1] - 1))

    def box(self, box: Box) -> Box:
        """Gives a half-open box of the volume as one of the stored frame."""
        row0, column0 = self._stored((box[0], box[1]), last=self.sides)
        row1, column1 = self._stored((box[2], box[3]), last=self.sides)
        return (min(row0, row1), min(column0, column1), max(row0, row1), max(column0, column1))

    def turned_box(self, box: Box) -> Box:
        """Gives a half-open box of the stored frame as one of the volume."""
        row0, column0 = self._turned((box[0], box[1]))
        row1, column1 = self._turned((box[2], box[3]))
        return (min(row0, row1), min(column0, column1), max(row0, row1), max(column0, column1))

    def turned(self, array: NDArray[Any]) -> NDArray[Any]:
        """Gives an array (row, column) of the stored frame as one of the volume's slice."""
        swapped = array.T if self.turn.axes[1:] == (2, 1) else array
        steps = [-1 if flip else 1 for flip in self.turn.flips[1:]]
        return swapped[:: steps[0], :: steps[1]]

    @property
    def stored_sides(self) -> tuple[int, int]:
        """(rows, columns) of the stored frames."""
        return self.sides[::-1] if self.turn.axes[1:] == (2, 1) else self.sides

    def _turned(self, place: Point) -> Point:
        turned = [0.0, 0.0]
        for axis in (0, 1):
            value = place[self.turn.axes[axis + 1] - 1]
            turned[axis] = self.sides[axis] - value if self.turn.flips[axis + 1] else value
        return turned[0], turned[1]

    def _stored(self, place: Point, *, last: tuple[float, float]) -> Point:
        stored = [0.0, 0.0]
        for axis in (0, 1):
            flip = self.turn.flips[axis + 1]
            stored[self.turn.axes[axis + 1] - 1] = last[axis] - place[axis] if flip else place[axis]
        return stored[0], stored[1]


def place_series(report: Report, instances: Sequence[HeldInstance]) -> tuple[PlacedSeries, ...]:
    """Finds the stored frames behind every series of a report, in the report's order.

    Args:
        report: Of one study.
        instances: All that the archive holds of that study.
    """
    return place_read(report.series, instances)


def place_read(
    read: Sequence[SeriesSummary | Series], instances: Sequence[HeldInstance]
) -> tuple[PlacedSeries, ...]:
    """Finds the stored frames behind every series that was read, in order.

    Args:
        read: Series of one study.
        instances: All that the archive holds of that study.
    """
    series_of = {instance.uid: instance.series_uid for instance in instances}
    derived = _derived_frames(instances)
    return tuple(
        _by_uid(series, series_of) if series.kind == "dicom" else _by_name(series, derived)
        for series in read
    )


def places_of(evidence: Sequence[Evidence], placed: Sequence[PlacedSeries]) -> list[dict[str, Any]]:
    """Gives the evidence of a finding as a viewer takes it; what has no frame is left out.

    Each is ``{series_uid, instance_uid, frame, slice, outline, box}``, in pixels of the frame.
    """
    places = []
    for one in evidence:
        series = placed[one.series]
        frame = series.frames[one.slice] if one.slice < len(series.frames) else None
        if frame is not None:
            outline = [list(series.point(row, column)) for row, column in one.outline]
            box = None if one.box is None else list(series.box(one.box))
            places.append({**frame.document(), "slice": one.slice, "outline": outline, "box": box})
    return places


def _by_uid(series: SeriesSummary | Series, series_of: Mapping[str, str]) -> PlacedSeries:
    frames = []
    for instance in series.instances:
        uid = instance.sop_instance_uid
        known = uid is not None and uid in series_of
        frames.append(
            ShownFrame(series_of[uid], uid, instance.frame) if uid is not None and known else None
        )
    return PlacedSeries(tuple(frames), series.shape[1:], series.stored)


def _by_name(
    series: SeriesSummary | Series, derived: Mapping[str, tuple[ShownFrame, ...]]
) -> PlacedSeries:
    """Takes the derived frames of the series' own file, which lie as the volume does."""
    frames: tuple[ShownFrame | None, ...] = derived.get(series.stem, ())
    if len(frames) != series.shape[0]:
        frames = (None,) * series.shape[0]
    return PlacedSeries(frames, series.shape[1:])


def _derived_frames(instances: Sequence[HeldInstance]) -> dict[str, tuple[ShownFrame, ...]]:
    frames: dict[str, list[ShownFrame]] = {}
    stems = original_stems(instances)
    for instance in sorted(instances, key=lambda one: one.number or 0):
        if instance.original is not None:
            frames.setdefault(stems[instance.original], []).extend(
                ShownFrame(instance.series_uid, instance.uid, frame)
                for frame in range(instance.frames)
            )
    return {stem: tuple(found) for stem, found in frames.items()}
