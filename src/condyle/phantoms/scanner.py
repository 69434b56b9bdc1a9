"""The scanner: a scene and a sequence in, a volume out; the same for every anatomy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from condyle.domain.volume import Volume
from condyle.phantoms.artefacts import (
    Ghosts,
    Metal,
    add_ghosts,
    dephasing,
    displace,
    fold,
    sphere_field_hz,
    within_sphere,
)
from condyle.phantoms.imaging import FloatImage, add_rician_noise, point_spread, smooth_field
from condyle.phantoms.scene import Scene, crop_margin, render
from condyle.phantoms.signal import GradientEcho, Sequence, signal_by_tissue, texture_by_tissue
from condyle.phantoms.tissues import Tissue, TissueProperties, tissue_table

_SCALE = 400.0
_PERCENTILE, _AT_PERCENTILE = 95.0, 800.0


@dataclass(frozen=True)
class Acquisition:
    """How a series is acquired, besides its timing.

    Attributes:
        field_t: 1.5 or 3.0.
        noise: Standard deviation of the noise as a fraction of the reference signal.
        bias: Standard deviation of the unevenness of the coil, as a fraction.
        blur_px: Width of the point spread.
        reference: Tissue whose signal becomes 400 and which noise is measured by; the
            95th percentile of the signal, which becomes 800, where ``None``.
        phase: Axis along which phase is encoded: ghosts and wrapping run along it.
        ghosts: Periodic motion, or ``None``.
        wrap: Whether the scene's margin wraps into the image.
        metal: A ball of metal, or ``None``.
    """

    field_t: float = 1.5
    noise: float = 0.03
    bias: float = 0.06
    blur_px: float = 0.7
    reference: Tissue | None = None
    phase: Literal["row", "column"] = "row"
    ghosts: Ghosts | None = None
    wrap: bool = False
    metal: Metal | None = None

    @property
    def phase_axis(self) -> int:
        """Axis of the array along which phase is encoded."""
        return 1 if self.phase == "row" else 2


def acquire(
    rng: np.random.Generator,
    scene: Scene,
    sequence: Sequence,
    *,
    acquisition: Acquisition | None = None,
    texture: FloatImage | None = None,
    coil: FloatImage | None = None,
) -> Volume:
    """Images a scene.

    Args:
        rng: Source of noise and unevenness.
        scene: The anatomy, cut as the series cuts it.
        sequence: Timing.
        acquisition: The rest; the default where ``None``.
        texture: Factor on the signal within tissues from ``draw_texture``, the same for
            all series of one scene; none where ``None``.
        coil: Sensitivity, broadcast to the scene's shape; even where ``None``.

    Returns:
        The images without the margin, float32, with the scene's spacing and affine.

    Raises:
        UsageError: There are no tissue values for the field strength.
    """
    wanted = acquisition or Acquisition()
    lookup = signal_by_tissue(tissue_table(wanted.field_t), sequence)
    signal = render(scene, lookup)
    if wanted.metal is not None:
        signal = _disturb(signal, scene, sequence, metal=wanted.metal, acquisition=wanted)
    if wanted.reference is None:
        lit = signal[signal > 0.02 * float(lookup.max())]
        reference = float(np.percentile(lit, _PERCENTILE)) if lit.size else 1.0
        reference *= _SCALE / _AT_PERCENTILE
    else:
        reference = float(lookup[wanted.reference])
    array = scan(
        rng,
        signal,
        texture=np.ones((1, 1, 1), np.float32) if texture is None else texture,
        coil=np.ones((1, 1, 1), np.float32) if coil is None else coil,
        spacing=scene.spacing,
        reference=reference,
        acquisition=wanted,
        margin=scene.margin,
    )
    return Volume(array, scene.spacing, scene.affine)


def scan(
    rng: np.random.Generator,
    signal: FloatImage,
    *,
    texture: FloatImage,
    coil: FloatImage,
    spacing: tuple[float, float, float],
    reference: float,
    acquisition: Acquisition,
    margin: tuple[int, int] = (0, 0),
) -> FloatImage:
    """Applies texture, coil, blur, wrapping, motion and noise to signal.

    Args:
        rng: Source of noise and unevenness.
        signal: (slice, row, column) with the margin.
        texture: Factor within tissues.
        coil: Sensitivity.
        spacing: (slice, row, column), mm.
        reference: Signal that becomes 400.
        acquisition: How.
        margin: Pixels beyond each end of the field of view, (row, column).

    Returns:
        (slice, row, column) without the margin.
    """
    image = signal * texture
    wide = 70.0 / spacing[1], 70.0 / spacing[2]
    bias = smooth_field(rng, signal.shape, sigma=(4.0, *wide))
    image = point_spread(np.maximum(image, 0.0), width=acquisition.blur_px)
    image = image * coil * (1.0 + acquisition.bias * bias)
    axis = acquisition.phase_axis
    if acquisition.wrap:
        image = fold(image, margin[axis - 1], axis=axis)
        margin = (0, margin[1]) if axis == 1 else (margin[0], 0)
    image = crop_margin(image, margin)
    if acquisition.ghosts is not None:
        image = add_ghosts(image, acquisition.ghosts, axis=axis)
    sigma = acquisition.noise * reference
    noisy = add_rician_noise(rng, image.astype(np.float32), sigma=sigma)
    return np.asarray(noisy * np.float32(_SCALE / reference), dtype=np.float32)


def draw_texture(
    rng: np.random.Generator, amplitude: FloatImage, spacing: tuple[float, float, float]
) -> FloatImage:
    """Draws what varies within tissues: a factor on the signal, the same in all series.

    Args:
        rng: Source of randomness.
        amplitude: (slice, row, column) standard deviation, from ``texture_amplitude``.
        spacing: The same, mm.
    """
    mm = spacing[1]
    grain = smooth_field(rng, amplitude.shape, sigma=(0.6, 0.9 / mm, 0.9 / mm))
    blotch = smooth_field(rng, amplitude.shape, sigma=(1.0, 3.5 / mm, 3.5 / mm))
    return np.asarray(1.0 + amplitude * (0.8 * grain + 0.6 * blotch), dtype=np.float32)


def texture_amplitude(
    scene: Scene, table: Mapping[Tissue, TissueProperties] | None = None
) -> FloatImage:
    """Gives how much the signal of each voxel's tissues varies, (slice, row, column)."""
    return render(scene, texture_by_tissue(tissue_table() if table is None else table))


