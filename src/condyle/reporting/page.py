"""What a report's pages say, in the reader's words, before it becomes HTML or PDF."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from condyle.domain.anatomy import LABELS
from condyle.domain.messages import Message
from condyle.domain.report import Report, SeriesSummary, SliceView
from condyle.reporting.naming import with_file_names
from condyle.reporting.overlays import Span, overlay_png
from condyle.reporting.page_levels import LevelBlock, level_block
from condyle.reporting.page_measurements import MeasurementBlock, measurement_block
from condyle.reporting.paragraph import is_of_disc, paragraph, subject_name, was_read
from condyle.reporting.wording import LANGUAGES, Catalogue, catalogue


@dataclass(frozen=True)
class Picture:
    """An overlay picture with its caption.

    Attributes:
        file: Name of the file beside the page.
        caption: What it shows.
        png: Its bytes.
    """

    file: str
    caption: str
    png: bytes


@dataclass(frozen=True)
class Line:
    """A message in words.

    Attributes:
        subject: What it is about, in words; empty for the study as a whole.
        text: The sentence.
    """

    subject: str
    text: str


@dataclass(frozen=True)
class Row:
    """A row of a table.

    Attributes:
        cells: Text of each cell, the first naming the row.
    """

    cells: tuple[str, ...]


@dataclass(frozen=True)
class BundleBlock:
    """What the page says of a bundle.

    Attributes:
        name: Name and version.
        intended_use: One paragraph.
        exclusions: What it is not for, in words.
        facts: (label, value) pairs of its provenance.
    """

    name: str
    intended_use: str
    exclusions: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Page:
    """All the text and pictures of a report, ready to be set.

    Attributes:
        language: ISO 639-1 code.
        words: The catalogue, for the fixed text.
        title: Heading.
        banners: What must be seen before anything else, such as that images are simulated.
        facts: (label, value) pairs of the study.
        exclusions: Whom and what any of the bundles is not for, in words.
        pictures: Slices with outlines.
        levels: One block a disc, caudal to cranial.
        figures_note: What the validation figures rest on; empty where there are none.
        measurements: The tables of measurements, a row a level.
        assumptions: What was taken for granted.
        warnings: What to bear in mind.
        refused: What was declined.
        left_out: What was not used.
        not_assessed: What nobody looked at.
        by_level: Whether findings are those of discs, each with its level.
        labelmap_note: What the values of the labelmaps are; empty where there are none.
        series: Rows of the table of series.
        bundles: What made the report.
        paragraphs: (language label, ISO 639-1 code, text) of the text to copy.
    """

    language: str
    words: Catalogue
    title: str
    banners: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    exclusions: tuple[str, ...]
    pictures: tuple[Picture, ...]
    levels: tuple[LevelBlock, ...]
    figures_note: str
    measurements: MeasurementBlock | None
    assumptions: tuple[Line, ...]
    warnings: tuple[Line, ...]
    refused: tuple[Line, ...]
    left_out: tuple[Line, ...]
    not_assessed: tuple[str, ...]
    by_level: bool
    labelmap_note: str
    series: tuple[Row, ...]
    bundles: tuple[BundleBlock, ...]
    paragraphs: tuple[tuple[str, str, str], ...]


def page_of(report: Report, language: str = "en") -> Page:
    """Gives a report in words and pictures.

    Args:
        report: What to say.
        language: One of the catalogue's languages.

    Raises:
        UnknownName: There is no catalogue of that language.
    """
    report = with_file_names(report)
    words = catalogue(language)
    findings = groupby(report.findings, key=lambda f: (f.site.level, f.site.index_from_caudal))
    levels = tuple(level_block(list(group), report.series, words) for _, group in findings)
    spine = report.study.anatomy == "lumbar-spine" and was_read(report)
    return Page(
        language=language,
        words=words,
        title=words.label("title" if spine else "title-other"),
        banners=_banners(report, words),
        facts=_study_facts(report, words),
        exclusions=tuple(
            dict.fromkeys(
                words.exclusion(e, report.study.anatomy)
                for b in report.bundles
                for e in b.exclusions
            )
        ),
        pictures=tuple(_picture(view, report, words) for view in report.views),
        levels=levels,
        figures_note=_figures_note(report, words),
        measurements=measurement_block(report.measurements, words),
        assumptions=_lines(report.assumptions, report, words),
        warnings=_lines(report.warnings, report, words),
        refused=_lines(report.refused, report, words),
        left_out=_lines(report.left_out, report, words),
        not_assessed=tuple(words.message(m) for m in report.not_assessed),
        by_level=not report.findings or any(is_of_disc(f.site) for f in report.findings),
        labelmap_note=_labelmap_note(report, words),
        series=tuple(_series(series, words) for series in report.series),
        bundles=_bundles(report, words),
        paragraphs=tuple(
            (words.label(f"paragraph-{each}"), each, paragraph(report, each)) for each in LANGUAGES
        ),
    )


def _banners(report: Report, words: Catalogue) -> tuple[str, ...]:
    banners = []
    if report.study.simulated:
        banners.append(words.label("simulated-banner"))
    if any(bundle.simulated_training for bundle in report.bundles):
        banners.append(words.label("simulated-training-banner"))
    return tuple(banners)


def _study_facts(report: Report, words: Catalogue) -> tuple[tuple[str, str], ...]:
    return (
        (words.label("study-uid"), report.study.uid or words.label("unknown")),
        (words.label("modality"), report.study.modality or words.label("unknown")),
        (words.label("software"), report.software_version or words.label("unknown")),
    )


def _picture(view: SliceView, report: Report, words: Catalogue) -> Picture:
    series = report.series[view.series]
    name = series_name(series, words)
    caption = words.label(
        "picture-caption", series=name, slice=view.slice + 1, slices=series.shape[0]
    )
    png = overlay_png(
        view,
        simulated=report.study.simulated,
        language=words.language,
        spans=_spans(view, report),
    )
    return Picture(view.file, caption, png)


def _spans(view: SliceView, report: Report) -> tuple[Span, ...]:
    """Gives the lines that lengths were measured along on a slice, each once."""
    on_it = (m for m in report.measurements if (m.series, m.slice) == (view.series, view.slice))
    return tuple(dict.fromkeys(m.points for m in on_it if len(m.points) > 1))


def series_name(series: SeriesSummary, words: Catalogue) -> str:
    """Gives a series' stem with its weighting, such as ``"series-1 (T2)"``."""
    return f"{series.stem} ({words.term(series.weighting.value or 'unknown')})"


