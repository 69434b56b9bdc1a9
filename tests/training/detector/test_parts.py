"""Backbones and necks: strides, channels, layers and ways through them as the papers have them."""

import pytest
import torch
from torch import nn

from condyle.training.detector.backbones import BACKBONES
from condyle.training.detector.deformable import DeformableConv
from condyle.training.detector.layers import (
    ACTIVATIONS,
    Bottleneck,
    CrossStage,
    DropBlock,
    SpatialPyramid,
)
from condyle.training.detector.necks import NECKS, NeckValues
from condyle.training.detector.resnet_vd import STAGES, VariantBlock
from condyle.training.weights import load_weights

from .conftest import FAMILY

FULL = {
    "darknet53": (256, 512, 1024),
    "csp-darknet": (256, 512, 1024),
    "resnet50-vd": (512, 1024, 2048),
}


def parameters(network):
    return sum(p.numel() for p in network.parameters())


def layers(network, kind):
    return [part for part in network.modules() if isinstance(part, kind)]


def backbone(name, **changed):
    values = {"inputs": 3, "width": 1.0, "depth": 1.0, "activation": "silu", **changed}
    with torch.device("meta"):
        return BACKBONES[name](**values)


def small(name):
    torch.manual_seed(2)
    return BACKBONES[name](inputs=1, width=0.125, depth=0.1, activation="silu").eval()


