"""Searching what is to be given away for any identity of what it was made from."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydicom.dataset import FileDataset

from condyle import sources
from condyle.dicom.deidentify.burned import TextReader, texts_in
from condyle.dicom.deidentify.identities import Identities, identities_of
from condyle.dicom.deidentify.profile import BASIC, CODES, Profile
from condyle.dicom.deidentify.search import Leak, Needles, leaks_of, words_seen
from condyle.dicom.directory import with_listed
from condyle.dicom.header import is_dicom, read_header, read_whole, without_remarks
from condyle.dicom.values import BROKEN, items, text
from condyle.domain.progress import Progress, ProgressCallback, ignore_progress
from condyle.errors import BadImage, NothingReadable
from condyle.sources import Limits, SourceFile
from condyle.sources.limits import MIB

LIMITS = Limits(files=1_000_000, total_bytes=1 << 44, file_bytes=8 * 1024 * MIB, folders=64)
"""What may be opened in one run: archives of a project, not one study."""

PIXELS_NOT_READ = "Text in pixels was not looked for: not asked for, or no extra 'ocr'."
PIXELS_NOT_ASKED = "Text in pixels was not looked for."


@dataclass(frozen=True)
class FoundLeak:
    """An identity in one file of an output, told without telling it."""

    file: str
    tag: str
    kind: str


@dataclass(frozen=True)
class Checked:
    """What a search found.

    Attributes:
        files: That were searched.
        leaks: What was found; empty where the output is clean.
        pixels: What was done about text in pixels, in a sentence.
        unreadable: Files of the output that could not be read, and so not vouched for.
    """

    files: int
    leaks: tuple[FoundLeak, ...]
    pixels: str
    unreadable: tuple[str, ...] = field(default=())


def identities_in(
    paths: Iterable[str | os.PathLike[str]],
    profile: Profile,
    *,
    progress: ProgressCallback = ignore_progress,
) -> Identities:
    """Collects the identities of every readable instance of an input.

    Args:
        paths: As the user named them.
        profile: By which it was de-identified.
        progress: Called with each file.

    Raises:
        NothingReadable: There is no instance that can be read: searching for nobody would
            find nobody.
    """
    found, read = Identities(), 0
    with sources.open(list(with_listed(paths)), limits=LIMITS) as tree:
        for done, file in enumerate(tree.files, start=1):
            try:
                with without_remarks():
                    if is_dicom(file):
                        found.add(identities_of(read_any(file), profile))
                        read += 1
            except (BadImage, *BROKEN):
                pass  # it was not copied either
            progress(Progress("identities", done, len(tree.files)))
    if not read:
        raise NothingReadable(
            "Nothing was checked.",
            found="no DICOM instance that can be read in the input",
            needed="what the output was made from",
            mend="name it with --against.",
        )
    return found


def read_any(file: SourceFile) -> FileDataset:
    """Reads a header, or the whole of what is no image."""
    try:
        return read_header(file)
    except BadImage:
        return read_whole(file)


def check_output(
    out: Path,
    identities: Identities,
    *,
    reader: TextReader | None,
    pixels: str = "",
    progress: ProgressCallback = ignore_progress,
) -> Checked:
    """Searches every file below a folder, names of files and folders included.

    Args:
        out: What is to be given away.
        identities: Of the input.
        reader: Reads text in pixels; ``None`` where that is not done.
        pixels: What to say about pixels where there is no reader.
        progress: Called with each file.
    """
    needles = Needles(identities)
    leaks: list[FoundLeak] = []
    unreadable = []
    paths = sorted(path for path in out.rglob("*") if path.is_file())
    for done, path in enumerate(paths, start=1):
        name = path.relative_to(out).as_posix()
        kind = needles.in_text(name.replace("/", " "))
        if kind is not None:
            leaks.append(FoundLeak(f"file {done}", "file name", kind))
            name = f"file {done}"
        found = _search(path, needles, reader)
        if found is None:
            unreadable.append(name)
        else:
            leaks += [FoundLeak(name, leak.tag, leak.kind) for leak in found]
        progress(Progress("check", done, len(paths)))
    said = "Text in pixels was looked for in every frame." if reader else pixels
    return Checked(len(paths), tuple(leaks), said, tuple(unreadable))


def profile_in(out: Path) -> Profile:
    """Gives the profile that the first file of an output says it was made with."""
    by_code = {code: option for option, (code, _) in CODES.items()}
    for path in sorted(out.rglob("*")):
        try:
            with without_remarks():
                found = path.is_file() and is_dicom(_source(path))
                header = read_any(_source(path)) if found else None
        except (BadImage, *BROKEN):
            continue
        if header is not None:
            codes = items([header], "DeidentificationMethodCodeSequence")
            stated = [text([one], "CodeValue") for one in codes]
            return Profile(frozenset(by_code[one] for one in stated if one in by_code))
    return BASIC


def _search(path: Path, needles: Needles, reader: TextReader | None) -> Sequence[Leak] | None:
    try:
        with without_remarks():
            if not is_dicom(_source(path)):
                return None
            dataset = read_whole(_source(path))
            leaks = leaks_of(dataset, needles)
            if reader is not None:
                for said in texts_in(dataset, reader):
                    kind = words_seen([said], needles)
                    if kind is not None:
                        leaks.append(Leak("pixels", kind))
                        break
    except (BadImage, NotImplementedError, *BROKEN):
        return None
    return leaks


def _source(path: Path) -> SourceFile:
    return SourceFile("file", "file", "", path.stat().st_size, path)
