"""Reading the anatomy of every series that may be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from condyle.domain.messages import Message
from condyle.domain.progress import Progress, ProgressCallback
from condyle.domain.study import Attribute, Series, Weighting
from condyle.domain.volume import Volume
from condyle.errors import BadImage
from condyle.interpretation.anatomy import SliceAnatomy
from condyle.interpretation.contrasts import contrast_of
from condyle.interpretation.discs import CANAL, VERTEBRA, labels_of
from condyle.interpretation.midline import LEAST_CANAL, canal_depth, disc_slices
from condyle.interpretation.plausibility import spine_score
from condyle.interpretation.turn import UPRIGHT, turn_of
from condyle.preprocessing.steps import Spec
from condyle.workflows.reading.anatomy_reading import RunSlices, read_around_middle
from condyle.workflows.reading.series_choice import Choice

MIN_CANAL_SHARE = 0.5
"""Share of discs with canal behind them under which a slice is taken to be off the midline."""

MIN_CONFIDENCE = 0.85
"""Mean probability of the labelled structures under which no spine is taken to be there.

A network labels something on many a picture: a chain of discs was found on 25 of 295 others (slices
of a knee without a header, simulated knees and ankles, other DICOM, noise), the surest at 0.920, so
that a picture alone is held to more. The 360 shared slices lie at 0.876 and above, each read by the
one network that had not learned from the patient, and at 0.854 and above read by all five together:
where networks differ, their mean is less sure.
"""

MIN_PICTURE_SCORE = 0.864
"""Score under which a picture with no geometry is taken to show no spine; see ``spine_score``.

