"""``condyle deidentify``: a folder of instances without their patients, and its check."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydicom.datadict import dictionary_description

from condyle import sources
from condyle.dicom.deidentify import Option, Profile
from condyle.dicom.deidentify.burned import TextReader
from condyle.dicom.deidentify.identities import Identities
from condyle.dicom.directory import with_listed
from condyle.domain.progress import Progress, ProgressCallback, ignore_progress
from condyle.errors import InputError, MissingExtra, NothingReadable, OutputError
from condyle.reporting.deidentification import deidentification_html
from condyle.reporting.whole_file import write_whole
from condyle.sources import SourceFile
from condyle.workflows.deidentification.check import (
    LIMITS,
    PIXELS_NOT_ASKED,
    PIXELS_NOT_READ,
    Checked,
    check_output,
    identities_in,
    profile_in,
)
from condyle.workflows.deidentification.file import Done, sweep, take
from condyle.workflows.deidentification.journal import LEFT_OUT, QUARANTINED, WRITTEN, Journal
from condyle.workflows.deidentification.key import project_of, read_key
from condyle.workflows.deidentification.plan import Plan
from condyle.workflows.deidentification.table import (
    Reidentification,
    earlier_table,
    joined,
    read_table,
    require_encryption,
    write_table,
)

SCHEMA = "condyle.deidentification/1"
"""What ``report.json`` says it is."""

_READ = "Text in pixels was looked for in every frame before it was written."


@dataclass(frozen=True)
class Deidentification:
    """What came of a run.

    Attributes:
        counts: Files written, quarantined and left out.
        patients: Whose files those are.
        reasons: How often each reason for quarantine or leaving out was met.
        checked: What the search of the output found.
        page: The report as HTML.
    """

    counts: dict[str, int]
    patients: int
    reasons: dict[str, int]
    checked: Checked
    page: Path


@dataclass(frozen=True)
class _Listed:
    """A file and what became of it, for the report."""

    label: str
    done: Done


def deidentify(
    plan: Plan,
    *,
    reader: TextReader | None = None,
    progress: ProgressCallback = ignore_progress,
) -> Deidentification:
    """De-identifies all instances of what was given, checks the output, writes the report.

    Each file is written whole as it is done and noted in a journal, so that a run that was
    stopped goes on where it was. A file that cannot be read is not copied.

    Args:
        plan: What, by which profile, and where to.
        reader: Reads text in pixels; needed for the option that cleans them.
        progress: Called with each file in the stages ``"de-identify"`` and ``"check"``.

    Raises:
        NothingReadable: Nothing that was given is DICOM.
        MissingExtra: What encrypts, or what reads text, is not installed.
        Conflict: An earlier run into these folders had another key or profile.
        InputError: The project's earlier table is of another key, or was altered.
        OutputError: Something cannot be written, or an identity was found in the output;
            the files that hold it then lie in the quarantine.
    """
    require_encryption()
    if plan.profile.has(Option.CLEAN_PIXELS) and reader is None:
        raise MissingExtra("ocr", "Cleaning pixels of text")
    key = read_key(plan.key, make=True)
    project = project_of(key)
    journal = Journal(plan.report, plan.settings(project))
    earlier = earlier_table(plan.table, key)
    sweep(plan.out)
    sweep(plan.quarantine)
    identities, table = Identities(), Reidentification()
    listed: list[_Listed] = []
    with sources.open(list(with_listed(plan.given)), limits=LIMITS) as tree:
        for count, file in enumerate(tree.files, start=1):
            done = take(file, plan, project, journal, reader)
            identities.add(done.identities)
            _note(table, file, done)
            listed.append(_Listed(file.label, Done(done.entry)))
            progress(Progress("de-identify", count, len(tree.files)))
    if not table.patients:
        raise _nothing_readable()
    write_table(plan.table, joined(earlier, table), key)
    said = _READ if plan.profile.has(Option.CLEAN_PIXELS) else PIXELS_NOT_ASKED
    checked = check_output(plan.out, identities, reader=None, pixels=said, progress=progress)
    _hold_back(plan, checked)
    result = _reported(plan, listed, checked, len(table.patients))
    require_clean(checked)
    return result


def check(
    out: Path,
    against: Sequence[Path],
    *,
    reader: TextReader | None,
    profile: Profile | None = None,
    progress: ProgressCallback = ignore_progress,
) -> Checked:
    """Searches a folder for any identity of what it was made from; changes nothing.

    Args:
        out: What is to be given away.
        against: What it was made from.
        reader: Reads text in pixels, ``None`` where none is installed.
        profile: Tells what was kept on purpose; as the output says by default.
        progress: Called with each file in the stages ``"identities"`` and ``"check"``.

    Raises:
        InputError: There is no such folder.
        NothingReadable: The input cannot be read.
    """
    if not out.is_dir():
        raise InputError(
            "Nothing was checked.",
            found="no folder at the path of the output",
            needed="the folder that 'condyle deidentify' wrote",
            mend="check the spelling of the path.",
        )
    known = profile_in(out) if profile is None else profile
    identities = identities_in(against, known, progress=progress)
    return check_output(out, identities, reader=reader, pixels=PIXELS_NOT_READ, progress=progress)


def require_clean(checked: Checked) -> None:
    """Passes where nothing was found.

    Raises:
        OutputError: An identity was found, or a file could not be searched.
    """
    if checked.leaks:
        first = checked.leaks[0]
        raise OutputError(
            "The output holds identities of the input.",
            found=f"{len(checked.leaks):,} places, the first a {first.kind} in {first.tag}",
            needed="none",
            mend="give nothing of it away; look at the files that the report names.",
        )
    if checked.unreadable:
        raise OutputError(
            "The output could not be searched.",
            found=f"{len(checked.unreadable):,} files that are no readable DICOM",
            needed="instances alone",
            mend="remove what was not written by 'condyle deidentify'.",
        )


def reidentify(table: Path, key: Path) -> dict[str, Any]:
    """Gives who is who.

    Args:
        table: The encrypted table of a project.
        key: Its key file.

    Raises:
        InputError: One of the two cannot be read, or they do not belong together.
        MissingExtra: What decrypts is not installed.
    """
    return read_table(table, read_key(key, make=False))


def _note(table: Reidentification, file: SourceFile, done: Done) -> None:
    table.files.append(
        {
            "path": os.fspath(file.path),
            "label": file.label,
            "outcome": done.entry.outcome,
            "name": done.entry.name,
        }
    )
    if done.patient:
        table.patients[done.patient["pseudonym"]] = done.patient
        table.studies[done.study["new"]] = done.study | {"patient": done.patient["pseudonym"]}


def _hold_back(plan: Plan, checked: Checked) -> None:
    """Moves files that hold an identity out of the output, the latter's own name included."""
    for name in sorted({leak.file for leak in checked.leaks}):
        source = plan.out / name
        if source.is_file():
            target = plan.quarantine / name
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(source, target)


