"""The recipes of detectors: every profile is a network that can be built, changed and scored."""

import pytest
import torch

from condyle.datasets.spider_boxes import BOX_CLASSES
from condyle.errors import BadConfiguration, UnknownName
from condyle.interpretation.boxes import BoxSettings
from condyle.training.box_augmentation import BoxChanges
from condyle.training.detector.loss import DetectionLoss
from condyle.training.detector.network import STRIDES, Detector
from condyle.training.detector.transformer import TransformerDetector
from condyle.training.networks import build_network
from condyle.training.recipe import network_size, read_recipe

from .conftest import ANCHORS, FAMILY

YOLO = {"lumbar-yolov3": "yolov3", "lumbar-yolov5": "yolov5", "lumbar-ppyolov2": "ppyolov2"}
RECIPES = (*YOLO, "lumbar-rtdetr")
PROFILES = (None, "reduced", "fast")


def built(recipe):
    """Builds a recipe's network without its weights."""
    parameters = {**recipe.network.parameters, "classes": len(BOX_CLASSES)}
    if recipe.network.name == "detector":
        parameters["anchors"] = ANCHORS
    else:
        pytest.importorskip("transformers", reason="the 'detect' extra is not installed")
    with torch.device("meta"):
        return build_network(recipe.network.name, parameters)


def count(network):
    return sum(p.numel() for p in network.parameters())


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("name", YOLO)
def test_every_profile_of_a_yolo_is_a_detector_whose_settings_are_known(name, profile):
    recipe = read_recipe(name, profile=profile)
    assert recipe.task == "detect"
    assert isinstance(built(recipe), Detector)
    assert DetectionLoss.of(recipe.loss).assignment in ("best-anchor", "three-cells")
    assert BoxChanges.of(recipe.augmentation).flip == 0.0
    assert all(size % STRIDES[-1] == 0 for size in network_size(recipe))


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_of_rt_detr_has_no_more_queries_than_cells(profile):
    recipe = read_recipe("lumbar-rtdetr", profile=profile)
    network = built(recipe)
    assert isinstance(network, TransformerDetector) and network.classes == len(BOX_CLASSES)
    rows, columns = network_size(recipe)
    cells = sum((rows // stride) * (columns // stride) for stride in STRIDES)
    assert recipe.network.parameters["queries"] <= cells
    assert BoxChanges.of(recipe.augmentation).mosaic == 0.0


@pytest.mark.parametrize("name", RECIPES)
def test_a_detectors_suppression_is_that_of_its_paper(name):
    settings = BoxSettings.of(read_recipe(name).interpretation.get("boxes", {}))
    assert settings.suppression == ("matrix" if name == "lumbar-ppyolov2" else "greedy")
    assert settings.least_score <= 0.05  # else the curve of precision ends too early


@pytest.mark.parametrize(("name", "member"), YOLO.items())
def test_a_recipe_has_the_parts_of_its_paper(name, member):
    parameters = read_recipe(name).network.parameters
    for part, value in FAMILY[member].items():
        assert parameters.get(part, 1.0) == value


@pytest.mark.parametrize(
    ("name", "millions"),
    # With three classes and one grey channel, of 61.9, 21.2, 54.6 and 42.9 with COCO's.
    [("lumbar-yolov3", 61.5), ("lumbar-yolov5", 20.9), ("lumbar-ppyolov2", 54.2)],
)
def test_the_profile_of_the_paper_has_its_size_and_the_others_a_fraction(name, millions):
    full = count(built(read_recipe(name)))
    assert full / 1e6 == pytest.approx(millions, abs=0.15)
    assert count(built(read_recipe(name, profile="reduced"))) < full / 8
    assert count(built(read_recipe(name, profile="fast"))) < full / 30


@pytest.mark.parametrize("name", RECIPES)
def test_a_reduced_profile_sees_320_pixels_under_two_folds(name):
    recipe = read_recipe(name, profile="reduced")
    assert network_size(recipe) == (320, 320)
    assert "2-fold" in recipe.data.split
    if name in YOLO:
        assert recipe.network.parameters["width"] == 0.25


@pytest.mark.parametrize("name", RECIPES)
def test_a_detector_trains_until_its_validation_patients_gain_nothing(name):
    schedule = read_recipe(name).schedule
    assert schedule.epochs is not None and schedule.patience < schedule.epochs
    assert 0.99 <= schedule.average_decay < 1.0


@pytest.mark.parametrize("name", RECIPES)
def test_a_detector_says_whose_design_it_is_and_that_no_disc_is_called_normal(name):
    recipe = read_recipe(name)
    assert sum("arXiv" in line or "doi" in line for line in recipe.source) >= 2
    assert "not called normal" in recipe.intended_use
    assert "Not a medical device" in recipe.intended_use


@pytest.mark.parametrize(
    ("settings", "error", "said"),
    [
        ({"network.parameters.backbone": "vgg"}, UnknownName, "darknet53"),
        ({"network.parameters.neck": "bifpn"}, UnknownName, "csp-paths"),
        ({"network.parameters.head": "anchor-free"}, UnknownName, "exponential"),
        ({"network.parameters.colour": "3"}, BadConfiguration, "colour"),
    ],
)
def test_a_part_set_wrong_on_the_command_line_is_refused(settings, error, said):
    with pytest.raises(error) as caught:
        built(read_recipe("lumbar-yolov5", settings=settings))
    assert said in caught.value.needed + caught.value.found


@pytest.mark.parametrize(
    ("key", "value", "reads"),
    [
        ("loss.focal", "2", lambda recipe: DetectionLoss.of(recipe.loss)),
        ("augmentation.cutout", "0.5", lambda recipe: BoxChanges.of(recipe.augmentation)),
        (
            "interpretation.boxes.soft",
            "true",
            lambda recipe: BoxSettings.of(recipe.interpretation["boxes"]),
        ),
    ],
)
def test_a_setting_that_there_is_not_is_refused_with_those_that_there_are(key, value, reads):
    recipe = read_recipe("lumbar-yolov3", settings={key: value})
    with pytest.raises(BadConfiguration) as caught:
        reads(recipe)
    assert key.rsplit(".", 1)[1] in caught.value.found
    assert len(caught.value.needed.split(",")) > 5


def test_parts_of_the_family_can_be_put_together_otherwise():
    for backbone in ("darknet53", "csp-darknet", "resnet50-vd"):
        for neck in ("darknet-pyramid", "csp-paths", "mish-paths"):
            settings = {
                "network.parameters.backbone": backbone,
                "network.parameters.neck": neck,
                "network.parameters.head": "exponential",
            }
            network = built(read_recipe("lumbar-yolov5", settings=settings, profile="fast"))
            with torch.device("meta"):
                boxes, scores = network.eval()(torch.zeros(1, 1, 64, 64))
            assert boxes.shape == (1, 252, 4) and scores.shape == (1, 252, 3)
