"""A bundle of an image recipe is evaluated by the scorer that its training run used."""

from __future__ import annotations

import json
from importlib.util import find_spec

import numpy as np
import pytest

if find_spec("torch") is None:
    pytest.skip("needs torch: the 'train' extra is not installed", allow_module_level=True)

from condyle.bundle import find_bundle
from condyle.errors import DatasetError
from condyle.evaluation.cohort import IN_SAMPLE
from condyle.reporting.predictions import read_predictions
from condyle.workflows.evaluate_bundle import evaluate_bundle
from condyle.workflows.evaluation.image_bundle import image_recipe_of
from condyle.workflows.evaluation.rows import Draw

QUICK = Draw(replicates=40, permutations=3)


@pytest.fixture(name="unet", scope="module")
def _unet(archive_of, train, tmp_path_factory):
    """The run folder of a lesion recipe, and its archive."""
    data, out = archive_of("pairs"), tmp_path_factory.mktemp("unet") / "run"
    train("knee-unet", data, out)
    return out, data


@pytest.fixture(name="evaluated", scope="module")
def _evaluated(unet, tmp_path_factory):
    run, data = unet
    out = tmp_path_factory.mktemp("evaluated") / "out"
    evaluate_bundle(str(run / "bundle" / "knee-unet"), data=data, out=out, pages=False, draw=QUICK)
    return out


def test_test_patients_get_what_the_training_run_gave_them(unet, evaluated) -> None:
    run, _ = unet
    then, now = (read_predictions(folder / "predictions.csv") for folder in (run, evaluated))
    keys = {
        (row.study, row.unit, row.task): (row.prediction, row.probabilities) for row in now.rows()
    }
    compared = 0
    for row in then.rows():
        prediction, probabilities = keys[row.study, row.unit, row.task]
        np.testing.assert_equal(prediction, row.prediction)
        assert probabilities == row.probabilities
        compared += 1
    assert compared > 10


def test_whoever_taught_or_stopped_the_training_counts_in_no_figure(unet, evaluated) -> None:
    run, _ = unet
    table = read_predictions(evaluated / "predictions.csv")
    scored = set(read_predictions(run / "predictions.csv").patient)
    seen = {
        str(patient)
        for patient, told in zip(table.patient, table.covariates[IN_SAMPLE], strict=True)
        if told == "yes"
    }
    assert seen and not seen & scored
    assert json.loads((evaluated / "metrics.json").read_text())["in_sample"] == len(seen)


def test_a_picture_of_every_case_is_drawn(evaluated) -> None:
    cases = {row.study for row in read_predictions(evaluated / "predictions.csv").rows()}
    assert len(list(evaluated.glob("overlay-*.png"))) == len(cases)


def test_the_bundle_names_what_it_outlines_so_that_it_is_looked_for_elsewhere(unet) -> None:
    recipe = image_recipe_of(find_bundle(str(unet[0] / "bundle" / "knee-unet")))
    assert recipe is not None
    assert recipe.target.structures == ("lesion",)
    assert not recipe.data.shuffled


def test_a_lumbar_bundle_is_not_one_of_an_image_recipe() -> None:
    assert image_recipe_of(find_bundle("lumbar-anatomy")) is None


def test_an_archive_without_what_the_bundle_tells_is_refused(unet, archive_of, tmp_path) -> None:
    bundle = str(unet[0] / "bundle" / "knee-unet")
    with pytest.raises(DatasetError):
        evaluate_bundle(bundle, data=archive_of("folders"), out=tmp_path / "out", draw=QUICK)
    assert not (tmp_path / "out").exists()
