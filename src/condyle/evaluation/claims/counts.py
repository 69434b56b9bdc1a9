"""Whether shares follow from counts."""

from __future__ import annotations

import math
from collections.abc import Mapping

from condyle.evaluation.claims.printed import Printed, percent
from condyle.evaluation.claims.schema import ConfusionClaim, ProportionClaim, SplitClaim
from condyle.evaluation.claims.verdict import Judgement, Verdict, plural

Ratio = tuple[int, int]
SAME = {"recall": "sensitivity", "ppv": "precision"}


def check_confusion(claim: ConfusionClaim) -> list[Verdict]:
    """Holds each printed figure against its ratio of the four counts."""
    ratios = _ratios(claim)
    verdicts = []
    for name, printed in claim.printed.items():
        top, bottom = ratios[SAME.get(name, name)]
        if bottom == 0:
            statement = f"The {name} is undefined: its denominator is 0."
            verdicts.append(Verdict(claim.id, name, "impossible", statement, f"{top}/{bottom}"))
            continue
        found = _against(printed, top / bottom)
        sum_ = f"{top}/{bottom} = {percent(top / bottom)}"
        statement = f"The {name} of {printed.text} {_PHRASE[found]}: {sum_}."
        if found == "impossible":
            others = _other_figures(printed, name, ratios)
            statement += "".join(f" {printed.text} is the {other}." for other in others)
        verdicts.append(Verdict(claim.id, name, found, statement, sum_))
    return verdicts


def check_proportion(claim: ProportionClaim) -> list[Verdict]:
    """Looks for the count that a printed share can come from."""
    printed, n = claim.printed, claim.trials
    if claim.hits is not None:
        share = claim.hits / n
        sum_ = f"{claim.hits}/{n} = {percent(share)}"
        found: Judgement = "impossible" if claim.hits > n else _against(printed, share)
        statement = f"{printed.text} {_PHRASE[found]} of {n} {plural(claim.unit)}: {sum_}."
        if found == "impossible":
            statement += f" It can only be of another unit than the {claim.unit}, such as pixels, "
            statement += "which is to be stated."
        return [Verdict(claim.id, "proportion", found, statement, sum_)]
    share = printed.as_share().value
    near = sorted({min(max(k, 0), n) for k in (math.floor(share * n), math.ceil(share * n))})
    sum_ = ", ".join(f"{k}/{n} = {percent(k / n, 2)}" for k in near)
    fits = [k for k in near if _against(printed, k / n) == "consistent"]
    if fits:
        statement = f"{printed.text} is {fits[0]} of {n} {plural(claim.unit)}."
        return [Verdict(claim.id, "proportion", "consistent", statement, sum_)]
    statement = (
        f"No count of {n} {plural(claim.unit)} gives {printed.text}: {sum_}. "
        "The unit must be another, to be stated."
    )
    return [Verdict(claim.id, "proportion", "impossible", statement, sum_)]


def check_split(claim: SplitClaim) -> list[Verdict]:
    """Adds up the parts, and holds them against the ratio."""
    total, verdicts = sum(claim.parts), []
    parts = " + ".join(str(part) for part in claim.parts)
    if claim.total is not None:
        holds = total == claim.total
        word = "add up to" if holds else "do not add up to"
        statement = f"The parts {word} {claim.total}: {parts} = {total}."
        judgement: Judgement = "consistent" if holds else "impossible"
        verdicts.append(Verdict(claim.id, "total", judgement, statement, f"{parts} = {total}"))
    if claim.ratio is not None:
        terms = [term / sum(claim.ratio) for term in claim.ratio]
        shares = [part / total for part in claim.parts]
        # A part may be off by what whole cases and a term's own rounding allow.
        grain = 0.5 / sum(claim.ratio)
        holds = all(
            abs(share - term) <= max(grain, 1.0 / total) + 1e-9
            for share, term in zip(shares, terms, strict=True)
        )
        said = ":".join(f"{term:g}" for term in claim.ratio)
        sum_ = ":".join(str(part) for part in claim.parts)
        sum_ += " = " + ":".join(f"{100 * share:.1f}" for share in shares)
        word = "agrees with" if holds else "is not"
        statement = f"The split {sum_} {word} {said}."
        judgement = "consistent" if holds else "impossible"
        verdicts.append(Verdict(claim.id, "ratio", judgement, statement, sum_))
    if not verdicts:
        statement = "Neither a total nor a ratio is printed."
        verdicts.append(Verdict(claim.id, "split", "untold", statement, f"{parts} = {total}"))
    return verdicts


_PHRASE: Mapping[Judgement, str] = {"impossible": "cannot be", "consistent": "holds"}


def _ratios(claim: ConfusionClaim) -> dict[str, Ratio]:
    tp, fn, fp, tn = claim.tp, claim.fn, claim.fp, claim.tn
    return {
        "accuracy": (tp + tn, tp + fn + fp + tn),
        "sensitivity": (tp, tp + fn),
        "specificity": (tn, tn + fp),
        "precision": (tp, tp + fp),
        "npv": (tn, tn + fn),
        "f1": (2 * tp, 2 * tp + fp + fn),
    }


def _against(printed: Printed, share: float) -> Judgement:
    return "consistent" if printed.as_share().stands_for(share) else "impossible"


def _other_figures(printed: Printed, name: str, ratios: Mapping[str, Ratio]) -> list[str]:
    return [
        f"{other} ({top}/{bottom})"
        for other, (top, bottom) in ratios.items()
        if other != SAME.get(name, name) and bottom and printed.as_share().rounds_from(top / bottom)
    ]
