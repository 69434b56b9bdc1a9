"""Held to 1e-6 against what other packages say; the scripts in ``oracles`` made the figures."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from condyle.evaluation.agreement import fleiss_kappa, krippendorff_alpha
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.delong import (
    difference_of_areas,
    difference_of_independent_areas,
    roc_areas,
    roc_auc_delong,
)
from condyle.evaluation.detection import (
    COCO_THRESHOLDS,
    average_precision_of_boxes,
    image_boxes,
    match,
    mean_average_precision,
)
from condyle.evaluation.hypothesis_tests import chi_square, mcnemar
from condyle.evaluation.intervals import PROPORTION_METHODS
from condyle.evaluation.multiplicity import benjamini_hochberg, holm
from condyle.evaluation.ordinal import weighted_kappa
from condyle.evaluation.surfaces import surface_distances

FOLDER = Path(__file__).with_name("oracles")


def stored(name):
    return json.loads((FOLDER / f"{name}.json").read_text())


DELONG, PROPORTIONS, AGREEMENT = stored("delong"), stored("proportions"), stored("agreement")
DETECTION, SURFACES = stored("detection"), stored("surfaces")


def close(value):
    return pytest.approx(value, abs=1e-6)


def plan(rows, replicates=20):
    return Resampling(np.arange(rows), np.random.default_rng(0), replicates, interval="percentile")


def scores(rows):
    with (FOLDER / "scores.csv").open() as file:
        table = np.array([[float(x) for x in row] for row in list(csv.reader(file))[1:]])
    return table[rows, 1].astype(int), table[rows, 2], table[rows, 3]


@pytest.mark.parametrize(("case", "rows"), [("all", slice(0, 120)), ("first half", slice(0, 60))])
def test_delongs_areas_variances_and_paired_test_are_those_of_proc(case, rows):
    expected = DELONG[case]
    truth, a, b = scores(rows)
    found = roc_areas(truth, [a, b])
    assert len(truth) == expected["rows"]
    for at, name in enumerate("ab"):
        own = expected[name]
        assert found.areas[at] == close(own["area"])
        assert found.covariance[at, at] == close(own["variance"])
        alone = roc_auc_delong(truth, (a, b)[at])
        assert (alone.low, alone.high) == close((own["low"], own["high"]))
    assert found.covariance[0, 1] == close(expected["covariance"])
    assert difference_of_areas(found).p_value == close(expected["p_value"])


def test_two_groups_are_compared_as_proc_compares_them():
    (truth_a, a, _), (truth_b, _, b) = scores(slice(0, 60)), scores(slice(60, 120))
    found = difference_of_independent_areas(roc_areas(truth_a, [a]), roc_areas(truth_b, [b]))
    assert found.p_value == close(DELONG["unpaired"]["p_value"])
    assert found.low < found.value < found.high


def test_groups_without_any_spread_have_no_test():
    perfect = roc_areas([0, 0, 1, 1], [[1, 2, 3, 4]])
    assert np.isnan(difference_of_independent_areas(perfect, perfect).p_value)


def test_intervals_of_proportions_are_those_of_statsmodels():
    assert len(PROPORTIONS["intervals"]) == 84
    for case in PROPORTIONS["intervals"]:
        found = PROPORTION_METHODS[case["method"]](case["hits"], case["trials"], case["level"])
        assert found == close(tuple(case["limits"])), case


def test_mcnemars_exact_test_is_that_of_statsmodels():
    for case in PROPORTIONS["mcnemar"]:
        a, b = case["only_a"], case["only_b"]
        right_a = [1] * a + [0] * b + [1] * 5 + [0] * 4
        right_b = [0] * a + [1] * b + [1] * 5 + [0] * 4
        assert mcnemar(right_a, right_b).exact == close(case["p_value"]), case


def test_chi_square_and_adjusted_p_values_are_those_of_statsmodels():
    case = PROPORTIONS["chi_square"]
    assert chi_square(*case["table"]) == close(case["p_value"])
    assert holm(PROPORTIONS["p_values"]) == close(PROPORTIONS["holm"])
    expected = PROPORTIONS["benjamini_hochberg"]
    assert benjamini_hochberg(PROPORTIONS["p_values"]) == close(expected)


@pytest.mark.parametrize("scale", ["nominal", "ordinal", "interval", "ratio"])
def test_krippendorffs_alpha_is_that_of_his_package(scale):
    ratings = np.array(AGREEMENT["gaps"], dtype=float)
    found = krippendorff_alpha(ratings, plan(40), categories=AGREEMENT["scale"], scale=scale)
    assert found.value == close(AGREEMENT["krippendorff"][scale])


def test_the_kappas_of_fleiss_and_cohen_are_those_of_statsmodels():
    ratings, scale = np.array(AGREEMENT["ratings"], dtype=float), AGREEMENT["scale"]
    assert fleiss_kappa(ratings, plan(40), categories=scale).value == close(AGREEMENT["fleiss"])
    for weights, expected in AGREEMENT["cohen"].items():
        found = weighted_kappa(*ratings[:, :2].T, plan(40), grades=scale, weights=weights)
        assert found.value == close(expected)


def boxes_of(images):
    return [image_boxes(at["reference"], at["found"], at["scores"]) for at in images]


THRESHOLDS = {"0.5:0.95": COCO_THRESHOLDS, "0.5": (0.5,), "0.75": (0.75,)}


@pytest.mark.parametrize("name", THRESHOLDS)
def test_average_precision_is_that_of_faster_coco_eval(name):
    classes = [boxes_of(images) for images in DETECTION["classes"]]
    own = {"thresholds": THRESHOLDS[name], "interpolation": "coco"}
    for at, expected in DETECTION["average_precision"].items():
        found = mean_average_precision([classes[int(at)]], plan(25), **own)
        assert found.value == close(expected[name])
    assert mean_average_precision(classes, plan(25), **own).value == close(DETECTION["mean"][name])


def test_one_threshold_of_the_mean_is_the_average_precision_of_a_class():
    images = boxes_of(DETECTION["classes"][0])
    found = average_precision_of_boxes(match(images), plan(25), interpolation="coco")
    assert found.value == close(DETECTION["average_precision"]["0"]["0.5"])


def ellipsoid(centre, radii):
    axes = np.meshgrid(np.arange(14), np.arange(40), np.arange(36), indexing="ij")
    return sum(((x - c) / r) ** 2 for x, c, r in zip(axes, centre, radii, strict=True)) <= 1


def shapes():
    first = ellipsoid((7, 20, 18), (5, 12, 10))
    return [
        (first, ellipsoid((6, 22, 17), (5, 11, 11))),
        (first, first | ellipsoid((3, 35, 33), (1, 2, 2))),
        (ellipsoid((7, 10, 9), (3, 4, 5)), ellipsoid((8, 28, 25), (4, 7, 6))),
    ]


def test_distances_of_surfaces_are_those_of_monai():
    pairs = shapes()
    assert [[int(m.sum()) for m in pair] for pair in pairs] == SURFACES["voxels"]
    for case in SURFACES["distances"]:
        found = surface_distances(*pairs[case["shape"]], case["spacing"])
        # MONAI answers in single precision.
        near = {"rel": 1e-6, "abs": 1e-6}
        assert found.hausdorff_mm() == pytest.approx(case["hausdorff_95"], **near)
        assert found.hausdorff_mm(100) == pytest.approx(case["hausdorff"], **near)
        assert found.average_mm() == pytest.approx(case["average"], **near)
        assert found.dice(1.0) == pytest.approx(case["dice_1mm"], **near)


@pytest.mark.parametrize("name", ["delong", "proportions", "agreement", "detection", "surfaces"])
def test_every_stored_figure_names_the_versions_that_made_it(name):
    assert all(stored(name)["versions"].values())
