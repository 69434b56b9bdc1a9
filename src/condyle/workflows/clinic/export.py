"""A study of the archive as DICOM objects: what clinicians accepted, or a draft that says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from condyle.archive.absence import absent
from condyle.archive.analyses import shown_runs
from condyle.archive.archive import Archive
from condyle.archive.clinical_tables import Addendum, ClinicalReport
from condyle.archive.read_findings import Standing, findings_as_they_stand
from condyle.archive.reports import addenda_of, reports_of
from condyle.archive.studies import get_study
from condyle.dicom.objects import (
    DicomObject,
    Kind,
    SentObject,
    SourceStudy,
    Verification,
    as_stored,
    read_sources,
    wanted_of,
)
from condyle.dicom.rendered import rendered_frame
from condyle.domain.clinical_report import SECTIONS
from condyle.domain.geometry import AS_STORED
from condyle.domain.report import Report, SeriesSummary
from condyle.domain.study import Instance
from condyle.errors import Conflict
from condyle.reporting.wording import catalogue
from condyle.sources import SourceFile
from condyle.workflows.clinic.placing import PlacedSeries, place_series
from condyle.workflows.clinic.report_content import signed_pdf
from condyle.workflows.clinic.results import held_instances
from condyle.workflows.clinic.study_files import HeldInstance
from condyle.workflows.export_study import export_objects, need_highdicom
from condyle.workflows.exporting.contents import Review
from condyle.workflows.exporting.redrawn import redrawn
from condyle.workflows.exporting.standing import Corrected, corrected
from condyle.workflows.exporting.written import PDF, REPORT, WrittenReading, reading_of


@dataclass(frozen=True, kw_only=True)
class Export:
    """What of a study shall go out.

    Attributes:
        kinds: Of objects.
        language: Of the words; of a signed report, its own.
        unverified: Whether a study without a signed report goes out too, as a draft.
        organization: Where whoever signed works, as the verifying organization.
        replaces: What went out before and is taken back.
    """

    kinds: Sequence[Kind]
    language: str = "en"
    unverified: bool = False
    organization: str = ""
    replaces: tuple[SentObject, ...] = ()


@dataclass(frozen=True)
class _Held:
    """What the archive holds of a study, read in one transaction."""

    runs: tuple[tuple[str, str, Mapping[str, str]], ...]
    instances: list[HeldInstance]
    standing: Standing
    signed: ClinicalReport | None
    addenda: list[Addendum] = field(default_factory=list)


def export_archived(archive: Archive, study_id: int, wanted: Export) -> tuple[DicomObject, ...]:
    """Gives the objects of a study, a set for each bundle that read it.

    With a signed report they are verified, and hold what readers accepted, changed or added;
    what nobody spoke of is left out and counted. Without one they are a draft.

    Args:
        archive: Holds the study.
        study_id: The study.
        wanted: What shall go out.

    Raises:
        NotThere: There is no such study.
        Conflict: No bundle has read it, or nobody signed and drafts were not asked for.
        MissingExtra: highdicom is not installed.
    """
    need_highdicom()
    with archive.database.read() as session:
        held = _held(session, study_id)
    _refuse(held, wanted)
    language = held.signed.language if held.signed else wanted.language
    made: list[DicomObject] = []
    for number, (run, report, files) in enumerate(held.runs):
        reading = reading_of(_files(archive, report, files))
        placed = _placed(reading, held.instances)
        after = corrected(
            as_stored(placed.report),
            held.standing,
            run=run,
            checked_only=held.signed is not None,
            added=number == 0,
        )
        review = _review(archive, held, after, wanted)
        objects = export_objects(
            _as_left(archive, placed, after, held, language),
            _sources(archive, placed.report, held.instances),
            kinds=_kinds(wanted, first=number == 0, signed=held.signed is not None),
            review=replace(review, leads=number == 0),
            language=language,
        )
        made += [_named(one, number) for one in objects]
    return tuple(made)


def _held(session: Session, study_id: int) -> _Held:
    get_study(session, study_id)
    runs = [
        (run.id, run.report, dict(run.files or {}))
        for run in shown_runs(session, study_id)
        if run.state == "done" and run.report
    ]
    signed = next((row for row in reports_of(session, study_id) if row.signed_at), None)
    return _Held(
        tuple(runs),
        held_instances(session, study_id),
        findings_as_they_stand(session, study_id),
        signed,
        addenda_of(session, signed.id) if signed else [],
    )


def _refuse(held: _Held, wanted: Export) -> None:
    if not held.runs:
        raise Conflict(
            "Nothing was exported.",
            found="a study that no bundle has read",
            needed="a finished reading",
            mend="run a bundle on it first.",
        )
    if held.signed is None and not wanted.unverified:
        raise Conflict(
            "Nothing was exported.",
            found="no signed report",
            needed="a report that a clinician signed, or a rule that drafts may go out",
            mend="sign the report of the study first.",
        )


def _files(archive: Archive, report: str, files: Mapping[str, str]) -> dict[str, bytes]:
    names = [name for name in files if name == PDF or name.startswith(("labelmap-", "overlay-"))]
    content = {name: archive.objects.read(files[name]) for name in names}
    return {REPORT: archive.objects.read(report), **content}


def _placed(reading: WrittenReading, instances: Sequence[HeldInstance]) -> WrittenReading:
    """Puts the archive's own instances behind the series of pictures and volume files."""
    placed = place_series(reading.report, instances)
    series = tuple(
        one if one.kind == "dicom" else _derived(one, place)
        for one, place in zip(reading.report.series, placed, strict=True)
    )
    # What was measured on images that the archive cannot show has nothing to point at.
    measured = [one for one in reading.report.measurements if series[one.series].instances]
    report = replace(reading.report, series=series, measurements=tuple(measured))
    return replace(reading, report=report)


