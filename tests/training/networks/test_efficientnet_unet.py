"""The U-Net on EfficientNet-Lite0: its encoder's features, its decoder, what it begins with."""

import numpy as np
import pytest
import torch

from condyle.inference import open_session
from condyle.training.export import Probabilities, export_onnx
from condyle.training.networks import build_network
from condyle.training.networks.efficientnet_lite import EfficientNetLite0, level_channels
from condyle.training.weights import load_weights


def built(**parameters):
    torch.manual_seed(6)
    return build_network("efficientnet-unet", parameters).eval()


@pytest.mark.parametrize(("blocks", "levels"), [(2, 2), (3, 2), (5, 3), (11, 4), (15, 5), (16, 5)])
def test_each_level_is_half_of_the_one_above_with_the_channels_that_are_told(blocks, levels):
    torch.manual_seed(6)
    network = EfficientNetLite0(classes=0, inputs=1, blocks=blocks).eval()
    found = network.levels(torch.rand(1, 1, 64, 96))
    assert [tuple(one.shape[2:]) for one in found] == [
        (64 >> n, 96 >> n) for n in range(1, 1 + levels)
    ]
    assert [one.shape[1] for one in found] == level_channels(blocks)


def test_the_last_level_is_the_features():
    torch.manual_seed(6)
    network = EfficientNetLite0(classes=0, blocks=11).eval()
    x = torch.rand(1, 3, 32, 64)
    assert torch.equal(network.levels(x)[-1], network.features(x))


def test_a_network_of_no_classes_gives_its_pooled_features():
    network = EfficientNetLite0(classes=0, blocks=3).eval()
    x = torch.rand(2, 3, 32, 32)
    assert torch.allclose(network(x), network.features(x).mean(dim=(2, 3)), atol=1e-6)


@pytest.mark.parametrize("blocks", [3, 11, 15])
@pytest.mark.parametrize("size", [(64, 64), (96, 32)])
def test_every_pixel_is_labelled(blocks, size):
    network = built(blocks=blocks, inputs=2, classes=3)
    assert network(torch.rand(2, 2, *size)).shape == (2, 3, *size)


def test_a_level_of_the_decoder_sees_the_encoder_s_of_its_size():
    network = built(blocks=5, channels=[16, 24])
    first = [unit[0][0].weight.shape[:2] for unit in network.up]
    # 40 channels of an 8th beside 24 of a 4th, then what that gives beside 16 of a half.
    assert first == [(24, 40 + 24), (16, 24 + 16)]


@pytest.mark.parametrize("level", range(4))
def test_no_level_is_left_out_of_what_is_said(level):
    network = built(blocks=11).train()  # normalised by the batch, no level is lost in another
    x = torch.rand(1, 1, 64, 64)
    usual = network(x)
    whole = network.encoder.levels

    def without(image):
        found = whole(image)
        found[level] = torch.zeros_like(found[level])
        return found

    network.encoder.levels = without
    assert not torch.allclose(network(x), usual)


def test_the_exported_file_says_the_same_of_any_number_of_images():
    network = Probabilities(built(blocks=11))
    model = export_onnx(network, {"image": torch.rand(2, 1, 64, 64)}, outputs=["probabilities"])
    x = torch.rand(3, 1, 64, 64)
    said = open_session(model).run(None, {"image": x.numpy()})[0]
    with torch.no_grad():
        assert np.abs(said - network(x).numpy()).max() < 1e-5


def test_published_weights_fill_the_whole_encoder_and_nothing_else(tmp_path):
    torch.manual_seed(1)
    published = EfficientNetLite0(classes=1000)
    torch.save(published.state_dict(), tmp_path / "lite0.pth")
    network = built(blocks=11)
    decoder = {k: v.clone() for k, v in network.state_dict().items() if k.startswith("up.")}
    told = load_weights(network, str(tmp_path / "lite0.pth"))
    state = network.state_dict()
    assert told.share == 1.0
    assert told.reshaped == ("encoder._conv_stem.weight",)
    assert all(key.startswith("encoder.") for key in told.loaded)
    assert not [key for key in told.missing if key.startswith("encoder.")]
    assert all(torch.equal(state[key], value) for key, value in decoder.items())
    theirs = published.state_dict()["_blocks.10._project_conv.weight"]
    assert torch.equal(state["encoder._blocks.10._project_conv.weight"], theirs)