def _lines(messages: tuple[Message, ...], report: Report, words: Catalogue) -> tuple[Line, ...]:
    return tuple(Line(subject_name(m, report, words), words.message(m)) for m in messages)


def _figures_note(report: Report, words: Catalogue) -> str:
    points = [f.operating_point for f in report.findings if f.operating_point is not None]
    if not points:
        return ""
    ppv = points[0].ppv
    unit = words.labels.get(f"units-{ppv.unit}", ppv.unit)
    return words.label("figures-note", level=round(ppv.level * 100), unit=unit)


def _series(series: SeriesSummary, words: Catalogue) -> Row:
    def stated(value: str | None, estimated: bool) -> str:
        text = words.term(value or "unknown")
        return f"{text} ({words.label('estimated')})" if estimated else text

    spacing = (
        words.label("unknown")
        if series.spacing is None
        else " x ".join(words.number(s, 2) for s in series.spacing)
    )
    return Row(
        (
            series.stem,
            words.term(series.kind),
            stated(series.plane.value, series.plane.estimated),
            stated(series.weighting.value, series.weighting.estimated),
            " x ".join(str(side) for side in series.shape),
            spacing,
            words.label("yes" if series.used else "no"),
            series.labelmap_file or "",
        )
    )


def _labelmap_note(report: Report, words: Catalogue) -> str:
    told = {s.structures for s in report.series if s.labelmap_file is not None}
    if not told:
        return ""
    structures = min(told)
    if structures == tuple(LABELS.values()):
        return words.label("labelmap-note")
    items = ", ".join(f"{n} {words.term(name)}" for n, name in enumerate(structures, start=1))
    return words.label("labelmap-note-of", items=items)


def _bundles(report: Report, words: Catalogue) -> tuple[BundleBlock, ...]:
    blocks = []
    for bundle in report.bundles:
        thresholds = "; ".join(
            f"{words.term(name)} {words.number(value, 2)}" for name, value in bundle.thresholds
        )
        facts = [(words.label("version"), bundle.version), (words.label("sha256"), bundle.sha256)]
        if bundle.quantised_sha256:
            facts.append((words.label("quantised"), bundle.quantised_sha256))
        if thresholds:
            facts.append((words.label("thresholds"), thresholds))
        if bundle.attribution:
            facts.append((words.label("attribution"), bundle.attribution))
        exclusions = tuple(
            words.exclusion(code, report.study.anatomy) for code in bundle.exclusions
        )
        blocks.append(BundleBlock(bundle.name, bundle.intended_use, exclusions, tuple(facts)))
    return tuple(blocks)
