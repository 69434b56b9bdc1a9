"""Draws the patients of ``docs/phantoms.md``: ``python docs/make_population_pictures.py``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from condyle.phantoms.ankle import ANKLE
from condyle.phantoms.ankle_cut import AnkleCut, slice_grid
from condyle.phantoms.ankle_patient import draw_ankle
from condyle.phantoms.artefacts import Ghosts, Metal
from condyle.phantoms.population import simulated_cases
from condyle.phantoms.scanner import Acquisition, acquire, draw_texture, texture_amplitude
from condyle.phantoms.scene import Scene
from condyle.phantoms.signal import (
    PD_FAT_SATURATED,
    PD_WEIGHTED,
    STIR,
    T1_GRADIENT_ECHO,
    T1_WEIGHTED,
    T2_FAT_SATURATED,
)
from condyle.phantoms.signal import (
    Sequence as Timing,
)
from condyle.phantoms.simulated import PatientRequest, SimulatedPatient, SimulatedSeries

IMAGES = Path(__file__).parent / "images"
ORANGE, BLUE, PINK = (230, 159, 0), (86, 180, 233), (240, 60, 130)
BOX_COLOURS = {"herniation": ORANGE, "spondylolisthesis": PINK}

Picture = NDArray[np.uint8]


def grey(plane: NDArray[np.float32], whole: NDArray[np.float32]) -> Picture:
    """Gives a slice as RGB, windowed by its series."""
    low, high = np.percentile(whole, (0.5, 99.95))
    values = np.clip((plane - low) / (high - low), 0.0, 1.0) * 255.0
    return np.repeat(values.astype(np.uint8)[..., None], 3, axis=2)


def outlined(picture: Picture, mask: NDArray[np.bool_]) -> Picture:
    """Draws a line around a mask."""
    edge = ndimage.binary_dilation(mask, iterations=2) & ~ndimage.binary_dilation(mask)
    out = picture.copy()
    out[edge] = ORANGE
    return out


def worst(series: SimulatedSeries) -> int:
    """Gives the slice that shows most of the lesions, the middle one without."""
    area = np.zeros(1) if series.mask is None else (series.mask > 0).sum(axis=(1, 2))
    return int(area.argmax()) if area.any() else series.volume.slices // 2


def lesion_row(patient: SimulatedPatient, stems: Sequence[str], *, outline: bool) -> Picture:
    """Gives one slice of each series side by side."""
    tiles = []
    for series in patient.series:
        if series.stem in stems:
            index = worst(series)
            picture = grey(series.volume.array[index], series.volume.array)
            if outline and series.mask is not None:
                picture = outlined(picture, series.mask[index] > 0)
            tiles.append(picture)
    return np.hstack(tiles)


def boxed(series: SimulatedSeries, index: int) -> Picture:
    """Draws the boxes of a slice: blue, or the colour of what they show."""
    image = Image.fromarray(grey(series.volume.array[index], series.volume.array))
    draw = ImageDraw.Draw(image)
    for box in series.boxes or ():
        if box.slice == index and not box.difficult:
            row0, column0, row1, column1 = box.box
            shown = [BOX_COLOURS[label] for label in box.labels if label in BOX_COLOURS]
            for inset, colour in enumerate(shown or [BLUE]):
                corners = (column0 + inset, row0 + inset, column1 - 1 - inset, row1 - 1 - inset)
                draw.rectangle(corners, outline=colour)
    return np.asarray(image)


def save(picture: Picture, name: str) -> None:
    """Writes a picture in 240 greys and the three colours, so that it stays small."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    greys = [round(step * 255 / 239) for step in range(240)]
    colours = [value for grey_ in greys for value in (grey_,) * 3]
    colours += [value for colour in (ORANGE, BLUE, PINK) for value in colour]
    palette = Image.new("P", (1, 1))
    palette.putpalette(colours + [0] * (768 - len(colours)))
    reduced = Image.fromarray(picture).quantize(palette=palette, dither=Image.Dither.NONE)
    reduced.save(IMAGES / name, optimize=True)


