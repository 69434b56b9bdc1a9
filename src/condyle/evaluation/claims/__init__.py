"""Published figures held against each other: what cannot be, what agrees, what cannot be told."""

from condyle.evaluation.claims.check import check_claims_file, parse_claims
from condyle.evaluation.claims.verdict import ClaimsReport, Judgement, Verdict

__all__ = ["ClaimsReport", "Judgement", "Verdict", "check_claims_file", "parse_claims"]
