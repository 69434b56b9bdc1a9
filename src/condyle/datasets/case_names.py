"""What the cases of an archive are called: as short as the paths of their files allow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from condyle.sources.files import safe_stem


def case_names(paths: Sequence[str]) -> dict[str, str]:
    """Names each path after its last part, with its folders where that is not unique.

    A name is safe to be part of a file's, and no two are alike.

    Args:
        paths: Different paths without ending, ``/`` between folders.
    """
    last = [safe_stem(PurePosixPath(path).name) for path in paths]
    if len(set(last)) == len(last):
        return dict(zip(paths, last, strict=True))
    taken: set[str] = set()
    names: dict[str, str] = {}
    for path in paths:
        plain = name = safe_stem(path.replace("/", "-"))
        number = 1
        while name in taken:
            number += 1
            name = f"{plain}-{number}"
        taken.add(name)
        names[path] = name
    return names
