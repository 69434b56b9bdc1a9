"""From a network of 32-bit floats to one whose convolutions multiply whole numbers of 8 bits."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from condyle.errors import BundleError, MissingExtra
from condyle.inference.session import open_session

Array = NDArray[Any]


def quantised_model(model: bytes, images: Sequence[Array], *, name: str) -> bytes:
    """Gives a network whose convolutions are of 8 bits, each output channel scaled by itself.

    The ranges of the values between the layers are the least and the greatest that the images
    lead to (Jacob et al. 2018, doi 10.1109/CVPR.2018.00286). What lies between convolutions
    stays in floats.

    Args:
        model: ONNX with one input, an image.
        images: (batch, channel, row, column) float32, prepared as the bundle prepares them.
        name: What to call the model in an error.

    Raises:
        MissingExtra: The ONNX package is not installed.
        BundleError: The network takes more than an image, or has no convolution.
    """
    try:
        from onnxruntime import quantization
        from onnxruntime.quantization.shape_inference import quant_pre_process
    except ImportError as error:
        raise MissingExtra("openvino", "Quantising networks") from error
    inputs = [node.name for node in open_session(model, threads=1, name=name).get_inputs()]
    if len(inputs) != 1:
        raise _unfit(name, f"inputs {', '.join(inputs)}", "one input, an image")
    feeds = iter([{inputs[0]: np.asarray(image, dtype=np.float32)} for image in images])
    with tempfile.TemporaryDirectory() as folder:
        source, ready, out = (Path(folder) / part for part in ("in.onnx", "ready.onnx", "out.onnx"))
        source.write_bytes(model)
        quant_pre_process(str(source), str(ready), skip_symbolic_shape=True)
        quantization.quantize_static(
            str(ready),
            str(out),
            _reader(quantization.CalibrationDataReader, feeds),
            quant_format=quantization.QuantFormat.QDQ,
            op_types_to_quantize=["Conv"],
            per_channel=True,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
        )
        return out.read_bytes()


def _reader(base: Any, feeds: Iterator[dict[str, Array]]) -> Any:
    """Gives what ONNX Runtime asks for one image after the other."""
    kind = type("Images", (base,), {"get_next": lambda self: next(feeds, None)})
    return kind()


def _unfit(name: str, found: str, needed: str) -> BundleError:
    return BundleError(
        f"The model '{name}' cannot be quantised.",
        found=found,
        needed=needed,
        mend="read by the bundle as it is.",
    )
