"""Every kind of claim and what checks it: the registry, and the way through it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from condyle.errors import BadConfiguration
from condyle.evaluation.claims import counts, limits, means, superiority, wording
from condyle.evaluation.claims.schema import CLAIMS_SCHEMA, AnyClaim, ClaimsFile, IntervalClaim
from condyle.evaluation.claims.verdict import ClaimsReport, Verdict

CHECKS: Mapping[str, Callable[[Any], list[Verdict]]] = {
    "confusion": counts.check_confusion,
    "proportion": counts.check_proportion,
    "split": counts.check_split,
    "clustering": limits.check_clustering,
    "mean-interval": limits.check_mean_interval,
    "overlap-means": means.check_overlap_means,
    "overlap-range": means.check_overlap_range,
    "mean-of": means.check_mean_of,
    "change": means.check_change,
    "better-accuracy": superiority.check_better_accuracy,
    "better-mean": superiority.check_better_mean,
    "bound": wording.check_bound,
    "same-quantity": wording.check_same_quantity,
    "naming": wording.check_naming,
    "roles": wording.check_roles,
    "test": wording.check_test,
    "shared-figures": wording.check_shared_figures,
}


def parse_claims(values: object) -> ClaimsFile:
    """Gives the claims of a file's content.

    Args:
        values: Mappings and lists as YAML or JSON gives them.

    Raises:
        BadConfiguration: They do not fit the schema; all faults are named with their place.
    """
    try:
        return ClaimsFile.model_validate(values)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc']) or 'file'}: {fault['msg']}"
            for fault in error.errors()
        )
        raise BadConfiguration(
            "The claims cannot be checked.",
            found=faults,
            needed=f"claims that fit {CLAIMS_SCHEMA}; kinds: interval, {', '.join(CHECKS)}",
            mend="correct the places that are named.",
        ) from error


def check_claims_file(file: ClaimsFile) -> ClaimsReport:
    """Checks every claim of a file, in its order."""
    intervals = [claim for claim in file.claims if isinstance(claim, IntervalClaim)]
    verdicts: list[Verdict] = []
    for claim in file.claims:
        verdicts.extend(_check(claim, intervals))
    return ClaimsReport(file.title, tuple(verdicts))


def _check(claim: AnyClaim, intervals: list[IntervalClaim]) -> list[Verdict]:
    if isinstance(claim, IntervalClaim):
        return limits.check_interval(claim, intervals)
    return CHECKS[claim.kind](claim)
