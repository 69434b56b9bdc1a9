"""Drawing a split from the words of a methods section, such as ``70/15/15`` or ``5-fold x 3``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from condyle.datasets.archive import Side
from condyle.datasets.split_rounds import Round, Split, in_order
from condyle.datasets.split_strata import strata_of, stratified_parts
from condyle.datasets.splits import packaged_splits, read_split
from condyle.domain.case import Case
from condyle.errors import BadConfiguration, DatasetError

DESIGNS = (
    "TRAIN/VALIDATION/TEST such as 70/15/15 or 60/20/20",
    "TRAIN/TEST such as 80/20",
    "K-fold such as 5-fold",
    "K-fold x REPEATS such as 5-fold x 3",
    "leave-one-out: COVARIATE such as leave-one-out: Manufacturer",
    "own, the split that comes with the data",
    "own or DESIGN such as own or 70/15/15, for data that may come without one",
)
"""The designs that can be written, in words."""

_SHARES = re.compile(r"\d+(?:\.\d+)?(?:\s*/\s*\d+(?:\.\d+)?){1,2}")
_FOLDS = re.compile(r"(\d+)-fold(?:\s*x\s*(\d+))?")
_SITES = re.compile(r"leave-one-out:\s*(\S.*)")
_OWN = "own"
_OWN_OR = re.compile(r"own\s+or\s+(\S.*)")

Strata = Mapping[str, frozenset[str]]


def is_design(text: str) -> bool:
    """Says whether a text has the form of a design."""
    forms = (_SHARES, _FOLDS, _SITES)
    return text.strip() == _OWN or any(form.fullmatch(text.strip()) for form in forms)


def open_split(
    text: str,
    *,
    cases: Sequence[Case],
    sides: Mapping[str, Side],
    rounds: Sequence[Mapping[str, Side]] = (),
    seed: int,
    validation_share: float = 0.15,
) -> Split:
    """Draws a split from a design, or reads one of the package or a file that fits the data.

    Args:
        text: A design, the name of a split of the package, or the path of a split file.
        cases: The data.
        sides: Patient to side in the data set's own split.
        rounds: The same for each round, where that split has several.
        seed: Of the drawing; a split that is read keeps its own.
        validation_share: Share of the training side that a design without a validation
            side sets aside.

    Raises:
        BadConfiguration: It is none of the three; the message lists the designs.
        DatasetError: It does not fit the data.
    """
    otherwise = _OWN_OR.fullmatch(text.strip())
    if otherwise:
        text = _OWN if sides or rounds else otherwise[1]
    if is_design(text):
        return design_split(
            text,
            cases=cases,
            sides=sides,
            rounds=rounds,
            seed=seed,
            validation_share=validation_share,
        )
    if text not in packaged_splits() and not Path(text).is_file():
        raise _no_design(text)
    split = read_split(text)
    require_cover(split, cases)
    return split


def require_cover(split: Split, cases: Sequence[Case]) -> None:
    """Checks that a split and the data have the same patients.

    Raises:
        DatasetError: A patient of one is not in the other.
    """
    patients = {case.patient for case in cases}
    unsplit, absent = len(patients - split.patients), len(split.patients - patients)
    if unsplit or absent:
        raise DatasetError(
            f"The split '{split.name}' is not one of this data.",
            found=f"{unsplit} patients of the data whom it does not list, and {absent} whom it "
            "lists and the data does not hold",
            needed="the same patients in both",
            mend="name a design such as 5-fold in data.split, or the split of this data.",
        )


def design_split(
    text: str,
    *,
    cases: Sequence[Case],
    sides: Mapping[str, Side],
    rounds: Sequence[Mapping[str, Side]] = (),
    seed: int,
    validation_share: float = 0.15,
) -> Split:
    """Draws a split by patients, stratified on what the references say.

    Args:
        text: One of ``DESIGNS``.
        cases: The data; their order has no influence.
        sides: Patient to side in the data set's own split.
        rounds: The same for each round, where that split has several.
        seed: Of the drawing.
        validation_share: Share of the training side that a design without a validation
            side sets aside, at least one patient; 0 for none.

    Raises:
        BadConfiguration: There is no such design; the message lists them.
        DatasetError: The data has too few patients for it, or lacks what it needs.
    """
    text, strata, rng = text.strip(), strata_of(cases), np.random.default_rng(seed)
    name = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    folds, sites = _FOLDS.fullmatch(text), _SITES.fullmatch(text)
    if text == _OWN:
        given = rounds or [sides]
        made = [_own_round(strata, one) for one in given]
        text = text if len(given) == 1 else f"{text}, {len(given)} folds"
        if not any("test" in one.values() for one in given):
            text = f"{text}, its validation side as the test"
    elif folds:
        made = _fold_rounds(strata, int(folds[1]), repeats=int(folds[2] or 1), rng=rng)
    elif sites:
        made = _site_rounds(_sites(cases, sites[1].strip()))
    elif _SHARES.fullmatch(text):
        made = [_fraction_round(text, strata, rng=rng)]
    else:
        raise _no_design(text)
    drawn = tuple(
        round_
        if round_.validation
        else _with_validation(round_, strata, share=validation_share, rng=rng)
        for round_ in made
    )
    return Split(name=name, seed=seed, design=text, rounds=drawn)


def _fraction_round(text: str, strata: Strata, *, rng: np.random.Generator) -> Round:
    """Reads shares of a hundred, or numbers of patients where they sum to their number."""
    shares = np.array([float(part) for part in text.split("/")])
    total, patients = float(shares.sum()), len(strata)
    if total not in (100.0, float(patients)) or not shares.all():
        raise BadConfiguration(
            f"The design '{text}' does not share out the patients.",
            found=f"parts that sum to {total:g}, or an empty one",
            needed=f"parts that sum to 100, or to the {patients} patients of the data",
            mend="correct data.split in the recipe.",
        )
    exact = shares / total * patients
    sizes = np.floor(exact).astype(np.int64)
    # The places that rounding leaves go to the largest remainders, the first part first.
    sizes[np.argsort(sizes - exact, kind="stable")[: patients - int(sizes.sum())]] += 1
    if not sizes.all():
        raise _too_few(text, patients, needed="at least one for each part")
    dealt = stratified_parts(strata, sizes=sizes.tolist(), rng=rng)
    parts = [in_order(p for p, part in dealt.items() if part == k) for k in range(len(sizes))]
    return Round(train=parts[0], validation=parts[1] if len(parts) > 2 else (), test=parts[-1])


def _fold_rounds(
    strata: Strata, folds: int, *, repeats: int, rng: np.random.Generator
) -> list[Round]:
    text, patients = f"{folds}-fold", len(strata)
    if folds < 2 or repeats < 1:
        raise BadConfiguration(
            f"The design '{text} x {repeats}' cannot be run.",
            found=f"{folds} folds, {repeats} times",
            needed="at least two folds, at least once",
            mend="correct data.split in the recipe.",
        )
    if patients < folds:
        raise _too_few(text, patients, needed=f"at least {folds}, one a fold")
    sizes = [patients // folds + (fold < patients % folds) for fold in range(folds)]
    rounds: list[Round] = []
    for _ in range(repeats):
        dealt = stratified_parts(strata, sizes=sizes, rng=rng)
        rounds += _rounds_of(dealt, range(folds))
    return rounds


def _rounds_of(group: Mapping[str, object], values: Sequence[object]) -> list[Round]:
    """Gives a round for each value, in which the patients who have it are scored."""
    return [
        Round(
            train=in_order(p for p, own in group.items() if own != value),
            validation=(),
            test=in_order(p for p, own in group.items() if own == value),
        )
        for value in values
    ]


def _sites(cases: Sequence[Case], covariate: str) -> dict[str, str]:
    """Gives patient to site, every patient having one and every site several patients."""
    found: dict[str, set[str]] = {}
    for case in cases:
        mine = found.setdefault(case.patient, set())
        mine |= {case.covariates[covariate]} if case.covariates.get(covariate) else set()
    odd = sum(len(values) != 1 for values in found.values())
    names = sorted({name for case in cases for name in case.covariates})
    if odd:
        raise DatasetError(
            f"The data cannot be split by '{covariate}'.",
            found=f"{odd} of {len(found)} patients with none, or with several",
            needed="one value for each patient; the data has the covariates: "
            + (", ".join(names) or "none"),
            mend="name another covariate in data.split, or complete the table.",
        )
    sites = {patient: next(iter(values)) for patient, values in found.items()}
    values = list(sites.values())
    small = sorted({value for value in values if values.count(value) < 2})
    if small or len(set(values)) < 2:
        raise DatasetError(
            f"The data cannot be split by '{covariate}'.",
            found="a single patient at " + ", ".join(small) if small else "a single site",
            needed="two sites or more, each with two patients or more",
            mend="join the small sites under one value, leave them out, or name another design.",
        )
    return sites


def _site_rounds(sites: Mapping[str, str]) -> list[Round]:
    return _rounds_of(sites, sorted(set(sites.values())))


def _own_round(strata: Strata, sides: Mapping[str, Side]) -> Round:
    """Gives the data set's own split; without a test side, its validation side is scored."""
    members: dict[Side, list[str]] = {"train": [], "validation": [], "test": []}
    for patient in strata:
        if patient in sides:
            members[sides[patient]].append(patient)
    known = sum(map(len, members.values()))
    if known < len(strata) or not members["train"] or known == len(members["train"]):
        raise DatasetError(
            "The data does not come with a split of its own that can be used.",
            found=f"{known} of {len(strata)} patients on a side; "
            + ", ".join(f"{len(held)} in {side}" for side, held in members.items()),
            needed="every patient in train, validation or test, and the first with one other",
            mend="name a design such as 70/15/15 in data.split.",
        )
    test = members["test"] or members["validation"]
    validation = members["validation"] if members["test"] else []
    return Round(in_order(members["train"]), in_order(validation), in_order(test))


