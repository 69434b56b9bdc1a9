"""Ankle patients: coronal and sagittal T1 and fat-saturated T2, with or without a lesion."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from condyle.domain.case import LabelledBox
from condyle.phantoms.ankle_cut import FACTOR, PLANES, AnkleCut, slice_grid
from condyle.phantoms.ankle_patient import OLT, AnklePatient, draw_ankle
from condyle.phantoms.difficulty import draw_acquisition
from condyle.phantoms.scanner import acquire, draw_texture, texture_amplitude
from condyle.phantoms.scene import crop_margin, majority_labels
from condyle.phantoms.signal import T1_WEIGHTED, T2_FAT_SATURATED
from condyle.phantoms.simulated import (
    PatientRequest,
    SimulatedAnatomy,
    SimulatedPatient,
    SimulatedSeries,
    patient_of,
    study_grades,
)
from condyle.phantoms.slice_grid import PlaneName

SIDE = "osteochondral-lesion-side"
"""Label of the side of the dome that the lesion is on."""

_BOX_MARGIN_MM = 1.5
_SIDES = ("none", "medial", "lateral")


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
    mask = majority_labels(label, planes=PLANES, factor=FACTOR, labels=(1,))
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
