"""Looks into an ONNX file without any ONNX library: is it whole, and is it alone?

ONNX lets a tensor's values lie in another file, named by any path. A bundle's model
must hold all of its own values, so that its hash covers them and no path is followed.
The numbers below are the field numbers of ``onnx.proto`` (ONNX IR version 11).
"""

from __future__ import annotations

from collections.abc import Iterator

from condyle.bundle.manifest import MAX_FILE_BYTES
from condyle.errors import BundleError

MAX_DEPTH = 40

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MODEL_GRAPH, _TENSOR_EXTERNAL, _TENSOR_LOCATION = 7, 13, 14

_INSIDE: dict[str, dict[int, str]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}


class _NotProtobuf(ValueError):
    """The bytes are no protocol buffer message."""


def check_onnx(data: bytes, *, name: str) -> None:
    """Refuses a model that is too large, damaged, or has values in other files.

    Args:
        data: The whole file.
        name: What to call it in an error.

    Raises:
        BundleError: As said.
    """
    if len(data) > MAX_FILE_BYTES:
        raise BundleError(
            f"The model '{name}' is too large for a bundle.",
            found=f"{len(data) / 1e6:.1f} MB",
            needed=f"at most {MAX_FILE_BYTES / 1e6:.0f} MB",
            mend="make the network smaller, or write the folds as separate models.",
        )
    try:
        fields = {number for number, _, _ in _fields(memoryview(data))}
        outside = _has_outside_values(memoryview(data), "model", 0)
    except _NotProtobuf as error:
        raise _damaged(name, str(error)) from None
    if _MODEL_GRAPH not in fields:
        raise _damaged(name, "no graph in it")
    if outside:
        raise BundleError(
            f"The model '{name}' keeps values in another file.",
            found="a tensor with external data",
            needed="an ONNX file that holds all of its values",
            mend="export it again with external_data=False.",
        )


def _damaged(name: str, found: str) -> BundleError:
    return BundleError(
        f"The model '{name}' is not a whole ONNX file.",
        found=found,
        needed="a model as ONNX export writes it",
        mend="export it again, or get the bundle again from where it was published.",
    )


def _has_outside_values(message: memoryview, kind: str, depth: int) -> bool:
    if depth > MAX_DEPTH:
        raise _NotProtobuf(f"graphs nested more than {MAX_DEPTH} deep")
    for number, wire, value in _fields(message):
        if kind == "tensor":
            if number == _TENSOR_EXTERNAL or (number == _TENSOR_LOCATION and value != 0):
                return True
            continue
        inner = _INSIDE[kind].get(number)
        if inner is None:
            continue
        if wire != _BYTES or not isinstance(value, memoryview):
            raise _NotProtobuf(f"field {number} of a {kind} is not a message")
        if _has_outside_values(value, inner, depth + 1):
            return True
    return False


def _fields(message: memoryview) -> Iterator[tuple[int, int, memoryview | int]]:
    """Gives (field number, wire type, value) of each field of a message."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, wire = key >> 3, key & 7
        if number == 0:
            raise _NotProtobuf("a field with number 0")
        if wire == _VARINT:
            whole, at = _varint(message, at)
            yield number, wire, whole
            continue
        if wire == _BYTES:
            length, at = _varint(message, at)
        elif wire in (_FIXED32, _FIXED64):
            length = 4 if wire == _FIXED32 else 8
        else:
            raise _NotProtobuf(f"wire type {wire}")
        if at + length > len(message):
            raise _NotProtobuf("it ends in the middle")
        yield number, wire, message[at : at + length]
        at += length


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            raise _NotProtobuf("it ends in the middle")
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise _NotProtobuf("a number of more than ten bytes")
