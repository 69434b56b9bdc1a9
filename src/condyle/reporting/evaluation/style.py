"""How every figure of an evaluation looks, and how it becomes SVG and PNG."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from condyle.domain.evaluation_report import Drawing
from condyle.reporting.evaluation.words import task_word, wrapped

INK, QUIET, LINE = "#1d2329", "#5b6670", "#d9dee3"
TEAL, BLUE, ORANGE, GREY, RED = "#0b5c6b", "#0072b2", "#c2670a", "#93a7b5", "#a5341b"
COLOURS = (TEAL, ORANGE, BLUE, GREY)
DPI = 200
LONGEST = 38
"""Characters of a line of a title; more would leave no room for the chart."""

_STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Helvetica", "Arial"],
    "font.size": 7.5,
    "axes.titlesize": 8.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.labelcolor": QUIET,
    "axes.edgecolor": "#8a94a0",
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "text.color": INK,
    "legend.frameon": False,
    "legend.fontsize": 6.8,
    "lines.linewidth": 1.5,
    "lines.solid_capstyle": "round",
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    # A dollar in the name of a task or a group is a dollar.
    "text.parse_math": False,
    "svg.fonttype": "none",
    # Without a salt of its own, matplotlib names the parts of an SVG at random.
    "svg.hashsalt": "condyle",
}


@contextmanager
def house_style() -> Iterator[None]:
    """Draws in the house style for as long as it is entered."""
    with rc_context(_STYLE):
        yield


def blank(width: float, height: float) -> tuple[Figure, Axes]:
    """Gives an empty figure with one set of axes; sizes in inches."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()


def titled(axes: Axes, title: str) -> None:
    """Sets a title such as ``"disc-narrowing: ROC"``, the task in words and on a line of its own.

    Args:
        axes: What it stands over.
        title: ``"<task>: <what>"``, or any text.
    """
    task, colon, what = title.partition(": ")
    parts = (task_word(task), what) if colon else (title,)
    lines = [line for part in parts for line in wrapped(part, LONGEST)]
    axes.set_title("\n".join(lines), linespacing=1.35)


def grid(axes: Axes, *, axis: Literal["both", "x", "y"] = "both") -> None:
    """Draws thin lines behind a chart."""
    axes.grid(True, axis=axis, color=LINE, linewidth=0.5)


def drawing(figure: Figure, name: str, caption: str) -> Drawing:
    """Gives a figure in both forms; the same figure gives the same bytes.

    Args:
        figure: What was drawn, in the house style.
        name: Stem of its files.
        caption: What it shows.
    """
    vector, pixels = io.BytesIO(), io.BytesIO()
    # Neither form may hold a clock or the version of a library.
    with warnings.catch_warnings():
        # The SVG holds the text of every script, and the reader's own fonts show it.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(vector, format="svg", metadata={"Date": None, "Creator": "Condyle"})
        figure.savefig(pixels, format="png", dpi=DPI, metadata={"Software": None})
    return Drawing(name, caption, vector.getvalue(), pixels.getvalue())