def draw_ankles() -> None:
    """Draws two ankles with a lesion, medial and lateral, and one without."""
    chosen: dict[int, SimulatedPatient] = {}
    for patient in simulated_cases("ankle", patients=40, seed=11, difficulty=0.1, size=192):
        side = patient.case.reference.grades["study"]["osteochondral-lesion-side"]
        shows = all(one.mask is not None and one.mask.any() for one in patient.series)
        if side not in chosen and (side == 0 or shows):
            chosen[side] = patient
        if len(chosen) == 3:
            break
    stems = [one.stem for one in chosen[0].series]
    rows = [lesion_row(chosen[side], stems, outline=True) for side in (1, 2, 0)]
    save(np.vstack(rows), "phantom-ankles.png")


def draw_spines() -> None:
    """Draws spines with the boxes of their discs."""
    tiles = []
    wanted = {"disc-herniation": 0.7, "spondylolisthesis": 0.6}
    for patient in simulated_cases(
        "lumbar", patients=4, seed=5, difficulty=0.1, size=256, prevalence=wanted
    ):
        tiles.append(boxed(patient.series[1], 1))
    save(np.hstack(tiles), "phantom-spines.png")


def draw_difficulty() -> None:
    """Draws one lesion as difficulty rises."""
    tiles = []
    index = None
    for difficulty in (0.0, 0.3, 0.6, 1.0):
        request = PatientRequest("0001", difficulty, 192, 5, {"osteochondral-lesion": 1.0})
        patient = ANKLE.simulate(np.random.default_rng(21), request)
        series = patient.series[1]
        index = worst(series) if index is None else index
        tiles.append(grey(series.volume.array[index], series.volume.array))
    save(np.hstack(tiles), "phantom-difficulty.png")


def one_scene() -> tuple[Scene, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    """Gives an ankle with a lesion, cut coronally with a margin, and its texture."""
    request = PatientRequest("0001", 0.0, 192, 3, {"osteochondral-lesion": 1.0})
    rng = np.random.default_rng(21)
    patient = draw_ankle(rng, request)
    cut = AnkleCut(slice_grid("coronal", request, patient.shape), patient, margin=32)
    scene, _ = cut.scene()
    return scene, draw_texture(rng, texture_amplitude(scene), scene.spacing)


def draw_scans() -> None:
    """Draws one slice by every sequence, and by a scanner that does everything wrong."""
    scene, texture = one_scene()

    def tile(timing: Timing, acquisition: Acquisition) -> Picture:
        rng = np.random.default_rng(1)
        array = acquire(rng, scene, timing, acquisition=acquisition, texture=texture).array
        return grey(array[1], array)

    plain = Acquisition(noise=0.02)
    timings = (T1_WEIGHTED, PD_WEIGHTED, PD_FAT_SATURATED, T2_FAT_SATURATED, STIR, T1_GRADIENT_ECHO)
    save(np.hstack([tile(timing, plain) for timing in timings]), "phantom-sequences.png")
    screw = Metal(centre=(1.0, 118.0, 100.0), radius_mm=3.0, ppm=150.0)
    wrong = (
        (T1_WEIGHTED, Acquisition(noise=0.10)),
        (T1_WEIGHTED, Acquisition(noise=0.02, bias=0.3)),
        (T1_WEIGHTED, Acquisition(noise=0.02, ghosts=Ghosts(0.8, 17.0))),
        (T1_WEIGHTED, Acquisition(noise=0.02, wrap=True)),
        (T1_WEIGHTED, Acquisition(noise=0.02, metal=screw)),
        (T1_GRADIENT_ECHO, Acquisition(noise=0.02, metal=screw)),
    )
    save(np.hstack([tile(timing, one) for timing, one in wrong]), "phantom-artefacts.png")


def main() -> None:
    """Writes all pictures."""
    draw_ankles()
    draw_spines()
    draw_difficulty()
    draw_scans()


if __name__ == "__main__":
    main()
