"""One file: read, de-identified, its pixels cleaned, written or held back."""

from __future__ import annotations

import contextlib
import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydicom.dataset import FileDataset

from condyle.dicom.deidentify import Option, Profile, Project, deidentified
from condyle.dicom.deidentify.burned import (
    TextReader,
    doubts_of_header,
    has_picture,
    without_text,
)
from condyle.dicom.deidentify.header import person_of
from condyle.dicom.deidentify.identities import Identities, identities_of
from condyle.dicom.exclude import is_directory
from condyle.dicom.header import is_dicom, read_header, read_whole, without_remarks
from condyle.dicom.values import BROKEN, stated_uid, text
from condyle.errors import BadImage, OutputError
from condyle.sources import SourceFile
from condyle.workflows.deidentification.journal import (
    LEFT_OUT,
    QUARANTINED,
    WRITTEN,
    Entry,
    Journal,
)
from condyle.workflows.deidentification.plan import Plan

_HEAD_PARTS = ("BRAIN", "FACE", "HEAD", "IAC", "JAW", "MAXILLA", "NECK", "ORBIT", "SINUS", "SKULL")
_VOLUMES = ("CT", "MR", "PT", "NM")
_CHUNK = 1 << 20
_PART = ".part"  # ends the name of what is being written


@dataclass(frozen=True)
class Done:
    """What became of a file.

    Attributes:
        entry: For the journal and the report.
        identities: Of the input; may not be found in the output.
        patient: Pseudonym and who that is, empty where the file was not read.
        study: New and original Study Instance UID and accession number.
    """

    entry: Entry
    identities: Identities = field(default_factory=Identities, repr=False)
    patient: dict[str, Any] = field(default_factory=dict, repr=False)
    study: dict[str, Any] = field(default_factory=dict, repr=False)


def take(
    file: SourceFile, plan: Plan, project: Project, journal: Journal, reader: TextReader | None
) -> Done:
    """Does one file, or tells what an earlier run made of it.

    Args:
        file: Any file.
        plan: What to do with it.
        project: Gives what replaces identities.
        journal: Of this and earlier runs into the same folders.
        reader: Reads text in pixels, where that is to be done.

    Raises:
        OutputError: The disk does not take the result.
    """
    try:
        mark = project.mark(_digest(file))
        with without_remarks():
            if not is_dicom(file):
                return Done(_noted(journal, Entry(mark, LEFT_OUT, reasons=("not-dicom",))))
            read_header(file)  # refuses pixels that are not all there
            dataset = read_whole(file)
            if is_directory(dataset):
                return Done(_noted(journal, Entry(mark, LEFT_OUT, reasons=("directory",))))
            known = journal.known(mark)
            if known is None or not _is_there(known, plan):
                known = _noted(
                    journal,
                    _make(dataset, plan, project, journal=journal, mark=mark, reader=reader),
                )
            if known.reasons == ("no-uids",):
                return Done(known)
            return _done(dataset, known, plan.profile, project)
    except BadImage:
        return Done(_noted(journal, Entry(mark, LEFT_OUT, reasons=("unreadable",))))
    except BROKEN:
        return Done(Entry(project.mark(file.label), LEFT_OUT, reasons=("unreadable",)))


def _make(
    dataset: FileDataset,
    plan: Plan,
    project: Project,
    *,
    journal: Journal,
    mark: str,
    reader: TextReader | None,
) -> Entry:
    made = deidentified(dataset, project, plan.profile, safe_private=plan.safe_private)
    new = made.dataset
    frames, blanked = 0, 0
    doubts = list(_doubts(dataset, plan.profile))
    if plan.profile.has(Option.CLEAN_PIXELS) and reader is not None:
        looked = without_text(new, reader)
        frames, blanked = looked.frames, looked.blanked
        doubts += looked.doubts
    elif has_picture(dataset):
        doubts += doubts_of_header(dataset)
    names = [text([new], name) for name in _UIDS]
    if not all(map(stated_uid, names)):
        return Entry(mark, LEFT_OUT, reasons=("no-uids",))
    name = "/".join([project.pseudonym(made.person), *names]) + ".dcm"
    if journal.is_taken(name, mark):
        return Entry(mark, LEFT_OUT, reasons=("uid-taken",))
    outcome = QUARANTINED if doubts else WRITTEN
    _write(new, (plan.quarantine if doubts else plan.out) / name)
    changes = {f"{letter} {tag}": count for (letter, tag), count in sorted(made.changes.items())}
    return Entry(mark, outcome, name, tuple(dict.fromkeys(doubts)), changes, blanked, frames)


_UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")


def _doubts(dataset: FileDataset, profile: Profile) -> list[str]:
    """Gives why an instance needs a person's eyes, whatever its pixels say."""
    doubts = []
    if "EncapsulatedDocument" in dataset:
        doubts.append("encapsulated-document")
    if profile.has(Option.CLEAN_RECOGNIZABLE) and has_picture(dataset):
        part = text([dataset], "BodyPartExamined").upper()
        if text([dataset], "Modality").upper() in _VOLUMES and (
            not part or any(word in part for word in _HEAD_PARTS)
        ):
            doubts.append("face-to-be-recognized")
    return doubts


def _done(dataset: FileDataset, entry: Entry, profile: Profile, project: Project) -> Done:
    person = person_of(dataset)
    study = text([dataset], "StudyInstanceUID")
    return Done(
        entry,
        identities_of(dataset, profile),
        {
            "pseudonym": project.pseudonym(person),
            "id": text([dataset], "PatientID"),
            "issuer": text([dataset], "IssuerOfPatientID"),
            "name": text([dataset], "PatientName"),
            "birth_date": text([dataset], "PatientBirthDate"),
            "shift_days": project.shift_days(person),
        },
        {
            "new": study if profile.has(Option.RETAIN_UIDS) else project.uid(study),
            "original": study,
            "accession": text([dataset], "AccessionNumber"),
        },
    )


def _noted(journal: Journal, entry: Entry) -> Entry:
    journal.add(entry)
    return entry


def _is_there(entry: Entry, plan: Plan) -> bool:
    if entry.outcome == LEFT_OUT:
        return True
    folder = plan.out if entry.outcome == WRITTEN else plan.quarantine
    return (folder / entry.name).is_file()


def _write(dataset: Any, path: Path) -> None:
    """Writes an instance whole or not at all."""
    part = path.with_name(f".{path.name}{_PART}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with without_remarks():
            dataset.save_as(part, enforce_file_format=True)
        os.replace(part, path)
    except OSError as error:
        raise OutputError(
            "The output was not written.",
            found="a folder or disk that does not take it",
            needed="room, and a folder that can be written",
            mend="make room and run the same command again; what is done is not done again.",
        ) from error
    finally:
        with contextlib.suppress(OSError):  # where nothing could be written, nothing is left
            part.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Removes what a run that was killed left half-written below a folder."""
    for path in folder.rglob(f".*{_PART}"):
        path.unlink(missing_ok=True)


def _digest(file: SourceFile) -> str:
    digest = hashlib.sha256()
    with file.open() as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
