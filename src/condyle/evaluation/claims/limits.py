"""Whether printed intervals are those of the method and the data that are stated."""

from __future__ import annotations

import math
from collections.abc import Sequence

from scipy.stats import t

from condyle.evaluation.claims.printed import Printed
from condyle.evaluation.claims.schema import ClusteringClaim, IntervalClaim, MeanIntervalClaim
from condyle.evaluation.claims.verdict import Judgement, Verdict, plural
from condyle.evaluation.intervals import PROPORTION_METHODS, Limits

NAMES = {
    "wilson": "Wilson",
    "clopper-pearson": "Clopper-Pearson",
    "agresti-coull": "Agresti-Coull",
    "wald": "Wald",
}
# A limit on the border between two printed values may have gone either way.
BORDER_STEPS = 0.6


def check_interval(claim: IntervalClaim, others: Sequence[IntervalClaim]) -> list[Verdict]:
    """Names the methods whose interval of the counts is the printed one.

    ``others`` are the intervals of the same file, to find one that was copied.
    """
    if claim.statistic == "auc":
        return [_auc_interval(claim)]
    hits, trials = claim.hits or 0, claim.trials or 1
    return [_value(claim, hits / trials), _limits(claim, others, (hits, trials))]


def _value(claim: IntervalClaim, share: float) -> Verdict:
    holds = claim.printed.as_share().stands_for(share)
    sum_ = f"{claim.hits}/{claim.trials} = {share:.4f}"
    statement = f"{claim.printed.text} {'holds' if holds else 'cannot be'}: {sum_}."
    return Verdict(claim.id, "value", "consistent" if holds else "impossible", statement, sum_)


def _limits(
    claim: IntervalClaim, others: Sequence[IntervalClaim], counts: tuple[int, int]
) -> Verdict:
    hits, trials = counts
    limits = {
        name: method(hits, trials, claim.level) for name, method in PROPORTION_METHODS.items()
    }
    fitting = [name for name, pair in limits.items() if _fits(claim, pair)]
    shown = [claim.method] if claim.method in fitting else fitting[:1]
    shown = shown or ([claim.method] if claim.method else list(limits))
    sum_ = f"{hits}/{trials} = {hits / trials:.3f}; " + ", ".join(
        f"{NAMES[name]} {_pair(limits[name])}" for name in dict.fromkeys([*shown, *fitting])
    )
    printed = f"The interval {claim.low.text} to {claim.high.text}"
    names = " and ".join(NAMES[name] for name in fitting)
    if claim.method in fitting:
        near = " within rounding" if _on_border(claim, limits[claim.method]) else ""
        statement = f"{printed} is {NAMES[claim.method]}'s{near}."
        return Verdict(claim.id, "interval", "consistent", statement, sum_)
    if fitting and claim.method:
        wanted = f"{NAMES[claim.method]} gives {_pair(limits[claim.method])}"
        statement = f"{printed} is not {NAMES[claim.method]}'s, it is {names}'s; {wanted}."
        return Verdict(claim.id, "interval", "impossible", statement, f"{sum_}; {wanted}")
    if fitting:
        statement = f"{printed} is {names}'s."
        return Verdict(claim.id, "interval", "consistent", statement, sum_)
    statement = f"{printed} fits none of {', '.join(NAMES.values())}{_copied(claim, others)}."
    judgement: Judgement = "impossible" if claim.method else "untold"
    every = "; ".join(f"{NAMES[name]} {_pair(pair)}" for name, pair in limits.items())
    return Verdict(claim.id, "interval", judgement, statement, every)


def check_clustering(claim: ClusteringClaim) -> list[Verdict]:
    """Tells what it means that several rows come from one patient."""
    verdicts = []
    for rows in claim.rows:
        figure = f"n = {rows}"
        if rows <= claim.patients:
            statement = (
                f"{rows} {plural(claim.unit)} can be one of each of {claim.patients} patients."
            )
            verdicts.append(Verdict(claim.id, figure, "consistent", statement))
            continue
        each = rows / claim.patients
        widening = math.sqrt(1.0 + (each - 1.0) * 0.5)
        statement = (
            f"{rows} {plural(claim.unit)} come from {claim.patients} patients: "
            f"intervals with n = {rows} are too narrow, clustering is ignored."
        )
        sum_ = (
            f"{rows}/{claim.patients} = {each:.1f} a patient; with an intraclass correlation of "
            f"0.5 they would be {widening:.2f} times as wide"
        )
        verdicts.append(Verdict(claim.id, figure, "doubtful", statement, sum_))
    return verdicts


