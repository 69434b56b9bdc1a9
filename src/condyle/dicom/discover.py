"""Finding the DICOM studies among files, whatever their names and order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from condyle.dicom.directory import images_listed
from condyle.dicom.exclude import is_directory, reason_left_out
from condyle.dicom.frames import Frame, SeriesHeader, frames_of
from condyle.dicom.header import is_dicom, read_header, without_remarks
from condyle.dicom.patient import same_patient
from condyle.dicom.series import series_of
from condyle.dicom.subject import NOBODY, Subject
from condyle.dicom.values import BROKEN, stated_uid, text
from condyle.domain.messages import Message
from condyle.domain.progress import Progress, ProgressCallback, ignore_progress
from condyle.domain.study import LeftOut, Study
from condyle.errors import BadImage
from condyle.sources import SourceFile


@dataclass(frozen=True)
class DicomStudy:
    """One study, with what tells it from others.

    Attributes:
        study: Its series, and what of it was left out.
        patient: Number of its patient among those found, from 1.
        images: Instances and frames that are read.
        subject: Patient and scanner, under a pseudonym.
    """

    study: Study
    patient: int
    images: int
    subject: Subject = NOBODY


@dataclass(frozen=True)
class Discovery:
    """All that was found among files.

    Attributes:
        studies: By date, then UID; the order does not depend on that of the files.
        left_out: Files that belong to no study that is read.
    """

    studies: tuple[DicomStudy, ...]
    left_out: tuple[LeftOut, ...]


@dataclass
class _Found:
    frames: list[Frame] = field(default_factory=list)
    excluded: Counter[tuple[str, str]] = field(default_factory=Counter)
    broken: list[LeftOut] = field(default_factory=list)
    seen: set[tuple[str, str, str]] = field(default_factory=set)
    duplicates: int = 0
    foreign: int = 0
    directories: int = 0
    listed: set[str] = field(default_factory=set)
    met: set[str] = field(default_factory=set)


def discover(
    files: Sequence[SourceFile], *, progress: ProgressCallback = ignore_progress
) -> Discovery:
    """Finds the studies among files by reading each header once.

    A file that is no DICOM, is damaged, repeats another or is no image to read is left
    out with a reason; none of them loses the rest.

    Args:
        files: Any files, in any order.
        progress: Called a file at a time in the stage ``"discover"``.
    """
    found = _Found()
    for done, file in enumerate(files, start=1):
        with without_remarks():
            _take(file, found)
        progress(Progress("discover", done, len(files)))
    groups = _studies(found.frames)
    patients = sorted({patient for patient, _, _ in groups})
    studies = []
    for patient, uid, frames in groups:
        series, left_out = series_of(frames)
        number = patients.index(patient) + 1
        images = sum(one.shape[0] for one in series)
        if series:
            study = Study(stated_uid(uid), series, left_out)
            studies.append(DicomStudy(study, number, images, _subject(frames)))
        else:
            found.broken.extend(left_out)
    return Discovery(tuple(studies), _left_out(found))


def _take(file: SourceFile, found: _Found) -> None:
    """Reads one file into what was found."""
    try:
        if not is_dicom(file):
            found.foreign += 1
            return
        header = read_header(file)
        if is_directory(header):
            found.directories += 1
            found.listed |= images_listed(header)
            return
        found.met.add(text([header], "SOPInstanceUID"))
        if not text([header], "SOPClassUID"):
            found.excluded[("not-an-image", "")] += 1
            return
        if code := reason_left_out(header):
            found.excluded[(code, text([header], "Modality").upper()[:16])] += 1
            return
        key = (
            text([header], "StudyInstanceUID"),
            text([header], "PatientID"),
            text([header], "SOPInstanceUID"),
        )
        if key[2] and key in found.seen:
            found.duplicates += 1
            return
        frames = frames_of(header, file)
    except BadImage as error:
        params = {"file": file.label, "found": error.found}
        found.broken.append(LeftOut(Message("broken-instance", params, file.label)))
        return
    except BROKEN:
        params = {"file": file.label, "found": "a header that cannot be understood"}
        found.broken.append(LeftOut(Message("broken-instance", params, file.label)))
        return
    found.seen.add(key)
    found.frames.extend(frames)


def _studies(frames: Sequence[Frame]) -> list[tuple[tuple[str, str], str, list[Frame]]]:
    """Groups frames by study and patient, in an order that the files' own does not change.

    Frames that name no patient join the one patient of their study.
    """
    by_study: dict[str, dict[tuple[str, str], list[Frame]]] = {}
    for frame in frames:
        patients = by_study.setdefault(frame.header.study_uid, {})
        patients.setdefault(frame.header.patient, []).append(frame)
    groups: list[tuple[tuple[str, str], str, list[Frame]]] = []
    for uid, patients in by_study.items():
        keys = list(patients)
        if same_patient(keys):
            whole = (max(key[0] for key in keys), max(key[1] for key in keys))
            merged = {whole: [frame for key in keys for frame in patients[key]]}
        else:
            merged = patients
        groups.extend((key, uid, group) for key, group in merged.items())
    return sorted(_same_person(groups), key=lambda group: (_date(group[2]), group[1], group[0]))


def _same_person(
    groups: list[tuple[tuple[str, str], str, list[Frame]]],
) -> list[tuple[tuple[str, str], str, list[Frame]]]:
    """Gives studies whose patients have one identifier the same patient key."""
    first: dict[str, tuple[str, str]] = {}
    result = []
    for key, uid, frames in sorted(groups, key=lambda group: (group[0], group[1])):
        known = first.setdefault(key[0], key) if key[0] else key
        result.append((known if same_patient([known, key]) else key, uid, frames))
    return result


def _date(frames: Sequence[Frame]) -> str:
    headers: list[SeriesHeader] = [frame.header for frame in frames]
    return min(header.date for header in headers)


def _subject(frames: Sequence[Frame]) -> Subject:
    """Joins what the headers of a study say, each fact from the first that states it."""
    stated = sorted(
        {frame.sop_instance_uid: frame.header.subject for frame in frames}.items(),
        key=lambda item: item[0],
    )
    facts: dict[str, Any] = {}
    for field_ in fields(Subject):
        values = (getattr(subject, field_.name) for _, subject in stated)
        facts[field_.name] = next((one for one in values if one), field_.default)
    return Subject(**facts)


def _left_out(found: _Found) -> tuple[LeftOut, ...]:
    left_out = list(found.broken)
    for (code, modality), count in sorted(found.excluded.items()):
        message = Message(code, {"modality": modality or "unknown", "count": count}, "files")
        left_out.append(LeftOut(message, count))
    if found.duplicates:
        message = Message("duplicate-instance", {"count": found.duplicates}, "files")
        left_out.append(LeftOut(message, found.duplicates))
    if found.foreign:
        message = Message("not-an-image-file", {"count": found.foreign}, "files")
        left_out.append(LeftOut(message, found.foreign))
    if absent := len(found.listed - found.met):
        left_out.append(LeftOut(Message("listed-file-missing", {"count": absent}, "files"), absent))
    if found.directories and not found.met:
        message = Message("directory-only", {"count": found.directories}, "files")
        left_out.append(LeftOut(message, found.directories))
    return tuple(left_out)
