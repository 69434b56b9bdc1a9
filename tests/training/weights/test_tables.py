"""The published tables of keys and shapes, and what timm's names are here."""

import pytest

from condyle.training.weights.names import TIMM_TABLES
from condyle.training.weights.tables import read_shape, read_table, table_names

ENTRIES = {
    "package-efficientnet-lite0": 296,
    "timm-mobilenetv3_large_100": 312,
    "timm-mobilenetv3_small_100": 244,
    "timm-resnet50": 320,
    "timm-tf_efficientnet_lite0": 296,
    "torchvision-alexnet": 16,
    "torchvision-mobilenet_v3_large": 312,
    "torchvision-mobilenet_v3_small": 244,
    "torchvision-resnet18": 122,
    "torchvision-resnet34": 218,
    "torchvision-resnet50": 320,
}


def test_each_published_network_has_its_table():
    assert {name: len(read_table(name)) for name in table_names()} == ENTRIES


def test_a_shape_is_read_as_it_is_written():
    assert read_shape("64x3x7x7") == (64, 3, 7, 7)
    assert read_shape("1000") == (1000,)
    assert read_shape("scalar") == ()


def test_timm_gives_its_resnet_the_names_that_torchvision_does():
    assert read_table("timm-resnet50") == read_table("torchvision-resnet50")


@pytest.mark.parametrize(("here", "there"), TIMM_TABLES.items())
def test_two_names_of_one_parameter_have_one_shape(here, there):
    ours, theirs = read_table(here), read_table(there)
    for (our, shape), (their, other) in zip(ours.items(), theirs.items(), strict=True):
        assert our.rpartition(".")[2] == their.rpartition(".")[2]
        same = (*shape, 1, 1) if their == "conv_head.weight" and len(shape) == 2 else shape
        assert other == same


@pytest.mark.parametrize(
    ("here", "ours", "theirs"),
    [
        ("torchvision-mobilenet_v3_small", "features.0.0.weight", "conv_stem.weight"),
        (
            "torchvision-mobilenet_v3_small",
            "features.1.block.1.fc1.weight",
            "blocks.0.0.se.conv_reduce.weight",
        ),
        (
            "torchvision-mobilenet_v3_small",
            "features.2.block.1.1.running_var",
            "blocks.1.0.bn2.running_var",
        ),
        ("torchvision-mobilenet_v3_large", "features.16.0.weight", "blocks.6.0.conv.weight"),
        ("torchvision-mobilenet_v3_large", "classifier.0.bias", "conv_head.bias"),
        ("torchvision-mobilenet_v3_large", "classifier.3.weight", "classifier.weight"),
        (
            "package-efficientnet-lite0",
            "_blocks.1._expand_conv.weight",
            "blocks.1.0.conv_pw.weight",
        ),
        ("package-efficientnet-lite0", "_blocks.15._bn2.bias", "blocks.6.0.bn3.bias"),
        ("package-efficientnet-lite0", "_bn1.running_mean", "bn2.running_mean"),
    ],
)
def test_a_parameter_has_the_place_that_its_two_names_say(here, ours, theirs):
    names = dict(zip(read_table(here), read_table(TIMM_TABLES[here]), strict=True))
    assert names[ours] == theirs
