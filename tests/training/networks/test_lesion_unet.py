"""The plain U-Net: its size, what it gives at any size, and where its head starts."""

import math

import pytest
import torch

from condyle.errors import BadConfiguration, UnknownName
from condyle.training.loop import memory_format_of
from condyle.training.networks import build_network
from condyle.training.networks.blocks import PointLayer


def count(network):
    return sum(value.numel() for value in network.parameters())


def test_it_has_the_parameters_of_the_published_design():
    # Ronneberger et al. 2015, figure 1: one channel, 64 to 1024 features, 3 x 3 convolutions
    # in pairs, 2 x 2 up-convolutions, two classes, a bias everywhere: 31,030,658 in all.
    # Normalisation has two numbers a channel where the bias of a 3 x 3 convolution has one.
    normalised = 2 * (64 + 128 + 256 + 512 + 1024) + 2 * (512 + 256 + 128 + 64)
    with torch.device("meta"):
        network = build_network("lesion-unet", {"width": 64, "classes": 2})
    assert count(network) == 31_030_658 + normalised


@pytest.mark.parametrize("norm", ["batch", "instance"])
@pytest.mark.parametrize("size", [(32, 32), (33, 21), (8, 15)])
def test_it_labels_every_pixel_of_any_size(size, norm):
    network = build_network("lesion-unet", {"width": 4, "levels": 3, "classes": 2, "norm": norm})
    with torch.no_grad():
        assert network.eval()(torch.rand(2, 1, *size)).shape == (2, 2, *size)


def test_a_pixel_is_read_from_its_own_place():
    torch.manual_seed(2)
    network = build_network("lesion-unet", {"width": 4, "levels": 2}).eval()
    image = torch.rand(1, 1, 40, 40)
    other = image.clone()
    other[0, 0, 30, 8] += 1.0
    with torch.no_grad():
        changed = (network(image) - network(other))[0, 0].abs() > 0
    rows, columns = changed.nonzero().T
    assert changed.any()
    assert rows.min() > 20 and rows.max() < 40 and columns.max() < 18


def test_the_head_starts_at_the_prior():
    network = build_network("lesion-unet", {"width": 4, "levels": 2, "prior": 0.016})
    with torch.no_grad():
        said = network(torch.rand(2, 1, 16, 16)).sigmoid().mean()
    assert 0.013 < float(said) < 0.019


def test_each_class_may_have_its_own_prior():
    network = build_network("lesion-unet", {"width": 4, "classes": 2, "prior": [0.5, 0.02]})
    assert torch.allclose(network.head.bias, torch.tensor([0.0, math.log(0.02 / 0.98)]))


@pytest.mark.parametrize("prior", [0.0, 1, -0.1, [0.1], [0.1, 0.2, 0.3]])
def test_a_prior_that_is_none_is_refused(prior):
    with pytest.raises(BadConfiguration) as caught:
        build_network("lesion-unet", {"classes": 2, "prior": prior})
    assert "between 0 and 1" in caught.value.needed


def test_an_unknown_norm_lists_those_that_exist():
    with pytest.raises(UnknownName) as caught:
        build_network("lesion-unet", {"norm": "layer"})
    assert "batch, instance" in caught.value.needed


def test_one_class_does_not_keep_it_from_channels_last():
    network = build_network("lesion-unet", {"classes": 1})
    assert memory_format_of(network) is torch.channels_last


def test_a_point_layer_gives_what_a_convolution_gives():
    layer = PointLayer(6, 3)
    torch.nn.init.normal_(layer.bias)
    x = torch.rand(2, 6, 5, 4)
    expected = torch.nn.functional.conv2d(x, layer.weight, layer.bias)
    assert torch.allclose(layer(x), expected, atol=1e-6)
    assert layer(x).shape == (2, 3, 5, 4)
