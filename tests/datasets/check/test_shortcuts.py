"""A class that headers alone tell is flagged; one that they do not tell is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from condyle.datasets.check.headers import Header
from condyle.datasets.check.look import CaseLook, look_at_case
from condyle.datasets.check.shortcuts import (
    FEWEST,
    find_shortcuts,
    out_of_fold,
    questions_of,
)
from condyle.domain.case import LabelledBox
from condyle.domain.data_report import ALL_HEADERS, Shortcut


def looks_of(planted: Any) -> tuple[Any, tuple[CaseLook, ...]]:
    archive = planted.archive()
    return archive, tuple(look_at_case(case, archive=archive) for case in archive.cases)


def found_in(planted: Any) -> dict[str, Shortcut]:
    archive, looks = looks_of(planted)
    found = find_shortcuts(looks, archive=archive, rng=np.random.default_rng(0))
    assert {(s.label, s.value) for s in found} == {("acl-tear", "yes")}
    return {s.header: s for s in found}


def test_a_class_of_another_matrix_size_is_flagged(planted: Any, texture: Any) -> None:
    planted.pixels = {n: texture(n, rows=96 if n % 2 else 112) for n in range(24)}
    found = found_in(planted)
    assert {name for name, s in found.items() if s.flagged} == {"matrix size"}
    assert found["matrix size"].area.value == 1


def test_a_class_of_another_scanner_is_flagged_under_the_covariates_name(planted: Any) -> None:
    planted.covariates = {n: {"scanner": "A" if n % 2 else "B", "sex": "F"} for n in range(24)}
    found = found_in(planted)
    assert found["scanner"].flagged
    assert "sex" not in found


@pytest.mark.parametrize("name", ["spacing", "intensity range", "number of slices"])
def test_each_header_alone_can_give_a_class_away(planted: Any, texture: Any, name: str) -> None:
    odd = range(1, 24, 2)
    if name == "spacing":
        planted.spacing = {n: (3.0, 0.4 + 0.1 * (n in odd), 0.4) for n in range(24)}
    elif name == "intensity range":
        planted.pixels = {n: texture(n) * 16 for n in odd}
    else:
        planted.pixels = {n: texture(n, slices=3) for n in odd}
    found = found_in(planted)
    assert {header for header, one in found.items() if one.flagged} == {name}


def test_a_class_in_the_middle_of_a_header_is_told(planted: Any) -> None:
    """A line through the numbers would tell nothing."""
    planted.patients = 60
    planted.grades = {n: {"study": {"acl-tear": int(20 <= n < 40)}} for n in range(60)}
    planted.spacing = {n: (3.0, 0.3 + 0.01 * n, 0.4) for n in range(60)}
    assert found_in(planted)["spacing"].flagged


def test_headers_that_do_not_go_with_the_class_raise_no_alarm(planted: Any) -> None:
    """Over several deals of two scanners and of spacings."""
    archive, looks = looks_of(planted)
    for seed in range(8):
        rng = np.random.default_rng(seed)
        chance = [
            replace(
                look.series[0],
                header=Header(
                    numbers={"spacing": tuple(rng.uniform(0.3, 0.6, 2))},
                    words={"scanner": frozenset({str(rng.choice(["A", "B"]))})},
                ),
            )
            for look in looks
        ]
        mixed = [replace(look, series=(one,)) for look, one in zip(looks, chance, strict=True)]
        found = find_shortcuts(mixed, archive=archive, rng=rng)
        assert {one.header for one in found} == {"spacing", "scanner", ALL_HEADERS}
        assert not any(one.flagged for one in found)


def test_headers_that_are_all_the_same_are_not_asked(planted: Any) -> None:
    archive, looks = looks_of(planted)
    same = [replace(look, series=(replace(look.series[0], header=Header()),)) for look in looks]
    (found,) = find_shortcuts(same, archive=archive, rng=np.random.default_rng(0))
    assert found.reason == "every header is the same"
    assert not found.flagged


def test_too_few_patients_are_not_asked_and_it_says_why(planted: Any) -> None:
    planted.grades = {n: {"study": {"acl-tear": int(n < FEWEST - 1)}} for n in range(24)}
    (found,) = found_in(planted).values()
    assert found.reason == f"{FEWEST - 1} patients with it, fewer than {FEWEST}"
    assert np.isnan(found.area.value)


# ---- what is asked --------------------------------------------------------------------


def test_a_label_of_discs_asks_whether_any_disc_of_the_patient_has_the_value(
    planted: Any,
) -> None:
    planted.grades = {
        n: {"disc-1": {"acl-tear": 0}, "disc-2": {"acl-tear": n % 2}} for n in range(24)
    }
    archive, looks = looks_of(planted)
    (question,) = questions_of(looks, archive=archive)
    assert question.value == "yes"
    assert question.truth.sum() == 12
    assert question.headers[0].numbers["number of series"] == (1,)


def test_a_label_of_several_values_asks_for_each(planted: Any) -> None:
    planted.grades = {n: {f"image-{n}": {"severity": n % 3}} for n in range(24)}
    archive, looks = looks_of(planted)
    questions = questions_of(looks, archive=archive)
    assert [(q.label, q.value, int(q.truth.sum())) for q in questions] == [
        ("severity", str(value), 8) for value in range(3)
    ]
    assert "number of series" not in questions[0].headers[0].numbers


def test_boxes_and_masks_are_asked_by_series(planted: Any) -> None:
    marked = np.zeros((1, 96, 80), np.uint8)
    marked[:, 10:30, 10:30] = 1
    marked[0, 10, 10] = 0
    planted.structures = ("background", "meniscus")
    planted.masks = {n: marked * (n % 3 == 0) for n in range(24)}
    planted.boxes = {n: (LabelledBox((1, 1, 9, 9), ("tear",)),) if n % 2 else () for n in range(20)}
    archive, looks = looks_of(planted)
    asked = {(q.label, q.value): q for q in questions_of(looks, archive=archive)}
    assert asked[("masks", "meniscus")].truth.sum() == 8
    assert (len(asked[("boxes", "tear")].truth), asked[("boxes", "tear")].truth.sum()) == (20, 10)


# ---- the classifier -------------------------------------------------------------------


def test_a_row_is_scored_only_by_what_the_other_folds_taught() -> None:
    """A word that one fold alone has says nothing there, however well it fits."""
    folds = np.arange(40) % 2
    truth = np.arange(40) % 4 < 2
    words = [
        frozenset({f"only in {fold}"} if fold and yes else {"elsewhere"})
        for fold, yes in zip(folds, truth, strict=True)
    ]
    headers = [Header(words={"scanner": word}) for word in words]
    scores = out_of_fold(headers, truth, folds=folds)
    assert len(set(scores[folds == 1])) == 1
