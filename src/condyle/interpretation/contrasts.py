"""Which weightings stand for which contrast, and which findings cannot do without one."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from condyle.domain.study import Weighting

CONTRASTS: Mapping[str, tuple[Weighting, ...]] = {"t1": ("t1",), "t2": ("t2", "t2-space")}
"""By contrast, in the order in which the grading network reads them: the weightings that
stand for it, the better one first."""

_NEEDED = {"pfirrmann-grade": ("no-plain-t2", {"t2"})}


def contrast_of(weighting: Weighting | None) -> str | None:
    """Gives the contrast that a weighting stands for, or ``None``."""
    return next((name for name, fitting in CONTRASTS.items() if weighting in fitting), None)


def missing_contrast(finding: str, contrasts: Collection[str]) -> str | None:
    """Gives the code of why a finding is not given on these contrasts, or ``None``.

    Pfirrmann's grade is read from T2 (doi 10.1097/00007632-200109010-00011). The type of a
    Modic change is told by T1 and T2 together (Modic et al. 1988,
    doi 10.1148/radiology.166.1.3336678); that there is one, either shows.

    Args:
        finding: Its name.
        contrasts: Those on which the disc was found.
    """
    code, needed = _NEEDED.get(finding, ("", set()))
    return None if needed <= set(contrasts) else code
