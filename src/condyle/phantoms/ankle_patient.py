"""Draws one ankle patient: who, the shape of the ankle, and the lesion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from condyle.phantoms.ankle_lesion import Bruise, TalarLesion, draw_bruise, draw_lesion
from condyle.phantoms.ankle_shape import AnkleShape
from condyle.phantoms.difficulty import draw_person
from condyle.phantoms.simulated import PatientRequest, Person

OLT = "osteochondral-lesion"
"""Label of an osteochondral lesion of the talus."""

_AGES = (18, 60)


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
