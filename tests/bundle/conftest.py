"""A tiny bundle that the tests of this room write, open and break."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from condyle.bundle import Manifest, write_bundle

EXAMPLE = Path(__file__).parents[1] / "contract" / "manifest-example.json"


@pytest.fixture(name="example")
def _example():
    """The frozen example manifest as a JSON document."""
    return json.loads(EXAMPLE.read_text())


@pytest.fixture(name="manifest")
def _manifest(example):
    return Manifest.model_validate(example)


@pytest.fixture(name="onnx_model")
def _onnx_model():
    """A graph of one addition, with one stored tensor."""
    weights = numpy_helper.from_array(np.ones(3, np.float32), "w")
    made = [
        helper.make_node("Add", ["x", "w"], ["logits"]),
        helper.make_node("Identity", ["x"], ["narrow"]),
    ]
    shape = ["n", 3]
    graph = helper.make_graph(
        made,
        "tiny",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, shape) for n in ("logits", "narrow")],
        [weights],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model


@pytest.fixture(name="sample")
def _sample():
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    return {"input.x": x, "output.logits": x + 1, "output.narrow": x}


@pytest.fixture(name="write")
def _write(manifest, onnx_model, sample):
    """Writes the tiny bundle with whatever the test says otherwise."""

    def write(out, **changed):
        given = {
            "manifest": manifest,
            "model": onnx_model.SerializeToString(),
            "card": "# Example\n",
            "sample": sample,
        }
        return write_bundle(out, **{**given, **changed})

    return write


@pytest.fixture(name="store")
def _store(tmp_path, monkeypatch):
    """An empty store of the user's own."""
    folder = tmp_path / "store"
    folder.mkdir()
    monkeypatch.setenv("CONDYLE_BUNDLES", str(folder))
    return folder
