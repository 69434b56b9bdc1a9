"""What a list holds, brought together from the archive: readings, and cases with their images."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from condyle.archive.annotation import cases_of, get_list, studies_of_cases
from condyle.archive.annotation_tables import AnnotationCase, AnnotationList
from condyle.archive.annotation_work import latest_adjudication, works_of
from condyle.archive.archive import Archive
from condyle.archive.studies import patients_of
from condyle.archive.tables import InstanceRow, SeriesRow, StudyRow
from condyle.dicom.json_header import value_of
from condyle.errors import InputError
from condyle.workflows.clinic.annotation.agreed import series_drawn_on
from condyle.workflows.clinic.annotation.drawn import Reading
from condyle.workflows.clinic.annotation.export import CaseRead, Export, Layout, write_export
from condyle.workflows.clinic.placing import place_read
from condyle.workflows.clinic.results import held_instances
from condyle.workflows.clinic.study_files import HeldInstance, lay_out, study_files
from condyle.workflows.open_study import open_study

Source = Literal["adjudicated", "consensus", "annotator"]


@dataclass(frozen=True)
class Wanted:
    """What shall be exported of a list.

    Attributes:
        list_id: The list.
        layout: As ``Export.layout``.
        source: What was adjudicated, what most annotators drew, or what one of them drew.
        annotator: Who, for ``"annotator"``.
    """

    list_id: int
    layout: Layout
    source: Source
    annotator: int | None = None


@dataclass(frozen=True)
class _Held:
    case: AnnotationCase
    study: StudyRow
    patient: str
    readings: tuple[Reading, ...]
    instances: tuple[HeldInstance, ...]
    named: frozenset[str]
    """Series whose pixels say who the patient is."""


def case_name(case: AnnotationCase) -> str:
    """Gives what a case is called in place of its patient."""
    return f"case-{case.position:03d}"


def readings_of(session: Session, cases: Sequence[AnnotationCase]) -> list[Reading]:
    """Gives what annotators drew on the cases that they are done with.

    Args:
        session: A transaction.
        cases: Of one list.
    """
    patients = _pseudonyms(session, cases)
    return [
        Reading(work.case_id, patients[work.case_id], work.user_id, tuple(work.marks))
        for work in works_of(session, [case.id for case in cases], bulky=True)
        if work.state == "done"
    ]


def export_list(archive: Archive, wanted: Wanted, *, work: Path, root: Path) -> int:
    """Writes a list as a labelled archive.

    Args:
        archive: Where it is.
        wanted: What of it.
        work: An empty folder of this process' own, for the studies' files.
        root: An empty folder that is written into.

    Returns:
        How many cases were written.

    Raises:
        NotThere: There is no such list.
        InputError: It holds nothing of what is wanted.
        DatasetError: As the writers of data sets.
        Unavailable: The disk is full.
    """
    with archive.database.read() as session:
        row = get_list(session, wanted.list_id)
        cases = cases_of(session, row.id)
        readings = _chosen(session, cases, wanted)
        studies, patients = studies_of_cases(session, cases), _pseudonyms(session, cases)
        held = [
            _Held(
                case,
                studies[case.study_id],
                patients[case.id],
                tuple(readings[case.id]),
                tuple(held_instances(session, case.study_id)),
                _named_series(session, case.study_id),
            )
            for case in cases
            if readings.get(case.id)
        ]
        labels = list(row.labels)
    read, left = [], 0
    for one in held:
        case = _read(one, work / str(one.case.id), archive.objects.path)
        left += case is None
        read += [] if case is None else [case]
    about = _about(row, wanted, cases=len(cases), written=read, left=left)
    write_export(root, Export(wanted.layout, labels, read, about))
    return len(read)


def _chosen(
    session: Session, cases: Sequence[AnnotationCase], wanted: Wanted
) -> Mapping[int, list[Reading]]:
    if wanted.source == "adjudicated":
        return _adjudicated(session, cases)
    if wanted.source == "annotator" and wanted.annotator is None:
        raise InputError(
            "The list was not exported.",
            found="one annotator's drawings, without saying whose",
            needed="the number of an annotator",
            mend="choose an annotator.",
        )
    found: dict[int, list[Reading]] = {}
    for reading in readings_of(session, cases):
        if wanted.source == "consensus" or reading.reader == wanted.annotator:
            found.setdefault(reading.case, []).append(reading)
    return found


def _adjudicated(session: Session, cases: Sequence[AnnotationCase]) -> dict[int, list[Reading]]:
    patients = _pseudonyms(session, cases)
    found = {}
    for case in cases:
        last = latest_adjudication(session, case.id)
        if last is not None and last.state == "done":
            found[case.id] = [Reading(case.id, patients[case.id], 0, tuple(last.marks))]
    return found


def _read(held: _Held, folder: Path, path_of: Callable[[str], Path]) -> CaseRead | None:
    """Gives a case with its images, or ``None`` where none of them can be given.

    Of a whole study, only the series that somebody drew on are written: of the others nobody
    knows whether they were looked at.
    """
    lay_out(study_files(held.instances), folder, path_of=path_of)
    wanted = series_drawn_on(held.readings)
    if held.case.series_uid is not None:
        wanted = {held.case.series_uid}
    with open_study([folder]) as study:
        placed = place_read(study.series, held.instances)
        series = tuple(
            (one, place)
            for one, place in zip(study.series, placed, strict=True)
            if {frame.series_uid for frame in place.frames if frame} & (wanted - held.named)
        )
    if not series:
        return None
    name = case_name(held.case)
    return CaseRead(name, held.patient, held.study.simulated, series, held.readings)


def _named_series(session: Session, study_id: int) -> frozenset[str]:
    query = select(SeriesRow.uid, InstanceRow.header)
    query = query.join(InstanceRow, InstanceRow.series_id == SeriesRow.id)
    rows = session.execute(query.where(InstanceRow.study_id == study_id))
    return frozenset(
        uid for uid, header in rows if str(value_of(header, "BurnedInAnnotation")).upper() == "YES"
    )


def _pseudonyms(session: Session, cases: Sequence[AnnotationCase]) -> dict[int, str]:
    studies = studies_of_cases(session, cases)
    patients = patients_of(session, list(studies.values()))
    return {case.id: patients[studies[case.study_id].patient_id].pseudonym for case in cases}


_SOURCES: Mapping[Source, str] = {
    "adjudicated": "what was adjudicated",
    "consensus": "what more than half of the annotators who finished a case drew",
    "annotator": "what one annotator drew",
}


def _about(
    row: AnnotationList, wanted: Wanted, *, cases: int, written: Sequence[CaseRead], left: int
) -> list[str]:
    simulated = sum(case.simulated for case in written)
    drawn = ", ".join(f"{label['key']} ({label['kind']}): {label['name']}" for label in row.labels)
    return [
        f"The annotation list {row.id} in the layout {wanted.layout}: {_SOURCES[wanted.source]}.",
        f"Cases: {len(written)} of {cases}; the others were not finished, or not decided.",
        f"Left out, since no series was drawn on or its pixels name the patient: {left}.",
        f"Cases of simulated images, not of patients: {simulated}.",
        f"Labels: {drawn}.",
        "A study that was drawn on as a whole has only the series that somebody drew on.",
        "Where areas of two labels overlap, the label that is named later holds.",
    ]
