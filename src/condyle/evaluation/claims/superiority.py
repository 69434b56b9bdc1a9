"""Whether "A is better than B" is shown by the figures that are printed."""

from __future__ import annotations

import numpy as np
from scipy.stats import beta

from condyle.evaluation.claims.schema import AccuracySuperiorityClaim, MeanSuperiorityClaim
from condyle.evaluation.claims.verdict import Judgement, Verdict
from condyle.evaluation.false_claims import (
    SHOWN_BELOW,
    congruence_range,
    false_accuracy_claim,
    false_accuracy_claim_range,
    false_mean_claim,
    false_mean_claim_range,
)

GRID = 4001


def check_better_accuracy(claim: AccuracySuperiorityClaim) -> list[Verdict]:
    """Gives the range of the probability that the claim is false over what is not printed."""
    a, b = claim.a.as_share().value, claim.b.as_share().value
    fewer = min(claim.n_a, claim.n_b)
    if claim.paired is False:
        low = high = _false_if_independent((a, claim.n_a), (b, claim.n_b))
        how = "independent cases"
    elif claim.both_right is not None:
        if (cannot := _impossible_congruence(claim, claim.both_right)) is not None:
            return [cannot]
        # Within the rounding of the two accuracies it may lie a little outside of their range.
        both = float(np.clip(claim.both_right, *congruence_range(a, b)))
        low = high = false_accuracy_claim(fewer, a, b, both_right=both)
        how = f"both right in {both:.3f}"
    else:
        low, high = false_accuracy_claim_range(fewer, a, b)
        how = f"n = {fewer} paired, both right in {_span(congruence_range(a, b))}"
        if claim.paired is None:
            apart = _false_if_independent((a, claim.n_a), (b, claim.n_b))
            low, high = min(low, apart), max(high, apart)
            how += f"; unpaired {apart:.3f}"
    return [_verdict(claim.id, (claim.a.text, claim.b.text), (low, high), how, claim.paired)]


def check_better_mean(claim: MeanSuperiorityClaim) -> list[Verdict]:
    """Gives the range of the probability over the correlations that are not printed."""
    means, sds = (claim.a.value, claim.b.value), (claim.sd_a.value, claim.sd_b.value)
    if claim.correlation is None:
        low, high = false_mean_claim_range(claim.n, means, sds)
        how = f"n = {claim.n}, correlation 0 to 0.99"
    else:
        low = high = false_mean_claim(claim.n, means, sds, correlation=claim.correlation)
        how = f"n = {claim.n}, correlation {claim.correlation:g}"
    return [_verdict(claim.id, (claim.a.text, claim.b.text), (low, high), how, True)]


def _impossible_congruence(claim: AccuracySuperiorityClaim, both: float) -> Verdict | None:
    a, b = claim.a.as_share(), claim.b.as_share()
    least, most = max(0.0, a.low + b.low - 1.0), min(a.high, b.high)
    if least - 1e-9 <= both <= most + 1e-9:
        return None
    sum_ = f"{claim.a.text} + {claim.b.text} - 1 to the lesser = {_span((least, most))}"
    statement = (
        f"Both cannot be right in {both:g} of the cases: with {claim.a.text} and "
        f"{claim.b.text} it is {_span((least, most))}."
    )
    return Verdict(claim.id, "both right", "impossible", statement, sum_)


def _verdict(
    claim: str,
    figures: tuple[str, str],
    span: tuple[float, float],
    how: str,
    paired: bool | None,
) -> Verdict:
    low, high = span
    said = f"{figures[0]} against {figures[1]}"
    chance = f"the claim is false with {_span(span)}"
    sum_ = f"P(false) = {_span(span)} ({how})"
    unknown = "the pairing is not stated, over what is possible " if paired is None else ""
    judgement: Judgement
    if low >= SHOWN_BELOW:
        judgement, statement = "not shown", f"{said}: not shown to differ; {unknown}{chance}."
    elif high >= SHOWN_BELOW:
        judgement = "untold"
        statement = f"{said}: it cannot be told whether they differ; {unknown}{chance}."
    elif paired is None:
        judgement = "untold"
        statement = f"{said}: {unknown}{chance}; until it is, nothing is shown."
    else:
        judgement, statement = "consistent", f"{said}: shown to differ; {chance}."
    return Verdict(claim, "better than", judgement, statement, sum_)


def _false_if_independent(a: tuple[float, int], b: tuple[float, int]) -> float:
    """Gives P(a <= b) of two independent Beta posteriors with uniform priors."""
    edges = np.linspace(0.0, 1.0, GRID)
    below = [beta.cdf(edges, p * n + 1.0, (1.0 - p) * n + 1.0) for p, n in (a, b)]
    middle = (below[0][1:] + below[0][:-1]) / 2.0
    return float((middle * np.diff(below[1])).sum())


def _span(span: tuple[float, float]) -> str:
    low, high = (f"{end:.3f}" for end in span)
    return low if low == high else f"{low} to {high}"
