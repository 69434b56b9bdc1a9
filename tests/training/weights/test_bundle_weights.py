"""Weights out of an exported network: folded normalisations, and how they are settled."""

import io

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from condyle.bundle.store import find_bundle
from condyle.training.networks import build_network
from condyle.training.recipe import read_recipe
from condyle.training.weights import load_weights, settle_normalisation
from condyle.training.weights.fitting import fit_state
from condyle.training.weights.onnx_state import state_of_onnx


@pytest.fixture(scope="module")
def shipped():
    """The recipe's network with the weights of the bundle that comes with Condyle."""
    recipe = read_recipe("lumbar-anatomy")
    network = build_network(recipe.network.name, recipe.network.parameters).eval()
    return network, load_weights(network, "bundle:lumbar-anatomy")


def test_a_bundle_gives_its_whole_network(shipped):
    network, told = shipped
    assert told.share == 1.0
    assert told.missing == told.skipped == told.unexpected == ()
    norms = [n for n, layer in network.named_modules() if isinstance(layer, nn.BatchNorm2d)]
    assert list(told.folded) == norms
    assert told.source.startswith("the bundle lumbar-anatomy 0.")
    assert "39 normalisations had been folded" in told.sentence


def test_the_network_then_says_what_the_bundle_says(shipped):
    network, _ = shipped
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    model = find_bundle("lumbar-anatomy").read("fold-0.onnx")
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    image = torch.rand(1, 1, 256, 256, generator=torch.Generator().manual_seed(3))
    said = session.run(None, {"image": image.numpy()})[0]
    with torch.no_grad():
        mine = network(image).softmax(dim=1).numpy()
    assert np.abs(said - mine).max() < 1e-3


def test_a_head_for_other_classes_is_left_out_and_the_rest_is_loaded():
    parameters = {**read_recipe("lumbar-anatomy").network.parameters, "classes": 2}
    told = load_weights(build_network("efficientnet-unet", parameters), "bundle:lumbar-anatomy")
    assert told.skipped == ("head.weight", "head.bias")
    assert told.share == 1.0


class Small(nn.Module):
    """Two convolutions with their normalisations, and a third without."""

    def __init__(self):
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(2, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU())
        self.second = nn.Sequential(nn.Conv2d(4, 3, 3, bias=False), nn.BatchNorm2d(3), nn.ReLU())
        self.last = nn.Conv2d(3, 2, 1)

    def forward(self, x):
        return self.last(self.second(self.first(x)))


@pytest.fixture
def trained():
    """A network that one batch has passed through, that batch, and its values folded by hand."""
    torch.manual_seed(8)
    network, batch = Small(), 3 * torch.rand(6, 2, 12, 10)
    state = {}
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = 1.0
            nn.init.uniform_(layer.weight, 0.5, 3)
            nn.init.normal_(layer.bias)
    with torch.no_grad():
        network.train()(batch)
    for name in ("first", "second"):
        conv, norm, _ = getattr(network, name)
        slope = (norm.weight / (norm.running_var + norm.eps).sqrt()).detach()
        state[f"network.{name}.0.weight"] = conv.weight.detach() * slope[:, None, None, None]
        state[f"network.{name}.0.folded_bias"] = (norm.bias - norm.running_mean * slope).detach()
    state["network.last.weight"] = network.last.weight.detach()
    state["network.last.bias"] = network.last.bias.detach()
    return network, batch, state


def loaded(state):
    network = Small()
    fitted = fit_state(state, network)
    network.load_state_dict({**network.state_dict(), **fitted.values})
    return network, fitted


def test_a_folded_bias_goes_to_the_normalisation_that_follows(trained):
    network, batch, state = trained
    other, fitted = loaded(state)
    assert fitted.folded == ("first.1", "second.1")
    assert fitted.unexpected == fitted.skipped == ()
    with torch.no_grad():
        assert torch.allclose(other.eval()(batch), network.eval()(batch), atol=1e-4)


def test_settling_changes_no_output(trained):
    network, batch, state = trained
    other, fitted = loaded(state)
    settle_normalisation(other, fitted.folded, 0.5 * batch)
    assert not other.training
    with torch.no_grad():
        assert torch.allclose(other(batch), network.eval()(batch), atol=1e-4)


def test_a_settled_network_goes_on_learning_from_where_the_exported_one_was(trained):
    network, batch, state = trained
    other, fitted = loaded(state)
    with torch.no_grad():
        expected = network.train()(batch)
        assert not torch.allclose(other.train()(batch), expected, atol=0.1)
    other, fitted = loaded(state)
    settle_normalisation(other, fitted.folded, batch)
    with torch.no_grad():
        assert torch.allclose(other.train()(batch), expected, atol=1e-2)
    for mine, theirs in ((other.first[1], network.first[1]), (other.second[1], network.second[1])):
        assert torch.allclose(mine.weight, theirs.weight, rtol=0.02)
        assert torch.allclose(mine.bias, theirs.bias, atol=0.02)


def model_of(nodes, values):
    """Gives an ONNX file with these nodes and initialisers."""
    graph = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2, 4, 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in values.items()],
    )
    stream = io.BytesIO()
    onnx.save_model(helper.make_model(graph), stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("a.bias", "a.bias"),
        ("a.weight_bias", "a.folded_bias"),
        ("val_7", "a.folded_bias"),
    ],
)
def test_the_bias_of_a_convolution_is_its_own_or_folded(name, key):
    weight, bias = np.ones((3, 2, 1, 1), np.float32), np.arange(3, dtype=np.float32)
    node = helper.make_node("Conv", ["x", "a.weight", name], ["y"])
    state = state_of_onnx(model_of([node], {"a.weight": weight, name: bias}))
    assert set(state) == {"a.weight", key}
    assert state[key].tolist() == [0, 1, 2]


def test_shapes_and_names_of_the_exporters_own_are_no_weights():
    node = helper.make_node("Conv", ["x", "a.weight"], ["y"])
    values = {
        "a.weight": np.ones((3, 2, 1, 1), np.float32),
        "a.shape": np.array([1, 2]),
        "val_3": np.ones(3, np.float32),
    }
    assert set(state_of_onnx(model_of([node], values))) == {"a.weight"}
