"""Splits drawn from the words of a methods section: sizes, shares, leaks, refusals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condyle.datasets.archive import Side
from condyle.datasets.split_design import DESIGNS, design_split, open_split
from condyle.datasets.split_strata import strata_of, stratified_parts
from condyle.datasets.splits import Split, read_split, split_text
from condyle.domain.case import Case, LabelledBox, Reference
from condyle.domain.study import Study
from condyle.errors import BadConfiguration, DatasetError


def case(patient: int, *, torn: int = 0, site: str = "A", eye: str = "left") -> Case:
    return Case(
        id=f"{patient}-{eye}",
        patient=str(patient),
        study=Study(uid=None, series=()),
        reference=Reference(grades={"study": {"acl-tear": torn}}),
        covariates={"site": site} if site else {},
    )


CASES = [case(n, torn=int(n % 4 == 0), site="ABC"[n % 3], eye=e) for n in range(40) for e in "lr"]
TORN = {str(n) for n in range(0, 40, 4)}


def draw(
    design: str,
    *,
    cases: list[Case] = CASES,
    seed: int = 1,
    sides: Mapping[str, Side] | None = None,
    share: float = 0.15,
) -> Split:
    return design_split(design, cases=cases, sides=sides or {}, seed=seed, validation_share=share)


def sizes(split: Split) -> list[tuple[int, int, int]]:
    return [(len(r.train), len(r.validation), len(r.test)) for r in split.rounds]


# ---- dealing --------------------------------------------------------------------------


@st.composite
def strata(draw: st.DrawFn) -> dict[str, frozenset[str]]:
    shown = st.frozensets(st.sampled_from(["rare", "common", "other"]))
    return {str(number): draw(shown) for number in range(draw(st.integers(1, 60)))}


@settings(max_examples=60)
@given(strata(), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_parts_have_their_sizes_and_their_share_of_the_rarest_stratum(
    shown: dict[str, frozenset[str]], parts: int, seed: int
) -> None:
    wanted = [len(shown) // parts + (part < len(shown) % parts) for part in range(parts)]
    dealt = stratified_parts(shown, sizes=wanted, rng=np.random.default_rng(seed))
    assert set(dealt) == set(shown)
    assert [sum(part == k for part in dealt.values()) for k in range(parts)] == wanted
    counts = Counter(name for names in shown.values() for name in names)
    if counts:
        rarest = min(sorted(counts), key=counts.__getitem__)
        for k in range(parts):
            mine = sum(rarest in shown[p] for p, part in dealt.items() if part == k)
            assert abs(mine - counts[rarest] * wanted[k] / len(shown)) < 1


@settings(max_examples=40)
@given(strata(), st.integers(0, 2**32 - 1))
def test_the_same_seed_deals_the_same_whatever_the_order_of_the_patients(
    shown: dict[str, frozenset[str]], seed: int
) -> None:
    turned = dict(reversed(shown.items()))
    wanted = [len(shown) - len(shown) // 3, len(shown) // 3]
    first, second = (
        stratified_parts(order, sizes=wanted, rng=np.random.default_rng(seed))
        for order in (shown, turned)
    )
    assert first == second


def test_two_crossed_strata_are_both_shared_out() -> None:
    shown = {str(n): {("a", "")[n % 2], ("b", "")[n // 2 % 2]} - {""} for n in range(80)}
    dealt = stratified_parts(shown, sizes=[16] * 5, rng=np.random.default_rng(3))
    for name in "ab":
        counts = Counter(part for p, part in dealt.items() if name in shown[p])
        assert all(abs(counts[part] - 8) <= 1 for part in range(5))


def test_a_patients_strata_are_labels_structures_and_boxes_of_all_their_cases() -> None:
    mask = np.array([[[0, 2]]], dtype=np.uint8)
    box = LabelledBox(box=(0, 0, 1, 1), labels=("slip",))
    references = [
        Reference(grades={"disc-1": {"herniation": 1}, "disc-2": {"herniation": 0}}),
        Reference(masks={"s": mask}, boxes={"s": (box,)}),
    ]
    cases = [Case(str(n), "7", Study(None, ()), ref) for n, ref in enumerate(references)]
    assert strata_of(cases) == {
        "7": {"grade herniation 1", "grade herniation 0", "mask 0", "mask 2", "boxes", "box slip"}
    }


# ---- designs --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("design", "expected"),
    [
        ("70/15/15", (28, 6, 6)),
        ("60/20/20", (24, 8, 8)),
        ("80/20", (27, 5, 8)),
        ("31/5/4", (31, 5, 4)),
        ("33.5 / 33.5 / 33", (14, 13, 13)),
    ],
)
def test_fixed_shares_give_parts_of_that_size(design: str, expected: tuple[int, int, int]) -> None:
    split = draw(design)
    assert sizes(split) == [expected]
    assert split.design == design
    assert split.patients == {str(n) for n in range(40)}


@pytest.mark.parametrize("design", ["70/15/15", "60/20/20", "80/20", "5-fold", "4-fold x 2"])
def test_every_part_has_its_share_of_a_rare_label(design: str) -> None:
    for round_ in draw(design).rounds:
        for part in (round_.train, round_.validation, round_.test):
            assert abs(len(TORN & set(part)) - len(part) / 4) < 1.5


def test_folds_score_every_patient_once_and_decide_on_others() -> None:
    split = draw("5-fold")
    assert sizes(split) == [(27, 5, 8)] * 5
    assert set(split.folds) == split.patients
    assert all(round_.patients == split.patients for round_ in split.rounds)


def test_folds_without_a_validation_share_are_plain_folds() -> None:
    split = draw("5-fold", share=0)
    assert split.is_plain
    assert sizes(split) == [(32, 0, 8)] * 5


def test_repeats_score_every_patient_once_each_and_are_not_alike() -> None:
    split = draw("4-fold x 3")
    assert split.count == 12
    tested = Counter(patient for round_ in split.rounds for patient in round_.test)
    assert set(tested.values()) == {3}
    assert len({frozenset(round_.test) for round_ in split.rounds}) == 12


def test_each_site_is_scored_by_what_the_others_taught() -> None:
    split = draw("leave-one-out: site")
    assert [{int(p) % 3 for p in round_.test} for round_ in split.rounds] == [{0}, {1}, {2}]
    for site, round_ in enumerate(split.rounds):
        assert site not in {int(p) % 3 for p in (*round_.train, *round_.validation)}


def test_the_data_sets_own_split_is_kept() -> None:
    sides: dict[str, Side] = {str(n): "train" for n in range(40)}
    sides |= {"3": "test", "4": "validation", "5": "test", "unknown to the data": "train"}
    split = draw("own", sides=sides)
    assert sizes(split) == [(37, 1, 2)]
    assert (split.rounds[0].validation, split.rounds[0].test) == (("4",), ("3", "5"))
    assert split.design == "own"


def test_a_data_set_without_a_test_side_is_scored_on_its_validation_side_and_says_so() -> None:
    sides: dict[str, Side] = {str(n): "validation" if n < 8 else "train" for n in range(40)}
    split = draw("own", sides=sides)
    assert split.rounds[0].test == tuple(str(n) for n in range(8))
    assert sizes(split) == [(27, 5, 8)]
    assert split.design == "own, its validation side as the test"


def test_a_data_set_without_a_validation_side_takes_it_from_the_training_side() -> None:
    sides: dict[str, Side] = {str(n): "test" if n < 8 else "train" for n in range(40)}
    assert sizes(draw("own", sides=sides)) == [(27, 5, 8)]


@pytest.mark.parametrize("design", ["70/15/15", "5-fold x 2", "leave-one-out: site"])
def test_a_draw_depends_on_the_seed_and_not_on_the_order_of_the_cases(design: str) -> None:
    assert draw(design) == draw(design, cases=CASES[::-1])
    assert draw(design).sha256 != draw(design, seed=2).sha256


@pytest.mark.parametrize("design", ["70/15/15", "5-fold x 2", "leave-one-out: site", "5-fold"])
def test_a_drawn_split_is_fed_back_from_its_file(design: str, tmp_path: Path) -> None:
    split = draw(design)
    path = tmp_path / "split.yaml"
    path.write_text(split_text(split), "utf-8")
    assert open_split(str(path), cases=CASES, sides={}, seed=99) == split


def test_a_design_is_drawn_where_a_split_is_opened() -> None:
    assert open_split(" 5-fold ", cases=CASES, sides={}, seed=1) == draw("5-fold")


def test_a_split_of_the_package_is_opened_by_name() -> None:
    held = read_split("lumbar-spider")
    cases = [case(int(patient)) for patient in held.patients]
    assert open_split("lumbar-spider", cases=cases, sides={}, seed=1) == held


# ---- refusals -------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["half", "5 folds", "70/15/10/5", "leave-one-out:", "", "x.yaml"])
def test_what_is_no_design_lists_those_that_are(text: str) -> None:
    for ask in (open_split, design_split):
        with pytest.raises(BadConfiguration) as caught:
            ask(text, cases=CASES, sides={}, seed=1)
        assert all(design in caught.value.needed for design in DESIGNS)
        assert "lumbar-spider" in caught.value.needed
        assert len(caught.value.lines()) == 4


@pytest.mark.parametrize(
    ("design", "found"),
    [
        ("70/15/10", "sum to 95"),
        ("100/0", "empty"),
        ("1-fold", "1 folds"),
        ("5-fold x 0", "0 times"),
    ],
)
def test_a_design_that_cannot_be_run_is_refused(design: str, found: str) -> None:
    with pytest.raises(BadConfiguration) as caught:
        draw(design)
    assert found in caught.value.found


@pytest.mark.parametrize(("design", "patients"), [("5-fold", 4), ("98/1/1", 20), ("2-fold", 2)])
def test_too_few_patients_are_told_by_number(design: str, patients: int) -> None:
    with pytest.raises(DatasetError, match="too few patients") as caught:
        draw(design, cases=CASES[: 2 * patients])
    assert caught.value.found.split()[0].isdigit()
    assert len(caught.value.lines()) == 4


@pytest.mark.parametrize("share", [-0.1, 1.0, 1.5])
def test_a_validation_share_that_is_no_share_is_refused(share: float) -> None:
    with pytest.raises(BadConfiguration, match="share"):
        draw("5-fold", share=share)


@pytest.mark.parametrize(
    ("cases", "found"),
    [
        ([*CASES, case(99, site="Z")], "a single patient at Z"),
        ([*CASES, case(99, site="")], "1 of 41 patients with none, or with several"),
        ([*CASES, case(1, site="A")], "1 of 40 patients with none, or with several"),
        ([case(1), case(2)], "a single site"),
    ],
)
def test_sites_that_cannot_be_left_out_are_refused(cases: list[Case], found: str) -> None:
    with pytest.raises(DatasetError) as caught:
        draw("leave-one-out: site", cases=cases)
    assert caught.value.found == found


def test_a_covariate_that_the_data_lacks_lists_those_that_it_has() -> None:
    with pytest.raises(DatasetError) as caught:
        draw("leave-one-out: scanner")
    assert caught.value.needed.endswith("covariates: site")


@pytest.mark.parametrize(
    "sides",
    [
        {},
        {str(n): "train" for n in range(40)},
        {str(n): "test" for n in range(40)},
        {str(n): "test" if n else "train" for n in range(39)},
    ],
)
def test_a_split_of_its_own_that_is_absent_or_not_whole_is_refused(
    sides: dict[str, Side],
) -> None:
    with pytest.raises(DatasetError, match="split of its own") as caught:
        draw("own", sides=sides)
    assert "of 40 patients" in caught.value.found


@pytest.mark.parametrize(
    ("cases", "found"),
    [
        (CASES[2:], "0 patients of the data whom it does not list, and 1 "),
        ([*CASES, case(99), case(98)], "2 patients of the data whom it does not list, and 0 "),
    ],
)
def test_a_split_of_other_patients_is_refused_and_names_none(
    cases: list[Case], found: str, tmp_path: Path
) -> None:
    path = tmp_path / "split.yaml"
    path.write_text(split_text(draw("5-fold")), "utf-8")
    with pytest.raises(DatasetError) as caught:
        open_split(str(path), cases=cases, sides={}, seed=1)
    assert caught.value.found.startswith(found)
    assert "99" not in str(caught.value)


def test_own_or_a_design_takes_the_own_split_where_there_is_one() -> None:
    cases = [case(n) for n in range(10)]
    names: tuple[Side, ...] = ("train", "validation", "test")
    sides = {str(n): names[n // 4] for n in range(10)}
    own = open_split("own or 60/20/20", cases=cases, sides=sides, seed=1)
    assert own.design == "own"
    assert own.rounds[0].test == ("8", "9")
    drawn = open_split("own or 60/20/20", cases=cases, sides={}, seed=1)
    assert drawn.design == "60/20/20"
    assert drawn == open_split("60/20/20", cases=cases, sides={}, seed=1)


# ---- what holds of every design -------------------------------------------------------


@st.composite
def archives(draw: st.DrawFn) -> list[Case]:
    """Some patients with several cases each, of three sites, with a label that may be rare."""
    count = draw(st.integers(12, 40))
    torn = draw(st.lists(st.integers(0, 1), min_size=count, max_size=count))
    return [
        case(n, torn=torn[n], site="ABC"[n % 3], eye=eye)
        for n in range(count)
        for eye in "lr"[: 1 + n % 2]
    ]


@settings(max_examples=20)
@given(
    archives(),
    st.sampled_from(["70/15/15", "80/20", "3-fold", "4-fold x 2", "leave-one-out: site"]),
    st.integers(0, 2**32 - 1),
    st.sampled_from([0, 0.15, 0.3]),
)
def test_no_design_ever_lets_a_patient_teach_and_be_scored(
    cases: list[Case], design: str, seed: int, share: float
) -> None:
    split = draw(design, cases=cases, seed=seed, share=share)
    everybody = {one.patient for one in cases}
    for round_ in split.rounds:
        parts = [set(round_.train), set(round_.validation), set(round_.test)]
        assert set().union(*parts) == everybody
        assert sum(map(len, parts)) == len(everybody)
        assert parts[0] and parts[2]
        assert bool(parts[1]) == (share > 0 or design == "70/15/15")


@settings(max_examples=20)
@given(archives(), st.integers(2, 6), st.integers(0, 2**32 - 1))
def test_folds_of_any_archive_are_even_and_share_out_a_rare_label(
    cases: list[Case], folds: int, seed: int
) -> None:
    split = draw(f"{folds}-fold", cases=cases, seed=seed, share=0)
    torn = {one.patient for one in cases if one.reference.grades["study"]["acl-tear"]}
    tested = [set(round_.test) for round_ in split.rounds]
    scored = [len(part) for part in tested]
    positive = [len(part & torn) for part in tested]
    assert max(scored) - min(scored) <= 1
    assert max(positive) - min(positive) <= 2