def _reported(
    plan: Plan, listed: Sequence[_Listed], checked: Checked, patients: int
) -> Deidentification:
    entries = [one.done.entry for one in listed]
    counted = Counter(entry.outcome for entry in entries)
    counts = {outcome: counted[outcome] for outcome in (WRITTEN, QUARANTINED, LEFT_OUT)}
    reasons = Counter(reason for entry in entries for reason in entry.reasons)
    document = {
        "schema": SCHEMA,
        "software": version("condyle"),
        "profile": ["basic", *sorted(option.value for option in plan.profile.options)],
        "patients": patients,
        "counts": counts,
        "reasons": dict(sorted(reasons.items())),
        "check": asdict(checked),
        "files": [{"label": one.label, **asdict(one.done.entry), "mark": None} for one in listed],
    }
    page = plan.report / "report.html"
    try:
        content = json.dumps(document, indent=1, sort_keys=True) + "\n"
        write_whole(plan.report / "report.json", content.encode())
        html = deidentification_html(document, _names(document))
        write_whole(page, html.encode())
    except OSError as error:
        raise OutputError(
            "The report was not written.",
            found="a folder or disk that does not take it",
            needed="a folder for the report that can be written",
            mend="name another with --report, or make room.",
        ) from error
    return Deidentification(counts, patients, dict(reasons), checked, page)


def _names(document: dict[str, Any]) -> dict[str, str]:
    tags = {change.split(" ")[1] for one in document["files"] for change in one["changes"]}
    names = {}
    for tag in tags:
        try:
            names[tag] = dictionary_description(int(tag.replace(",", ""), 16))
        except (KeyError, ValueError):
            names[tag] = "private" if int(tag[:4], 16) % 2 else ""
    return names


def _nothing_readable() -> NothingReadable:
    return NothingReadable(
        "Nothing was de-identified.",
        found="no DICOM instance that can be read",
        needed="a folder, zip, DICOMDIR or file of DICOM instances",
        mend="name the folder that holds the images.",
    )
