"""Makes surfaces.json by MONAI: distances between surfaces, with anisotropic spacing.

Run as `python make_surfaces.py` in an environment that has monai and torch. The masks are
drawn from the seeds that the JSON names, by `shapes`, which the test has as well.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from monai.metrics import (
    compute_average_surface_distance,
    compute_hausdorff_distance,
    compute_surface_dice,
)

SPACINGS = ([1.0, 1.0, 1.0], [4.0, 0.6, 0.6], [3.3, 0.5, 0.75])


def shapes() -> list[tuple[np.ndarray, np.ndarray]]:
    """Gives pairs of ellipsoids, the second moved, one with a piece far off."""
    axes = np.meshgrid(np.arange(14), np.arange(40), np.arange(36), indexing="ij")

    def ellipsoid(centre: tuple[int, ...], radii: tuple[int, ...]) -> np.ndarray:
        far = sum(((x - c) / r) ** 2 for x, c, r in zip(axes, centre, radii, strict=True))
        return np.asarray(far <= 1)

    first = ellipsoid((7, 20, 18), (5, 12, 10))
    return [
        (first, ellipsoid((6, 22, 17), (5, 11, 11))),
        (first, first | ellipsoid((3, 35, 33), (1, 2, 2))),
        (ellipsoid((7, 10, 9), (3, 4, 5)), ellipsoid((8, 28, 25), (4, 7, 6))),
    ]


def main() -> None:
    """Writes the distances beside this file."""
    found = []
    for at, (predicted, reference) in enumerate(shapes()):
        one, other = (torch.from_numpy(m)[None, None].float() for m in (predicted, reference))
        for spacing in SPACINGS:
            far = {"include_background": True, "spacing": spacing}
            found.append(
                {
                    "shape": at,
                    "spacing": spacing,
                    "hausdorff_95": float(
                        compute_hausdorff_distance(one, other, percentile=95, **far)
                    ),
                    "hausdorff": float(compute_hausdorff_distance(one, other, **far)),
                    "average": float(
                        compute_average_surface_distance(one, other, symmetric=True, **far)
                    ),
                    "dice_1mm": float(
                        compute_surface_dice(one, other, class_thresholds=[1.0], **far)
                    ),
                }
            )
    record = {
        "versions": {name: version(name) for name in ("monai", "torch", "scipy", "numpy")},
        "voxels": [[int(m.sum()) for m in pair] for pair in shapes()],
        "distances": found,
    }
    Path(__file__).with_name("surfaces.json").write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
