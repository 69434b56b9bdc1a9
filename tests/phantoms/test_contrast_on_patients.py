"""Simulated contrast beside that of real images, as ``docs/phantoms.md`` states it."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from condyle.phantoms.population import simulated_cases
from condyle.phantoms.signal import SpinEcho, signal_by_tissue
from condyle.phantoms.tissues import Tissue, tissue_table

pytestmark = pytest.mark.needs("data")

DISC, VERTEBRA, CANAL = 1, 2, 3
# Slice, rows and columns of the knee series: femur, fat pad, gastrocnemius.
SLICE = 16
REGIONS = {
    Tissue.YELLOW_MARROW: (slice(60, 76), slice(108, 124)),
    Tissue.FAT: (slice(148, 158), slice(74, 82)),
    Tissue.MUSCLE: (slice(138, 156), slice(192, 210)),
}


def ratios(image: NDArray[np.float32], mask: NDArray[np.uint8]) -> tuple[float, float] | None:
    """Disc to vertebra and canal to vertebra, medians within the outlines."""
    inner = [ndimage.binary_erosion(mask == label) for label in (DISC, VERTEBRA, CANAL)]
    if min(part.sum() for part in inner) < 30:
        return None
    disc, vertebra, canal = (float(np.median(image[part])) for part in inner)
    return disc / vertebra, canal / vertebra


def real_spines(folder: Path) -> NDArray[np.float64]:
    found = defaultdict(list)
    for path in sorted((folder / "images").glob("*.png")):
        image = np.asarray(Image.open(path).convert("L"), dtype=np.float32)
        mask = np.asarray(Image.open(folder / "masks" / path.name).convert("L"))
        if (pair := ratios(image, mask)) is not None:
            found[path.name.split("_")[0]].append(pair)
    return np.array([np.mean(pairs, axis=0) for pairs in found.values()])


def test_discs_and_canals_are_as_bright_as_some_patients(data_folder: Path) -> None:
    real = real_spines(data_folder / "lumbar-spider" / "t2space")
    assert len(real) == 30
    low, high = np.percentile(real, (10, 90), axis=0)
    simulated = []
    for patient in simulated_cases("lumbar", patients=8, seed=1, size=160, slices=1):
        series = patient.series[1]
        assert series.mask is not None
        pair = ratios(series.volume.array[0], series.mask[0])
        assert pair is not None
        simulated.append(pair)
    middle = np.median(simulated, axis=0)
    assert (low < middle).all()
    assert (middle < high).all()


@pytest.fixture(scope="module")
def echoes() -> tuple[list[float], NDArray[np.float64]]:
    """Echo times and (echo, row, column) of one slice of the real knee."""
    import os

    import pydicom

    found: dict[float, dict[float, NDArray[np.float64]]] = defaultdict(dict)
    folder = Path(os.environ["CONDYLE_TEST_DATA"]) / "knee-mese-dicom"
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".md" and "LICEN" not in path.name.upper():
            header = pydicom.dcmread(path, force=True)
            if "PixelData" in header:
                place, time = float(header.SliceLocation), float(header.EchoTime)
                found[place][time] = header.pixel_array.astype(np.float64)
    times = sorted(found[min(found)])
    return times, np.array([found[sorted(found)[SLICE]][time] for time in times])


def test_muscle_marrow_and_fat_of_a_knee_are_as_bright_as_the_equation_says(
    echoes: tuple[list[float], NDArray[np.float64]],
) -> None:
    times, images = echoes
    assert len(times) == 8
    table = tissue_table(3.0)
    for index in (0, 1, 7):
        seen = {tissue: images[index][where].mean() for tissue, where in REGIONS.items()}
        signal = signal_by_tissue(table, SpinEcho(2450.0, times[index]))
        for one, other in (
            (Tissue.MUSCLE, Tissue.YELLOW_MARROW),
            (Tissue.MUSCLE, Tissue.FAT),
            (Tissue.YELLOW_MARROW, Tissue.FAT),
        ):
            assert signal[one] / signal[other] == pytest.approx(seen[one] / seen[other], rel=0.25)


def test_the_t2_of_a_real_knee_is_that_of_the_table(
    echoes: tuple[list[float], NDArray[np.float64]],
) -> None:
    times, images = echoes
    table = tissue_table(3.0)
    for tissue, where in REGIONS.items():
        # The first echo of a train lacks stimulated echoes, so it is left out of the fit.
        means = [np.log(image[where].mean()) for image in images[1:]]
        t2 = -1.0 / np.polyfit(times[1:], means, 1)[0]
        assert table[tissue].t2_ms == pytest.approx(t2, rel=0.15)
