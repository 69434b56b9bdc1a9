"""A DICOM person name as people write it."""

from __future__ import annotations

from condyle.reporting.wording import readable

_GROUPS = 3
"""Of a DICOM person name: letters, ideographs, phonetic signs (PS3.5, 6.2.1.1)."""


def shown_name(name: str) -> str:
    """Gives a DICOM person name as people write it: ``"Müller^Jürgen"`` as ``"Müller, Jürgen"``.

    Where it is written in other signs as well, those stand behind it in brackets.

    Args:
        name: Value of a PN, its groups apart by ``=``, a name's parts by ``^``.
    """
    groups = [_written(group) for group in name.split("=")[:_GROUPS]]
    groups = [group for group in groups if group]
    if not groups:
        return ""
    return groups[0] + (f" ({', '.join(groups[1:])})" if groups[1:] else "")


def _written(group: str) -> str:
    parts = [readable(part).strip() for part in group.split("^")]
    family, given = parts[0], " ".join(part for part in parts[1:3] if part)
    return ", ".join(part for part in (family, given) if part)
