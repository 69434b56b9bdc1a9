"""A model is looked into by hand, and held against what the onnx package writes."""

import contextlib

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from condyle.bundle.onnx_file import check_onnx
from condyle.errors import BundleError


def refused(data):
    with pytest.raises(BundleError) as caught:
        check_onnx(data, name="model.onnx")
    assert len(caught.value.lines()) == 4
    return caught.value


def outside_tensor(path="../../secret"):
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[3])
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=path)
    return tensor


def branch(tensor):
    return helper.make_graph(
        [helper.make_node("Constant", [], ["y"], value=tensor)],
        "branch",
        [],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [3])],
    )


def test_a_plain_model_passes(onnx_model):
    check_onnx(onnx_model.SerializeToString(), name="model.onnx")


def test_external_data_of_an_initializer_is_refused(onnx_model):
    onnx_model.graph.initializer.append(outside_tensor())
    error = refused(onnx_model.SerializeToString())
    assert "external data" in error.found
    assert "secret" not in str(error)


def test_external_data_is_refused_even_without_its_location_flag(onnx_model):
    tensor = outside_tensor()
    tensor.ClearField("data_location")
    onnx_model.graph.initializer.append(tensor)
    assert "external data" in refused(onnx_model.SerializeToString()).found


def test_external_data_of_a_constant_is_refused(onnx_model):
    onnx_model.graph.node.append(helper.make_node("Constant", [], ["c"], value=outside_tensor()))
    assert "external data" in refused(onnx_model.SerializeToString()).found


def test_external_data_inside_a_branch_is_refused(onnx_model):
    node = helper.make_node(
        "If",
        ["x"],
        ["z"],
        then_branch=branch(outside_tensor()),
        else_branch=branch(outside_tensor()),
    )
    onnx_model.graph.node.append(node)
    assert "external data" in refused(onnx_model.SerializeToString()).found


def test_external_data_inside_a_function_is_refused(onnx_model):
    node = helper.make_node("Constant", [], ["c"], value=outside_tensor())
    made = helper.make_function("own", "F", [], ["c"], [node], [helper.make_opsetid("", 17)])
    onnx_model.functions.append(made)
    assert "external data" in refused(onnx_model.SerializeToString()).found


def test_external_data_of_a_sparse_tensor_is_refused(onnx_model):
    sparse = onnx.SparseTensorProto(dims=[9])
    sparse.values.CopyFrom(outside_tensor())
    sparse.indices.CopyFrom(numpy_helper.from_array(np.arange(3), "i"))
    onnx_model.graph.sparse_initializer.append(sparse)
    assert "external data" in refused(onnx_model.SerializeToString()).found


def test_a_model_over_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr("condyle.bundle.onnx_file.MAX_FILE_BYTES", 20_000_000)
    error = refused(b"\0" * 20_000_001)
    assert "20.0 MB" in error.found
    assert "20 MB" in error.needed


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 not onnx", b"\xff" * 40, b"\x00\x01", b"\x0b"])
def test_what_is_not_onnx_is_refused(data):
    assert "not a whole ONNX file" in refused(data).failed


def test_a_cut_model_is_refused(onnx_model):
    whole = onnx_model.SerializeToString()
    graph_at = whole.index(b"tiny")
    assert "not a whole ONNX file" in refused(whole[: graph_at + 10]).failed


def test_graphs_nested_without_end_are_refused(onnx_model):
    def field(number, data):
        length, size = b"", len(data)
        while size > 127:
            length, size = length + bytes([size & 127 | 128]), size >> 7
        return bytes([number << 3 | 2]) + length + bytes([size]) + data

    inner = b""
    for _ in range(200):  # graph in attribute in node in graph
        inner = field(1, field(5, field(6, inner)))
    assert "nested" in refused(field(7, inner)).found


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail_in_another_way(data):
    with contextlib.suppress(BundleError):
        check_onnx(data, name="model.onnx")