A header tells a body part, a plane and a spacing; a picture tells nothing, so more is asked of it.
The mean of five, of which four learned from the patient, gives all but one in a hundred shared
slices as much and more; one network out of fold gives them 0.897.
"""


MOST_SQUASHED = 1.7
"""Lengths of discs over their steps, in the picture's own pixels, over which one with no geometry
is taken to be squashed; the shared slices, wrong aspects among them, lie at 1.57 and below."""

MOST_STRETCHED = 0.42
"""The same under which one is taken to be stretched; the shared slices lie at 0.46 and above."""

_TURNED = {
    "upside-down": "picture-upside-down",
    "mirrored": "picture-mirrored",
    "half-turn": "picture-half-turned",
}


@dataclass(frozen=True)
class SeriesReading:
    """What the anatomy bundle saw in one series.

    Attributes:
        choice: Which series, and what it may be used for.
        series: The series, its weighting filled in where only the pixels tell.
        volume: Its pixels.
        first: Slice of the volume that ``slices`` begins with.
        slices: What was seen on each slice that was read.
        middle: Position in ``slices`` of the mid-sagittal slice.
        disc_slices: Position in ``slices`` of each disc's own slice.
        aspect: Height of a pixel over its width that the reading rests on.
        warnings: What to bear in mind.
        refusal: Why nothing is graded or measured on it, or ``None``.
    """

    choice: Choice
    series: Series
    volume: Volume = field(repr=False)
    first: int
    slices: tuple[SliceAnatomy, ...] = field(repr=False)
    middle: int
    disc_slices: tuple[int, ...]
    aspect: float = 1.0
    warnings: tuple[Message, ...] = ()
    refusal: Message | None = None

    @property
    def anatomy(self) -> SliceAnatomy:
        """What was seen on the mid-sagittal slice."""
        return self.slices[self.middle]

    @property
    def plausible(self) -> bool:
        """Whether it shows a spine, and nothing speaks against how it lies."""
        return self.refusal is None

    @property
    def on_midline(self) -> bool:
        """Whether the canal shows behind most of the discs."""
        return _on_midline(self.anatomy)

    @property
    def shows_canal(self) -> bool:
        """Whether the canal is as deep as on the midline; see ``canal_depth``."""
        seen = self.anatomy
        depth = canal_depth(seen.chain, labels_of(seen.probabilities)) if seen.chain.discs else 0.0
        return depth >= LEAST_CANAL

    def labelmap(self) -> NDArray[np.uint8]:
        """Gives the (slice, row, column) labelmap of the whole volume; unread slices are 0."""
        whole = np.zeros(self.volume.array.shape, dtype=np.uint8)
        for position, anatomy in enumerate(self.slices):
            whole[self.first + position] = anatomy.labelmap
        return whole


def _on_midline(anatomy: SliceAnatomy) -> bool:
    return anatomy.chain.canal_share >= MIN_CANAL_SHARE


def read_anatomy(
    choices: Sequence[Choice],
    series: Sequence[Series],
    *,
    spec: Spec,
    run: RunSlices,
    progress: ProgressCallback,
) -> tuple[list[SeriesReading], list[Message]]:
    """Reads the anatomy of each series that was not refused.

    Returns:
        The readings, and a message for each series whose pixels could not be used.
    """
    readings, broken = [], []
    wanted = [choice for choice in choices if choice.refusal is None]
    for done, choice in enumerate(wanted, start=1):
        try:
            readings.append(_read(choice, series[choice.position], spec=spec, run=run))
        except BadImage as error:
            params = {"file": series[choice.position].stem, "found": error.found or error.failed}
            broken.append(Message("unusable-image", params, series[choice.position].stem))
        progress(Progress("anatomy", done, len(wanted)))
    return readings, broken


def _read(choice: Choice, series: Series, *, spec: Spec, run: RunSlices) -> SeriesReading:
    volume = series.load()
    seen = read_around_middle(volume, spec=spec, run=run)
    weighting, warnings = _weighting(series, volume.array[seen.slice_index], seen.anatomy)
    if seen.aspect != 1.0:
        warnings = [*warnings, Message("aspect-doubtful", {}, series.stem)]
    refused = refusal_of(seen.anatomy, volume, aspect=seen.aspect)
    laid = volume.affine is not None and refused is None
    if laid and _on_midline(seen.anatomy) and turn_of(seen.anatomy) != UPRIGHT:
        warnings = [*warnings, Message("image-upside-down", {}, series.stem)]
    return SeriesReading(
        choice=choice,
        series=replace(series, weighting=weighting),
        volume=volume,
        first=seen.first,
        slices=seen.slices,
        middle=seen.middle,
        disc_slices=disc_slices(seen.slices, seen.middle),
        aspect=seen.aspect,
        warnings=tuple(warnings),
        refusal=None if refused is None else Message(refused, {}, series.stem),
    )


def refusal_of(anatomy: SliceAnatomy, volume: Volume, *, aspect: float) -> str | None:
    """Gives the code of why nothing is read from a series, or ``None``.

    Images that their header lays and scales are held to what the network was sure of alone; a
    picture must also look like a spine that lies upright, faces left and has its proportions.

    Args:
        anatomy: What was seen on the mid-sagittal slice.
        volume: Which spacing and affine are known of.
        aspect: Height of a pixel over its width that the reading rests on.
    """
    sure = len(anatomy.chain.discs) > 0 and anatomy.confidence >= MIN_CONFIDENCE
    bare = volume.spacing is None
    if not sure or (bare and spine_score(anatomy) < MIN_PICTURE_SCORE):
        return "no-spine-found"
    if volume.affine is None and (turn := turn_of(anatomy)) != UPRIGHT:
        return _TURNED[turn]
    if bare and aspect * anatomy.chain.proportion > MOST_SQUASHED:
        return "picture-squashed"
    if bare and aspect * anatomy.chain.proportion < MOST_STRETCHED:
        return "picture-stretched"
    return None


def _weighting(
    series: Series, image: NDArray[np.float32], anatomy: SliceAnatomy
) -> tuple[Attribute[Weighting], list[Message]]:
    """Checks the stated weighting against the pixels, or estimates it from them.

    Cerebrospinal fluid is brighter than marrow on T2 and darker on T1.
    """
    seen = _seen_weighting(image, anatomy)
    stated = series.weighting.value
    if stated in (None, "unknown"):
        return Attribute(seen, estimated=True), [Message("weighting-estimated", {}, series.stem)]
    warnings = []
    if series.weighting.estimated:
        warnings.append(Message("weighting-estimated", {}, series.stem))
    contrast = contrast_of(stated)
    if contrast is not None and seen is not None and seen != contrast:
        warnings.append(Message("weighting-contradicts-header", {}, series.stem))
    return series.weighting, warnings


def _seen_weighting(image: NDArray[np.float32], anatomy: SliceAnatomy) -> Weighting | None:
    canal, bone = image[anatomy.labelmap == CANAL], image[anatomy.labelmap == VERTEBRA]
    if canal.size < 50 or bone.size < 50:
        return None
    ratio = float(np.median(canal)) / max(float(np.median(bone)), 1e-6)
    if ratio > 1.15:
        return "t2"
    return "t1" if ratio < 0.85 else None
