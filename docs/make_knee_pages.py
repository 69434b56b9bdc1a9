"""Writes the tables and pictures of ``docs/phantoms-knee.md``: ``python docs/make_knee_pages.py``.

The table needs ``CONDYLE_TEST_DATA``, a folder that holds ``knee-labelmaps``; without it only
the pictures are drawn. Pictures show simulated knees only.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import nrrd
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from condyle.phantoms.knee import KneePhantom, knee_patient
from condyle.phantoms.knee_lesions import KneeLesions, MeniscalTear
from condyle.phantoms.knee_measure import WHOLE, KneeBlock, knee_block, measure_knee
from condyle.phantoms.knee_painting import patient_knee
from condyle.phantoms.knee_person import draw_knee
from condyle.phantoms.knee_structures import KneeStructure
from condyle.phantoms.simulated import Person
from condyle.phantoms.slice_grid import PlaneName

DOCS = Path(__file__).parent
PAGE, PICTURES = DOCS / "phantoms-knee.md", DOCS / "images"
BEGIN, END = "<!-- measured -->\n", "<!-- end of measured -->\n"
SEEDS = range(20)
SHOWN = 160
"""Pixels of the middle of a slice that pictures of lesions show."""
_S = KneeStructure


@dataclass(frozen=True)
class RealKnee:
    """A label map of a real knee.

    Attributes:
        name: What the table calls it.
        file: In ``knee-labelmaps``.
        lateral: Sign of LPS x towards its lateral side.
        labels: Label of the map to structure.
    """

    name: str
    file: str
    lateral: float
    labels: Mapping[int, KneeStructure]


REAL = (
    RealKnee(
        "real knee 1",
        "SAG_3D_DESS_RIGHT_bones_cart_men_fib-label.nrrd",
        -1.0,
        {
            1: _S.FEMORAL_CARTILAGE,
            2: _S.MEDIAL_TIBIAL_CARTILAGE,
            3: _S.LATERAL_TIBIAL_CARTILAGE,
            4: _S.PATELLAR_CARTILAGE,
            5: _S.FEMUR,
            6: _S.TIBIA,
            7: _S.PATELLA,
            8: _S.FIBULA,
            9: _S.LATERAL_MENISCUS,
            10: _S.MEDIAL_MENISCUS,
        },
    ),
    RealKnee(
        "real knee 2",
        "spl_knee_atlas_seg.nrrd",
        1.0,
        {
            9: _S.HOFFA_FAT_PAD,
            31: _S.ACL,
            32: _S.PCL,
            81: _S.LATERAL_MENISCUS,
            82: _S.MEDIAL_MENISCUS,
            83: _S.FEMORAL_CARTILAGE,
            84: _S.LATERAL_TIBIAL_CARTILAGE,
            85: _S.MEDIAL_TIBIAL_CARTILAGE,
            86: _S.PATELLAR_CARTILAGE,
            95: _S.FEMUR,
            96: _S.TIBIA,
            97: _S.FIBULA,
            98: _S.PATELLA,
        },
    ),
)


def real_block(folder: Path, knee: RealKnee, step_mm: float) -> KneeBlock:
    """Gives a real knee on the same grid and in the same frame as a simulated one.

    The origin is the middle of the plateau, at the mean height of the tibial cartilage.
    """
    stored, header = nrrd.read(str(folder / knee.file))
    turn = np.zeros(256, np.uint8)
    turn[list(knee.labels)] = [int(structure) for structure in knee.labels.values()]
    labels = turn[stored]
    directions = np.asarray(header["space directions"], dtype=np.float64).T
    origin = np.asarray(header["space origin"], dtype=np.float64)

    def places(*structures: KneeStructure) -> NDArray[np.float64]:
        index = np.argwhere(np.isin(labels, structures))
        return np.asarray(index @ directions.T + origin, dtype=np.float64)

    height = places(_S.MEDIAL_TIBIAL_CARTILAGE, _S.LATERAL_TIBIAL_CARTILAGE)[:, 2].mean() + 1.2
    bone = places(_S.TIBIA)
    plateau = bone[bone[:, 2] > height - 14.0]
    middle = [*(plateau.min(axis=0) + plateau.max(axis=0))[:2] / 2.0, height]
    axes = [np.arange(low, high, step_mm) for low, high in WHOLE]
    grid = np.stack(np.meshgrid(*axes, indexing="ij")).reshape(3, -1)
    world = grid * np.array([[knee.lateral], [1.0], [1.0]]) + np.array(middle)[:, None]
    index = np.rint(np.linalg.solve(directions, world - origin[:, None])).astype(int)
    inside = ((index >= 0) & (index < np.array(labels.shape)[:, None])).all(axis=0)
    values = np.zeros(grid.shape[1], np.uint8)
    values[inside] = labels[tuple(index[:, inside])]
    block = values.reshape([len(axis) for axis in axes])
    first = (WHOLE[0][0], WHOLE[1][0], WHOLE[2][0])
    return KneeBlock(block, np.zeros_like(block), np.zeros_like(block), first, step_mm)


def measured(folder: Path, step_mm: float = 1.0) -> str:
    """Gives the table of what was measured on twenty simulated and two real knees."""
    real = [measure_knee(real_block(folder, knee, step_mm)) for knee in REAL]
    simulated = []
    for seed in SEEDS:
        who = Person(20 + 2 * seed, "MF"[seed % 2], 1.5, "left")
        person = draw_knee(np.random.default_rng(seed), who)
        patient = patient_knee(person, KneeLesions())
        simulated.append(measure_knee(knee_block(patient, step_mm=step_mm)))
    lines = [
        "| measure | simulated, mean (least to greatest of 20) | real knee 1 | real knee 2 |",
        "|---|---|---|---|",
    ]
    for name in simulated[0]:
        values = [one.get(name, 0.0) for one in simulated]
        cells = [f"{one[name]:.1f}" if name in one else "not outlined" for one in real]
        lines.append(
            f"| {name} | {np.mean(values):.1f} ({min(values):.1f} to {max(values):.1f}) | "
            + " | ".join(cells)
            + " |"
        )
    return "\n".join(lines) + "\n"


def grey(phantom: KneePhantom, plane: PlaneName, index: int) -> NDArray[np.uint8]:
    """Gives a slice windowed to the 99.3rd percentile of its series."""
    array = phantom.series[plane].volume.array
    share = np.clip(array[index] / np.percentile(array, 99.3), 0.0, 1.0) ** 0.8
    return np.asarray(share * 255.0, dtype=np.uint8)


def outlined(phantom: KneePhantom, plane: PlaneName, index: int) -> Image.Image:
    """Gives the middle of a slice, enlarged, with white boxes around its lesions."""
    picture = Image.fromarray(grey(phantom, plane, index))
    side, low = picture.width, (picture.width - SHOWN) // 2
    picture = picture.crop((low, low, low + SHOWN, low + SHOWN)).resize(
        (side, side), Image.Resampling.LANCZOS
    )
    draw = ImageDraw.Draw(picture)
    for box in phantom.series[plane].boxes:
        if box.slice == index:
            row0, column0, row1, column1 = ((edge - low) * side / SHOWN for edge in box.box)
            draw.rectangle((column0 - 4, row0 - 4, column1 + 4, row1 + 4), outline=255, width=2)
    return picture


def save(rows: list[list[Image.Image]], name: str, side: int = 160) -> None:
    """Writes pictures side by side, a list a row, in 64 shades."""
    tall, wide = len(rows), max(map(len, rows))
    sheet = Image.new("L", (wide * side, tall * side))
    for y, row in enumerate(rows):
        for x, picture in enumerate(row):
            small = picture.resize((side, side), Image.Resampling.LANCZOS)
            sheet.paste(small, (x * side, y * side))
    PICTURES.mkdir(exist_ok=True)
    sheet.quantize(64).save(PICTURES / name, optimize=True)


def draw_pictures() -> None:
    """Draws a healthy knee, lesions at rising difficulty, and people."""
    healthy = knee_patient(np.random.default_rng(4), difficulty=0.0, lesions=KneeLesions())
    planes: tuple[PlaneName, ...] = ("sagittal", "coronal", "axial")
    plain = [
        [Image.fromarray(grey(healthy, plane, index)) for index in range(1, 7)] for plane in planes
    ]
    save(plain, "phantom-knee-healthy.png")
    lesions = {
        "acl": (KneeLesions(acl=2, bruise=True), (4, 6)),
        "partial": (KneeLesions(acl=1), (4,)),
        "tears": (KneeLesions(tears=(MeniscalTear(True, "horizontal"),)), (1,)),
        "bucket": (KneeLesions(tears=(MeniscalTear(True, "bucket-handle", 0.5),)), (3,)),
        "strain": (KneeLesions(strain=2), (1,)),
    }
    rows = []
    for difficulty in (0.0, 0.5, 1.0):
        row = []
        for lesion, shown in lesions.values():
            made = knee_patient(np.random.default_rng(5), difficulty=difficulty, lesions=lesion)
            row += [outlined(made, "sagittal", index) for index in shown]
        rows.append(row)
    save(rows, "phantom-knee-lesions.png")
    people = [
        knee_patient(np.random.default_rng(seed), difficulty=0.2, lesions=KneeLesions())
        for seed in range(20, 26)
    ]
    save(
        [
            [Image.fromarray(grey(one, plane, index)) for one in people]
            for plane, index in (("sagittal", 3), ("coronal", 4))
        ],
        "phantom-knee-people.png",
    )


def main() -> None:
    """Writes all of it."""
    draw_pictures()
    folder = os.environ.get("CONDYLE_TEST_DATA")
    if folder is not None:
        text = PAGE.read_text("utf-8")
        before, rest = text.split(BEGIN)
        after = rest.split(END)[1]
        table = measured(Path(folder) / "knee-labelmaps")
        PAGE.write_text(before + BEGIN + table + END + after, "utf-8")


if __name__ == "__main__":
    main()
