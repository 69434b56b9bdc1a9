"""How often each interval held the truth in simulation, and a warning where that is off.

``coverage.json`` beside this file is the record of ``benchmarks/interval_coverage.py``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from condyle.domain.estimate import Estimate

FAIR = (93.0, 97.0)
"""Per cent of simulated 95 % intervals that should hold the truth."""
CLUSTERED_FROM = 1.5
"""Rows a patient from which an interval is judged by the clustered simulations."""
BEYOND = 2.0
"""Times the most simulated patients from which nothing is said."""


@dataclass(frozen=True)
class Simulated:
    """One interval of one figure at one size.

    Attributes:
        figure: Such as ``"proportion"``.
        truth: Its true value.
        interval: Such as ``"bootstrap percentile"``.
        rows: Rows of each simulated data set.
        patients: Patients of each.
        percent: Share of the intervals that held the truth, in per cent.
        width: Their mean width.
        runs: Data sets simulated.
    """

    figure: str
    truth: float
    interval: str
    rows: int
    patients: int
    percent: float
    width: float
    runs: int

    @property
    def clustered(self) -> bool:
        """True where a patient has several rows."""
        return self.rows >= CLUSTERED_FROM * self.patients


@cache
def simulated_coverage() -> tuple[Simulated, ...]:
    """Gives the whole table of 95 % intervals."""
    text = files("condyle.evaluation").joinpath("coverage.json").read_text(encoding="utf-8")
    return tuple(Simulated(**row) for row in json.loads(text)["rows"])


def coverage_of(
    interval: str, *, patients: int, rows: int, figure: str = ""
) -> tuple[Simulated, ...]:
    """Gives the simulations that a data set of this size is to be judged by.

    They are those of the most patients that are no more than there are, or of the fewest;
    none where there are over twice as many patients as were simulated, or where the
    interval was not simulated.

    Args:
        interval: Its name in the table.
        patients: Patients of the data.
        rows: Rows of the data.
        figure: Its name in the table; every figure where it is not told.
    """
    clustered = rows >= CLUSTERED_FROM * patients
    alike = [
        row
        for row in simulated_coverage()
        if row.interval == interval
        and row.clustered == clustered
        and (not figure or row.figure == figure)
    ]
    if not alike or patients > BEYOND * max(row.patients for row in alike):
        return ()
    sizes = {row.patients for row in alike}
    size = max((s for s in sizes if s <= patients), default=min(sizes))
    return tuple(row for row in alike if row.patients == size)


def coverage_note(interval: str, *, patients: int, rows: int, figure: str = "") -> str:
    """Gives what a method adds to its name where coverage is off, or nothing."""
    found = coverage_of(interval, patients=patients, rows=rows, figure=figure)
    return f"; {_worded(found)}" if _off(found) else ""


def coverage_warning(estimate: Estimate, *, patients: int | None = None) -> str | None:
    """Gives a sentence for a reader where intervals like this one covered too little or much.

    Args:
        estimate: Any estimate of this room, at its 95 % level.
        patients: Patients that its rows come from. Where it is not given it is read from
            the method, and is else ``n``: every row a patient.

    Returns:
        The sentence; ``None`` where coverage was within 93 to 97 % or was not simulated.
    """
    interval = interval_name(estimate.method)
    said = re.search(r"covered [^;]*", estimate.method)
    stated = re.search(r"\((\d+) patients?\)", estimate.method)
    count = patients if patients is not None else int(stated[1]) if stated else estimate.n
    found = coverage_of(interval, patients=count, rows=estimate.n)
    # A jackknife knows its figure when it is made; its method then has the note already.
    silent = not _off(found) or interval == "jackknife t"
    if estimate.level != 0.95 or (silent and not said):
        return None
    what = said[0] if said else _worded(found)
    return f"Such intervals {what}, not 95 %: read the limits with care."


def interval_name(method: str) -> str:
    """Gives the interval's name in the table from what an estimate says of its method."""
    return re.split(r", by patient|;", method)[0].strip()


def _off(found: Sequence[Simulated]) -> bool:
    return any(not FAIR[0] <= row.percent <= FAIR[1] for row in found)


def _worded(found: Sequence[Simulated]) -> str:
    low, high = min(row.percent for row in found), max(row.percent for row in found)
    share = f"{low:.1f}" if high - low < 0.05 else f"{low:.1f} to {high:.1f}"
    first = found[0]
    rows = f" of {first.rows / first.patients:.0f} rows each" if first.clustered else ""
    return f"covered {share} % in simulation with {first.patients} patients{rows}"
