import numpy as np
import pytest

from condyle.errors import InputError
from condyle.evaluation.binary import roc_auc, sensitivity, specificity
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.detection import image_boxes
from condyle.evaluation.detection_units import scores_of_patients, scores_of_units

BOX = [0, 0, 2, 2]


def test_a_unit_has_the_best_score_of_its_boxes():
    found = scores_of_units(
        [("p", "L4-L5"), ("p", "L5-S1"), ("q", "L5-S1")],
        with_reference=[("p", "L5-S1"), ("p", "L5-S1")],
        found_in=[("q", "L5-S1"), ("p", "L5-S1"), ("p", "L5-S1")],
        scores=[0.2, 0.6, 0.9],
    )
    assert found.reference.tolist() == [False, True, False]
    assert found.scores.tolist() == [-np.inf, 0.9, 0.2]


def test_a_patient_is_caught_wherever_the_box_lies():
    images = [
        image_boxes([BOX], [], []),
        image_boxes([], [[5, 5, 7, 7]], [0.8]),
        image_boxes([], [BOX], [0.3]),
        image_boxes([], [], []),
    ]
    found = scores_of_patients(images, ["b", "b", "a", "c"])
    assert found.reference.tolist() == [False, True, False]
    assert found.scores.tolist() == [0.3, 0.8, -np.inf]
    plan = Resampling(np.array(["a", "b", "c"]), np.random.default_rng(0), 50)
    assert sensitivity(found.reference, found.scores >= 0.5, plan).value == 1.0
    assert specificity(found.reference, found.scores >= 0.5, plan).value == 1.0
    assert roc_auc(found.reference, found.scores, plan).value == 1.0


def test_no_box_at_all_calls_no_unit():
    found = scores_of_units(["a", "b"], with_reference=["a"], found_in=[], scores=[])
    assert np.isneginf(found.scores).all()


def test_the_order_of_images_does_not_matter():
    rng = np.random.default_rng(1)
    images, patients = [], []
    for at in range(30):
        count = int(rng.integers(0, 3))
        images.append(
            image_boxes([BOX] * int(rng.integers(0, 2)), [BOX] * count, rng.uniform(size=count))
        )
        patients.append(f"p{at // 3}")
    order = rng.permutation(30)
    one = scores_of_patients(images, patients)
    other = scores_of_patients([images[i] for i in order], [patients[i] for i in order])
    assert (one.reference == other.reference).all()
    assert (one.scores == other.scores).all()


@pytest.mark.parametrize(
    ("units", "reference", "found", "scores", "says"),
    [
        (["a", "a"], [], [], [], "1 different"),
        ([], [], [], [], "0 units"),
        (["a"], ["b"], [], [], "1 boxes in none"),
        (["a"], [], ["b"], [0.5], "1 boxes in none"),
        (["a"], [], ["a"], [], "same number of rows"),
        (["a"], [], ["a"], [np.nan], "nan in row 0"),
    ],
)
def test_units_and_boxes_that_do_not_fit_are_refused(units, reference, found, scores, says):
    with pytest.raises(InputError, match=says):
        scores_of_units(units, with_reference=reference, found_in=found, scores=scores)


def test_images_without_a_patient_each_are_refused():
    with pytest.raises(InputError, match="patients 1"):
        scores_of_patients([image_boxes([], [], [])] * 2, ["a"])
