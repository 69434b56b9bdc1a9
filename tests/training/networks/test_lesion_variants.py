"""The sharpening U-Net, and the one with an encoder of ImageNet."""

import pytest
import torch
from scipy import ndimage

from condyle.errors import BadConfiguration, UnknownName
from condyle.training.loop import memory_format_of
from condyle.training.networks import build_network
from condyle.training.networks.sharp_unet import Sharpen
from condyle.training.weights.tables import read_table


def count(network):
    return sum(value.numel() for value in network.parameters())


def test_the_published_kernel_filters_each_channel_by_itself():
    x = torch.rand(2, 3, 7, 6)
    kernel = [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]
    got = Sharpen(3, trainable=False)(x).numpy()
    for image, filtered in zip(x.flatten(0, 1).numpy(), got.reshape(6, 7, 6), strict=True):
        expected = ndimage.correlate(image, kernel, mode="constant")
        assert abs(filtered - expected).max() < 1e-5


def test_an_even_map_is_sharpened_to_nothing():
    assert Sharpen(1, trainable=False)(torch.ones(1, 1, 5, 5))[0, 0, 1:-1, 1:-1].abs().max() == 0


def test_sharpening_adds_no_learnable_parameter():
    plain, sharp = (
        build_network("lesion-unet", {"width": 4}),
        build_network("sharp-unet", {"width": 4}),
    )
    assert count(sharp) == count(plain)
    assert [name for name, _ in sharp.named_parameters()] == [
        n for n, _ in plain.named_parameters()
    ]


def test_the_kernels_may_be_learnt_where_the_recipe_says_so():
    fixed, learnt = (
        build_network("sharp-unet", {"width": 4, "trainable": t}) for t in (False, True)
    )
    assert count(learnt) - count(fixed) == 9 * (4 + 8 + 16 + 32)
    assert fixed.state_dict().keys() == learnt.state_dict().keys()


def test_what_crosses_is_sharpened():
    torch.manual_seed(1)
    parameters = {"width": 4, "levels": 2}
    plain = build_network("lesion-unet", parameters).eval()
    sharp = build_network("sharp-unet", parameters).eval()
    sharp.load_state_dict({**sharp.state_dict(), **plain.state_dict()})
    image = torch.rand(1, 1, 16, 16)
    with torch.no_grad():
        assert not torch.allclose(sharp(image), plain(image))
        sharp.across[0].weight.copy_(
            torch.zeros(3, 3).index_put_((torch.tensor(1),) * 2, torch.tensor(1.0))
        )
        assert torch.allclose(sharp(image), plain(image), atol=1e-6)


@pytest.mark.parametrize("size", [(32, 32), (33, 45), (16, 70)])
@pytest.mark.parametrize("encoder", ["mobilenetv3-small", "mobilenetv3-large"])
def test_the_mobile_unet_labels_every_pixel_of_any_size(size, encoder):
    parameters = {"classes": 2, "encoder": encoder, "normalisation": "imagenet"}
    network = build_network("mobile-unet", parameters).eval()
    with torch.no_grad():
        assert network(torch.rand(2, 1, *size)).shape == (2, 2, *size)


@pytest.mark.parametrize("size", ["small", "large"])
def test_the_encoder_has_the_published_keys_and_shapes(size):
    with torch.device("meta"):
        network = build_network("mobile-unet", {"encoder": f"mobilenetv3-{size}"})
    table = read_table(f"torchvision-mobilenet_v3_{size}")
    published = {key: shape for key, shape in table.items() if key.startswith("features.")}
    state = {key: tuple(value.shape) for key, value in network.encoder.state_dict().items()}
    assert state == published


def test_each_halving_of_the_encoder_crosses_once():
    network = build_network("mobile-unet", {}).eval()
    x, last = torch.rand(1, 3, 64, 64), {}
    with torch.no_grad():
        for position, layer in enumerate(network.encoder.features):
            x = layer(x)
            last[x.shape[2]] = position
    assert list(last) == [32, 16, 8, 4, 2]
    assert network.taps == [position for size, position in last.items() if size > 2]


def test_the_mobile_unet_starts_at_the_prior_and_trains_channels_last():
    network = build_network("mobile-unet", {"prior": 0.02, "normalisation": "imagenet"})
    assert memory_format_of(network) is torch.channels_last
    with torch.no_grad():
        assert 0.015 < float(network(torch.rand(2, 1, 32, 32)).sigmoid().mean()) < 0.025


def test_an_encoder_that_there_is_not_lists_those_that_are():
    with pytest.raises(UnknownName) as caught:
        build_network("mobile-unet", {"encoder": "vgg"})
    assert "mobilenetv3-large" in caught.value.needed


def test_a_decoder_of_too_few_levels_is_refused():
    with pytest.raises(BadConfiguration) as caught:
        build_network("mobile-unet", {"channels": [8, 8]})
    assert "5 numbers" in caught.value.needed
