"""Whether what is said of figures, tests and groups agrees with itself."""

from __future__ import annotations

from condyle.evaluation.claims.printed import Printed
from condyle.evaluation.claims.schema import (
    BoundClaim,
    NamingClaim,
    RolesClaim,
    SameQuantityClaim,
    SharedFiguresClaim,
    TestClaim,
)
from condyle.evaluation.claims.verdict import Verdict

SECONDS = {"ms": 1e-3, "s": 1.0, "sec": 1.0, "min": 60.0, "minutes": 60.0, "h": 3600.0}
SYNONYMS = (
    {"sensitivity", "recall", "true positive rate"},
    {"precision", "ppv", "positive predictive value"},
    {"dice", "dice coefficient", "dsc", "f1"},
    {"iou", "jaccard", "intersection over union"},
    {"auc", "auroc", "roc auc", "area under the roc curve"},
    {"map", "mean average precision"},
)
SUITS = {
    ("proportion", True): ("mcnemar",),
    ("proportion", False): ("chi-square", "fisher"),
    ("time", True): ("paired-t", "wilcoxon"),
    ("time", False): ("t", "mann-whitney"),
    ("measurement", True): ("paired-t", "wilcoxon"),
    ("measurement", False): ("t", "mann-whitney"),
    ("auc", True): ("delong",),
    ("auc", False): ("delong",),
}


def check_bound(claim: BoundClaim) -> list[Verdict]:
    """Holds a limit against the printed maximum; a missing unit is told."""
    verdicts = []
    if not claim.maximum.unit and claim.below.unit:
        statement = f"The maximum of {claim.maximum.text} has no unit."
        verdicts.append(Verdict(claim.id, "unit", "doubtful", statement))
    below, maximum = _alike(claim.below, claim.maximum)
    sum_ = f"{claim.maximum.text} against {claim.below.text}"
    if maximum.low >= below.value:
        statement = (
            f"'Under {claim.below.text}' is contradicted by the maximum {claim.maximum.text}."
        )
        verdicts.append(Verdict(claim.id, "bound", "impossible", statement, sum_))
    else:
        statement = f"'Under {claim.below.text}' agrees with the maximum {claim.maximum.text}."
        verdicts.append(Verdict(claim.id, "bound", "consistent", statement, sum_))
    return verdicts


def check_same_quantity(claim: SameQuantityClaim) -> list[Verdict]:
    """Looks for one value that all printed ones round to."""
    values = [_in_seconds(value) for value in claim.printed]
    texts = ", ".join(value.text for value in claim.printed)
    units = {value.unit for value in values}
    if len(units) > 1:
        statement = f"The {claim.quantity} has units that cannot be converted: {texts}."
        return [Verdict(claim.id, claim.quantity, "untold", statement)]
    agree = max(value.low for value in values) < min(value.high for value in values) - 1e-12
    sum_ = " against ".join(f"{value.value:g} {value.unit}".strip() for value in values)
    if agree:
        statement = f"The {claim.quantity} is the same throughout: {texts}."
        return [Verdict(claim.id, claim.quantity, "consistent", statement, sum_)]
    statement = f"The {claim.quantity} is printed with several values: {texts}."
    return [Verdict(claim.id, claim.quantity, "impossible", statement, sum_)]


def check_naming(claim: NamingClaim) -> list[Verdict]:
    """Tells whether two names mean one figure."""
    metric, called = claim.metric.lower().strip(), claim.called.lower().strip()
    same = metric == called or any({metric, called} <= names for names in SYNONYMS)
    if same:
        statement = f"{claim.metric} may be called {claim.called}."
        return [Verdict(claim.id, "name", "consistent", statement)]
    statement = f"{claim.metric} is called {claim.called}, which is another figure."
    return [Verdict(claim.id, "name", "doubtful", statement)]


def check_roles(claim: RolesClaim) -> list[Verdict]:
    """Tells where one group of cases is given several roles."""
    roles = list(dict.fromkeys(role.lower().strip() for role in claim.roles))
    if len(roles) == 1:
        statement = f"The {claim.group} are called {claim.roles[0]} throughout."
        return [Verdict(claim.id, "role", "consistent", statement)]
    statement = f"The {claim.group} cannot be {' and '.join(roles)} at once."
    return [Verdict(claim.id, "role", "impossible", statement)]


def check_test(claim: TestClaim) -> list[Verdict]:
    """Tells whether a test suits the data that it was used on."""
    suits = SUITS[claim.outcome, claim.paired]
    data = f"{'paired' if claim.paired else 'unpaired'} data ({claim.outcome})"
    if claim.test in suits:
        statement = f"The {claim.test} test suits {data}."
        return [Verdict(claim.id, "test", "consistent", statement)]
    statement = f"The {claim.test} test does not suit {data}; {' or '.join(suits)} would."
    return [Verdict(claim.id, "test", "doubtful", statement)]


def check_shared_figures(claim: SharedFiguresClaim) -> list[Verdict]:
    """Tells where figures of a whole model differ from class to class of it."""
    verdicts = []
    for model, classes in claim.rows.items():
        for figure in sorted({name for row in classes.values() for name in row}):
            printed = {name: row[figure] for name, row in classes.items() if figure in row}
            label = f"{model} {figure}"
            texts = ", ".join(f"{name} {value.text}" for name, value in printed.items())
            if len({value.value for value in printed.values()}) == 1:
                statement = f"The {figure} of {model} is the same in each class."
                verdicts.append(Verdict(claim.id, label, "consistent", statement, texts))
                continue
            statement = f"The {figure} of {model} is one figure for all classes, printed: {texts}."
            statement += _from_elsewhere(claim, model, figure)
            verdicts.append(Verdict(claim.id, label, "impossible", statement, texts))
    return verdicts


def _from_elsewhere(claim: SharedFiguresClaim, model: str, figure: str) -> str:
    found = []
    for name, row in claim.rows[model].items():
        for other, classes in claim.rows.items():
            values = {cells[figure].value for cells in classes.values() if figure in cells}
            if other != model and figure in row and row[figure].value in values:
                found.append(f" That of {model} {name} stands at {other} as well.")
    return "".join(found)


def _alike(first: Printed, second: Printed) -> tuple[Printed, Printed]:
    if first.unit and second.unit:
        return _in_seconds(first), _in_seconds(second)
    return first, second


def _in_seconds(printed: Printed) -> Printed:
    factor = SECONDS.get(printed.unit.lower())
    if factor is None:
        return printed
    return Printed(printed.value * factor, printed.step * factor, "s", printed.text)
