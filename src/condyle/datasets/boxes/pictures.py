"""The pictures of an archive with boxes, found by the name that their annotation shares."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from condyle import images
from condyle.datasets.archive import Unreadable
from condyle.datasets.pair_reading import described
from condyle.datasets.tree import natural, tree_of
from condyle.domain.study import Series
from condyle.errors import BadImage, DatasetError
from condyle.sources.files import known_suffix

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff")
"""Endings of pictures."""

_CONTAINERS = {"images", "jpegimages", "annotations", "labels"}


class Pictures:
    """The pictures below a folder; each is read once, when it is first asked for.

    Args:
        root: The archive.
        readers: Folders of single annotators, relative to it; a picture that several of
            them hold a copy of is one picture.

    Attributes:
        root: The archive.
        files: All files below it, relative to it, annotations as well.
        unreadable: Pictures that were asked for and cannot be read.
    """

    def __init__(self, root: Path, readers: Sequence[str] = ()) -> None:
        tree = tree_of(root)
        self.root = root
        # An annotation that is empty may say that a picture holds nothing.
        listed = (*(file.label for file in tree.files), *(one.file for one in tree.unreadable))
        self.files = tuple(sorted(listed, key=natural))
        self._listed = frozenset(listed)
        self.unreadable: list[Unreadable] = []
        self._readers = tuple(readers)
        self._sources = {file.label: file for file in tree.files if file.suffix in SUFFIXES}
        self._closed = {one.file: one for one in tree.unreadable}
        self._series: dict[str, Series | None] = {}
        self._by_key: dict[str, list[str]] = {}
        for file in [*self._sources, *(one for one in self._closed if one.endswith(SUFFIXES))]:
            self._by_key.setdefault(self.key(file), []).append(file)

    @property
    def count(self) -> int:
        """Number of pictures, copies counted once."""
        return len(self._by_key)

    def key(self, file: str) -> str:
        """Gives what a picture and its annotation share of their paths.

        It is the path without ending, without the folder of an annotator, and without
        folders that only say what they hold, such as ``images`` and ``labels``.

        Args:
            file: Path relative to the archive.
        """
        path = PurePosixPath(file)
        parts = list(path.parts)
        if any(path.is_relative_to(reader) for reader in self._readers):
            parts = parts[1:]
        folders = [part for part in parts[:-1] if part.lower() not in _CONTAINERS]
        return "/".join([*folders, _bare(parts[-1])])

    def find(self, key: str) -> str | None:
        """Gives the path of a picture, ``None`` where there is none.

        Raises:
            DatasetError: Two different pictures answer to it.
        """
        files = self._by_key.get(key, [])
        shared = [one for one in files if not self._is_of_reader(one)]
        if len(shared) > 1 or len({self._reader(one) for one in files}) < len(files):
            raise DatasetError(
                "Two pictures of the data have the same name.",
                found=", ".join(sorted(files)[:3]),
                needed="one picture for each annotation",
                mend="rename one of them together with its annotation, or take it away.",
            )
        return next(iter(shared or files), None)

    def has(self, file: str) -> bool:
        """Says whether a file, of whatever kind, lies at a path relative to the archive."""
        return file in self._listed

    def below(self, folder: str, suffix: str) -> list[str]:
        """Gives the files of a folder, and below it, that have an ending.

        Args:
            folder: Relative to the archive; ``"."`` is the archive.
            suffix: Ending in lower case with its dot.
        """
        return [
            file
            for file in self.files
            if file.lower().endswith(suffix) and PurePosixPath(file).is_relative_to(folder)
        ]

    def pictures_below(self, folder: str) -> list[str]:
        """Gives the pictures of a folder and below it.

        Args:
            folder: Relative to the archive; ``"."`` is the archive.
        """
        return [file for suffix in SUFFIXES for file in self.below(folder, suffix)]

    def series(self, file: str) -> Series | None:
        """Gives a picture as a series, ``None`` where it cannot be read.

        What cannot be read is listed in ``unreadable``.

        Args:
            file: Path relative to the archive.
        """
        if file not in self._series:
            self._series[file] = self._read(file)
        return self._series[file]

    def size(self, file: str) -> tuple[int, int] | None:
        """Gives (rows, columns) of a picture, ``None`` where it cannot be read."""
        series = self.series(file)
        return None if series is None else series.shape[1:]

    def _read(self, file: str) -> Series | None:
        if file in self._closed:
            self.unreadable.append(self._closed[file])
            return None
        try:
            series = described(images.read_image(self._sources[file]), file)
        except BadImage as error:
            self.unreadable.append(Unreadable(file, error.found))
            return None
        except OSError:
            self.unreadable.append(Unreadable(file, "a file that cannot be opened"))
            return None
        if series.shape[0] != 1:
            self.unreadable.append(Unreadable(file, f"{series.shape[0]} pages where one is meant"))
            return None
        return series

    def _reader(self, file: str) -> str:
        return next((one for one in self._readers if PurePosixPath(file).is_relative_to(one)), "")

    def _is_of_reader(self, file: str) -> bool:
        return self._reader(file) != ""


def _bare(name: str) -> str:
    suffix = known_suffix(name)
    return name[: len(name) - len(suffix)] if suffix else name
