"""Bundles of a few operators that find what is bright, as if a recipe had trained them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from condyle.bundle import Bundle, Dataset, Output, Task, write_bundle
from condyle.datasets.splits import split_of_folds
from condyle.training.recipe import read_recipe
from condyle.workflows.training.manifests import bundle_manifest, concept_code

SIDE = 64
BRIGHT = 0.75
"""Grey of a prepared slice, 0 to 1, from which a pixel is taken for a lesion."""

_PREPARED = (
    f"[{{step: window, low: 0.5, high: 99.5}}, {{step: fit, rows: {SIDE}, columns: {SIDE}}}]"
)


def write_lesion_bundle(folder: Path) -> Bundle:
    """Writes ``knee-unet``: a pixel's probability rises with its grey, 0.5 at ``BRIGHT``."""
    output = Output(name="lesion", code=concept_code("lesion"))
    task = Task(kind="segment", name="lesion", outputs=(output,), tensor="probabilities")
    nodes = [
        ("Sub", ["image", "bright"], ["over"], {}),
        ("Mul", ["over", "steep"], ["logits"], {}),
        ("Sigmoid", ["logits"], ["probabilities"], {}),
    ]
    model = _model(nodes, {"bright": BRIGHT, "steep": 12.0}, ["probabilities"])
    return _write(folder, "knee-unet", task, model, {"threshold": 0.5, "decision_pixels": 9})


def write_class_bundle(folder: Path) -> Bundle:
    """Writes ``knee-resnet18``: a slice's probability rises with its grey, as its map says."""
    classes = ("no", "yes")
    output = Output(name="lesion", code=concept_code("lesion"), classes=classes)
    task = Task(kind="classify", name="class", outputs=(output,), tensor="probabilities")
    nodes = [
        ("AveragePool", ["image"], ["yes"], {"kernel_shape": [16, 16], "strides": [16, 16]}),
        ("Neg", ["yes"], ["no"], {}),
        ("Concat", ["no", "yes"], ["maps"], {"axis": 1}),
        ("GlobalAveragePool", ["maps"], ["means"], {}),
        ("Flatten", ["means"], ["logits"], {}),
        ("Softmax", ["logits"], ["probabilities"], {"axis": 1}),
    ]
    model = _model(nodes, {}, ["probabilities", "maps"])
    return _write(folder, "knee-resnet18", task, model, {"threshold": 0.5})


def _model(
    nodes: Sequence[tuple[str, list[str], list[str], dict[str, Any]]],
    constants: dict[str, float],
    outputs: list[str],
) -> bytes:
    from onnx import TensorProto, helper, numpy_helper

    kind = TensorProto.FLOAT
    graph = helper.make_graph(
        [helper.make_node(op, given, gives, **more) for op, given, gives, more in nodes],
        "bright",
        [helper.make_tensor_value_info("image", kind, ["n", 1, SIDE, SIDE])],
        [helper.make_tensor_value_info(name, kind, None) for name in outputs],
        [
            numpy_helper.from_array(np.array(value, dtype=np.float32), name)
            for name, value in constants.items()
        ],
    )
    opset = [helper.make_opsetid("", 17)]
    made: bytes = helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()
    return made


def _write(
    folder: Path, name: str, task: Task, model: bytes, interpretation: dict[str, Any]
) -> Bundle:
    manifest = bundle_manifest(
        read_recipe(name, settings={"preprocessing": _PREPARED}),
        split=split_of_folds("made", seed=1, folds={"1": 0, "2": 1}),
        dataset=Dataset(name="nothing", sha256="0" * 64, counts={"patients": 2}, simulated=True),
        case_hashes=[],
        metrics=[],
        tasks=(task,),
        interpretation=interpretation,
    )
    sample = {
        "input.image": np.zeros((1, 1, SIDE, SIDE), dtype=np.float32),
        f"output.{task.tensor}": np.zeros((1, 1), dtype=np.float32),
    }
    return write_bundle(
        folder / name,
        manifest=manifest,
        model=dict.fromkeys(manifest.models, model),
        card="# Finds what is bright\n",
        sample=sample,
    )
