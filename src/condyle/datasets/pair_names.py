"""Which mask belongs to which image, told by the names of files and folders alone.

Public sets of images and masks lie in many ways. What they have in common is that the
two paths of a pair differ in the words that say "mask" and "image" alone, or at least
agree in the file's name, or in the numbers in it. The strictest key that tells one image
and one mask apart is taken, and looser ones only for what it leaves.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import PurePosixPath
from typing import NamedTuple

from condyle.datasets.words import IMAGE_WORDS, MASK_WORDS, side_of, words_of
from condyle.sources.files import known_suffix

Where = tuple[bool, bool]
"""Whether the words of folders, and those of files, say what is a mask."""

_WHERES: tuple[Where, ...] = ((True, True), (True, False), (False, True))

Key = tuple[object, ...]


@dataclass(frozen=True)
class Name:
    """A path of the archive, taken apart.

    Attributes:
        path: Relative to the archive, with ``/`` between.
        folders: Words of each folder, those that say what is a mask or image left out.
        words: Words of the file, the same left out.
        mask: Whether it is a mask's.
    """

    path: str
    folders: tuple[tuple[str, ...], ...]
    words: tuple[str, ...]
    mask: bool

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers in the file's name."""
        return tuple(int(word) for word in self.words if word.isdecimal())

    @property
    def side(self) -> str | None:
        """The side of a split that a folder says."""
        said = [side_of(" ".join(words)) for words in self.folders]
        return next((side for side in said if side), None)


class _Parted(NamedTuple):
    """A path with the words of its folders and of its file."""

    path: str
    folders: tuple[tuple[str, ...], ...]
    words: tuple[str, ...]
    suffix: str


@dataclass(frozen=True)
class Matched:
    """Pairs found among names.

    Attributes:
        pairs: Mask to its images: one, or several channels or sequences on one grid.
        images: Paths of images without a mask.
        masks: Paths of masks without an image.
        loose: Masks that only the numbers in the names, or the folder, paired.
    """

    pairs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    images: tuple[str, ...] = ()
    masks: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()


def match(paths: Sequence[str], *, mask_words: frozenset[str] = MASK_WORDS) -> Matched:
    """Pairs masks with images by their paths.

    Folders that all files share say nothing. Of several readings of the words, the one
    that pairs most is taken.

    Args:
        paths: Relative paths of image files, with ``/`` between.
        mask_words: Words that say that a file or a folder is of masks; one that begins
            with a dot is the ending of a file.
    """
    shared = _shared(paths)
    parted = [_parted(path, shared) for path in paths]
    tried = [_match([_name(one, where, mask_words) for one in parted]) for where in _WHERES]
    return max(tried, key=lambda one: (len(one.pairs), -len(one.masks) if one.pairs else 0))


def words_of_half(paths: Sequence[str]) -> tuple[str, ...]:
    """Gives the words, and endings, that stand in the paths of exactly one half of the files."""
    counts: Counter[str] = Counter()
    for path in paths:
        parts = (*PurePosixPath(path).parts[:-1], _stem(path))
        counts.update({known_suffix(path), *(word for part in parts for word in words_of(part))})
    return tuple(sorted(word for word, count in counts.items() if 2 * count == len(paths)))


def _shared(paths: Sequence[str]) -> int:
    """Gives the number of outer folders that all files share."""
    parents = [PurePosixPath(path).parts[:-1] for path in paths]
    levels = zip(*parents, strict=False) if parents else ()
    return sum(1 for _ in takewhile(lambda level: len(set(level)) == 1, levels))


def _stem(path: str) -> str:
    name = PurePosixPath(path).name
    return name[: len(name) - len(known_suffix(name))]


def _match(names: Sequence[Name]) -> Matched:
    images = {name.path: name for name in names if not name.mask}
    masks = {name.path: name for name in names if name.mask}
    pairs: dict[str, tuple[str, ...]] = {}
    loose: list[str] = []
    for key, is_loose, several in _LEVELS if images and masks else ():
        for mask, found in _pair(images, masks, key=key, several=several):
            pairs[mask] = found
            masks.pop(mask)
            for image in found:
                images.pop(image)
            if is_loose:
                loose.append(mask)
    return Matched(pairs, tuple(images), tuple(masks), tuple(loose))


def _pair(
    images: dict[str, Name],
    masks: dict[str, Name],
    *,
    key: Callable[[Name], Key | None],
    several: bool,
) -> list[tuple[str, tuple[str, ...]]]:
    """Gives the pairs whose key no other mask has, and no other image unless several may."""
    of_images: dict[Key, list[str]] = defaultdict(list)
    of_masks: dict[Key, list[str]] = defaultdict(list)
    for names, groups in ((images, of_images), (masks, of_masks)):
        for name in names.values():
            if (made := key(name)) is not None:
                groups[made].append(name.path)
    return [
        (found[0], tuple(of_images[made]))
        for made, found in of_masks.items()
        if len(found) == 1 and (len(of_images[made]) == 1 or (several and of_images[made]))
    ]


def _parted(path: str, shared: int) -> _Parted:
    folders = PurePosixPath(path).parts[shared:-1]
    words = words_of(_stem(path))
    return _Parted(path, tuple(words_of(part) for part in folders), words, known_suffix(path))


def _name(parted: _Parted, where: Where, mask_words: frozenset[str]) -> Name:
    by_folder, by_file = where
    told = mask_words | IMAGE_WORDS
    folders, words = parted.folders, parted.words
    of_folder = {word for part in folders for word in part} if by_folder else set()
    of_file = {*words, parted.suffix} if by_file else set()
    return Name(
        parted.path,
        tuple(_without(part, told) for part in folders) if by_folder else folders,
        _without(words, told) if by_file else words,
        bool(mask_words & (of_folder | of_file)),
    )


def _without(words: tuple[str, ...], left_out: frozenset[str]) -> tuple[str, ...]:
    return tuple(word for word in words if word not in left_out)


def _same_folders(name: Name) -> tuple[tuple[str, ...], ...]:
    return tuple(words for words in name.folders if words)


def _exact(name: Name) -> Key:
    return (_same_folders(name), name.words)


def _channel(name: Name) -> Key | None:
    """Leaves out the four digits by which nnU-Net numbers an image's channels."""
    if name.mask:
        return _exact(name)
    last = name.words[-1] if name.words else ""
    if len(last) != 4 or not last.isdecimal() or not last.startswith("00"):
        return None
    return (_same_folders(name), name.words[:-1])


def _same_side(name: Name) -> Key:
    return (name.side, name.words)


def _same_name(name: Name) -> Key:
    return name.words


def _numbers_in_folder(name: Name) -> Key | None:
    return (_same_folders(name), name.numbers) if name.numbers else None


def _numbers_in_side(name: Name) -> Key | None:
    return (name.side, name.numbers) if name.numbers else None


def _folder(name: Name) -> Key | None:
    """Lets the one mask of a folder be that of all its images, as of several sequences."""
    if name.mask and name.numbers:
        return None
    return _same_folders(name) or None


_LEVELS: tuple[tuple[Callable[[Name], Key | None], bool, bool], ...] = (
    (_exact, False, False),
    (_channel, False, True),
    (_same_side, False, False),
    (_same_name, False, False),
    (_numbers_in_folder, True, False),
    (_numbers_in_side, True, False),
    (_folder, True, True),
)
"""Key, whether it is a loose one, and whether several images may share a mask by it."""
