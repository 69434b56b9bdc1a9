"""Ankle patients: coronal and sagittal T1 and fat-saturated T2, with or without a lesion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from condyle.domain.case import LabelledBox
from condyle.phantoms.ankle_lesion import (
    Bruise,
    TalarLesion,
    draw_bruise,
    draw_lesion,
    lesion_blends,
    lesion_mask,
)
from condyle.phantoms.ankle_painting import paint_ankle
from condyle.phantoms.ankle_shape import AnkleShape
from condyle.phantoms.difficulty import draw_acquisition, draw_person
from condyle.phantoms.imaging import FloatImage
from condyle.phantoms.limb_canvas import Canvas
from condyle.phantoms.limb_space import Distance, Points
from condyle.phantoms.scanner import acquire, draw_texture, texture_amplitude
from condyle.phantoms.scene import Scene, crop_margin, majority_labels
from condyle.phantoms.signal import T1_WEIGHTED, T2_FAT_SATURATED
from condyle.phantoms.simulated import (
    PatientRequest,
    Person,
    SimulatedAnatomy,
    SimulatedPatient,
    SimulatedSeries,
    patient_of,
    study_grades,
)
from condyle.phantoms.slice_grid import PlaneName, SliceGrid

OLT = "osteochondral-lesion"
SIDE = "osteochondral-lesion-side"

_AGES = (18, 60)
_FIELD_OF_VIEW_MM = 140.0
_THICKNESS_MM = 3.0
_SPAN_MM = 26.0
_CENTRE = (0.0, -2.0, -12.0)
_FACTOR, _PLANES = 2, 2
_BOX_MARGIN_MM = 1.5
_SIDES = ("none", "medial", "lateral")


@dataclass(frozen=True)
class AnklePatient:
    """All that was drawn for one ankle.

    Attributes:
        person: Who.
        shape: Of the ankle.
        lesion: Of the dome, or ``None``.
        bruise: Elsewhere, or ``None``.
    """

    person: Person
    shape: AnkleShape
    lesion: TalarLesion | None
    bruise: Bruise | None


def draw_ankle(rng: np.random.Generator, request: PatientRequest) -> AnklePatient:
    """Draws one patient; difficulty changes the lesion, not the person."""
    person = draw_person(rng, ages=_AGES)
    older = (person.age_years - _AGES[0]) / (_AGES[1] - _AGES[0])
    scale = (0.95 if person.sex == "F" else 1.03) * float(
        np.clip(rng.normal(1.0, 0.03), 0.93, 1.07)
    )
    turns = rng.normal(0.0, (4.0, 2.5, 6.0))
    shifts = rng.uniform(-5.0, 5.0, 3)
    phases = rng.uniform(0.0, 2.0 * np.pi, 3)
    low = (19.0, 13.2, 0.5, 1.05, 2.0, 0.5)
    high = (21.0, 14.8, 1.1, 1.45, 6.0, 2.2)
    radius, half_width, groove, cartilage, neck, effusion = rng.uniform(low, high)
    shape = AnkleShape(
        scale=scale,
        turn_deg=(float(turns[0]), float(turns[1]), float(turns[2])),
        shift_mm=(float(shifts[0]), float(shifts[1]), float(shifts[2])),
        radius=float(radius),
        half_width=float(half_width),
        groove=float(groove),
        # Cartilage thins a little with age.
        cartilage=float(cartilage) * (1.0 - 0.15 * older),
        neck=float(neck),
        effusion=float(effusion),
        phases=(float(phases[0]), float(phases[1]), float(phases[2])),
    )
    lesion = draw_lesion(rng, shape, difficulty=request.difficulty)
    bruise = draw_bruise(rng)
    present = rng.random() < request.prevalence[OLT]
    return AnklePatient(person, shape, lesion if present else None, bruise)


def simulate_ankle(rng: np.random.Generator, request: PatientRequest) -> SimulatedPatient:
    """Simulates one patient.

    The slices span the dome evenly. Masks hold 1 where there is lesion: bone and
    cartilage of the dome, not the oedema around. Labels of a study are whether there is a
    lesion, and on which side of the dome.

    Args:
        rng: Source of all randomness.
        request: What is asked for.
    """
    patient = draw_ankle(rng, request)
    series: list[SimulatedSeries] = []
    for plane in ("coronal", "sagittal"):
        series += _image_plane(rng, patient, request, plane=plane)
    lesion = patient.lesion
    grades = study_grades({OLT: lesion is not None})
    grades["study"][SIDE] = 0 if lesion is None else _SIDES.index(lesion.side)
    return patient_of(
        request, patient.person, tuple(series), body_part=ANKLE.body_part, grades=grades
    )


def _image_plane(
    rng: np.random.Generator, patient: AnklePatient, request: PatientRequest, *, plane: PlaneName
) -> list[SimulatedSeries]:
    field = patient.person.field_t
    acquisitions = [draw_acquisition(rng, request.difficulty, field_t=field) for _ in range(2)]
    margin = request.size // 8 if any(one.wrap for one in acquisitions) else 0
    cut = AnkleCut(slice_grid(plane, request, patient.shape), patient, margin)
    scene, label = cut.scene()
    mask = majority_labels(label, planes=_PLANES, factor=_FACTOR, labels=(1,))
    mask = crop_margin(mask, scene.margin)
    boxes = lesion_boxes(mask, cut.grid.pixel_mm)
    seen = {OLT: tuple(int(one.any()) for one in mask)}
    texture = draw_texture(rng, texture_amplitude(scene), scene.spacing)
    rows = zip(("t1", "t2"), (T1_WEIGHTED, T2_FAT_SATURATED), acquisitions, strict=True)
    return [
        SimulatedSeries(
            stem=f"{weighting}-{plane}",
            volume=acquire(rng, scene, sequence, acquisition=acquisition, texture=texture),
            sequence=sequence,
            acquisition=acquisition,
            plane=plane,
            weighting="t1" if weighting == "t1" else "t2",
            mask=mask,
            boxes=boxes,
            slice_grades=seen,
        )
        for weighting, sequence, acquisition in rows
    ]


def slice_grid(plane: PlaneName, request: PatientRequest, shape: AnkleShape) -> SliceGrid:
    """Gives slices that span the dome, at least their thickness apart."""
    pitch = max(1.1 * _THICKNESS_MM, _SPAN_MM / request.slices)
    x, y, z = (middle + shift for middle, shift in zip(_CENTRE, shape.shift_mm, strict=True))
    # Slices are centred on the dome, pictures on what lies around it.
    centre = (x, shape.shift_mm[1], z) if plane == "coronal" else (x, y - 6.0, z)
    return SliceGrid(
        plane=plane,
        slices=request.slices,
        size=request.size,
        pixel_mm=_FIELD_OF_VIEW_MM / request.size,
        thickness_mm=_THICKNESS_MM,
        pitch_mm=pitch,
        centre=centre,
    )


@dataclass(frozen=True)
class AnkleCut:
    """An ankle as one orientation of slices cuts it.

    Attributes:
        grid: The slices.
        patient: Whose.
        margin: Pixels above and below the field of view.
    """

    grid: SliceGrid
    patient: AnklePatient
    margin: int = 0

    def points(self, plane: int, factor: int) -> Points:
        """Gives the samples of a fine plane in the frame of the ankle."""
        rows = self.grid.size + 2 * self.margin
        row = (np.arange(rows * factor) + 0.5) / factor - 0.5 - self.margin
        column = (np.arange(self.grid.size * factor) + 0.5) / factor - 0.5
        index, part = divmod(plane, _PLANES)
        within = ((part + 0.5) / _PLANES - 0.5) * self.grid.thickness_mm / self.grid.pitch_mm
        to_ankle = _to_ankle(self.patient) @ self.grid.affine
        start = to_ankle[:3, 0] * (index + within) + to_ankle[:3, 3]
        u, y, z = (
            np.asarray(
                start[axis] + to_ankle[axis, 1] * row[:, None] + to_ankle[axis, 2] * column[None],
                np.float32,
            )
            for axis in range(3)
        )
        return Points(u, y, z)

    def scene(self) -> tuple[Scene, NDArray[np.uint8]]:
        """Gives the tissues, and 1 where there is lesion on the same fine grid."""
        step = self.grid.pixel_mm / _FACTOR
        tissue, label = [], []
        for plane in range(self.grid.slices * _PLANES):
            points = self.points(plane, _FACTOR)
            canvas = Canvas.empty(points, step_mm=step, dither=np.zeros(1, np.float32))
            paint_ankle(canvas, self.patient.shape)
            if self.patient.lesion is not None:
                where = lesion_mask(points, canvas.tissue, self.patient.lesion, self.patient.shape)
                canvas.lesion[where] = 1
            tissue.append(canvas.tissue)
            label.append(canvas.lesion)
        scene = Scene(
            np.stack(tissue),
            self.grid.spacing,
            planes=_PLANES,
            factor=_FACTOR,
            affine=self.grid.affine,
            margin=(self.margin, 0),
            blends=lesion_blends(
                self.patient.lesion,
                self.patient.bruise,
                shape=self.patient.shape,
                average=self.average,
            ),
        )
        return scene, np.stack(label)

    def average(self, share: Callable[[Points], Distance]) -> FloatImage:
        """Gives the mean of a function over the planes of each slice."""
        shape = (self.grid.slices, self.grid.size + 2 * self.margin, self.grid.size)
        mean = np.zeros(shape, np.float32)
        for plane in range(self.grid.slices * _PLANES):
            mean[plane // _PLANES] += share(self.points(plane, 1)) / np.float32(_PLANES)
        return mean


def _to_ankle(patient: AnklePatient) -> NDArray[np.float64]:
    """Gives the 4 x 4 matrix from LPS mm to the frame of the ankle."""
    shape = patient.shape
    turn = np.eye(3)
    for axis, angle in enumerate(np.deg2rad(shape.turn_deg)):
        one = np.eye(3)
        first, second = [other for other in range(3) if other != axis]
        one[first, first] = one[second, second] = np.cos(angle)
        one[first, second], one[second, first] = -np.sin(angle), np.sin(angle)
        turn = one @ turn
    matrix = np.eye(4)
    matrix[:3, :3] = turn.T / shape.scale
    # The lateral side of a left ankle is left, which is where x points.
    if patient.person.laterality == "right":
        matrix[0] *= -1.0
    matrix[:3, 3] = -matrix[:3, :3] @ np.asarray(shape.shift_mm)
    return matrix


def lesion_boxes(mask: NDArray[np.uint8], pixel_mm: float) -> tuple[LabelledBox, ...]:
    """Gives a box around the lesion on each slice that shows it, 1.5 mm wider all around."""
    margin = _BOX_MARGIN_MM / pixel_mm
    boxes = []
    for index, plane in enumerate(mask):
        for rows, columns in ndimage.find_objects(plane):
            corners = (
                max(0.0, float(np.floor(rows.start - margin))),
                max(0.0, float(np.floor(columns.start - margin))),
                min(float(plane.shape[0]), float(np.ceil(rows.stop + margin))),
                min(float(plane.shape[1]), float(np.ceil(columns.stop + margin))),
            )
            boxes.append(LabelledBox(corners, (OLT,), index))
    return tuple(boxes)


ANKLE = SimulatedAnatomy(
    simulate=simulate_ankle,
    body_part="ANKLE",
    prevalence=MappingProxyType({OLT: 0.5}),
    labels=MappingProxyType({OLT: ("no", "yes"), SIDE: _SIDES}),
    structures=("background", OLT),
    box_classes=(OLT,),
    slices=5,
)
"""An ankle, half of them with an osteochondral lesion of the talus."""
