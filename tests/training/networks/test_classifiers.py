"""Classifiers: the published sizes and names, the shapes, and the maps of classes."""

import math

import pytest
import torch

from condyle.errors import UnknownName
from condyle.training.networks import build_network
from condyle.training.networks.classifier import WithClassMaps, classifier_in
from condyle.training.networks.efficientnet_lite import SameConv
from condyle.training.networks.mobilenet import multiple_of_8
from condyle.training.networks.normalisation import NORMALISATIONS
from condyle.training.weights.tables import read_table

PUBLISHED = [
    # Name, its published head, the table, and the published count of parameters.
    ("resnet18", {}, "torchvision-resnet18", 11_689_512),
    ("resnet34", {}, "torchvision-resnet34", 21_797_672),
    ("resnet50", {}, "torchvision-resnet50", 25_557_032),
    ("mobilenetv3-small", {"head": "published"}, "torchvision-mobilenet_v3_small", 2_542_856),
    ("mobilenetv3-large", {"head": "published"}, "torchvision-mobilenet_v3_large", 5_483_032),
    ("efficientnet-lite0", {}, "package-efficientnet-lite0", 4_652_008),
]

CHANNELS = {
    "resnet18": 512,
    "resnet34": 512,
    "resnet50": 2048,
    "mobilenetv3-small": 576,
    "mobilenetv3-large": 960,
    "efficientnet-lite0": 1280,
    "alexnet": 256,
}


@pytest.mark.parametrize(("name", "head", "table", "count"), PUBLISHED)
def test_a_network_has_the_published_keys_shapes_and_count(name, head, table, count):
    with torch.device("meta"):
        network = build_network(name, {"classes": 1000, **head})
    state = {key: tuple(value.shape) for key, value in network.state_dict().items()}
    assert state == read_table(table)
    assert sum(value.numel() for value in network.parameters()) == count


def test_alexnet_has_the_published_keys_shapes_and_count_of_its_convolutions():
    # 61,100,840 in all, of which the three linear layers, left out here, have 58,631,144.
    table = read_table("torchvision-alexnet")
    published = {key: shape for key, shape in table.items() if key.startswith("features.")}
    features = build_network("alexnet", {}).features
    assert {
        f"features.{key}": tuple(v.shape) for key, v in features.state_dict().items()
    } == published
    assert sum(value.numel() for value in features.parameters()) == 61_100_840 - 58_631_144


@pytest.fixture(scope="module", params=CHANNELS)
def network(request):
    torch.manual_seed(3)
    parameters = {"classes": 2, "normalisation": "imagenet"}
    return request.param, build_network(request.param, parameters).eval()


@pytest.mark.parametrize("size", [(64, 64), (63, 71)])
def test_a_grey_image_of_any_size_gives_a_logit_a_class(network, size):
    _, module = network
    with torch.no_grad():
        assert module(torch.rand(2, 1, *size)).shape == (2, 2)


def test_the_map_before_pooling_has_the_channels_it_says(network):
    name, module = network
    inner = classifier_in(module)
    with torch.no_grad():
        maps = inner.features(module.normalise(torch.rand(1, 1, 95, 127)))
    assert maps.shape == (1, CHANNELS[name], 3 - (name == "alexnet"), 4 - (name == "alexnet"))
    assert inner.feature_channels == CHANNELS[name]


def test_the_average_of_the_class_maps_is_what_the_network_says(network):
    _, module = network
    image = torch.rand(2, 1, 95, 95)
    with torch.no_grad():
        logits, maps = WithClassMaps(module)(image)
        inner = classifier_in(module)
        assert torch.allclose(maps, inner.class_maps(module.normalise(image)))
        assert torch.allclose(logits, module(image), atol=1e-5)
    assert maps.shape[:2] == (2, 2)
    assert maps.shape[2] == maps.shape[3] > 1
    assert torch.allclose(maps.mean(dim=(2, 3)), logits, atol=1e-4)


def test_only_a_classifier_has_class_maps():
    with pytest.raises(TypeError, match="no classifier"):
        WithClassMaps(build_network("unet", {"channels": [4, 6]}))


@pytest.mark.parametrize(
    ("name", "mean", "std"),
    [
        ("imagenet", (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
        ("lite0", (0.498,) * 3, (0.502,) * 3),
    ],
)
def test_a_grey_image_is_repeated_and_normalised(name, mean, std):
    module = build_network("resnet18", {"normalisation": name})
    image = torch.rand(2, 1, 5, 4)
    got = module.normalise(image)
    assert got.shape == (2, 3, 5, 4)
    for channel in range(3):
        assert torch.allclose(got[:, channel], (image[:, 0] - mean[channel]) / std[channel])
    assert not [key for key in module.state_dict() if "normalise" in key]


def test_an_image_of_three_channels_is_normalised_channel_by_channel():
    module = build_network("resnet18", {"normalisation": "imagenet"})
    same = torch.rand(1, 1, 4, 4)
    assert torch.equal(module.normalise(same), module.normalise(same.expand(-1, 3, -1, -1)))


def test_an_unknown_normalisation_lists_those_that_exist():
    with pytest.raises(UnknownName) as caught:
        build_network("resnet18", {"normalisation": "zscore"})
    assert all(name in caught.value.needed for name in [*NORMALISATIONS, "none"])


def test_an_unknown_head_lists_those_that_exist():
    with pytest.raises(UnknownName) as caught:
        build_network("mobilenetv3-small", {"head": "linera"})
    assert "linear, published" in caught.value.needed


@pytest.mark.parametrize(("channels", "rounded"), [(4, 8), (18, 24), (24, 24), (30, 32), (60, 64)])
def test_channels_are_rounded_to_eights_as_the_paper_does(channels, rounded):
    assert multiple_of_8(channels) == rounded


def test_a_stack_of_slices_may_be_the_channels():
    network = build_network("resnet18", {"inputs": 5}).eval()
    assert network.conv1.weight.shape == (64, 5, 7, 7)
    with torch.no_grad():
        assert network(torch.rand(1, 5, 32, 32)).shape == (1, 1)


@pytest.mark.parametrize("name", ["mobilenetv3-small", "efficientnet-lite0"])
def test_the_running_values_follow_as_fast_as_is_asked(name):
    def momenta(network):
        return {m.momentum for m in network.modules() if isinstance(m, torch.nn.BatchNorm2d)}

    assert momenta(build_network(name, {})) == {0.1}
    assert momenta(build_network(name, {"momentum": 0.01})) == {0.01}


@pytest.mark.parametrize("size", [7, 8])
@pytest.mark.parametrize(("kernel", "stride"), [(3, 2), (5, 2), (5, 1), (1, 1)])
def test_a_convolution_is_padded_as_tensorflow_does(size, kernel, stride):
    layer = SameConv(1, 1, kernel, stride=stride, bias=False)
    torch.nn.init.ones_(layer.weight)
    with torch.no_grad():
        got = layer(torch.ones(1, 1, size, size))[0, 0]
    # By the definition: ceil(size / stride) windows, the lesser half of what lacks in front.
    count = math.ceil(size / stride)
    lacking = max((count - 1) * stride + kernel - size, 0)
    starts = [number * stride - lacking // 2 for number in range(count)]
    covered = torch.tensor([float(min(s + kernel, size) - max(s, 0)) for s in starts])
    assert torch.equal(got, covered[:, None] * covered)
