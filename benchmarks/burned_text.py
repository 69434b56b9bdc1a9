"""How much burned-in text is found and blanked: made pictures of many fonts, sizes and contrasts.

    python benchmarks/burned_text.py [--out FOLDER]

Each picture is a simulated slice with three lines of text: a name, an identifier, a date. A line
counts as blanked where 95 of 100 pixels of its ink are; a picture escapes where a line of it is
not blanked and nothing sends it to quarantine. Needs the extras 'ocr' and 'evaluate' (fonts).
"""

from __future__ import annotations

import argparse
import itertools
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from pydicom.dataset import FileDataset
from scipy.ndimage import gaussian_filter

from condyle.datasets.check.text import installed_reader
from condyle.dicom.deidentify.burned import Looked, TextReader, without_text
from condyle.dicom.write import new_instance

FONTS = (
    "DejaVuSans",
    "DejaVuSansMono",
    "DejaVuSerif-Bold",
    "STIXGeneral",
    "cmtt10",
    "DejaVuSans-Oblique",
)
SIZES_PX = (9, 11, 14, 20, 30)
CONTRASTS = (0.25, 0.5, 1.0)
"""Share of the picture's range by which text stands out of what is behind it."""

NAMES = ("MUSTERMANN ERIKA", "Garcia Lopez, Ana", "O'BRIEN^SEAN", "Nowak Jan", "SATO HANAKO")
MOST_VALUE = 4095


@dataclass(frozen=True)
class Case:
    """A picture with text, and where the ink of each line is."""

    pixels: NDArray[np.uint16]
    lines: tuple[NDArray[np.bool_], ...]


def slice_of(rng: np.random.Generator, side: int) -> NDArray[np.float32]:
    """Simulates a slice: a dark border, a body of soft and sharp parts, noise; 0 to about 0.8."""
    row, column = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    body = ((row / 0.85) ** 2 + (column / 0.7) ** 2 < 1).astype(np.float32)
    soft = gaussian_filter(rng.normal(size=(side, side)), side / 24)
    sharp = gaussian_filter(rng.normal(size=(side, side)), side / 90)
    inside = 0.4 + 0.25 * soft / soft.std() / 2 + 0.12 * np.sign(sharp)
    noise = np.hypot(rng.normal(0, 0.02, body.shape), rng.normal(0, 0.02, body.shape))
    return np.clip(gaussian_filter(body, 1) * inside + noise, 0, 0.85).astype(np.float32)


def case_of(rng: np.random.Generator, font: str, size_px: int, contrast: float) -> Case:
    """Makes a picture; texts lie at its edges and over the body, bright, or dark on bright."""
    side = int(rng.choice((256, 384, 512)))
    picture = slice_of(rng, side)
    file = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{font}.ttf"
    type_ = ImageFont.truetype(str(file), size_px)
    number = int(rng.integers(1_000_000, 9_999_999))
    said = (
        str(rng.choice(NAMES)),
        f"ID {number}",
        f"{number % 28 + 1:02d}.{number % 12 + 1:02d}.19{number % 80 + 10}",
    )
    lines = []
    top = int(rng.integers(4, side - 4 * size_px - 8))
    left = int(rng.integers(4, max(5, side - int(type_.getlength(said[0])) - 8)))
    for at, text in enumerate(said):
        mask = Image.new("L", (side, side))
        ImageDraw.Draw(mask).text((left, top + int(1.3 * size_px * at)), text, fill=255, font=type_)
        ink = np.asarray(mask, dtype=np.float32) / 255
        picture = np.clip(picture + contrast * ink, 0, None)
        lines.append(ink > 0.5)
    pixels = np.rint(picture / max(1.0, float(picture.max())) * MOST_VALUE).astype(np.uint16)
    return Case(pixels, tuple(lines))


def instance_of(pixels: NDArray[np.uint16]) -> FileDataset:
    """Makes an MR instance of pixels, as far as cleaning them needs one."""
    one = new_instance("1.2.3.4", "1.2.840.10008.5.1.4.1.1.4")
    one.Modality, one.PhotometricInterpretation = "MR", "MONOCHROME2"
    one.Rows, one.Columns = pixels.shape
    one.SamplesPerPixel, one.PixelRepresentation = 1, 0
    one.BitsAllocated, one.BitsStored, one.HighBit = 16, 12, 11
    one.PixelData = pixels.tobytes()
    return one


def cleaned(pixels: NDArray[np.uint16], reader: TextReader) -> tuple[Looked, NDArray[np.uint16]]:
    """Cleans a picture and gives what came of it."""
    one = instance_of(pixels)
    looked = without_text(one, reader)
    return looked, np.frombuffer(one.PixelData, np.uint16).reshape(pixels.shape)


def main() -> None:
    """Makes the pictures, cleans them, and prints what was found, by size and contrast."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="keep the pictures, before and after, here")
    parser.add_argument("--contrast", type=float, help="only this one of the contrasts")
    parser.add_argument("--empty", type=int, default=60, help="pictures without text")
    asked = parser.parse_args()
    out: Path | None = asked.out
    reader = installed_reader()
    if reader is None:
        raise SystemExit("the extra 'ocr' is not installed")
    rng = np.random.default_rng(0)
    found: Counter[tuple[int, float]] = Counter()
    lines: Counter[tuple[int, float]] = Counter()
    kept = escaped = count = 0
    for font, size_px, contrast in itertools.product(FONTS, SIZES_PX, CONTRASTS):
        case = case_of(rng, font, size_px, contrast)
        if asked.contrast not in (None, contrast):
            continue
        looked, after = cleaned(case.pixels, reader)
        blanked = [bool((after[ink] == after.min()).mean() >= 0.95) for ink in case.lines]
        found[size_px, contrast] += sum(blanked)
        lines[size_px, contrast] += len(blanked)
        count += 1
        kept += bool(looked.doubts)
        escaped += not all(blanked) and not looked.doubts
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            both = np.hstack([case.pixels, after]) / MOST_VALUE * 255
            name = f"{font}-{size_px}-{contrast}-{'held' if looked.doubts else all(blanked)}.png"
            Image.fromarray(both.astype(np.uint8)).save(out / name)
    false = held_false = 0
    for _ in range(asked.empty):
        pixels = np.rint(slice_of(rng, 384) * MOST_VALUE).astype(np.uint16)
        looked, _ = cleaned(pixels, reader)
        false += looked.blanked > 0
        held_false += bool(looked.doubts)
    print(
        f"pictures with text: {count}; lines blanked {sum(found.values())} of {sum(lines.values())}"
    )
    print(f"in quarantine {kept}; escaped with text left {escaped}")
    came = f"blanked somewhere {false}, in quarantine {held_false}"
    print(f"pictures without text: {asked.empty}; {came}")
    print("lines blanked of lines, by size in pixels (down) and contrast (across):")
    print("      " + "".join(f"{one:>9}" for one in CONTRASTS))
    for size_px in SIZES_PX:
        cells = (f"{found[size_px, one]}/{lines[size_px, one]}" for one in CONTRASTS)
        print(f"{size_px:>6}" + "".join(f"{cell:>9}" for cell in cells))


if __name__ == "__main__":
    main()
