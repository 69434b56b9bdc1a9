"""Names of the files that a report consists of, given before anything is written."""

from __future__ import annotations

import re
from dataclasses import replace

from condyle.domain.findings import Evidence, Finding
from condyle.domain.report import PixelMap, Report, SeriesSummary, SliceView
from condyle.reporting.wording import LANGUAGES

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def with_file_names(report: Report) -> Report:
    """Fills in the name of each labelmap and overlay picture, and of each finding's picture.

    A name that is there already is kept. Series of equal stems get a number after theirs,
    so that no file overwrites another.

    Args:
        report: As the reading gives it.

    Returns:
        The same report with ``labelmap_file``, ``SliceView.file`` and ``Evidence.overlay``.
    """
    stems = _unique_stems(report.series)
    series = tuple(
        replace(s, labelmap_file=s.labelmap_file or _labelmap_name(s, stem))
        for s, stem in zip(report.series, stems, strict=True)
    )
    names = _apart([_overlay_stem(view, stems) for view in report.views])
    views = tuple(
        replace(view, file=f"overlay-{name}.png")
        for view, name in zip(report.views, names, strict=True)
    )
    overlays = {(view.series, view.slice): view.file for view in views}
    drawn = _apart([_map_stem(one, stems) for one in report.maps])
    maps = tuple(
        replace(one, file=one.file or f"map-{name}.png")
        for one, name in zip(report.maps, drawn, strict=True)
    )
    mapped = {(one.finding, one.series, one.slice): one.file for one in maps}
    findings = tuple(_with_pictures(f, overlays, mapped) for f in report.findings)
    return replace(report, series=series, views=views, findings=findings, maps=maps)


def safe_stem(stem: str) -> str:
    """Gives a stem with only letters, digits, dot, dash and underscore, never empty."""
    return _UNSAFE.sub("-", stem).strip("-.")[:80] or "series"


def _unique_stems(series: tuple[SeriesSummary, ...]) -> list[str]:
    return _apart([safe_stem(summary.stem) for summary in series])


def _labelmap_name(series: SeriesSummary, stem: str) -> str | None:
    if series.labelmap is None:
        return None
    flat = series.kind == "picture" and series.labelmap.shape[0] == 1
    return f"labelmap-{stem}.png" if flat else f"labelmap-{stem}.nii.gz"


def _overlay_stem(view: SliceView, stems: list[str]) -> str:
    if view.file:
        return safe_stem(view.file.removesuffix(".png").removeprefix("overlay-"))
    return f"{stems[view.series]}-slice-{view.slice}"


def _map_stem(one: PixelMap, stems: list[str]) -> str:
    return f"{stems[one.series]}-slice-{one.slice}-{safe_stem(one.finding)}"


def _apart(names: list[str]) -> list[str]:
    """Gives names of which no two are equal, by a number after a name that is taken."""
    taken: set[str] = set()
    apart = []
    for name in names:
        number, free = 2, name
        while free.lower() in taken:
            free, number = f"{name}-{number}", number + 1
        taken.add(free.lower())
        apart.append(free)
    return apart


def _with_pictures(
    finding: Finding,
    overlays: dict[tuple[int, int], str],
    maps: dict[tuple[str, int, int], str],
) -> Finding:
    def named(evidence: Evidence) -> Evidence:
        found = overlays.get((evidence.series, evidence.slice))
        drawn = maps.get((finding.id, evidence.series, evidence.slice))
        return replace(evidence, overlay=evidence.overlay or found, map=evidence.map or drawn)

    return replace(finding, evidence=tuple(named(e) for e in finding.evidence))


def name_in(language: str, name: str) -> str:
    """Gives the name of a page beside that in English, such as ``report.es.pdf``.

    Args:
        language: One of the catalogue's languages.
        name: Of the page in English, such as ``"report.pdf"``.
    """
    stem, _, ending = name.rpartition(".")
    return name if language == LANGUAGES[0] else f"{stem}.{language}.{ending}"
