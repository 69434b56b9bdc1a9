"""A study of the archive as the files that it came as, in a folder that a reading opens."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from condyle.errors import Unavailable
from condyle.sources.files import known_suffix, safe_stem

Original = tuple[str, str]
"""A file that is no DICOM: its object and the name that it came under."""


@dataclass(frozen=True)
class HeldInstance:
    """What the archive holds of one instance, as far as reading it needs.

    Attributes:
        uid: SOP Instance UID.
        series_uid: Series Instance UID.
        series_number: Number of the series, or ``None``.
        number: Number of the instance in its series, or ``None``.
        frames: How many frames it has.
        object: Its stored bytes.
        original: The picture or volume file that it was made from, or ``None``.
    """

    uid: str
    series_uid: str
    series_number: int | None
    number: int | None
    frames: int
    object: str
    original: Original | None = None


@dataclass(frozen=True)
class StudyFile:
    """A file to be laid out.

    Attributes:
        name: Its place in the folder, with ``/``; made here, never by whoever sent it.
        object: Its stored bytes.
    """

    name: str
    object: str


def study_files(instances: Sequence[HeldInstance]) -> tuple[StudyFile, ...]:
    """Gives the files of a study: originals in place of what was derived from them.

    An original keeps its stem, reduced to safe characters, since it may name a sequence.

    Args:
        instances: All that the archive holds of the study.
    """
    own = sorted((one for one in instances if one.original is None), key=_place)
    series = {uid: n for n, uid in enumerate(dict.fromkeys(one.series_uid for one in own), 1)}
    files = [
        StudyFile(f"series-{series[one.series_uid]}/{position:06d}.dcm", one.object)
        for position, one in enumerate(own, 1)
    ]
    for position, (stored, name) in enumerate(_originals(instances), 1):
        plain = re.split(r"[\\/]", name)[-1]
        safe = safe_stem(plain) + known_suffix(plain)
        files.append(StudyFile(f"original-{position:04d}/{safe}", stored))
    return tuple(files)


def original_stems(instances: Sequence[HeldInstance]) -> dict[Original, str]:
    """Gives the stem that a reading of the study gives each original.

    Those of one stem are numbered in order, as a reading numbers them.
    """
    stems: dict[Original, str] = {}
    used: set[str] = set()
    for original in _originals(instances):
        first = stem = safe_stem(re.split(r"[\\/]", original[1])[-1])
        number = 1
        while stem.lower() in used:
            number += 1
            stem = f"{first}-{number}"
        used.add(stem.lower())
        stems[original] = stem
    return stems


def lay_out(files: Sequence[StudyFile], folder: Path, *, path_of: Callable[[str], Path]) -> None:
    """Lays the files of a study out in a folder of this process' own; goes on where it stopped.

    The stored bytes are linked where the folder's file system allows it, else copied.

    Args:
        files: As ``study_files`` gives them.
        folder: Made where it is not there.
        path_of: Gives the path of a stored object.

    Raises:
        Unavailable: The disk is full or cannot be written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for file in files:
            target = folder / file.name
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                _bring(path_of(file.object), target)
    except OSError as error:
        raise Unavailable(
            "A study cannot be laid out for its analysis now.",
            found=error.strerror or type(error).__name__,
            needed="a disk that this user may write, with room",
            mend="make room or mend the disk; the analysis goes on by itself.",
        ) from error


def _bring(stored: Path, target: Path) -> None:
    try:
        os.link(stored, target)
    except OSError:
        # No links here, or none across file systems. A copy that was cut short has another name.
        part = target.with_name(target.name + ".part")
        shutil.copyfile(stored, part)
        os.replace(part, target)


def _originals(instances: Sequence[HeldInstance]) -> list[Original]:
    found = {one.original for one in instances if one.original is not None}
    return sorted(found, key=lambda original: (_natural(original[1]), original[0]))


def _place(instance: HeldInstance) -> tuple[int, str, int, str]:
    return (
        instance.series_number or 0,
        instance.series_uid,
        instance.number or 0,
        instance.uid,
    )


def _natural(name: str) -> list[tuple[int, int, str]]:
    parts = re.findall(r"\d+|\D+", name)
    return [(0, int(p), p) if p.isdecimal() else (1, 0, p) for p in parts]
