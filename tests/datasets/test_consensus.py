"""Which boxes of several annotators are one, which hold, and how well they agree."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sklearn.metrics import cohen_kappa_score

from condyle.datasets.archive import Consensus
from condyle.datasets.consensus import agreement_of, consensus_of, matches_of, overlap_of
from condyle.domain.case import LabelledBox


def box(*corners: float, labels: tuple[str, ...] = ("tear",)) -> LabelledBox:
    row0, column0, row1, column1 = corners
    return LabelledBox((row0, column0, row1, column1), labels)


HERE = box(0, 0, 10, 10)
NEAR = box(0, 2, 10, 12)
FAR = box(50, 50, 60, 60)


def test_overlap_is_shared_area_over_joint_area() -> None:
    assert overlap_of(HERE.box, HERE.box) == 1.0
    assert overlap_of(HERE.box, NEAR.box) == pytest.approx(80 / 120)
    assert overlap_of(HERE.box, FAR.box) == 0.0
    assert overlap_of((0, 0, 10, 10), (0, 10, 10, 20)) == 0.0


def test_boxes_that_overlap_enough_are_one_and_the_rest_stand_alone() -> None:
    matches = matches_of([[HERE, FAR], [NEAR]], overlap=0.5)
    assert sorted((sorted(match) for match in matches), key=len) == [[0], [0, 1]]
    assert len(matches_of([[HERE, FAR], [NEAR]], overlap=0.7)) == 3


def test_two_boxes_of_one_annotator_are_never_one() -> None:
    matches = matches_of([[HERE, HERE], [HERE]], overlap=0.5)
    assert sorted(len(match) for match in matches) == [1, 2]


def test_boxes_on_different_slices_are_never_one() -> None:
    assert len(matches_of([[HERE], [replace(HERE, slice=1)]], overlap=0.5)) == 2


def test_the_closest_boxes_are_joined_first() -> None:
    twin = box(0, 1, 10, 11)
    matches = matches_of([[HERE], [NEAR, twin]], overlap=0.5)
    joined = next(match for match in matches if len(match) == 2)
    assert joined[1] == twin


def test_a_chain_whose_ends_do_not_overlap_is_not_one_box() -> None:
    left, middle, right = (box(0, column, 10, column + 10) for column in (0, 3, 6))
    matches = matches_of([[left], [middle], [right]], overlap=0.5)
    assert sorted(len(match) for match in matches) == [1, 2]


@pytest.mark.parametrize(
    ("rule", "boxes"), [("any", 3), ("majority", 2), ("all", 1)], ids=["any", "majority", "all"]
)
def test_a_box_holds_where_enough_of_those_who_looked_drew_it(rule: Consensus, boxes: int) -> None:
    one, other = box(100, 0, 110, 10), box(200, 0, 210, 10)
    drawn = [[HERE, one, other], [HERE, one], [HERE]]
    assert len(consensus_of(drawn, rule=rule)) == boxes


def test_half_of_the_annotators_is_no_majority() -> None:
    assert consensus_of([[HERE], []]) == ()
    assert consensus_of([[HERE], []], rule="any") == (HERE,)


def test_the_place_is_the_median_of_those_who_drew_it() -> None:
    drawn = [[box(0, 0, 10, 10)], [box(1, 1, 11, 11)], [box(4, 0, 12, 10)]]
    (held,) = consensus_of(drawn)
    assert held.box == (1.0, 0.0, 11.0, 10.0)
    (pair,) = consensus_of(drawn[:2])
    assert pair.box == (0.5, 0.5, 10.5, 10.5)


def test_a_label_holds_where_enough_of_those_who_drew_the_box_gave_it() -> None:
    drawn = [
        [replace(HERE, labels=("slip", "tear"))],
        [replace(HERE, labels=("tear",))],
        [replace(HERE, labels=())],
    ]
    assert consensus_of(drawn)[0].labels == ("tear",)
    assert consensus_of(drawn, rule="any")[0].labels == ("slip", "tear")
    assert consensus_of(drawn, rule="all")[0].labels == ()


def test_a_box_on_whose_label_nobody_agrees_counts_neither_way() -> None:
    drawn = [[replace(HERE, labels=("slip",))], [replace(HERE, labels=("tear",))]]
    (held,) = consensus_of(drawn)
    assert held.labels == () and held.difficult


def test_a_box_that_most_left_without_label_is_settled() -> None:
    bare = replace(HERE, labels=())
    (held,) = consensus_of([[bare], [bare], [HERE]])
    assert held.labels == () and not held.difficult


def test_a_box_is_difficult_where_most_found_it_so() -> None:
    doubt = replace(HERE, difficult=True)
    assert not consensus_of([[doubt], [HERE]])[0].difficult
    assert consensus_of([[doubt], [doubt], [HERE]])[0].difficult


def test_the_result_does_not_depend_on_the_order_of_the_annotators() -> None:
    drawn = [[HERE, FAR], [NEAR], [FAR, box(0, 1, 10, 11)]]
    assert consensus_of(drawn) == consensus_of(drawn[::-1])


def test_agreement_counts_overlap_and_share_over_boxes_that_another_drew() -> None:
    found = agreement_of({"a": [("x", [HERE, FAR]), ("y", [NEAR])]}).figures
    assert found["mean-iou"] == pytest.approx(80 / 120)
    assert found["matched-share"] == pytest.approx(2 / 3)


def test_kappa_of_presence_and_labels_is_that_of_two_raters_with_equal_margins() -> None:
    """Where both raters say yes equally often, Fleiss' kappa is Cohen's."""
    said = [(1, 1), (1, 1), (0, 0), (0, 0), (1, 0), (0, 1), (1, 1), (0, 0)]
    pictures = {
        str(number): [(name, [HERE] if yes else []) for name, yes in zip("xy", pair, strict=True)]
        for number, pair in enumerate(said)
    }
    found = agreement_of(pictures).figures
    first, second = zip(*said, strict=True)
    assert found["kappa-presence"] == pytest.approx(cohen_kappa_score(first, second))
    labels = {
        str(number): [
            (name, [replace(HERE, labels=("slip",) if yes else ())])
            for name, yes in zip("xy", pair, strict=True)
        ]
        for number, pair in enumerate(said)
    }
    found = agreement_of(labels).figures
    assert found["kappa-slip"] == pytest.approx(cohen_kappa_score(first, second))


def test_a_kappa_that_is_not_defined_is_absent_and_named() -> None:
    found = agreement_of({"a": [("x", [HERE]), ("y", [NEAR])]})
    assert set(found.figures) == {"mean-iou", "matched-share"}
    assert "presence, tear" in found.notes[0]


def test_pictures_of_one_annotator_tell_nothing_of_agreement() -> None:
    found = agreement_of({"a": [("x", [HERE])], "b": [("y", [HERE])]})
    assert not found.figures
    assert found.notes == ("No picture was looked at by two annotators.",)


def test_pictures_without_any_box_have_no_share_of_matched_ones() -> None:
    assert agreement_of({"a": [("x", []), ("y", [])]}).figures == {}