def _disturb(
    signal: FloatImage,
    scene: Scene,
    sequence: Sequence,
    *,
    metal: Metal,
    acquisition: Acquisition,
) -> FloatImage:
    """Takes the signal of the metal's place, dephases and displaces what lies around it."""
    rows, columns = scene.margin
    slice_, row, column = metal.centre
    moved = replace(metal, centre=(slice_, row + rows, column + columns))
    field = sphere_field_hz(
        moved,
        scene.shape,
        spacing=scene.spacing,
        along=_main_field(scene),
        field_t=acquisition.field_t,
    )
    inside = within_sphere(moved, scene.shape, spacing=scene.spacing)
    left = np.where(inside, 0.0, signal).astype(np.float32)
    if isinstance(sequence, GradientEcho):
        left *= dephasing(field, sequence.echo_time_ms)
    readout = 2 if acquisition.phase_axis == 1 else 1
    return displace(left, field / metal.bandwidth_hz, axis=readout)


def _main_field(scene: Scene) -> tuple[float, float, float]:
    """Gives the direction of the body's long axis along the axes of the array."""
    if scene.affine is None:
        return 0.0, 1.0, 0.0
    steps: NDArray[np.float64] = scene.affine[2, :3] / np.linalg.norm(scene.affine[:3, :3], axis=0)
    return float(steps[0]), float(steps[1]), float(steps[2])
