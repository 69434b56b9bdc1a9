"""The worklist and one study: patient, series, analyses and findings."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import Field

from condyle.service.schemas.base import AnalysisState, Body, Priority, Said, StudyState
from condyle.service.schemas.measurements import Measured, MeasuredLine


class PatientEntry(Body):
    """A patient; a researcher sees the pseudonym in place of name and identifier."""

    id: int
    name: str
    identifier: str
    birth_date: dt.date | None
    sex: str | None
    pseudonymous: bool


class AnalysisProgress(Body):
    """How far a running analysis is; ``total`` is 0 where it is not known."""

    stage: str
    done: int
    total: int


class WorklistEntry(Body):
    """A study as the worklist shows it."""

    id: int
    uid: str
    patient: PatientEntry
    accession: str
    description: str
    anatomy: str | None
    modalities: list[str]
    study_date: dt.date | None
    received_at: dt.datetime
    source: str
    simulated: bool
    priority: Priority
    state: StudyState
    reason: Said | None
    progress: AnalysisProgress | None
    series_count: int
    instance_count: int
    finding_count: int
    revision: int


class Worklist(Body):
    """A page of studies; ``next`` asks for the one after it, ``None`` at the end.

    ``total`` is exact up to 1,000; with ``total_is_floor`` there are at least so many.
    """

    studies: list[WorklistEntry]
    next: str | None
    total: int
    total_is_floor: bool
    revision: int


class SeriesEntry(Body):
    """A series that the viewer can show; ``original`` names the file that it was made from."""

    id: int
    uid: str
    number: int | None
    description: str
    modality: str
    kind: str
    instance_count: int
    original: str | None


class AnalysisEntry(Body):
    """One run of a bundle on the study."""

    id: str
    bundle: str
    version: str
    sha256: str
    state: AnalysisState
    reason: Said | None
    progress: AnalysisProgress | None
    silent: bool
    simulated_training: bool
    intended_use: str
    exclusions: list[str]
    thresholds: dict[str, float]
    queued_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None
    software_version: str | None
    warnings: list[Said]
    refused: list[Said]
    not_assessed: list[Said]
    assumptions: list[Said]


class EvidencePlace(Body):
    """Where in the images a finding can be checked.

    ``outline`` is closed, in (row, column) pixels of the instance's frame, an integer is a
    pixel's centre; ``box`` is (row0, column0, row1, column1), half-open.
    """

    series_uid: str
    instance_uid: str
    frame: int
    slice: int
    outline: list[tuple[float, float]]
    box: tuple[float, float, float, float] | None


class FindingEntry(Body):
    """One finding of an analysis, in words and as values."""

    id: int
    analysis: str
    key: str
    name: str
    title: str
    level: str | None
    index_from_caudal: int | None
    value: int | bool | None
    grades: int | None
    text: str
    probability: float | None
    probabilities: list[float] | None
    threshold: float | None
    abstained: bool
    abstention: Said | None
    operating_point: dict[str, Any] | None
    evidence: list[EvidencePlace]


class StructureOutline(Body):
    """An anatomical structure outlined by a model on one slice: the overlay of the viewer.

    ``structure`` is a name of the anatomy table; ``outlines`` are closed, in (row, column).
    """

    analysis: str
    structure: str
    level: str | None
    series_uid: str
    instance_uid: str
    frame: int
    outlines: list[list[tuple[float, float]]]


class LevelLabel(Body):
    """A disc's name at its place on one slice, as its run named it: its level, else its number."""

    analysis: str = ""
    series_uid: str
    instance_uid: str
    frame: int
    level: str
    row: float
    column: float


class MapPlace(Body):
    """A probability or heat map of one slice that a run keeps as a file, for a finding.

    ``key`` is the finding's; ``kind`` is "probability", from which an outline at a threshold is
    drawn, or "heat", what in the slice spoke for the finding, which is never a segmentation.
    ``file`` is a grey picture of the frame's rows and columns: 255 is 1, or the hottest place.
    """

    analysis: str
    key: str
    kind: Literal["probability", "heat"]
    series_uid: str
    instance_uid: str
    frame: int
    rows: int
    columns: int
    file: str


class StudyDetail(Body):
    """Everything of one study but its pixels."""

    study: WorklistEntry
    exclusions: list[str] | None
    series: list[SeriesEntry]
    analyses: list[AnalysisEntry]
    findings: list[FindingEntry]
    priors: list[WorklistEntry]
    measurements: list[Measured]


class Overlays(Body):
    """What the viewer draws over the images of a study."""

    structures: list[StructureOutline]
    labels: list[LevelLabel]
    maps: list[MapPlace] = Field(default_factory=list)
    lines: list[MeasuredLine] = Field(default_factory=list)


class StudyChange(Body):
    """What of a study a person may change."""

    priority: Priority | None = None
