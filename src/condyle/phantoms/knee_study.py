"""Cuts a knee into the slices of a series, images them, and gives the truth beside."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from condyle.domain.case import LabelledBox
from condyle.domain.study import Weighting
from condyle.domain.volume import Volume
from condyle.phantoms.knee_painting import PatientKnee, paint_knee
from condyle.phantoms.knee_pose import to_knee
from condyle.phantoms.knee_structures import LESION_NAMES
from condyle.phantoms.limb_canvas import Canvas
from condyle.phantoms.scanner import Acquisition, acquire, draw_texture, texture_amplitude
from condyle.phantoms.scene import Scene, majority_labels
from condyle.phantoms.signal import PD_FAT_SATURATED, T1_WEIGHTED, Sequence, SpinEcho
from condyle.phantoms.slice_grid import PlaneName, SliceGrid

T2_KNEE = SpinEcho(3500.0, 55.0, echo_train_length=8, fat_saturated=True)
"""A T2-weighted turbo spin echo as knees have it, with an echo time that keeps cartilage."""

FIELD_OF_VIEW_MM = 153.6
"""Side of every slice."""

_FACTOR = 2
# Order in which the samples of a voxel go to a tissue that has a share of it.
_ORDER = np.array([[0.0, 0.5], [0.75, 0.25]], dtype=np.float32)
# Steps along rows and columns of an even sequence in the plane, the inverse powers of the
# plastic number, which differ between neighbours as much as they can.
_EVEN = (0.7548776662466927, 0.5698402909980532)
# Where the slices lie around the middle of the plateau: from the middle of the first to that
# of the last, mm; and how far the middle of the field of view lies from it, (y, z).
_SPAN: dict[PlaneName, tuple[float, float]] = {
    "sagittal": (-28.0, 28.0),
    "coronal": (-22.0, 22.0),
    "axial": (-8.0, 44.0),
}
_WIDEST_MM = 8.0
_VALUES = tuple(range(1, len(LESION_NAMES)))
_LOOK = (-3.0, 2.0)


@dataclass(frozen=True)
class Protocol:
    """One series of a knee study.

    Attributes:
        stem: Its name.
        plane: Plane of its slices.
        weighting: Contrast.
        sequence: Timing.
    """

    stem: str
    plane: PlaneName
    weighting: Weighting
    sequence: Sequence


PROTOCOLS = (
    Protocol("t2-fs-sagittal", "sagittal", "t2", T2_KNEE),
    Protocol("t1-coronal", "coronal", "t1", T1_WEIGHTED),
    Protocol("pd-fs-axial", "axial", "pd", PD_FAT_SATURATED),
)
"""The three series of a study, as MRNet has them: one a plane (doi
10.1371/journal.pmed.1002699)."""


@dataclass(frozen=True)
class KneeSeries:
    """One series and what is true of it.

    Attributes:
        protocol: Which.
        volume: The images.
        acquisition: How they were acquired.
        structures: (slice, row, column) ``KneeStructure`` numbers.
        lesions: (slice, row, column) ``KneeLesion`` numbers.
        boxes: One around each lesion of a slice, labelled with its kind.
    """

    protocol: Protocol
    volume: Volume
    acquisition: Acquisition
    structures: NDArray[np.uint8] = field(compare=False, repr=False)
    lesions: NDArray[np.uint8] = field(compare=False, repr=False)
    boxes: tuple[LabelledBox, ...] = ()


@dataclass(frozen=True)
class CutKnee:
    """A knee as one series cuts it, before it is imaged.

    Attributes:
        scene: Its tissues.
        structures: (slice, row, column) ``KneeStructure`` numbers.
        lesions: (slice, row, column) ``KneeLesion`` numbers.
    """

    scene: Scene
    structures: NDArray[np.uint8]
    lesions: NDArray[np.uint8]


def slice_grid(plane: PlaneName, patient: PatientKnee, *, slices: int, size: int) -> SliceGrid:
    """Gives where the slices of a series lie: centred on the joint, as a technician does."""
    person = patient.knee.person
    low, high = (end * person.scale for end in _SPAN[plane])
    # Few slices stay close enough together to meet the cruciates.
    pitch = min((high - low) / max(slices - 1, 1), _WIDEST_MM)
    middle = np.array([0.0, _LOOK[0], _LOOK[1]])
    axis = ("sagittal", "coronal", "axial").index(plane)
    middle[axis] = (low + high) / 2.0
    x, y, z = (float(value) for value in middle + np.array(person.shift_mm))
    return SliceGrid(
        plane=plane,
        slices=slices,
        size=size,
        pixel_mm=FIELD_OF_VIEW_MM / size,
        thickness_mm=min(3.5, pitch),
        pitch_mm=pitch,
        centre=(x, y, z),
    )


def cut_knee(patient: PatientKnee, grid: SliceGrid, *, planes: int = 1, margin: int = 0) -> CutKnee:
    """Paints the slices of a series.

    Args:
        patient: The knee.
        grid: Where its slices lie.
        planes: Planes a slice; more than one gives partial volume across slices.
        margin: Rows beyond each end of a slice, for what wraps into it.
    """
    tall = (grid.size + 2 * margin) * _FACTOR
    shape = (grid.slices * planes, tall, grid.size * _FACTOR)
    tissue, structure, lesion = (np.zeros(shape, np.uint8) for _ in range(3))
    dither = mixing_thresholds(grid.size, margin)
    step = grid.pixel_mm / _FACTOR / patient.knee.person.scale
    for at in range(grid.slices * planes):
        index, part = divmod(at, planes)
        offset = ((part + 0.5) / planes - 0.5) * grid.thickness_mm
        world = grid.world(index, factor=_FACTOR, offset_mm=offset, margin=margin)
        points = to_knee(world, patient.knee.person)
        canvas = Canvas.empty(points, step_mm=step, dither=dither)
        paint_knee(canvas, patient)
        tissue[at], structure[at], lesion[at] = canvas.tissue, canvas.structure, canvas.lesion
    inner = slice(margin * _FACTOR, tall - margin * _FACTOR)
    lesion = lesion[:, inner]
    present = [int(value) for value in np.unique(lesion) if value]
    half = _FACTOR // 2
    return CutKnee(
        Scene(tissue, grid.spacing, planes, _FACTOR, grid.affine, margin=(margin, 0)),
        structure[planes // 2 :: planes, inner][:, half::_FACTOR, half::_FACTOR].copy(),
        majority_labels(lesion, planes=planes, factor=_FACTOR, labels=present),
    )


def mixing_thresholds(size: int, margin: int) -> NDArray[np.float32]:
    """Gives the share from which on each sample goes to a mixed tissue.

    Within a voxel they are a quarter apart, and from voxel to voxel they are shifted evenly,
    so that a share is right on average and does not fall in steps.

    Args:
        size: Rows and columns of a slice.
        margin: Rows beyond each end of it.

    Returns:
        (fine row, fine column), 0 to 1.
    """
    row = np.arange(-margin, size + margin)[:, None]
    column = np.arange(size)[None, :]
    shift = (0.5 + _EVEN[0] * row + _EVEN[1] * column) % 1.0 / 4.0
    fine = shift.repeat(_FACTOR, axis=0).repeat(_FACTOR, axis=1)
    return (fine + np.tile(_ORDER, shift.shape)).astype(np.float32)


def image_knee(
    rng: np.random.Generator, cut: CutKnee, protocol: Protocol, acquisition: Acquisition
) -> KneeSeries:
    """Images one series of a cut knee."""
    texture = draw_texture(rng, texture_amplitude(cut.scene), cut.scene.spacing)
    coil = None if protocol.plane == "axial" else knee_coil(cut.scene)
    volume = acquire(
        rng, cut.scene, protocol.sequence, acquisition=acquisition, texture=texture, coil=coil
    )
    return KneeSeries(
        protocol, volume, acquisition, cut.structures, cut.lesions, lesion_boxes(cut.lesions)
    )


def knee_coil(scene: Scene) -> NDArray[np.float32]:
    """Gives the sensitivity of a knee coil along the leg, (1, row, 1): it fades at its ends.

    A plain stand-in: even in the middle, two thirds at the ends of the field of view, and
    little beyond, which is why what wraps is fainter than what it wraps onto.
    """
    rows = scene.shape[1]
    reach = (rows - 2 * scene.margin[0]) / 2.0
    away = np.abs(np.arange(rows) + 0.5 - rows / 2.0) / reach
    return np.asarray(1.0 / (1.0 + away**10 / 2.0), dtype=np.float32)[None, :, None]


def lesion_boxes(
    lesions: NDArray[np.uint8], *, least: int = 4, apart: int = 3
) -> tuple[LabelledBox, ...]:
    """Gives a box around each lesion of each slice, in whole pixels.

    Args:
        lesions: (slice, row, column) ``KneeLesion`` numbers.
        least: Pixels that a lesion must have on a slice to be boxed.
        apart: Pixels between parts of one kind from which on they have boxes of their own.
    """
    boxes = []
    for index, value in np.argwhere(np.stack([(lesions == v).any((1, 2)) for v in _VALUES], 1)):
        own = lesions[index] == _VALUES[value]
        grown = ndimage.binary_dilation(own, np.ones((3, 3)), iterations=(apart + 1) // 2)
        parts, count = ndimage.label(grown, np.ones((3, 3)))
        for part in range(1, count + 1):
            places = np.argwhere(own & (parts == part))
            if len(places) >= least:
                row0, column0 = places.min(axis=0)
                row1, column1 = places.max(axis=0) + 1
                box = (float(row0), float(column0), float(row1), float(column1))
                boxes.append(LabelledBox(box, (LESION_NAMES[_VALUES[value]],), int(index)))
    return tuple(boxes)
