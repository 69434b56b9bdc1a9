"""The names of what masks show, kept beside them in ``dataset.json`` as nnU-Net keeps them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from condyle.datasets.mask_values import MaskSeen, Meaning, meaning_of
from condyle.datasets.writing import write_text

FILE = "dataset.json"
"""Name of the file, in the archive's folder."""


def write_names(root: Path, structures: Sequence[str]) -> None:
    """Keeps the names of an archive's structures; nothing is written where there are none.

    Args:
        root: The archive's folder.
        structures: By the value of the masks, ``"background"`` first.

    Raises:
        OutputError: It cannot be written.
    """
    if len(structures) > 1:
        labels = {name: number for number, name in enumerate(structures)}
        write_text(root / FILE, json.dumps({"labels": labels}, indent=1) + "\n")


def meaning_in(root: Path, seen: Sequence[MaskSeen], structures: Mapping[str, str]) -> Meaning:
    """Tells what the masks of an archive show: by what the user says, else by the kept names.

    Kept names that fit no value of the masks are taken for those of other files. Masks that
    are all empty keep them: nothing was drawn of what they are for.

    Args:
        root: The archive's folder.
        seen: Every mask; one at least.
        structures: As in ``ArchiveOptions``.

    Raises:
        DatasetError: A mask is a picture, or a JPEG of several structures; names it.
    """
    if structures:
        return meaning_of(seen, structures)
    named = names_kept(root)
    values = {str(code) for mask in seen for code in mask.counts}
    if named and values == {"0"}:
        names = (named[value] for value in sorted(named, key=int))
        return Meaning(("background", *dict.fromkeys(names)), {0: 0})
    return meaning_of(seen, named if values & set(named) else {})


def names_kept(root: Path) -> dict[str, str]:
    """Reads names by value, whichever way round the file has them; none where it is absent."""
    try:
        labels = json.loads((root / FILE).read_text("utf-8"))["labels"]
        pairs = [(str(one), str(other)) for one, other in labels.items()]
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}
    turned = [(a, b) if a.isdecimal() else (b, a) for a, b in pairs]
    return {value: name for value, name in turned if value.isdecimal() and int(value) > 0}