@pytest.mark.parametrize("name", FULL)
def test_features_have_the_published_channels_at_strides_8_16_and_32(name):
    network = backbone(name)
    assert network.channels == FULL[name]
    with torch.device("meta"):
        found = network(torch.zeros(1, 3, 64, 96))
    for feature, channels, stride in zip(found, FULL[name], (8, 16, 32), strict=True):
        assert feature.shape == (1, channels, 64 // stride, 96 // stride)


@pytest.mark.parametrize("name", FULL)
def test_the_width_scales_channels_and_the_depth_blocks(name):
    narrow = backbone(name, width=0.25)
    assert narrow.channels == tuple(channels // 4 for channels in FULL[name])
    assert parameters(narrow) < parameters(backbone(name)) / 12
    assert len(layers(backbone(name, depth=0.3), nn.Conv2d)) < len(layers(narrow, nn.Conv2d))


def test_darknet_53_has_52_convolutions_before_its_classifier():
    network = backbone("darknet53", activation="leaky-relu")
    assert len(layers(network, nn.Conv2d)) == 52
    assert len(layers(network, Bottleneck)) == 1 + 2 + 8 + 8 + 4
    slopes = {layer.negative_slope for layer in layers(network, nn.LeakyReLU)}
    assert slopes == {0.1} and len(layers(network, nn.LeakyReLU)) == 52


def test_darknet_53_has_the_parameters_that_its_layers_add_up_to():
    def one(inputs, outputs, size):
        return inputs * outputs * size**2 + 2 * outputs

    expected = one(3, 32, 3)
    for channels, count in ((64, 1), (128, 2), (256, 8), (512, 8), (1024, 4)):
        expected += one(channels // 2, channels, 3)
        expected += count * (one(channels, channels // 2, 1) + one(channels // 2, channels, 3))
    assert parameters(backbone("darknet53")) == expected


def test_resnet_50_vd_has_deformable_convolutions_in_its_last_stage_alone():
    network = backbone("resnet50-vd")
    stages = [network.get_submodule(f"layer{stage}") for stage in (1, 2, 3, 4)]
    assert [len(layers(stage, DeformableConv)) for stage in stages] == [0, 0, 0, 3]
    assert [len(layers(stage, VariantBlock)) for stage in stages] == [3, 4, 6, 3]
    assert [part.stride for part in layers(network, DeformableConv)] == [2, 1, 1]


def test_resnet_50_vd_has_three_small_convolutions_first_and_averages_in_its_shortcuts():
    network = backbone("resnet50-vd")
    assert [layer.kernel_size for layer in layers(network.conv1, nn.Conv2d)] == [(3, 3)] * 3
    assert len(layers(network, nn.AvgPool2d)) == 3
    strided = [conv for conv in layers(network, nn.Conv2d) if conv.stride == (2, 2)]
    assert strided and all(conv.kernel_size == (3, 3) for conv in strided)
    assert not layers(network, nn.Mish) and not layers(network, nn.SiLU)


def test_without_deformable_taps_resnet_50_vd_is_as_large_as_the_published_one():
    # torchvision's and timm's resnet50d, features only: 25,576,264 less its classifier.
    network = backbone("resnet50-vd")
    taps = sum(parameters(part.shift) for part in layers(network, DeformableConv))
    assert parameters(network) - taps == 25_576_264 - (2048 * 1000 + 1000)


def published_names():
    """Gives the keys and shapes of timm's ``resnet50d``, its classifier left out."""

    def norm(name, size):
        found = {f"{name}.{part}": (size,) for part in NORM}
        return {**found, f"{name}.num_batches_tracked": ()}

    names = {"conv1.0.weight": (32, 3, 3, 3), **norm("conv1.1", 32)}
    names |= {"conv1.3.weight": (32, 32, 3, 3), **norm("conv1.4", 32)}
    names |= {"conv1.6.weight": (64, 32, 3, 3), **norm("bn1", 64)}
    before = 64
    for stage, (size, count) in enumerate(STAGES, start=1):
        for block in range(count):
            at = f"layer{stage}.{block}"
            names |= {f"{at}.conv1.weight": (size, before, 1, 1), **norm(f"{at}.bn1", size)}
            names |= {f"{at}.conv2.weight": (size, size, 3, 3), **norm(f"{at}.bn2", size)}
            names |= {f"{at}.conv3.weight": (4 * size, size, 1, 1), **norm(f"{at}.bn3", 4 * size)}
            if block == 0:
                names[f"{at}.downsample.1.weight"] = (4 * size, before, 1, 1)
                names |= norm(f"{at}.downsample.2", 4 * size)
            before = 4 * size
    return names


NORM = ("weight", "bias", "running_mean", "running_var")


def test_resnet_50_vd_has_the_names_and_shapes_of_timms_but_for_its_shifts():
    mine = {
        key: tuple(value.shape)
        for key, value in backbone("resnet50-vd").state_dict().items()
        if ".shift." not in key
    }
    assert mine == published_names()


def test_published_weights_load_into_the_backbone_of_a_detector(tiny, tmp_path):
    network = tiny("ppyolov2", width=1.0, depth=0.1)
    names = {k: v for k, v in published_names().items() if k in network.backbone.state_dict()}
    generator = torch.Generator().manual_seed(3)
    state = {key: torch.rand(shape, generator=generator) for key, shape in names.items()}
    torch.save({**state, "fc.weight": torch.zeros(1000, 2048)}, tmp_path / "resnet50d.pth")
    told = load_weights(network, str(tmp_path / "resnet50d.pth"))
    assert told.share > 0.9 and "fc.weight" in told.unexpected
    assert told.reshaped == ("backbone.conv1.0.weight",)  # three colours as one grey
    assert torch.equal(network.backbone.layer4[0].conv2.weight, state["layer4.0.conv2.weight"])
    assert "neck.lateral5.0.weight" in told.missing


@pytest.mark.parametrize("name", FULL)
def test_a_pixel_reaches_every_feature(name):
    network = small(name)
    image = torch.rand(1, 1, 64, 64, requires_grad=True)
    for feature in network(image):
        (gradient,) = torch.autograd.grad(feature.sum(), image, retain_graph=True)
        assert float(gradient.abs().sum()) > 0


def neck(name, channels=(16, 24, 32), **changed):
    torch.manual_seed(3)
    values = {"width": 0.125, "depth": 0.3, "activation": "silu", "keep": 0.9, **changed}
    return NECKS[name](channels, NeckValues(**values))


def features(size=8):
    return tuple(
        torch.rand(1, channels, size // stride, size // stride).requires_grad_()
        for channels, stride in ((16, 1), (24, 2), (32, 4))
    )


@pytest.mark.parametrize("name", NECKS)
def test_a_neck_keeps_rows_and_columns_and_gives_the_channels_that_it_says(name):
    network = neck(name).eval()
    found = network(features())
    assert [part.shape[1] for part in found] == list(network.channels)
    assert [part.shape[2:] for part in found] == [(8, 8), (4, 4), (2, 2)]


def reached(network):
    """Gives, for each output, which of the three inputs it hangs on."""
    given = features()
    return [
        [
            bool(gradient is not None and gradient.abs().sum() > 0)
            for gradient in torch.autograd.grad(
                part.sum(), given, retain_graph=True, allow_unused=True
            )
        ]
        for part in network.eval()(given)
    ]


def test_the_pyramid_hands_features_down_alone():
    assert reached(neck("darknet-pyramid")) == [
        [True, True, True],
        [False, True, True],
        [False, False, True],
    ]


@pytest.mark.parametrize("name", ["csp-paths", "mish-paths"])
def test_aggregated_paths_hand_features_down_and_up(name):
    assert reached(neck(name)) == [[True, True, True]] * 3


def test_the_necks_have_the_published_channels_at_full_size():
    for name, channels in (
        ("darknet-pyramid", (256, 512, 1024)),
        ("csp-paths", (256, 512, 1024)),
        ("mish-paths", (256, 512, 1024)),
    ):
        with torch.device("meta"):
            assert neck(name, (512, 1024, 2048), width=1.0).channels == channels


def test_only_the_coarsest_block_of_mish_paths_pools_and_every_block_drops():
    network = neck("mish-paths", keep=0.8)
    assert len(layers(network, SpatialPyramid)) == 1
    assert layers(network.top5, SpatialPyramid)
    drops = layers(network, DropBlock)
    assert len(drops) == 5 and {part.keep for part in drops} == {0.8}


def test_a_detector_drops_in_training_alone(tiny):
    network, image = tiny("ppyolov2", drop_block_keep=0.7), torch.rand(1, 1, 128, 128)
    for part in layers(network, nn.BatchNorm2d):
        part.track_running_stats, part.running_mean, part.running_var = False, None, None
    with torch.no_grad():
        first, again = (network.train().maps(image)[0] for _ in range(2))
        assert not torch.equal(first, again)
        first, again = (network.eval().maps(image)[0] for _ in range(2))
        assert torch.equal(first, again)


def test_a_block_has_its_bottlenecks_on_one_of_its_two_ways():
    block = CrossStage(8, 16, count=3, activation="silu", shortcut=True)
    assert len(layers(block, Bottleneck)) == 3
    assert block(torch.rand(2, 8, 5, 7)).shape == (2, 16, 5, 7)
    expected = 2 * (8 * 8 + 16) + 3 * (8 * 8 + 16 + 9 * 64 + 16) + 16 * 16 + 32
    assert parameters(block) == expected


def test_a_bottleneck_without_a_shortcut_leaves_the_input_out():
    torch.manual_seed(0)
    plain = Bottleneck(4, 4, activation="relu", shortcut=False).eval()
    torch.manual_seed(0)
    short = Bottleneck(4, 4, activation="relu").eval()
    x = torch.rand(1, 4, 6, 6)
    assert torch.allclose(short(x), plain(x) + x)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("relu", 0.0),
        ("leaky-relu", -0.1),
        ("silu", -1 / (1 + 2.718281828)),
        ("mish", -0.303401),
    ],
)
def test_an_activation_at_minus_one_is_that_of_its_paper(name, value):
    assert float(ACTIVATIONS[name]()(torch.tensor([-1.0]))) == pytest.approx(value, abs=1e-5)


@pytest.mark.parametrize("name", FAMILY)
def test_a_detector_takes_more_channels_than_one_where_told(name, tiny):
    network = tiny(name, inputs=2).eval()
    with torch.no_grad():
        boxes, _ = network(torch.rand(1, 2, 32, 32))
    assert boxes.shape == (1, 63, 4)
