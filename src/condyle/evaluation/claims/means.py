"""Whether means, ranges and changes can belong together."""

from __future__ import annotations

from condyle.evaluation.claims.printed import Printed
from condyle.evaluation.claims.schema import (
    ChangeClaim,
    MeanOfClaim,
    OverlapMeansClaim,
    OverlapRangeClaim,
)
from condyle.evaluation.claims.verdict import Judgement, Verdict

# "Around" is taken as a tenth either way.
LOOSELY = 0.2


def check_overlap_means(claim: OverlapMeansClaim) -> list[Verdict]:
    """Bounds mean IoU by mean Dice.

    IoU = D / (2 - D) a case is convex, so the mean IoU is at least that of the mean
    Dice (Jensen's inequality), and at most on the chord over the range of Dice.
    """
    dice = claim.dice.as_share()
    low = claim.dice_low.as_share().low if claim.dice_low else 0.0
    high = claim.dice_high.as_share().high if claim.dice_high else 1.0
    low, high = max(low, 0.0), min(high, 1.0)
    least = _iou(max(dice.low, 0.0))
    most = _chord(min(dice.high, high), low, high)
    iou = claim.iou.as_share()
    holds = iou.high >= least - 1e-9 and iou.low <= most + 1e-9
    known = "the printed" if claim.dice_low or claim.dice_high else "any"
    sum_ = (
        f"{dice.value:g} / (2 - {dice.value:g}) = {_iou(dice.value):.3f}; "
        f"over {known} range of Dice {least:.3f} to {most:.3f}"
    )
    word = "agrees with" if holds else "cannot be with"
    near = f"it must lie near {_iou(dice.value):.2f}" if most - least < 0.05 else "it lies"
    statement = (
        f"A mean IoU of {claim.iou.text} {word} a mean Dice of {claim.dice.text}: "
        f"{near}, between {least:.3f} and {most:.3f}."
    )
    judgement: Judgement = "consistent" if holds else "impossible"
    ends = [("lowest", claim.dice_low, claim.iou_low), ("highest", claim.dice_high, claim.iou_high)]
    return [
        Verdict(claim.id, "mean IoU", judgement, statement, sum_),
        *(_end_of_range(claim.id, name, d, i) for name, d, i in ends if d and i),
    ]


def check_overlap_range(claim: OverlapRangeClaim) -> list[Verdict]:
    """Holds the least Dice against cases that had no overlap."""
    without = claim.missed + claim.imagined
    if without == 0:
        statement = "No case without overlap is printed, so the range may cover all."
        return [Verdict(claim.id, "range", "consistent", statement)]
    sum_ = f"{claim.missed} missed + {claim.imagined} false = {without} of {claim.cases}"
    if claim.lowest.value == 0.0:
        statement = "A least Dice of 0 agrees with cases that have no overlap."
        return [Verdict(claim.id, "range", "consistent", statement, sum_)]
    statement = (
        f"A case with no overlap scores 0 or is undefined: a least Dice of {claim.lowest.text} "
        f"cannot cover all {claim.cases} cases, {without} of which were missed or false."
    )
    return [Verdict(claim.id, "range", "impossible", statement, sum_)]


def check_mean_of(claim: MeanOfClaim) -> list[Verdict]:
    """Takes the mean of the printed parts, within their rounding."""
    count = len(claim.parts)
    every = [*claim.parts, claim.printed]
    shares = [number for number in every if number.unit != "%"]
    mixed = 0 < len(shares) < len(every) and all(number.value <= 1.0 for number in shares)
    parts = [part.as_share() if mixed else part for part in claim.parts]
    printed = claim.printed.as_share() if mixed else claim.printed
    mean = sum(part.value for part in parts) / count
    least, most = sum(part.low for part in parts) / count, sum(part.high for part in parts) / count
    holds = printed.high >= least - 1e-9 and printed.low <= most + 1e-9
    sum_ = f"({' + '.join(part.text for part in claim.parts)}) / {count} = {mean:.4g}"
    word = "is" if holds else "is not"
    statement = f"{claim.printed.text} {word} the mean of its parts: {sum_}."
    return [Verdict(claim.id, "mean", "consistent" if holds else "impossible", statement, sum_)]


def check_change(claim: ChangeClaim) -> list[Verdict]:
    """Works out a relative change, within the rounding of both figures."""
    before, after = claim.before, claim.after
    if before.low <= 0.0:
        statement = "A relative change from 0 is undefined."
        return [Verdict(claim.id, "change", "untold", statement)]
    change = 100.0 * abs(after.value - before.value) / before.value
    ends = [100.0 * (b - a) / b for b in (before.low, before.high) for a in (after.low, after.high)]
    if after.value > before.value:
        ends = [-end for end in ends]
    said = _in_percent(claim.printed)
    step = max(said.step, LOOSELY * said.value) if claim.about else said.step
    holds = said.value + step / 2 >= min(ends) - 1e-9 and said.value - step / 2 <= max(ends) + 1e-9
    sum_ = f"|{after.value:g} - {before.value:g}| / {before.value:g} = {change:.1f} %"
    about = "around " if claim.about else ""
    word = "is" if holds else "is not"
    statement = (
        f"The change from {before.text} to {after.text} {word} {about}{claim.printed.text}: "
        f"it is {change:.0f} %."
    )
    return [Verdict(claim.id, "change", "consistent" if holds else "impossible", statement, sum_)]


def _end_of_range(claim: str, name: str, dice: Printed, iou: Printed) -> Verdict:
    """The case with the lowest Dice has the lowest IoU, and so at the top."""
    d, i = dice.as_share(), iou.as_share()
    least, most = _iou(max(d.low, 0.0)), _iou(min(d.high, 1.0))
    holds = i.high >= least - 1e-9 and i.low <= most + 1e-9
    word = "agrees with" if holds else "cannot be with"
    sum_ = f"{d.value:g} / (2 - {d.value:g}) = {_iou(d.value):.3f}"
    statement = f"The {name} IoU of {iou.text} {word} the {name} Dice of {dice.text}: {sum_}."
    judgement: Judgement = "consistent" if holds else "impossible"
    return Verdict(claim, f"{name} IoU", judgement, statement, sum_)


def _iou(dice: float) -> float:
    return dice / (2.0 - dice)


def _chord(dice: float, low: float, high: float) -> float:
    if high <= low:
        return _iou(dice)
    share = (dice - low) / (high - low)
    return _iou(low) + share * (_iou(high) - _iou(low))


def _in_percent(printed: Printed) -> Printed:
    if printed.unit == "%" or printed.value > 1.0:
        return printed
    return Printed(100.0 * printed.value, 100.0 * printed.step, "%", printed.text)