def _derived(series: SeriesSummary, placed: PlacedSeries) -> SeriesSummary:
    """Takes the frames that the clinic made of the series, which lie as it does."""
    frames = [frame for frame in placed.frames if frame is not None]
    if len(frames) != series.shape[0]:
        return replace(series, used=False, labelmap=None, instances=())
    return replace(
        series,
        kind="dicom",
        uid=frames[0].series_uid,
        instances=tuple(Instance(frame.instance_uid, frame.frame) for frame in frames),
        stored=AS_STORED,
    )


def _sources(archive: Archive, report: Report, instances: Sequence[HeldInstance]) -> SourceStudy:
    used = [series for series in report.series if series.used]
    wanted = wanted_of(used or report.series)
    files = [
        _source_file(archive.objects.path(one.object), number)
        for number, one in enumerate(instances)
        if one.uid in wanted
    ]
    return read_sources(files, wanted)


def _source_file(path: Path, number: int) -> SourceFile:
    return SourceFile(f"file-{number}.dcm", f"file-{number}", ".dcm", path.stat().st_size, path)


def _review(archive: Archive, held: _Held, after: Corrected, wanted: Export) -> Review:
    signed = held.signed
    if signed is None or signed.signed_at is None:
        return Review(states=after.states, replaces=wanted.replaces)
    return Review(
        states=after.states,
        verification=Verification(signed.signed_name or "", wanted.organization, signed.signed_at),
        unchecked=after.unchecked,
        sections=tuple(_sections(signed, held.addenda)),
        pdf=signed_pdf(archive, signed, held.addenda),
        replaces=wanted.replaces,
    )


def _sections(signed: ClinicalReport, addenda: Sequence[Addendum]) -> list[tuple[str, str]]:
    words = catalogue(signed.language)
    said = [
        (words.label(f"clinical-section-{name}"), str(signed.sections.get(name, "")))
        for name in SECTIONS
    ]
    for one in addenda:
        at = one.signed_at.isoformat(timespec="minutes")
        said.append((words.label("clinical-addendum", name=one.signed_name, at=at), one.text))
    return said


def _as_left(
    archive: Archive, reading: WrittenReading, after: Corrected, held: _Held, language: str
) -> WrittenReading:
    """Leaves out pages that show what no longer holds, and draws such pictures anew."""
    own_pages = reading.pdf if held.signed is None and after.untouched else None
    if after.pictured:
        return WrittenReading(after.report, reading.overlays, own_pages)
    objects = {one.uid: one.object for one in held.instances}

    def image(uid: str, frame: int) -> NDArray[np.uint8]:
        if uid not in objects:
            raise absent("image of the study", uid)
        return rendered_frame(archive.objects.path(objects[uid]), frame)

    return WrittenReading(after.report, redrawn(reading, after, image, language), own_pages)


def _kinds(wanted: Export, *, first: bool, signed: bool) -> list[Kind]:
    """The signed report is one, however many bundles read the study."""
    return [kind for kind in wanted.kinds if first or not (signed and kind == "pdf")]


def _named(one: DicomObject, number: int) -> DicomObject:
    return one if number == 0 else replace(one, name=f"reading-{number + 1}-{one.name}")


def export_act(objects: Sequence[DicomObject]) -> dict[str, Any]:
    """Gives what the audit log keeps of an export."""
    return {
        "objects": len(objects),
        "kinds": ",".join(dict.fromkeys(one.kind for one in objects)),
        "verified": bool(objects) and all(one.verified for one in objects),
    }
