"""One disc in the PDF: its grade with five bars, then a row a finding."""

from __future__ import annotations

from typing import Any

from reportlab.lib.colors import Color
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Table, TableStyle

from condyle.reporting.page_levels import FindingRow, GradeCell, LevelBlock
from condyle.reporting.pdf_style import GREY, LINE, ORANGE, QUIET, SOFT, TEAL, Bar, text
from condyle.reporting.wording import Catalogue

_SHARES = (0.23, 0.145, 0.095, 0.085, 0.178, 0.178, 0.089)


def level_table(level: LevelBlock, words: Catalogue, width: float) -> list[Flowable]:
    """Gives the block of one disc.

    Args:
        level: What is said of it.
        words: The catalogue of the page's language.
        width: Width of the type area in points.
    """
    parts: list[Flowable] = [_head(level, words, width)]
    if level.rows:
        parts.append(_findings(level, words, width))
    return parts


def _head(level: LevelBlock, words: Catalogue, width: float) -> Flowable:
    where = f"{words.label('evidence')}: {'; '.join(level.where)}" if level.where else ""
    cells: list[Any] = [[text(level.name, bold=True), text(where, "quiet")]]
    if level.grade is None:
        cells += ["", ""]
    else:
        reason = [text(level.grade.reason, "quiet")] if level.grade.reason else []
        cells += [text(f"Pfirrmann {level.grade.text}", bold=True)]
        cells += [[_bars(level.grade, 0.56 * width), *reason]]
    table = Table([cells], colWidths=[0.28 * width, 0.14 * width, 0.58 * width])
    table.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, -1), SOFT),
                ("LINEABOVE", (0, 0), (-1, 0), 1.5, TEAL),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("LEFTPADDING", (0, 0), (-1, -1), 4),
                ("TOPPADDING", (0, 0), (-1, -1), 3),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
            ]
        )
    )
    return table


def _bars(grade: GradeCell, width: float) -> Flowable:
    if not grade.bars:
        return text("")
    step = width / len(grade.bars)
    row: list[Any] = []
    for number, share, percent, given in grade.bars:
        row += [
            text(str(number), "small", bold=given),
            Bar(share, TEAL if given else GREY, width=step - 14 * mm),
            text(percent, "small", bold=given),
        ]
    table = Table([row], colWidths=[4 * mm, step - 13 * mm, 9 * mm] * len(grade.bars))
    table.setStyle(_plain())
    return table


def _findings(level: LevelBlock, words: Catalogue, width: float) -> Flowable:
    keys = ("finding", "probability", "decision", "threshold", "ppv", "npv", "false-calls")
    rows: list[list[Any]] = [[text(words.label(key), "head-cell") for key in keys]]
    spans = []
    for number, row in enumerate(level.rows, start=1):
        rows.append(_row(row, _SHARES[1] * width))
        if row.state == "abstained":
            spans.append(("SPAN", (3, number), (-1, number)))
    shares = [*_SHARES[:-1], 1 - sum(_SHARES[:-1])]
    table = Table(rows, colWidths=[share * width for share in shares])
    table.setStyle(
        TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
                ("LINEBELOW", (0, 0), (-1, 0), 0.8, QUIET),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("LEFTPADDING", (0, 0), (-1, -1), 3),
                ("RIGHTPADDING", (0, 0), (-1, -1), 2),
                ("TOPPADDING", (0, 0), (-1, -1), 1.8),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 1.8),
                *spans,
            ]
        )
    )
    return table


def _row(row: FindingRow, width: float) -> list[Any]:
    positive = row.state == "positive"
    cells: list[Any] = [
        text(row.name, "small", bold=True),
        _probability(row, width),
        text(row.decision, "small" if positive else "quiet", bold=positive),
    ]
    if row.state == "abstained":
        return [*cells, text(row.reason, "quiet"), "", "", ""]
    ppv: list[Flowable] = [text(row.ppv, "small")]
    if row.reason:
        ppv.append(text(row.reason, "quiet"))
    rest = [text(row.threshold, "small"), ppv, text(row.npv, "small")]
    return [*cells, *rest, text(row.false_calls, "small")]


def _probability(row: FindingRow, width: float) -> Flowable:
    if row.share is None:
        return text("")
    colour: Color = ORANGE if row.state == "positive" else GREY
    track = width - 13 * mm
    bar = Bar(row.share, colour, width=track, mark=row.threshold_share)
    table = Table([[bar, text(row.probability, "small")]], colWidths=[track + 2 * mm, 9 * mm])
    table.setStyle(_plain())
    return table


def _plain() -> TableStyle:
    sides = ("LEFTPADDING", "RIGHTPADDING", "TOPPADDING", "BOTTOMPADDING")
    style: list[Any] = [(side, (0, 0), (-1, -1), 0) for side in sides]
    return TableStyle([*style, ("VALIGN", (0, 0), (-1, -1), "MIDDLE")])
