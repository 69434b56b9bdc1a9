"""Who a study leaves out, by what the archive says of each case, and how many that were."""

from __future__ import annotations

from collections.abc import Sequence

from condyle.domain.case import Case
from condyle.errors import DatasetError
from condyle.training.recipe_parts import ExclusionPart


def without_excluded(
    cases: Sequence[Case], exclusions: Sequence[ExclusionPart]
) -> tuple[tuple[Case, ...], tuple[str, ...]]:
    """Takes out the cases that an exclusion names.

    Args:
        cases: Of the archive.
        exclusions: Of the recipe.

    Returns:
        The cases that stay, and a sentence for each exclusion that says how many it took
        out and of how many the covariate is not known.

    Raises:
        DatasetError: No case stays.
    """
    kept = tuple(cases)
    told = []
    for one in exclusions:
        before = kept
        kept = tuple(case for case in before if not _excluded(case, one))
        unknown = sum(not case.covariates.get(one.covariate) for case in kept)
        gone = len({c.patient for c in before}) - len({c.patient for c in kept})
        told.append(
            f"Left out for {one.reason}: {len(before) - len(kept)} cases of {gone} patients; "
            f"'{one.covariate}' is not known of {unknown} cases, which stay."
        )
    if not kept and cases:
        raise DatasetError(
            "The exclusions of the recipe leave no case.",
            found=" ".join(told),
            needed="at least one case that none of them takes out",
            mend="correct data.exclude in the recipe.",
        )
    return kept, tuple(told)


def _excluded(case: Case, one: ExclusionPart) -> bool:
    value = case.covariates.get(one.covariate, "").strip()
    if not value:
        return False
    if value.lower() in {each.lower() for each in one.values}:
        return True
    number = _number(value)
    return number is not None and (
        (one.below is not None and number < one.below)
        or (one.above is not None and number > one.above)
    )


def _number(text: str) -> float | None:
    """Reads a number, also as DICOM writes an age in years, such as 045Y."""
    try:
        return float(text.removesuffix("Y"))
    except ValueError:
        return None
