"""Claims as a file states them: typed, unknown keys refused.

A number is given as it is printed, in quotes where its last digit is a zero.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from condyle.evaluation.claims.printed import Printed, parse_printed
from condyle.evaluation.intervals import ProportionMethod

CLAIMS_SCHEMA = "condyle.claims/1"

AsPrinted = Annotated[Printed, BeforeValidator(parse_printed)]
Count = Annotated[int, Field(ge=0)]
Some = Annotated[int, Field(ge=1)]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class _Claim(_Closed):
    id: str = Field(min_length=1)


class ConfusionClaim(_Claim):
    """Counts of a two-class table and figures said to follow from them."""

    kind: Literal["confusion"]
    tp: Count
    fn: Count
    fp: Count
    tn: Count
    printed: dict[
        Literal[
            "accuracy", "sensitivity", "recall", "specificity", "precision", "ppv", "npv", "f1"
        ],
        AsPrinted,
    ]


class ProportionClaim(_Claim):
    """A share of ``trials``; ``unit`` says of what."""

    kind: Literal["proportion"]
    printed: AsPrinted
    trials: Some
    hits: Count | None = None
    unit: str = "case"


class IntervalClaim(_Claim):
    """A share with its interval, or the interval of an AUC."""

    kind: Literal["interval"]
    hits: Count | None = None
    trials: Some | None = None
    printed: AsPrinted
    low: AsPrinted
    high: AsPrinted
    method: ProportionMethod | None = None
    level: float = Field(default=0.95, gt=0.0, lt=1.0)
    statistic: Literal["proportion", "auc"] = "proportion"

    @model_validator(mode="after")
    def _counts_of_a_proportion(self) -> IntervalClaim:
        if self.statistic == "proportion":
            if self.hits is None or self.trials is None:
                raise ValueError("a proportion needs hits and trials")
            if self.hits > self.trials:
                raise ValueError("there are more hits than trials")
        return self


class ClusteringClaim(_Claim):
    """Rows that intervals were given n from, and the patients that they come from."""

    kind: Literal["clustering"]
    rows: list[Some] = Field(min_length=1)
    patients: Some
    unit: str = "image"


class MeanIntervalClaim(_Claim):
    """A mean with its SD, n and interval; without SD or n only its symmetry is checked."""

    kind: Literal["mean-interval"]
    mean: AsPrinted
    low: AsPrinted
    high: AsPrinted
    sd: AsPrinted | None = None
    n: Annotated[int, Field(ge=2)] | None = None
    level: float = Field(default=0.95, gt=0.0, lt=1.0)


class OverlapMeansClaim(_Claim):
    """Mean Dice against mean IoU of the same cases, with their ranges where printed."""

    kind: Literal["overlap-means"]
    dice: AsPrinted
    iou: AsPrinted
    dice_low: AsPrinted | None = None
    dice_high: AsPrinted | None = None
    iou_low: AsPrinted | None = None
    iou_high: AsPrinted | None = None


class OverlapRangeClaim(_Claim):
    """The least Dice over all cases, where some cases had no overlap at all."""

    kind: Literal["overlap-range"]
    lowest: AsPrinted
    cases: Some
    missed: Count = 0
    imagined: Count = 0


class MeanOfClaim(_Claim):
    """A mean said to be that of the parts, such as mAP over classes."""

    kind: Literal["mean-of"]
    parts: list[AsPrinted] = Field(min_length=2)
    printed: AsPrinted


class SplitClaim(_Claim):
    """Parts of a data set, their total, and the ratio that they are said to have."""

    kind: Literal["split"]
    parts: list[Some] = Field(min_length=2)
    total: Some | None = None
    ratio: list[Annotated[float, Field(gt=0)]] | None = None

    @model_validator(mode="after")
    def _as_many_terms(self) -> SplitClaim:
        if self.ratio is not None and len(self.ratio) != len(self.parts):
            raise ValueError("the ratio has not as many terms as there are parts")
        return self


class ChangeClaim(_Claim):
    """A relative change from one figure to another; ``about`` allows a tenth of it either way."""

    kind: Literal["change"]
    before: AsPrinted
    after: AsPrinted
    printed: AsPrinted
    about: bool = False


class BoundClaim(_Claim):
    """A limit that all values are said to keep, and their printed maximum."""

    kind: Literal["bound"]
    below: AsPrinted
    maximum: AsPrinted


class SameQuantityClaim(_Claim):
    """One quantity that is printed more than once."""

    kind: Literal["same-quantity"]
    quantity: str
    printed: list[AsPrinted] = Field(min_length=2)


class NamingClaim(_Claim):
    """A figure that is called by the name of another."""

    kind: Literal["naming"]
    metric: str
    called: str


class RolesClaim(_Claim):
    """One group of cases and every role that it is given."""

    kind: Literal["roles"]
    group: str
    roles: list[str] = Field(min_length=1)


class TestClaim(_Claim):
    """A statistical test and what it was used on."""

    __test__ = False

    kind: Literal["test"]
    test: Literal[
        "chi-square", "fisher", "mcnemar", "t", "paired-t", "mann-whitney", "wilcoxon", "delong"
    ]
    outcome: Literal["proportion", "time", "measurement", "auc"]
    paired: bool


class SharedFiguresClaim(_Claim):
    """Figures of the whole model, printed once a class: model to class to figure."""

    kind: Literal["shared-figures"]
    rows: dict[str, dict[str, dict[str, AsPrinted]]]


class AccuracySuperiorityClaim(_Claim):
    """A has a better accuracy than B; ``paired`` is null where it is not stated."""

    kind: Literal["better-accuracy"]
    a: AsPrinted
    b: AsPrinted
    n_a: Some
    n_b: Some
    paired: bool | None = None
    both_right: float | None = Field(default=None, ge=0.0, le=1.0)


class MeanSuperiorityClaim(_Claim):
    """A has a better mean, such as of Dice, than B on the same cases."""

    kind: Literal["better-mean"]
    a: AsPrinted
    b: AsPrinted
    sd_a: AsPrinted
    sd_b: AsPrinted
    n: Annotated[int, Field(ge=2)]
    correlation: float | None = Field(default=None, ge=-1.0, le=1.0)


AnyClaim = Annotated[
    ConfusionClaim
    | ProportionClaim
    | IntervalClaim
    | ClusteringClaim
    | MeanIntervalClaim
    | OverlapMeansClaim
    | OverlapRangeClaim
    | MeanOfClaim
    | SplitClaim
    | ChangeClaim
    | BoundClaim
    | SameQuantityClaim
    | NamingClaim
    | RolesClaim
    | TestClaim
    | SharedFiguresClaim
    | AccuracySuperiorityClaim
    | MeanSuperiorityClaim,
    Field(discriminator="kind"),
]


class ClaimsFile(_Closed):
    """A file of claims."""

    schema_: Literal["condyle.claims/1"] = Field(alias="schema")
    title: str = ""
    claims: list[AnyClaim] = Field(min_length=1)

    @model_validator(mode="after")
    def _ids_differ(self) -> ClaimsFile:
        ids = [claim.id for claim in self.claims]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise ValueError("ids that occur twice: " + ", ".join(twice))
        return self
