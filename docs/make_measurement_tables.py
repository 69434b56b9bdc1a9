"""Writes how repeatable measurements are: the table that reports use, and the one in docs/models.

Run it after lumbar-anatomy was trained anew, with the folder of the SPIDER slices:
python docs/make_measurement_tables.py FOLDER
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from condyle.bundle import find_bundle
from condyle.datasets.spider import graded_cases
from condyle.inference import Runner
from condyle.workflows.measure_repeatability import (
    HAND,
    Seen,
    contrast_pairs,
    hand_pairs,
    neighbour_pairs,
    repeatability_rows,
    stated_spacing,
    write_rows,
)
from condyle.workflows.read_study import anatomy_runner
from condyle.workflows.reading.anatomy_reading import read_picture

HERE = Path(__file__).parent
TABLE = HERE.parent / "src/condyle/workflows/reading/repeatability.csv"
PAGE = HERE / "models/measurements.md"
POINTS = HERE / "models/hand-measured-discs.csv"
BEGIN, END = "<!-- figures -->\n", "<!-- end of figures -->\n"


def seen_slices(folder: Path) -> dict[str, Seen]:
    """Gives what the shipped anatomy bundle sees on each mid-sagittal slice."""
    bundle = find_bundle("lumbar-anatomy")
    run = anatomy_runner(Runner(bundle, threads=1))
    found = {}
    for case in graded_cases(folder):
        for series in case.study.series:
            volume = series.load()
            found[series.stem] = Seen(
                *read_picture(volume, spec=bundle.manifest.preprocessing, run=run)
            )
    return found


def told(rows: Sequence[Mapping[str, str]]) -> str:
    """Gives the rows as tables of the page."""
    lines = [
        "| measure | pairs | patients | pairs of discs | within-subject SD | repeatability "
        "coefficient | bias | limits of agreement |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        unit = "" if row["unit"] == "1" else f" {row['unit']}"
        cells = [f"{row['measure']}{',' if unit else ''}{unit}", row["pairs"]]
        cells += [row["patients"], row["discs"]]
        for name in ("within_sd", "repeatability", "bias"):
            cells.append(figure(row, name) if row["pairs"] != HAND or name == "bias" else "")
        cells.append(f"{figure(row, 'lower_limit')} to {figure(row, 'upper_limit')}")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def figure(row: Mapping[str, str], name: str) -> str:
    """Gives a figure with its interval."""
    values = [f"{float(row[key]):.3g}" for key in (name, f"{name}_low", f"{name}_high")]
    return f"{values[0]} ({values[1]} to {values[2]})"


def main(folder: Path) -> None:
    """Writes the table and the page's figures."""
    series, spacing = seen_slices(folder), stated_spacing(folder / "series.csv")
    rows = [
        *repeatability_rows(contrast_pairs(series, spacing), "t1-t2"),
        *repeatability_rows(neighbour_pairs(folder, spacing), "neighbouring-slices"),
        *repeatability_rows(hand_pairs(POINTS, series, spacing), HAND),
    ]
    write_rows(rows, TABLE)
    page = PAGE.read_text(encoding="utf-8")
    before, after = page.split(BEGIN)[0], page.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n{told(rows)}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
