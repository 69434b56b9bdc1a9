"""Times surface distances against other libraries on the same masks, in one run.

Run as `python benchmarks/surface_speed.py` where monai (with torch) and surface-distance are
installed; what is not there is left out and named. Each gives Hausdorff 95, the average
distance and surface Dice of one pair of masks.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from scipy import ndimage

from condyle.evaluation.surfaces import surface_distances

SPACING = (4.0, 0.6, 0.6)
TOLERANCE_MM = 1.0
Measure = Callable[[np.ndarray, np.ndarray], tuple[float, float, float]]


def ours(first: np.ndarray, second: np.ndarray) -> tuple[float, float, float]:
    """Condyle's."""
    found = surface_distances(first, second, SPACING)
    return found.hausdorff_mm(), found.average_mm(), found.dice(TOLERANCE_MM)


def by_transform(first: np.ndarray, second: np.ndarray) -> tuple[float, float, float]:
    """Scipy's erosion and distance transform, as most scripts have it."""
    edges = [mask & ~ndimage.binary_erosion(mask) for mask in (first, second)]
    far = [ndimage.distance_transform_edt(~edge, sampling=SPACING) for edge in edges]
    ways = [far[1][edges[0]], far[0][edges[1]]]
    both = np.concatenate(ways)
    worst = max(float(np.percentile(way, 95)) for way in ways)
    return worst, float(both.mean()), float((both <= TOLERANCE_MM).mean())


def of_monai() -> Measure:
    """MONAI's three functions."""
    import torch
    from monai.metrics import (
        compute_average_surface_distance,
        compute_hausdorff_distance,
        compute_surface_dice,
    )

    def measure(first: np.ndarray, second: np.ndarray) -> tuple[float, float, float]:
        one, other = (torch.from_numpy(mask)[None, None] for mask in (first, second))
        given = {"include_background": True, "spacing": list(SPACING)}
        return (
            float(compute_hausdorff_distance(one, other, percentile=95, **given)),
            float(compute_average_surface_distance(one, other, symmetric=True, **given)),
            float(compute_surface_dice(one, other, class_thresholds=[TOLERANCE_MM], **given)),
        )

    return measure


def of_surface_distance() -> Measure:
    """The package surface-distance, which weighs by area, so that its figures differ."""
    import surface_distance

    def measure(first: np.ndarray, second: np.ndarray) -> tuple[float, float, float]:
        found = surface_distance.compute_surface_distances(first, second, SPACING)
        return (
            surface_distance.compute_robust_hausdorff(found, 95),
            float(np.mean(surface_distance.compute_average_surface_distance(found))),
            surface_distance.compute_surface_dice_at_tolerance(found, TOLERANCE_MM),
        )

    return measure


def ellipsoid(shape: tuple[int, int, int], moved: float) -> np.ndarray:
    """Gives a mask that fills most of the volume."""
    axes = np.ogrid[tuple(slice(0, size) for size in shape)]
    far = sum(
        ((x - size / 2 - moved) / (0.4 * size)) ** 2 for x, size in zip(axes, shape, strict=True)
    )
    return np.asarray(far <= 1)


def main() -> None:
    """Writes seconds and ratios to standard output."""
    measures: dict[str, Measure] = {"condyle": ours, "scipy": by_transform}
    for name, make in (("monai", of_monai), ("surface-distance", of_surface_distance)):
        try:
            measures[name] = make()
        except ImportError:
            print(f"{name} is not installed and left out")
    for shape in ((16, 128, 128), (20, 384, 384), (96, 192, 192)):
        pair = ellipsoid(shape, 0.0), ellipsoid(shape, 1.5)
        spent = {}
        for name, measure in measures.items():
            times = []
            for _ in range(3):
                begun = time.perf_counter()
                found = measure(*pair)
                times.append(time.perf_counter() - begun)
            spent[name] = min(times)
            figures = ", ".join(f"{x:.4f}" for x in found)
            print(f"{shape} {name}: {spent[name]:.4f} s ({figures})")
        others = {name: s for name, s in spent.items() if name != "condyle"}
        fastest = min(others, key=others.__getitem__)
        print(f"  {others[fastest] / spent['condyle']:.1f} times as fast as {fastest}")


if __name__ == "__main__":
    main()
