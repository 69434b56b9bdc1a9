"""The exported file of each network gives what the network gives, for any batch.

All are exported as one module: most of the time an export takes is the same for any.
"""

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

from condyle.training.export import export_onnx
from condyle.training.networks import build_network, efficientnet_lite, mobilenet, resnet
from condyle.training.networks.classifier import WithClassMaps

NETWORKS = {
    "lesion-unet": {"width": 4, "levels": 2, "classes": 2, "norm": "instance"},
    "sharp-unet": {"width": 4, "levels": 2, "trainable": True},
    "mobile-unet": {"channels": [16, 8, 8, 8], "normalisation": "imagenet"},
    "resnet50": {"inputs": 1, "classes": 2},
    "mobilenetv3-small": {"head": "published", "normalisation": "imagenet"},
    "efficientnet-lite0": {"normalisation": "lite0"},
    "alexnet": {"inputs": 1},
    "resnet18 with maps": {"normalisation": "imagenet"},
}

SIZE = (63, 66)


class Together(nn.Module):
    """Several networks that look at one image."""

    def __init__(self, networks):
        super().__init__()
        self.networks = nn.ModuleList(networks)

    def forward(self, image):
        return tuple(network(image) for network in self.networks)


def make_shallow(patch):
    """Every kind of block, but one or two of each: an export takes as long as a network is deep."""
    patch.setitem(resnet.VARIANTS, "resnet18", (resnet.BasicBlock, (1, 1)))
    patch.setitem(resnet.VARIANTS, "resnet50", (resnet.Bottleneck, (1, 1)))
    rows = (mobilenet.SMALL[0], mobilenet.SMALL[3], mobilenet.LARGE[1], mobilenet.LARGE[10])
    patch.setitem(mobilenet.VARIANTS, "mobilenet_v3_small", (rows, 32))
    patch.setattr(efficientnet_lite, "STAGES", ((1, 16, 1, 1, 3), (6, 24, 2, 2, 5)))


def build(name):
    network = build_network(name.partition(" ")[0], NETWORKS[name])
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):  # as training leaves it: not at its first values
            layer.momentum = 1.0
            nn.init.uniform_(layer.weight, 0.5, 1.5)
            nn.init.normal_(layer.bias)
    with torch.no_grad():
        network.train()(images(4))
    if name.endswith("maps"):
        network = Maps(WithClassMaps(network))
    return network.eval()


def images(count):
    """Gives images that differ in more than their noise, (count, 1, row, column) in 0..1."""
    return torch.rand(count, 1, *SIZE) * torch.linspace(0.2, 1, count)[:, None, None, None]


class Maps(nn.Module):
    """Keeps the class maps alone, as one output."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, image):
        return self.network(image)[1]


def session_of(model):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


@pytest.fixture(scope="module")
def compared():
    """Gives name to (exported, trained) outputs of a batch of another length than exported."""
    torch.manual_seed(6)
    with pytest.MonkeyPatch.context() as patch:
        make_shallow(patch)
        together = Together([build(name) for name in NETWORKS]).eval()
    names = [name.replace(" ", "_") for name in NETWORKS]
    model = export_onnx(together, {"image": images(2)}, outputs=names)
    image = images(5)
    exported = session_of(model).run(names, {"image": image.numpy()})
    with torch.no_grad():
        trained = [part.numpy() for part in together(image)]
    return dict(zip(NETWORKS, zip(exported, trained, strict=True), strict=True))


@pytest.mark.parametrize("name", NETWORKS)
def test_an_exported_network_gives_what_the_trained_one_gives(compared, name):
    exported, trained = compared[name]
    assert exported.shape == trained.shape
    assert exported.shape[0] == 5
    if "unet" in name:
        assert exported.shape[2:] == SIZE
    assert np.ptp(trained) > 1e-3
    assert np.abs(exported - trained).max() < 1e-4 * max(1.0, np.abs(trained).max())


def test_a_series_of_any_length_gives_what_the_trained_network_gives(monkeypatch):
    make_shallow(monkeypatch)
    torch.manual_seed(6)
    network = build_network("series-max", {"backbone": "resnet18"}).eval()
    example = {"image": torch.rand(1, 3, 32, 32)}
    session = session_of(export_onnx(network, example, outputs=["logits"], varying=1))
    for slices in (1, 3, 7):
        series = torch.rand(1, slices, 32, 32)
        with torch.no_grad():
            trained = network(series).numpy()
        assert np.allclose(session.run(None, {"image": series.numpy()})[0], trained, atol=1e-4)
