"""Samples a second that reach a network in training, against MONAI's CacheDataset.

Both hold the same prepared slices and masks, and change them alike: an affine map of image and
mask, then a bias field, contrast, sharpness and noise of the image. Times are ratios of one run:

    python benchmarks/training_input.py [--slices 96] [--steps 60] [--threads 2]
"""

from __future__ import annotations

import argparse
import math
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from condyle.training.augmentation import AffineRange
from condyle.training.changes import Changes, change
from condyle.training.draws import epoch_order
from condyle.training.slices import Slices

SIZE, BATCH = 256, 8
LIMITS = AffineRange(rotation_degrees=15, scale=(0.8, 1.25), stretch=0.0, shift=0.06)


def prepared(folder: Path, count: int) -> Slices:
    """Gives slices as a training maps them from its files."""
    rng = np.random.default_rng(1)
    images = rng.random((count, SIZE, SIZE)).astype(np.float16)
    masks = (rng.random((count, 1, SIZE, SIZE)) < 0.02).astype(np.uint8)
    for name, array in (("images", images), ("masks", masks)):
        np.save(folder / f"{name}.npy", array)
    names = np.array([str(n) for n in range(count)])
    return Slices(
        patients=names,
        cases=names,
        series=names,
        planes=names,
        positions=np.zeros(count, dtype=np.int64),
        labels=np.zeros((count, 0), dtype=np.int64),
        rows=np.arange(count),
        images=np.load(folder / "images.npy", mmap_mode="r"),
        masks=np.load(folder / "masks.npy", mmap_mode="r"),
    )


def condyle_batches(slices: Slices, *, intensity: float) -> Callable[[int], object]:
    """Gives what makes a batch of Condyle's."""
    order = epoch_order(len(slices), batch=BATCH, seed=1)
    changes = Changes(LIMITS, intensity=intensity)

    def make(step: int) -> object:
        chosen = order(step)
        image = torch.from_numpy(slices.images_at(chosen))[:, None]
        mask = torch.from_numpy(slices.masks_at(chosen))
        generator = torch.Generator().manual_seed(step)
        return change(image, mask, changes=changes, generator=generator)

    return make


def monai_batches(slices: Slices, *, intensity: float, workers: int) -> Callable[[int], object]:
    """Gives what makes a batch of MONAI's, from images cached in memory."""
    from monai.data import CacheDataset, DataLoader
    from monai.transforms import (
        Compose,
        RandAdjustContrastd,
        RandAffined,
        RandBiasFieldd,
        RandGaussianNoised,
        RandGaussianSmoothd,
    )

    reach = math.radians(LIMITS.rotation_degrees)
    shift = LIMITS.shift * SIZE
    steps: list[object] = [
        RandAffined(
            keys=("image", "mask"),
            prob=1.0,
            rotate_range=reach,
            scale_range=((-0.2, 0.25), (-0.2, 0.25)),
            translate_range=(shift, shift),
            mode=("bilinear", "nearest"),
            padding_mode="zeros",
        )
    ]
    if intensity:
        steps += [
            RandBiasFieldd(keys="image", prob=intensity),
            RandAdjustContrastd(keys="image", prob=intensity, gamma=(0.55, 1.8)),
            RandGaussianSmoothd(keys="image", prob=intensity),
            RandGaussianNoised(keys="image", prob=intensity, std=0.06),
        ]
    items = [
        {
            "image": torch.from_numpy(slices.images_at(np.array([n]))),
            "mask": torch.from_numpy(slices.masks_at(np.array([n]))[0]),
        }
        for n in range(len(slices))
    ]
    data = CacheDataset(items, transform=Compose(steps), cache_rate=1.0, progress=False)
    loader = DataLoader(data, batch_size=BATCH, shuffle=True, num_workers=workers, drop_last=True)
    state = {"iterator": iter(loader)}

    def make(step: int) -> object:
        try:
            return next(state["iterator"])
        except StopIteration:
            state["iterator"] = iter(loader)
            return next(state["iterator"])

    return make


def rate(make: Callable[[int], object], steps: int) -> float:
    """Gives samples a second, the first few steps left out."""
    for step in range(3):
        make(step)
    began = time.perf_counter()
    for step in range(3, 3 + steps):
        make(step)
    return steps * BATCH / (time.perf_counter() - began)


def main() -> None:
    """Prints samples a second of both, and their ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--slices", type=int, default=96)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    warnings.simplefilter("ignore")
    print(f"{SIZE} x {SIZE}, batch {BATCH}, {asked.threads} threads, samples a second")
    with TemporaryDirectory() as folder:
        slices = prepared(Path(folder), asked.slices)
        for name, intensity in (("affine", 0.0), ("affine and intensity", 0.8)):
            mine = rate(condyle_batches(slices, intensity=intensity), asked.steps)
            theirs = max(
                rate(monai_batches(slices, intensity=intensity, workers=workers), asked.steps)
                for workers in (0, asked.threads)
            )
            print(f"{name}: Condyle {mine:.0f}, MONAI {theirs:.0f}, ratio {mine / theirs:.2f}")


if __name__ == "__main__":
    main()
