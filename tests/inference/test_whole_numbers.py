"""Networks of 8 bits say nearly what those of 32 say, the same each time."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from condyle.bundle import find_bundle, read_sample
from condyle.bundle.quantised import find_quantised
from condyle.errors import BadImage, BundleError, MissingExtra
from condyle.inference import Runner
from condyle.inference.quantise import quantised_model
from condyle.inference.session import open_session
from condyle.inference.whole_numbers import WholeNumberSession

pytestmark = pytest.mark.needs("openvino")
SIDE = 32


def network(*ops: str) -> bytes:
    from onnx import TensorProto, helper, numpy_helper

    kind = TensorProto.FLOAT
    weights = np.random.default_rng(3).normal(0, 0.3, (4, 1, 3, 3)).astype(np.float32)
    nodes, last = [], "image"
    for op in ops:
        given = [last, "w"] if op == "Conv" else [last]
        more = {"pads": [1, 1, 1, 1]} if op == "Conv" else {}
        nodes.append(helper.make_node(op, given, [f"after-{op}"], **more))
        last = f"after-{op}"
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("image", kind, ["n", 1, SIDE, SIDE])],
        [helper.make_tensor_value_info(last, kind, None)],
        [numpy_helper.from_array(weights, "w")] if "Conv" in ops else [],
    )
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()


def images(count: int) -> list[np.ndarray]:
    random = np.random.default_rng(5)
    return [random.random((1, 1, SIDE, SIDE), dtype=np.float32) for _ in range(count)]


def test_a_quantised_convolution_is_near_the_whole_one() -> None:
    whole = network("Conv", "Relu")
    short = WholeNumberSession(quantised_model(whole, images(6), name="n"), threads=1, name="n")
    image = images(9)[-1]
    (exact,) = open_session(whole, threads=1).run(None, {"image": image})
    (near,) = short.run(None, {"image": image})
    off = np.abs(near - exact)
    assert 0 < off.max() < 0.03 * np.ptp(exact), "256 steps, and not the floats themselves"


def test_it_is_asked_as_a_session_of_floats_is() -> None:
    model = quantised_model(network("Conv", "Relu"), images(2), name="n")
    session = WholeNumberSession(model, threads=1, name="n")
    (given,) = session.get_inputs()
    assert (given.name, given.type, given.shape) == ("image", "tensor(float)", [None, 1, 32, 32])
    assert [node.name for node in session.get_outputs()] == ["after-Relu"]
    stacked = np.concatenate(images(3))
    (found,) = session.run(["after-Relu"], {"image": stacked})
    assert found.shape == (3, 4, SIDE, SIDE)
    with pytest.raises(ValueError, match="of shape"):
        session.run(None, {"image": stacked[:, :, :5]})


def test_the_shipped_ones_label_the_sample_as_the_bundle_does_and_always_alike() -> None:
    bundle = find_bundle("lumbar-anatomy")
    stored = read_sample(bundle.read("sample.npz"))
    feeds = {"image": np.asarray(stored["input.image"], dtype=np.float32)[:1]}
    whole = Runner(bundle, threads=1)
    short = Runner(bundle, threads=1, quantised=find_quantised(bundle))
    assert short.inputs == whole.inputs and short.outputs == whole.outputs
    exact, near = (run.run(feeds)["probabilities"] for run in (whole, short))
    assert 0 < np.abs(exact - near).mean() < 0.01
    assert (exact.argmax(1) == near.argmax(1)).mean() > 0.99
    again = Runner(bundle, threads=1, quantised=find_quantised(bundle)).run(feeds)
    assert again["probabilities"].tobytes() == near.tobytes()
    with pytest.raises(BadImage, match="shape"):
        short.run({"image": feeds["image"][:, :, :100]})


def test_what_is_no_network_is_told() -> None:
    with pytest.raises(BundleError, match="cannot be loaded by OpenVINO") as told:
        WholeNumberSession(b"not a network", threads=1, name="mine/fold-0.onnx")
    assert len(told.value.lines()) == 4


def test_a_network_of_two_inputs_is_not_quantised() -> None:
    grading = find_bundle("lumbar-grading")
    with pytest.raises(BundleError, match="one input"):
        quantised_model(grading.read("fold-0.onnx"), images(1), name="g")


def test_without_the_extra_the_mend_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(MissingExtra, match="openvino"):
        WholeNumberSession(b"", threads=1, name="n")


def test_nothing_that_tells_of_its_use_is_loaded() -> None:
    code = (
        "import sys; from condyle.inference import whole_numbers as w\n"
        "try: w.WholeNumberSession(b'', threads=1, name='n')\n"
        "except Exception: pass\n"
        "assert 'openvino' in sys.modules\n"
        "print([m for m, it in sys.modules.items() if 'openvino_telemetry' in m and it])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
