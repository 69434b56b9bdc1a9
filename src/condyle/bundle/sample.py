"""The stored input and output by which a bundle can be tried where it is installed.

``sample.npz`` holds arrays named ``input.<ONNX input>`` and ``output.<ONNX output>``.
"""

from __future__ import annotations

import io
import math
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from condyle.errors import BundleError

SAMPLE_FILE = "sample.npz"
"""Name of the sample in a bundle."""

MAX_SAMPLE_BYTES = 256_000_000
"""Greatest size of a sample's arrays together, 256 MB."""

_UNREADABLE = (zipfile.BadZipFile, zlib.error, ValueError, EOFError, OSError, RuntimeError)


def write_sample(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Gives the bytes of a sample file; the same arrays give the same bytes.

    Args:
        arrays: By name, ``input.<name>`` and ``output.<name>``, at least one of each.

    Raises:
        BundleError: A name or an array does not fit.
    """
    _check_names(arrays)
    stored = {name: np.ascontiguousarray(arrays[name]) for name in sorted(arrays)}
    for name, array in stored.items():
        _check_kind(name, array.dtype)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **stored)
    return buffer.getvalue()


def read_sample(data: bytes) -> dict[str, NDArray[Any]]:
    """Gives the arrays of a sample file, reading no more than its limits allow.

    Raises:
        BundleError: It is no sample, or too large once unpacked.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > MAX_SAMPLE_BYTES:
                raise _unfit(f"over {MAX_SAMPLE_BYTES / 1e6:.0f} MB once unpacked")
            arrays = {
                member.filename.removesuffix(".npy"): _read_array(archive, member)
                for member in members
            }
    except _UNREADABLE as error:
        raise _unfit(str(error)[:200]) from None
    _check_names(arrays)
    return arrays


def split_sample(
    arrays: Mapping[str, NDArray[Any]],
) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
    """Gives (inputs, outputs) of a sample by their names in the ONNX file."""
    inputs = {k.removeprefix("input."): v for k, v in arrays.items() if k.startswith("input.")}
    outputs = {k.removeprefix("output."): v for k, v in arrays.items() if k.startswith("output.")}
    return inputs, outputs


def _read_array(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> NDArray[Any]:
    # The header is believed only where the bytes that it promises are there.
    with archive.open(member) as stream:
        content = stream.read(member.file_size + 1)
    buffer = io.BytesIO(content)
    version = np.lib.format.read_magic(buffer)
    if version != (1, 0):
        raise ValueError(f"array format {version}")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(buffer)
    _check_kind(member.filename, dtype)
    if math.prod(shape) * dtype.itemsize != len(content) - buffer.tell():
        raise ValueError(f"{member.filename} does not hold what its header says")
    flat = np.frombuffer(content, dtype=dtype, offset=buffer.tell())
    return flat.reshape(shape, order="F" if fortran else "C")


def _check_names(arrays: Mapping[str, NDArray[Any]]) -> None:
    starts = {name.partition(".")[0] for name in arrays}
    if starts != {"input", "output"}:
        raise _unfit("arrays named " + (", ".join(sorted(arrays)) or "nothing"))


def _check_kind(name: str, dtype: np.dtype[Any]) -> None:
    if dtype.kind not in "fiub":
        raise _unfit(f"{name} of type {dtype}")


def _unfit(found: str) -> BundleError:
    return BundleError(
        "The bundle's stored sample cannot be used.",
        found=found,
        needed="arrays of numbers named 'input.<name>' and 'output.<name>'",
        mend="write the bundle again, or get it again from where it was published.",
    )
