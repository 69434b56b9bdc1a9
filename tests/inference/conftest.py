"""Tiny models and bundles that the tests of this room run."""

import json
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from condyle.bundle import Manifest, write_bundle

EXAMPLE = Path(__file__).parents[1] / "contract" / "manifest-example.json"
WEIGHTS = np.random.default_rng(0).normal(size=(64, 3)).astype(np.float32)


def build(
    nodes,
    *,
    weights=WEIGHTS,
    batch="n",
    inputs=("x",),
    outputs=("logits", "narrow"),
    kind=TensorProto.FLOAT,
):
    """Gives the bytes of a model of (batch, 64) inputs."""

    def value(name):
        return helper.make_tensor_value_info(name, kind, [batch, 64])

    graph = helper.make_graph(
        [helper.make_node(op, ins, outs, **extra) for op, ins, outs, extra in nodes],
        "tiny",
        [value(name) for name in inputs],
        [helper.make_tensor_value_info(name, kind, None) for name in outputs],
        [numpy_helper.from_array(weights, "w")],
    )
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()


@pytest.fixture(name="linear")
def _linear():
    """Makes x @ (scale * weights) and x itself."""

    def linear(scale=1.0, batch="n"):
        nodes = [
            ("MatMul", ["x", "w"], ["logits"], {}),
            ("Identity", ["x"], ["narrow"], {}),
        ]
        return build(nodes, weights=np.float32(scale) * WEIGHTS, batch=batch)

    return linear


@pytest.fixture(name="build_model")
def _build_model():
    return build


@pytest.fixture(name="x")
def _x():
    return np.random.default_rng(1).normal(size=(37, 64)).astype(np.float32)


@pytest.fixture(name="example")
def _example():
    return json.loads(EXAMPLE.read_text())


@pytest.fixture(name="weights")
def _weights():
    return WEIGHTS


@pytest.fixture(name="write")
def _write(example, linear, tmp_path):
    """Writes a bundle of the linear model with whatever the test says otherwise."""
    x = np.random.default_rng(2).normal(size=(2, 64)).astype(np.float32)
    stored = {"input.x": x, "output.logits": x @ WEIGHTS, "output.narrow": x}

    def write(folder="b", *, sample=stored, model=None, **changed):
        document = {**example, **changed}
        models = {m: linear() for m in document["models"]} if model is None else model
        return write_bundle(
            tmp_path / folder,
            manifest=Manifest.model_validate(document),
            model=models,
            card="# Example\n",
            sample=sample,
        )

    return write


@pytest.fixture(autouse=True)
def _own_store(tmp_path, monkeypatch):
    monkeypatch.setenv("CONDYLE_BUNDLES", str(tmp_path / "store"))
