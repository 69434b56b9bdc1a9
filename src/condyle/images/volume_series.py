"""A series of one volume file, whatever its format."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from condyle.domain.geometry import Affine, Reorientation, plane_of, spacing_of
from condyle.domain.messages import Message
from condyle.domain.study import Attribute, Instance, Series
from condyle.domain.volume import Volume
from condyle.images.names import hint_of
from condyle.sources import SourceFile


def orientation_unknown(file: SourceFile) -> Message:
    """Says that a volume's file does not tell where it lies."""
    return Message("orientation-unknown", {"file": file.label}, file.stem)


def volume_series(
    file: SourceFile,
    *,
    kind: str,
    load: Callable[[], Volume],
    shape: tuple[int, int, int],
    affine: Affine | None,
    turn: Reorientation,
    notes: Sequence[Message] = (),
) -> Series:
    """Gives the series of a volume file; its contrast is what the file's name says.

    Args:
        file: Of the volume.
        kind: Such as ``"nifti"``.
        load: Reads the volume.
        shape: (slice, row, column).
        affine: 4 x 4 LPS of the volume, or ``None``, which a note then says.
        turn: How the file's own array was turned into the volume.
        notes: Further ones.
    """
    hint = hint_of(file.stem)
    unknown = () if affine is not None else (orientation_unknown(file),)
    return Series(
        stem=file.stem,
        load=load,
        kind=kind,
        instances=(Instance(),) * shape[0],
        plane=Attribute(None if affine is None else plane_of(affine)),
        weighting=hint.weighting,
        fat_suppressed=hint.fat_suppressed,
        contrast_agent=hint.contrast_agent,
        shape=shape,
        spacing=None if affine is None else spacing_of(affine),
        notes=(*unknown, *notes),
        stored=turn,
    )
