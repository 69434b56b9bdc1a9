"""How often each interval holds the truth, simulated: `python benchmarks/interval_coverage.py`.

Works in chunks of runs, each stored in a folder, so that it can be stopped and go on:
5,000 runs of everything take about 40 minutes on one free core. `--write` puts what the
folder holds into `src/condyle/evaluation/coverage.json`, from which the evaluation warns,
and `--table` prints it as Markdown for `docs/evaluation.md`.
"""

from __future__ import annotations

import argparse
import json
import platform
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import scipy
from coverage_figures import FIGURES, REPLICATES, Figure

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "src" / "condyle" / "evaluation" / "coverage.json"
SIZES, EACH = (20, 50, 200), (1, 4)
CHUNK = 500
COLUMNS = {
    "percentile": ("bootstrap percentile",),
    "BCa": ("bootstrap BCa",),
    "jackknife t": ("jackknife t",),
    "closed form by patient": (
        "Wilson at effective n",
        "logit DeLong",
        "t",
        "t, Bland and Altman 1999",
        "F, agreement",
    ),
}


def tasks() -> Iterator[tuple[int, Figure, int, int]]:
    """Gives every figure's position, the figure, rows and rows a patient."""
    for each in EACH:
        for at, figure in enumerate(FIGURES):
            for rows in SIZES:
                if each == 1 or figure.clustered:
                    yield at, figure, rows, each


def simulate(at: int, rows: int, each: int, chunk: int, seed: int) -> dict[str, list[float]]:
    """Gives, for each interval, how often it held the truth, its widths' sum, and the runs."""
    figure = FIGURES[at]
    rng = np.random.default_rng((seed, at, rows, each, chunk))
    truth, found = figure.truth(), defaultdict(lambda: [0.0, 0.0, 0.0])
    for _ in range(CHUNK):
        for way, (low, high) in figure.ways(rng, rows, each).items():
            if np.isfinite(high - low):
                held = found[way]
                held[0] += low <= truth <= high
                held[1] += high - low
                held[2] += 1
    return dict(found)


def run(folder: Path, runs: int, seed: int) -> None:
    """Simulates what the folder does not hold yet, a chunk of everything at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    for chunk in range(runs // CHUNK):
        for at, _, rows, each in tasks():
            stored = folder / f"{seed}-{at}-{rows}-{each}-{chunk}.json"
            if not stored.exists():
                stored.write_text(json.dumps(simulate(at, rows, each, chunk, seed)))


def collected(folder: Path, seed: int) -> list[dict[str, object]]:
    """Gives the rows of the table from the chunks that are there."""
    table = []
    for at, figure, rows, each in tasks():
        sums: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(3))
        for stored in sorted(folder.glob(f"{seed}-{at}-{rows}-{each}-*.json")):
            for way, held in json.loads(stored.read_text()).items():
                sums[way] += held
        for way, (held, width, runs) in sums.items():
            table.append(
                {
                    "figure": figure.name,
                    "truth": round(figure.truth(), 4),
                    "interval": way,
                    "rows": rows,
                    "patients": -(-rows // each),
                    "percent": round(100 * held / runs, 2),
                    "width": round(width / runs, 4),
                    "runs": int(runs),
                }
            )
    return table


def record(folder: Path, seed: int) -> str:
    """Gives the table with how it was made, a row a line."""
    rows = ",\n".join("  " + json.dumps(row) for row in collected(folder, seed))
    made = {
        "schema": "condyle.coverage/1",
        "made_by": "benchmarks/interval_coverage.py",
        "level": 0.95,
        "seed": seed,
        "replicates": REPLICATES,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
    }
    head = ",\n".join(f" {json.dumps(key)}: {json.dumps(value)}" for key, value in made.items())
    return "{\n" + head + ',\n "rows": [\n' + rows + "\n ]\n}\n"


def markdown() -> Iterator[str]:
    """Gives the committed table for a reader, one line a figure and size."""
    rows = json.loads(TABLE.read_text())["rows"]
    named = sorted({i for names in COLUMNS.values() for i in names})
    yield "| figure | rows | patients | " + " | ".join(COLUMNS) + " | others | runs |"
    yield "|---" * (len(COLUMNS) + 5) + "|"
    keys = dict.fromkeys((r["figure"], r["truth"], r["rows"], r["patients"]) for r in rows)
    for key in keys:
        own = {
            r["interval"]: r
            for r in rows
            if (r["figure"], r["truth"], r["rows"], r["patients"]) == key
        }
        cells = [
            next((f"{own[i]['percent']:.1f}" for i in names if i in own), "")
            for names in COLUMNS.values()
        ]
        others = ", ".join(f"{i} {r['percent']:.1f}" for i, r in own.items() if i not in named)
        least = min(r["runs"] for r in own.values())
        yield (
            f"| {key[0]} {key[1]:g} | {key[2]} | {key[3]} | {' | '.join(cells)} | {others} | "
            f"{least:,} |"
        )


def main() -> None:
    """Simulates, or writes what was simulated."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=5000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--folder", type=Path, default=ROOT / "runs" / "coverage")
    options.add_argument("--write", action="store_true")
    options.add_argument("--table", action="store_true")
    given = options.parse_args()
    if given.write:
        TABLE.write_text(record(given.folder, given.seed), encoding="utf-8")
    elif given.table:
        print("\n".join(markdown()))
    else:
        run(given.folder, given.runs, given.seed)


if __name__ == "__main__":
    main()
