"""Networks against their papers: the computing each takes, its strides, and its blocks."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional

from condyle.training.networks import build_network
from condyle.training.networks.blocks import PointLayer
from condyle.training.networks.efficientnet_lite import Block
from condyle.training.networks.mobilenet import (
    LARGE,
    SMALL,
    InvertedResidual,
    Row,
    SqueezeExcitation,
)
from condyle.training.networks.resnet import BasicBlock, Bottleneck

MULTIPLICATIONS = [
    # Published, in thousands of millions at 224 x 224: torchvision's documentation. AlexNet's
    # are of its convolutions alone, which are 0.66 of the 0.71 that are published of all.
    ("resnet18", {}, 1.81),
    ("resnet34", {}, 3.66),
    ("resnet50", {}, 4.09),
    ("mobilenetv3-small", {"head": "published"}, 0.06),
    ("mobilenetv3-large", {"head": "published"}, 0.22),
    ("alexnet", {}, 0.66),
]


def multiplications(network, size):
    """Counts those of convolutions and linear layers, for one image of three channels."""
    counted = []

    def count(layer, inputs, output):
        each = layer.weight[0].numel()
        counted.append(each * output.numel())

    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear | PointLayer):
            layer.register_forward_hook(count)
    with torch.device("meta"):
        network(torch.empty(1, 3, *size))
    return sum(counted)


@pytest.mark.parametrize(("name", "head", "published"), MULTIPLICATIONS)
def test_an_image_takes_the_published_number_of_multiplications(name, head, published):
    with torch.device("meta"):
        network = build_network(name, {"classes": 1000, **head}).eval()
    assert round(multiplications(network, (224, 224)) / 1e9, 2) == published


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("resnet18", 7),
        ("resnet50", 7),
        ("mobilenetv3-small", 7),
        ("mobilenetv3-large", 7),
        ("efficientnet-lite0", 7),
        ("alexnet", 6),
    ],
)
def test_the_last_map_of_an_image_of_224_is_as_large_as_published(name, size):
    with torch.device("meta"):
        maps = build_network(name, {}).eval().features(torch.empty(1, 3, 224, 224))
    assert maps.shape[2:] == (size, size)


def test_the_rows_are_those_of_the_paper():
    # Howard et al. 2019, tables 1 and 2: expansion sizes and output channels in their order.
    assert [row.expanded for row in LARGE] == [
        *(16, 64, 72, 72, 120, 120, 240, 200, 184, 184, 480, 672, 672, 960, 960)
    ]
    assert [row.outputs for row in SMALL] == [16, 24, 24, 40, 40, 40, 48, 48, 96, 96, 96]
    assert [position for position, row in enumerate(SMALL, 1) if not row.squeezes] == [2, 3]
    assert [position for position, row in enumerate(LARGE, 1) if row.stride == 2] == [2, 4, 7, 13]
    assert next(position for position, row in enumerate(LARGE, 1) if row.hard) == 7


def normed(conv, norm, x, **options):
    """A convolution and its normalisation in evaluation mode, from their definition."""
    y = functional.conv2d(x, conv.weight, **options)
    scale = norm.weight / (norm.running_var + norm.eps).sqrt()
    shape = (1, -1, 1, 1)
    return (y - norm.running_mean.view(shape)) * scale.view(shape) + norm.bias.view(shape)


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(9)


def scattered(module):
    for layer in module.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.running_mean.normal_()
            layer.running_var.uniform_(0.5, 2)
            nn.init.uniform_(layer.weight, 0.5, 1.5)
            nn.init.normal_(layer.bias)
    return module.eval()


@torch.no_grad()
def test_a_basic_block_adds_what_came_to_two_convolutions():
    block, x = scattered(BasicBlock(4, 4, stride=1)), torch.randn(2, 4, 6, 5)
    y = normed(block.conv1, block.bn1, x, padding=1).relu()
    expected = (normed(block.conv2, block.bn2, y, padding=1) + x).relu()
    assert torch.allclose(block(x), expected, atol=1e-5)


@torch.no_grad()
def test_a_bottleneck_halves_the_size_in_its_middle_convolution():
    block, x = scattered(Bottleneck(6, 2, stride=2)), torch.randn(1, 6, 8, 6)
    y = normed(block.conv1, block.bn1, x).relu()
    y = normed(block.conv2, block.bn2, y, padding=1, stride=2).relu()
    beside = normed(block.downsample[0], block.downsample[1], x, stride=2)
    expected = (normed(block.conv3, block.bn3, y) + beside).relu()
    assert expected.shape == (1, 8, 4, 3)
    assert torch.allclose(block(x), expected, atol=1e-5)


@torch.no_grad()
def test_channels_are_weighed_by_what_their_averages_say():
    layer, x = SqueezeExcitation(5, 2), torch.randn(2, 5, 4, 3)
    nn.init.normal_(layer.fc2.bias)
    means = x.mean(dim=(2, 3))
    hidden = (means @ layer.fc1.weight[:, :, 0, 0].T + layer.fc1.bias).clamp(min=0)
    said = hidden @ layer.fc2.weight[:, :, 0, 0].T + layer.fc2.bias
    weight = ((said + 3) / 6).clamp(0, 1)  # hard sigmoid, equation 1 of the paper
    assert torch.allclose(layer(x), x * weight[:, :, None, None], atol=1e-6)


@torch.no_grad()
@pytest.mark.parametrize(
    ("outputs", "stride", "adds"), [(4, 1, True), (4, 2, False), (6, 1, False)]
)
def test_an_inverted_residual_adds_what_came_where_the_shape_is_kept(outputs, stride, adds):
    row = Row(5, 16, outputs, squeezes=False, hard=True, stride=stride)
    block, x = scattered(InvertedResidual(4, row)), torch.randn(2, 4, 8, 6)
    wide, deep, narrow = block.block
    y = functional.hardswish(normed(wide[0], wide[1], x))
    y = functional.hardswish(normed(deep[0], deep[1], y, padding=2, stride=stride, groups=16))
    y = normed(narrow[0], narrow[1], y)
    assert len(narrow) == 2
    assert torch.allclose(block(x), x + y if adds else y, atol=1e-5)


@torch.no_grad()
def test_a_block_of_lite0_is_bounded_at_six_and_has_no_weighing():
    block, x = scattered(Block(3, 3, expansion=6, kernel=3, stride=1)), 9 * torch.randn(2, 3, 5, 5)
    y = normed(block._expand_conv, block._bn0, x).clamp(0, 6)
    assert float(y.max()) == 6.0
    y = normed(block._depthwise_conv, block._bn1, y, padding=1, groups=18).clamp(0, 6)
    expected = x + normed(block._project_conv, block._bn2, y)
    assert torch.allclose(block(x), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "eps"),
    [("resnet18", 1e-5), ("mobilenetv3-large", 1e-3), ("efficientnet-lite0", 1e-3)],
)
def test_normalisations_have_the_epsilon_that_the_published_weights_were_trained_with(name, eps):
    with torch.device("meta"):
        network = build_network(name, {})
    norms = [layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)]
    assert {norm.eps for norm in norms} == {eps}


def test_convolutions_begin_as_wide_as_their_outputs_ask():
    weight = build_network("resnet18", {}).get_submodule("layer3.0.conv2").weight
    assert float(weight.detach().std()) == pytest.approx(math.sqrt(2 / (9 * 256)), rel=0.02)


@pytest.mark.parametrize(
    "name", ["resnet18", "mobilenetv3-small", "efficientnet-lite0", "alexnet", "series-max"]
)
def test_features_are_dropped_in_training_alone(name):
    network = build_network(name, {"dropout": 0.5}).eval()
    head = network.backbone.head if name == "series-max" else network.head
    width = (network.backbone if name == "series-max" else network).feature_channels
    pooled = torch.rand(2, width)
    assert torch.equal(head(pooled), head(pooled))
    network.train()
    assert not torch.equal(head(pooled), head(pooled))
