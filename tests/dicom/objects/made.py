"""A reading of a study that nobody had to compute: masks, findings and measurements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from condyle.dicom.objects import (
    Content,
    DicomObject,
    OverlayPicture,
    SourceStudy,
    Statement,
    Verification,
    as_stored,
)
from condyle.domain.anatomy import not_assessed
from condyle.domain.findings import Evidence, Finding, Measurement, Site
from condyle.domain.report import BundleRef, Report, SeriesSummary, StudySummary
from condyle.domain.study import Series
from condyle.sources import SourceFile

SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)
FLIPPED = (0.0, -1.0, 0.0, 0.0, 0.0, 1.0)
TRANSPOSED = (0.0, 0.0, -1.0, 0.0, 1.0, 0.0)
OBLIQUE = (-0.2873479, 0.9578263, 0.0, 0.0933825, 0.0280147, -0.9952360)
BUNDLES = (
    BundleRef("lumbar-anatomy", "1.0", "a" * 64, intended_use="To outline, research use."),
    BundleRef("lumbar-grading", "2.0", "b" * 64, intended_use="To grade, research use."),
)
SIGNED = Verification(
    "Dr Ana Núñez", "Made-up Hospital", dt.datetime(2026, 3, 4, 5, 6, tzinfo=dt.UTC)
)


@dataclass(frozen=True)
class Read:
    """A study on disk and what goes out of it; ``report`` lies as the images were hung."""

    folder: Path
    report: Report
    content: Content
    source: SourceStudy


def as_file(folder: Path, one: DicomObject) -> SourceFile:
    """Writes an object and gives it as a file that a user named."""
    path = folder / one.name
    path.write_bytes(one.content)
    return SourceFile(one.name, path.stem, ".dcm", len(one.content), path)


def content_of(report: Report, *, verified: bool = False) -> Content:
    pixels = np.zeros((31, 33, 3), np.uint8)
    pixels[5:9, 7:11] = (230, 159, 0)
    return Content(
        report=as_stored(report),
        statements=(
            Statement("research-use", "Research use only."),
            Statement("not-assessed", "Not assessed: facets."),
            Statement("intended-use", "Intended use: to be tried."),
        ),
        states={"disc-bulging/disc-1": "accepted"},
        verification=SIGNED if verified else None,
        signed_text=(("Impression", "A bulge."),) if verified else (),
        pdf=b"%PDF-1.4\n%%EOF",
        pictures=(OverlayPicture(0, 2, "series-1", pixels),),
    )


def report_of(series: Sequence[Series]) -> Report:
    summaries = tuple(_summary(one, index) for index, one in enumerate(series))
    evidence = (Evidence(0, 2, ((5.0, 6.0), (5.0, 9.0), (8.0, 9.0)), (5.0, 6.0, 9.0, 10.0)),)
    site = Site("intervertebral-disc", "L4-L5", 1)
    low = {"probability": 0.2, "threshold": 0.5, "evidence": evidence, "bundle": "lumbar-grading"}
    return Report(
        study=StudySummary("1.2.3", "lumbar-spine", "MR"),
        series=summaries,
        bundles=BUNDLES,
        findings=(
            Finding(
                "pfirrmann-grade/disc-1", "pfirrmann-grade", site, 4, **{**low, "probability": 0.6}
            ),
            Finding(
                "disc-bulging/disc-1", "disc-bulging", site, True, **{**low, "probability": 0.9}
            ),
            Finding("disc-narrowing/disc-1", "disc-narrowing", site, False, **low),
            Finding("own-name/disc-1", "own-name", site, None, **{**low, "abstained": True}),
        ),
        measurements=(
            Measurement(
                "disc-height-middle", 9.5, "mm", site, 0, 2, "masks", ((5.0, 7.0), (9.0, 7.0))
            ),
            Measurement("disc-height-index", 0.3, "1", site, 0, 2, "masks"),
        ),
        not_assessed=not_assessed(),
        software_version="9.9.9",
    )


def _summary(series: Series, index: int) -> SeriesSummary:
    draw = np.random.default_rng(index)
    volume = series.load()
    return SeriesSummary(
        index=index,
        stem=series.stem,
        uid=series.uid,
        instances=series.instances,
        frame_of_reference=series.frame_of_reference,
        plane=series.plane,
        weighting=series.weighting,
        spacing=series.spacing,
        shape=series.shape,
        used=True,
        labelmap=draw.integers(0, 4, series.shape).astype(np.uint8),
        affine=volume.affine,
        kind=series.kind,
        stored=series.stored,
    )
