"""Opening what a user names: folders, zips, single files, in any mixture."""

from __future__ import annotations

import os
import re
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from condyle.domain.messages import Message
from condyle.domain.study import LeftOut
from condyle.errors import NothingReadable, UnsafeInput
from condyle.sources.archive import BROKEN, Budget, is_archive, too_many, unpack
from condyle.sources.files import SourceFile, known_suffix, safe_stem
from condyle.sources.limits import DEFAULT_LIMITS, Limits

# What operating systems leave behind: passed over without a word.
_LITTER = {"thumbs.db", "desktop.ini", "__macosx"}


@dataclass(frozen=True)
class SourceTree:
    """Everything that was found in what the user gave.

    Attributes:
        files: In the order of the paths given, then of their own paths, numbers within
            names counted as numbers.
        left_out: What was not opened, and why.
    """

    files: tuple[SourceFile, ...]
    left_out: tuple[LeftOut, ...] = ()


@dataclass
class _Walk:
    limits: Limits
    private: Path
    budget: Budget
    files: list[SourceFile] = field(default_factory=list)
    seen: set[Path] = field(default_factory=set)
    skipped: dict[str, int] = field(default_factory=dict)
    archives: int = 0

    def skip(self, code: str) -> None:
        self.skipped[code] = self.skipped.get(code, 0) + 1


@contextmanager
def open(
    paths: Sequence[str | os.PathLike[str]], *, limits: Limits = DEFAULT_LIMITS
) -> Iterator[SourceTree]:
    """Opens files, folders and zips, and gives the files in them while it is entered.

    Nothing that the user gave is written to. Zips are unpacked into a private folder
    that is removed on leaving; links inside folders are not followed.

    Args:
        paths: What the user named; together they are one tree.
        limits: How much is accepted.

    Raises:
        NothingReadable: A path does not exist or cannot be opened, or none was given.
        UnsafeInput: A limit was passed, or an archive looks hostile.
    """
    roots = [_root(path, number, len(paths)) for number, path in enumerate(paths, start=1)]
    if not roots:
        raise NothingReadable(
            "Nothing was read.",
            found="no path",
            needed="a file, folder or zip of one study",
            mend="name at least one path.",
        )
    with tempfile.TemporaryDirectory(prefix="condyle-") as private:
        walk = _Walk(limits, Path(private), Budget(limits.files, limits.total_bytes))
        for root in roots:
            if root.is_dir():
                _walk_folder(walk, root)
            else:
                _take(walk, root, name=root.name, named=True)
        left_out = tuple(
            LeftOut(Message(code, {"count": count}, "files"), count)
            for code, count in sorted(walk.skipped.items())
        )
        yield SourceTree(tuple(walk.files), left_out)


def _root(path: str | os.PathLike[str], number: int, total: int) -> Path:
    """Gives the real path of one that the user named, which may itself be a link."""
    which = "The path given" if total == 1 else f"Path {number} of the {total} given"
    try:
        root = Path(path).resolve(strict=True)
        mode = root.stat().st_mode
        readable = os.access(root, os.R_OK)
    except (OSError, ValueError, RuntimeError) as error:
        raise NothingReadable(
            f"{which} was not read.",
            found="no such file or folder, or one that cannot be reached",
            needed="a file, folder or zip of one study",
            mend="check the spelling of the path.",
        ) from error
    if not readable or not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise NothingReadable(
            f"{which} was not read.",
            found="something that this user may not read, or neither file nor folder",
            needed="a readable file, folder or zip of one study",
            mend="copy the study to a folder of your own and give that.",
        )
    return root


def _walk_folder(walk: _Walk, root: Path) -> None:
    for folder, folders, names in os.walk(root, followlinks=False, onerror=lambda _: None):
        here = Path(folder)
        links = [name for name in folders if (here / name).is_symlink()]
        for _ in links:
            walk.skip("link-not-followed")
        folders[:] = sorted(
            (name for name in folders if name not in links and not _is_litter(name)),
            key=_natural,
        )
        if len(here.relative_to(root).parts) >= walk.limits.folders:
            raise UnsafeInput(
                "The folder given was not read.",
                found=f"folders more than {walk.limits.folders} deep",
                needed="the folder of one study",
                mend="give the folder that holds the images.",
            )
        for name in sorted(names, key=_natural):
            if _is_litter(name):
                continue
            if (here / name).is_symlink():
                walk.skip("link-not-followed")
            else:
                _take(walk, here / name, name=name, named=False)


def _take(walk: _Walk, path: Path, *, name: str, named: bool, depth: int = 0) -> None:
    """Takes one file into the tree, or what is in it where it is an archive."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            walk.skip("not-a-plain-file")
            return
        with path.open("rb") as stream:
            head = stream.read(8)
    except OSError:
        walk.skip("unreadable-file")
        return
    if path.resolve() in walk.seen:
        return
    walk.seen.add(path.resolve())
    if is_archive(name, head):
        _take_archive(walk, path, depth=depth)
        return
    walk.budget.take_file(walk.limits)
    if status.st_size == 0:
        walk.skip("empty-file")
    elif status.st_size > walk.limits.file_bytes:
        walk.skip("file-too-large")
    else:
        suffix = known_suffix(name)
        label = f"file-{len(walk.files) + 1}{suffix}"
        stem = safe_stem(name)
        walk.files.append(SourceFile(label, stem, suffix, status.st_size, path, named))


def _take_archive(walk: _Walk, path: Path, *, depth: int) -> None:
    if depth > walk.limits.depth:
        walk.skip("archive-too-deep")
        return
    walk.archives += 1
    if walk.archives > walk.limits.files:
        raise too_many(walk.limits)
    into = walk.private / f"{walk.archives:04d}"
    into.mkdir()
    label = f"zip-{walk.archives}"
    try:
        for entry in unpack(path, into, label=label, limits=walk.limits, budget=walk.budget):
            parts = [part for part in re.split(r"[\\/]", entry.name) if part not in ("", ".")]
            if parts and not any(_is_litter(part) for part in parts):
                _take(walk, entry.path, name=parts[-1], named=False, depth=depth + 1)
    except BROKEN:
        walk.skip("broken-archive")


def _is_litter(name: str) -> bool:
    return name.startswith(".") or name.lower() in _LITTER


def _natural(name: str) -> list[tuple[int, int, str]]:
    """Gives a sort key in which ``im2`` comes before ``im10``."""
    parts = re.findall(r"\d+|\D+", name)
    return [(0, int(p), p) if p.isdecimal() else (1, 0, p) for p in parts]