def _with_validation(
    round_: Round, strata: Strata, *, share: float, rng: np.random.Generator
) -> Round:
    """Takes the validation patients from the training side."""
    if not share:
        return round_
    if not 0 < share < 1:
        raise BadConfiguration(
            "No such share of the training side can be set aside.",
            found=f"{share:g}",
            needed="a share from 0, for none, to below 1",
            mend="correct data.validation_share in the recipe.",
        )
    count = max(1, round(share * len(round_.train)))
    if count >= len(round_.train):
        raise _too_few("validation", len(round_.train), needed="two or more who teach")
    mine = {patient: strata[patient] for patient in round_.train}
    dealt = stratified_parts(mine, sizes=[len(mine) - count, count], rng=rng)
    return Round(
        train=in_order(p for p, part in dealt.items() if part == 0),
        validation=in_order(p for p, part in dealt.items() if part == 1),
        test=round_.test,
    )


def _too_few(design: str, patients: int, *, needed: str) -> DatasetError:
    return DatasetError(
        f"The data has too few patients for the design '{design}'.",
        found=f"{patients} patients",
        needed=needed,
        mend="choose a design with fewer parts, or bring more patients.",
    )


def _no_design(text: str) -> BadConfiguration:
    return BadConfiguration(
        "The split is neither a design, nor one of the package, nor a file.",
        found=f"'{text}'",
        needed="; ".join(DESIGNS)
        + f"; a split of the package ({', '.join(packaged_splits())}); or the path of a split file",
        mend="correct data.split in the recipe.",
    )
