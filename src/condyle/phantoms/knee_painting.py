"""Paints one knee onto points, from the outside in."""

from __future__ import annotations

from dataclasses import dataclass, replace

from condyle.phantoms.knee_anatomy import Knee, build_knee
from condyle.phantoms.knee_joint import (
    femoral_surface,
    paint_femur,
    paint_patella,
    paint_tibia,
)
from condyle.phantoms.knee_lesions import KneeLesions
from condyle.phantoms.knee_menisci import paint_menisci
from condyle.phantoms.knee_person import KneePerson
from condyle.phantoms.knee_rupture import paint_bruises, paint_rupture, slacken
from condyle.phantoms.knee_soft import (
    paint_bands,
    paint_capsule,
    paint_cruciates,
    paint_limb,
    paint_muscles,
    paint_vessels,
)
from condyle.phantoms.knee_tears import paint_strain, paint_tears
from condyle.phantoms.limb_canvas import Canvas

_JOINT = ((-48.0, 48.0), (-66.0, 70.0), (-24.0, 130.0))


@dataclass(frozen=True)
class PatientKnee:
    """A knee with its lesions, ready to be painted.

    Attributes:
        knee: The knee, with what the lesions change of its form.
        lesions: Its lesions.
        contrast: Share of the lesions' difference in signal that shows, 0 to 1.
        size: Factor on their extent.
    """

    knee: Knee
    lesions: KneeLesions
    contrast: float = 1.0
    size: float = 1.0


def patient_knee(
    person: KneePerson, lesions: KneeLesions, *, contrast: float = 1.0, size: float = 1.0
) -> PatientKnee:
    """Gives a person's knee with lesions; an injury brings fluid into the joint.

    Args:
        person: The person.
        lesions: The lesions.
        contrast: Share of their difference in signal that shows, 0 to 1.
        size: Factor on their extent.
    """
    fluid = (0.0, 0.8, 1.8)[lesions.acl] + 0.6 * bool(lesions.tears)
    wet = replace(person, effusion_mm=person.effusion_mm + fluid * contrast)
    knee = slacken(build_knee(wet), lesions, size=size)
    return PatientKnee(knee, lesions, contrast, size)


def paint_knee(canvas: Canvas, patient: PatientKnee) -> None:
    """Paints a knee; what is painted later covers what was there."""
    knee, lesions = patient.knee, patient.lesions
    paint_limb(canvas, knee)
    paint_muscles(canvas, knee)
    paint_vessels(canvas, knee)
    joint = canvas.window(_JOINT)
    surface = None if joint is None else femoral_surface(joint.points, knee)
    if joint is not None and surface is not None:
        paint_capsule(joint, surface, knee)
    paint_bands(canvas, knee)
    paint_tibia(canvas, knee)
    paint_patella(canvas, knee)
    if joint is not None and surface is not None:
        paint_femur(joint, surface, knee)
    paint_menisci(canvas, knee)
    paint_cruciates(canvas, knee)
    for paint in (paint_rupture, paint_tears, paint_bruises, paint_strain):
        paint(canvas, knee, lesions, contrast=patient.contrast, size=patient.size)