def check_mean_interval(claim: MeanIntervalClaim) -> list[Verdict]:
    """Holds the interval of a mean against its symmetry, its SD and its n."""
    verdicts = []
    below, above = claim.mean.value - claim.low.value, claim.high.value - claim.mean.value
    slack = claim.mean.step + (claim.low.step + claim.high.step) / 2.0
    printed = f"{claim.low.text} to {claim.high.text}"
    if min(below, above) < -slack / 2.0:
        statement = f"The mean {claim.mean.text} is outside of its own interval {printed}."
        verdicts.append(Verdict(claim.id, "symmetry", "impossible", statement))
    elif abs(below - above) > slack + 1e-9:
        sum_ = f"{below:.4g} below and {above:.4g} above"
        statement = (
            f"The interval {printed} is asymmetric about the mean {claim.mean.text}: {sum_}."
        )
        verdicts.append(Verdict(claim.id, "symmetry", "doubtful", statement, sum_))
    if claim.sd is not None and claim.n is not None:
        verdicts.append(_against_sd(claim, claim.sd, claim.n))
    if not verdicts:
        statement = f"The interval {printed} is symmetric; without SD and n no more can be told."
        verdicts.append(Verdict(claim.id, "interval", "untold", statement))
    return verdicts


def _against_sd(claim: MeanIntervalClaim, sd: Printed, n: int) -> Verdict:
    reach = float(t.ppf(0.5 + claim.level / 2.0, n - 1)) / math.sqrt(n)
    half = reach * sd.value
    own = (claim.mean.value - half, claim.mean.value + half)
    decimals = max(0, round(-math.log10(claim.mean.step))) + 1
    sum_ = (
        f"{claim.mean.text} -/+ {reach * math.sqrt(n):.3f} x {sd.text} / sqrt({n}) = "
        f"{own[0]:.{decimals}f} to {own[1]:.{decimals}f}"
    )
    printed = f"{claim.low.text} to {claim.high.text}"
    interval = f"the t interval is {own[0]:.{decimals}f} to {own[1]:.{decimals}f}"
    if claim.low.rounds_from(own[0]) and claim.high.rounds_from(own[1]):
        statement = f"The interval {printed} agrees with SD and n: {interval}."
        return Verdict(claim.id, "interval", "consistent", statement, sum_)
    if _reachable(claim, sd, reach):
        statement = (
            f"The interval {printed} is not that of the printed SD and n, {interval}; "
            "it could come of figures before rounding."
        )
        return Verdict(claim.id, "interval", "untold", statement, sum_)
    statement = f"The interval {printed} cannot come of SD {sd.text} and n = {n}: {interval}."
    return Verdict(claim.id, "interval", "impossible", statement, sum_)


def _reachable(claim: MeanIntervalClaim, sd: Printed, reach: float) -> bool:
    """Looks for an unrounded mean and SD that give both limits."""
    for step in range(201):
        half = reach * max(sd.low + (sd.high - sd.low) * step / 200.0, 0.0)
        least = max(claim.mean.low, claim.low.low + half, claim.high.low - half)
        most = min(claim.mean.high, claim.low.high + half, claim.high.high - half)
        if least <= most + 1e-12:
            return True
    return False


def _auc_interval(claim: IntervalClaim) -> Verdict:
    if claim.method is None:
        statement = "The interval of an AUC cannot be checked without the scores."
        return Verdict(claim.id, "interval", "untold", statement)
    statement = (
        f"The method of {NAMES[claim.method]} does not apply to an AUC, which is no share of "
        "independent trials; DeLong's needs the scores."
    )
    return Verdict(claim.id, "interval", "doubtful", statement)


def _fits(claim: IntervalClaim, pair: Limits) -> bool:
    return all(
        abs(limit - printed.value) <= BORDER_STEPS * printed.step
        for limit, printed in _sides(claim, pair)
    )


def _on_border(claim: IntervalClaim, pair: Limits) -> bool:
    return any(
        abs(limit - printed.value) > 0.45 * printed.step for limit, printed in _sides(claim, pair)
    )


def _sides(claim: IntervalClaim, pair: Limits) -> list[tuple[float, Printed]]:
    in_percent = claim.printed.unit == "%" or claim.printed.value > 1.0
    scale = 100.0 if in_percent or claim.high.value > 1.0 else 1.0
    return [(scale * pair[0], claim.low), (scale * pair[1], claim.high)]


def _copied(claim: IntervalClaim, others: Sequence[IntervalClaim]) -> str:
    for other in others:
        same = all(
            (getattr(claim, part).value, getattr(claim, part).step)
            == (getattr(other, part).value, getattr(other, part).step)
            for part in ("printed", "low", "high")
        )
        if same and (claim.hits, claim.trials) != (other.hits, other.trials):
            return f", and equals that of '{other.id}': probably copied"
    return ""


def _pair(limits: Limits) -> str:
    return f"{limits[0]:.3f} to {limits[1]:.3f}"
