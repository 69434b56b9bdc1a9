"""Names of the files that a report consists of, given before anything is written."""

from __future__ import annotations

import re
from dataclasses import replace

from condyle.domain.findings import Evidence, Finding
from condyle.domain.report import Report, SeriesSummary, SliceView

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
    views = tuple(replace(v, file=v.file or _overlay_name(v, stems)) for v in report.views)
    overlays = {(view.series, view.slice): view.file for view in views}
    findings = tuple(_with_overlays(finding, overlays) for finding in report.findings)
    return replace(report, series=series, views=views, findings=findings)


def safe_stem(stem: str) -> str:
    """Gives a stem with only letters, digits, dot, dash and underscore, never empty."""
    return _UNSAFE.sub("-", stem).strip("-.")[:80] or "series"


def _unique_stems(series: tuple[SeriesSummary, ...]) -> list[str]:
    taken: set[str] = set()
    stems = []
    for summary in series:
        stem = base = safe_stem(summary.stem)
        number = 2
        while stem.lower() in taken:
            stem, number = f"{base}-{number}", number + 1
        taken.add(stem.lower())
        stems.append(stem)
    return stems


def _labelmap_name(series: SeriesSummary, stem: str) -> str | None:
    if series.labelmap is None:
        return None
    flat = series.kind == "picture" and series.labelmap.shape[0] == 1
    return f"labelmap-{stem}.png" if flat else f"labelmap-{stem}.nii.gz"


def _overlay_name(view: SliceView, stems: list[str]) -> str:
    return f"overlay-{stems[view.series]}-slice-{view.slice}.png"


def _with_overlays(finding: Finding, overlays: dict[tuple[int, int], str]) -> Finding:
    def named(evidence: Evidence) -> Evidence:
        found = overlays.get((evidence.series, evidence.slice))
        return replace(evidence, overlay=evidence.overlay or found)

    return replace(finding, evidence=tuple(named(e) for e in finding.evidence))
