"""The flow of participants as a diagram after STARD: boxes with counts, reasons beside."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from condyle.domain.evaluation_report import Drawing, Section
from condyle.evaluation.participant_flow import Answer, Flow, LeftOut, Stage
from condyle.reporting.evaluation.style import INK, QUIET, drawing, house_style
from condyle.reporting.evaluation.words import counted_word, task_word

TITLE = "Flow of participants"
_MAIN, _SIDE, _END = "#e8f1f3", "#fbf3e6", "#f4f6f8"
_SIZE, _LEADING, _PAD = 9.0, 0.185, 0.12  # points; inches a line; inches within a box
_WIDE, _BESIDE, _GAP, _MARGIN = 3.1, 3.3, 0.45, 0.12
_CHARACTERS = 13.2  # that fit an inch at this size, with some to spare


@dataclass(frozen=True)
class _Box:
    """A box in inches, y downwards from the top."""

    x: float
    y: float
    width: float
    lines: tuple[str, ...]
    colour: str

    @property
    def height(self) -> float:
        return len(self.lines) * _LEADING + 2 * _PAD

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def foot(self) -> float:
        return self.y + self.height


@dataclass(frozen=True)
class _Line:
    """A line in inches, with an arrowhead where it reaches a box."""

    start: tuple[float, float]
    end: tuple[float, float]
    arrow: bool = True


def flow_section(flow: Flow) -> Section:
    """Gives the diagram as a section, with what is not known of the way as paragraphs."""
    return Section(title=TITLE, paragraphs=flow.notes, figures=(flow_drawing(flow),))


def flow_drawing(flow: Flow) -> Drawing:
    """Draws the diagram; the same flow gives the same bytes."""
    boxes, lines = _laid_out(flow)
    width = max(box.x + box.width for box in boxes) + _MARGIN
    height = max(box.foot for box in boxes) + _MARGIN
    with house_style():
        figure = Figure(figsize=(width, height))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, width)
        axes.set_ylim(height, 0)
        axes.axis("off")
        for box in boxes:
            _draw_box(axes, box)
        for line in lines:
            _draw_line(axes, line)
        return drawing(figure, "flow", caption_of(flow))


def caption_of(flow: Flow) -> str:
    """Gives the diagram in a sentence, for those who cannot see it."""
    parts = []
    for stage in flow.stages:
        parts.append(f"{stage.label}: {_people(stage.patients, stage.studies)}")
        parts += [f"left out, {each.reason}: {_lost(each)}" for each in stage.left_out]
    parts += [f"{task_word(flow.task)}, {answer.label}: {answer.rows}" for answer in flow.answers]
    return "; ".join(parts) + "."


def _laid_out(flow: Flow) -> tuple[list[_Box], list[_Line]]:
    main, beside, lines, y = [], [], [], _MARGIN
    for at, stage in enumerate(flow.stages):
        box = _Box(_MARGIN, y, _WIDE, _stage_lines(stage), _MAIN)
        main.append(box)
        y = box.foot + _GAP
        if stage.left_out:
            side = _Box(_MARGIN + _WIDE + _GAP, y - _GAP / 2, _BESIDE, _reasons(stage), _SIDE)
            beside.append(side)
            level = side.y + side.height / 2
            lines.append(_Line((box.middle, level), (side.x, level)))
            y = side.foot + _GAP / 2
        if at + 1 < len(flow.stages):
            lines.append(_Line((box.middle, box.foot), (box.middle, y)))
    if not flow.answers:
        return [*main, *beside], lines
    judged = _Box(_MARGIN, y, _WIDE, _task_lines(flow), _MAIN)
    lines.append(_Line((judged.middle, main[-1].foot), (judged.middle, y)))
    ends = _ends(flow, judged.foot + _GAP)
    lines += _branches(judged, ends)
    return [*main, *beside, judged, *ends], lines


def _branches(above: _Box, ends: list[_Box]) -> list[_Line]:
    """Joins a box to several below by a line across, from which each is reached."""
    level = above.foot + _GAP / 2
    reached = [above.middle, *(end.middle for end in ends)]
    across = _Line((min(reached), level), (max(reached), level), arrow=False)
    stem = _Line((above.middle, above.foot), (above.middle, level), arrow=False)
    return [stem, across, *(_Line((end.middle, level), (end.middle, end.y)) for end in ends)]


def _ends(flow: Flow, y: float) -> list[_Box]:
    room = max(_WIDE + _GAP + _BESIDE, 1.65 * len(flow.answers))
    each = (room - 0.15 * (len(flow.answers) - 1)) / len(flow.answers)
    texts = [_answer_lines(answer, flow.unit, each) for answer in flow.answers]
    tall = max(len(lines) for lines in texts)
    padded = [lines + ("",) * (tall - len(lines)) for lines in texts]
    return [
        _Box(_MARGIN + at * (each + 0.15), y, each, lines, _END) for at, lines in enumerate(padded)
    ]


def _stage_lines(stage: Stage) -> tuple[str, ...]:
    return (*_wrapped(stage.label, _WIDE), _people(stage.patients, stage.studies))


def _reasons(stage: Stage) -> tuple[str, ...]:
    lines = ["Left out"]
    for each in stage.left_out:
        lines += _wrapped(f"{each.reason}: {_lost(each)}", _BESIDE, hang="  ")
    return tuple(lines)


def _task_lines(flow: Flow) -> tuple[str, ...]:
    rows = sum(answer.rows for answer in flow.answers)
    return (
        *_wrapped(task_word(flow.task), _WIDE),
        f"{counted_word(rows, flow.unit)} with a reference",
    )


def _answer_lines(answer: Answer, unit: str, width: float) -> tuple[str, ...]:
    lines = [*_wrapped(f"Model: {answer.label}", width), counted_word(answer.rows, unit)]
    for label, rows in answer.by_reference:
        lines += _wrapped(f"reference {label}: {rows}", width, hang="  ")
    return tuple(lines)


def _people(patients: int, studies: int) -> str:
    told = counted_word(patients, "patient")
    return told if patients == studies else f"{told}, {counted_word(studies, 'study')}"


def _lost(left_out: LeftOut) -> str:
    if not left_out.patients:
        return counted_word(left_out.studies, "study")
    return _people(left_out.patients, left_out.studies)


def _wrapped(text: str, width: float, *, hang: str = "") -> tuple[str, ...]:
    room = max(8, int((width - 2 * _PAD) * _CHARACTERS))
    return tuple(textwrap.wrap(text, room, subsequent_indent=hang)) or ("",)


def _draw_box(axes: Any, box: _Box) -> None:
    axes.add_patch(
        Rectangle(
            (box.x, box.y), box.width, box.height, facecolor=box.colour, edgecolor=QUIET, lw=0.8
        )
    )
    for number, line in enumerate(box.lines):
        axes.text(
            box.x + _PAD,
            box.y + _PAD + (number + 0.5) * _LEADING,
            line,
            fontsize=_SIZE,
            color=INK,
            va="center",
            fontweight="bold" if number == 0 else "normal",
        )


def _draw_line(axes: Any, line: _Line) -> None:
    style = "-|>" if line.arrow else "-"
    look = {"arrowstyle": style, "color": QUIET, "lw": 1.0, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", xy=line.end, xytext=line.start, arrowprops=look)
