"""A simulated lumbar spine study with known truth.

The anatomy is drawn from published sizes, the contrast follows from published tissue
values through the spin-echo equation, and every draw comes from one generator, so that
the same seed gives the same voxels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from condyle.domain.volume import Volume
from condyle.phantoms.acquisition import (
    Images,
    coil_sensitivity,
    fine_grid,
    image_patient,
)
from condyle.phantoms.checks import check_parameters
from condyle.phantoms.painting import VERTEBRA
from condyle.phantoms.patient import LumbarParameters, Patient, draw_patient
from condyle.phantoms.scanner import Acquisition, draw_texture, scan, texture_amplitude
from condyle.phantoms.scene import render
from condyle.phantoms.signal import signal_by_tissue
from condyle.phantoms.tissues import Tissue, tissue_table


@dataclass(frozen=True)
class LumbarPhantom:
    """Simulated images and what is true of them.

    Attributes:
        tissue: (slice, row, column) tissue numbers at the middle of each voxel.
        t1: T1-weighted volume.
        t2: T2-weighted volume on the same grid.
        labelmap: (slice, row, column) uint8: 0 background, 1 disc, 2 vertebra, 3 canal.
            The sacrum and its rudimentary discs are background.
        levels: Names of the discs wholly in view, L5-S1 first.
        disc_centres: (slice, row, column) of each disc's middle, by level.
        grades: Pfirrmann grade by level.
        bulges_mm: How far each disc's outline passes the rims all around, by level.
        midsagittal: Slice nearest to the midline.
        parameters: What was asked for.
    """

    tissue: Volume
    t1: Volume
    t2: Volume
    labelmap: NDArray[np.uint8] = field(compare=False, repr=False)
    levels: tuple[str, ...]
    disc_centres: Mapping[str, tuple[float, float, float]]
    grades: Mapping[str, int]
    bulges_mm: Mapping[str, float]
    midsagittal: int
    parameters: LumbarParameters


def lumbar_phantom(
    seed: int | np.random.Generator,
    *,
    parameters: LumbarParameters | None = None,
    acquisitions: tuple[Acquisition, Acquisition] | None = None,
) -> LumbarPhantom:
    """Simulates one lumbar spine as a T1- and a T2-weighted sagittal series.

    Args:
        seed: Seed, or the generator itself.
        parameters: What to simulate; by default a 15-slice study at 1.5 T whose discs
            have drawn grades, no slip and no herniation.
        acquisitions: Noise and artefacts of the T1- and the T2-weighted series, instead
            of the noise of ``parameters``; of their field strength.

    Raises:
        UsageError: A level, grade, size, timing or field strength that cannot be simulated.
    """
    rng = np.random.default_rng(seed)
    wanted = parameters or LumbarParameters()
    check_parameters(wanted)
    half = wanted.matrix * wanted.pixel_mm / 2.0
    middle_y = float(rng.uniform(-48.0, -30.0))
    middle_z = float(rng.uniform(78.0, 94.0))
    top_left = (middle_y - half, middle_z + half)
    grid = fine_grid(wanted, top_left)
    patient = draw_patient(rng, grid, wanted)
    affine = _affine(wanted, top_left)
    images = image_patient(rng, patient, grid, parameters=wanted, affine=affine)
    centres = _disc_centres(patient, affine)
    inside = [level for level, centre in centres.items() if _in_view(centre, wanted)]
    coil = coil_sensitivity(patient, grid, wanted)
    t1, t2 = (
        Volume(array, _spacing(wanted), affine)
        for array in _scan_both(
            rng, images, coil=coil, parameters=wanted, acquisitions=acquisitions
        )
    )
    return LumbarPhantom(
        tissue=Volume(images.tissue.astype(np.float32), _spacing(wanted), affine),
        t1=t1,
        t2=t2,
        labelmap=images.labelmap,
        levels=tuple(inside),
        disc_centres={level: centres[level] for level in inside},
        grades={disc.name: disc.grade for disc in patient.spine.discs if disc.name in inside},
        bulges_mm={disc.name: disc.bulge for disc in patient.spine.discs if disc.name in inside},
        midsagittal=min(max(round(centres["L5-S1"][0]), 0), wanted.slices - 1),
        parameters=wanted,
    )


def _scan_both(
    rng: np.random.Generator,
    images: Images,
    *,
    coil: NDArray[np.float32],
    parameters: LumbarParameters,
    acquisitions: tuple[Acquisition, Acquisition] | None,
) -> list[NDArray[np.float32]]:
    """Gives the T1- and the T2-weighted array, scaled so that marrow is about 400."""
    table = tissue_table(parameters.field_t)
    scene = images.scene
    texture = draw_texture(rng, texture_amplitude(scene, table), scene.spacing)
    bone = images.labelmap == VERTEBRA
    seen = np.broadcast_to(coil, bone.shape)
    at_spine = float(np.median(seen[bone] if bone.any() else seen))
    plain = Acquisition(field_t=parameters.field_t, noise=parameters.noise)
    arrays = []
    for sequence, wanted in zip(
        (parameters.t1_sequence, parameters.t2_sequence),
        acquisitions or (plain, plain),
        strict=True,
    ):
        lookup = signal_by_tissue(table, sequence)
        arrays.append(
            scan(
                rng,
                render(scene, lookup),
                texture=texture,
                coil=coil,
                spacing=scene.spacing,
                reference=float(lookup[Tissue.MARROW]) * at_spine,
                acquisition=wanted,
            )
        )
    return arrays


def _in_view(centre: tuple[float, float, float], parameters: LumbarParameters) -> bool:
    """Whether a disc lies wholly in the field of view: 4 mm of it above and below."""
    margin = 4.0 / parameters.pixel_mm
    return all(margin < place < parameters.matrix - margin for place in centre[1:])


def _spacing(parameters: LumbarParameters) -> tuple[float, float, float]:
    pitch = parameters.thickness_mm + parameters.gap_mm
    return (pitch, parameters.pixel_mm, parameters.pixel_mm)


def _affine(parameters: LumbarParameters, top_left: tuple[float, float]) -> NDArray[np.float64]:
    """Gives the LPS affine: slices to the left, rows downwards, columns backwards."""
    pitch, row, column = _spacing(parameters)
    affine = np.eye(4)
    affine[:3, 0] = (pitch, 0.0, 0.0)
    affine[:3, 1] = (0.0, 0.0, -row)
    affine[:3, 2] = (0.0, column, 0.0)
    affine[:3, 3] = (-(parameters.slices - 1) / 2.0 * pitch, *top_left)
    return affine


def _disc_centres(
    patient: Patient, affine: NDArray[np.float64]
) -> dict[str, tuple[float, float, float]]:
    inverse = np.linalg.inv(affine)
    centres: dict[str, tuple[float, float, float]] = {}
    for disc in patient.spine.discs:
        y, z = disc.centre
        index = inverse @ np.array([-patient.lean, y, z, 1.0])
        centres[disc.name] = (float(index[0]), float(index[1]), float(index[2]))
    return centres
