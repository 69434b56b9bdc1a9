"""Drawn spines, and bundles of a few operators that read them by their grey levels."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from condyle.bundle import (
    Bundle,
    Calibration,
    CurvePoint,
    Dataset,
    EstimateRecord,
    OperatingCurve,
    Requirement,
    write_bundle,
)
from condyle.datasets.splits import split_of_folds
from condyle.domain.estimate import Estimate
from condyle.domain.study import Attribute, Instance, Series, Study
from condyle.domain.volume import Volume
from condyle.interpretation.crops import FACTS
from condyle.training.recipe import Recipe, read_recipe
from condyle.workflows.read_study import LoadedBundles
from condyle.workflows.training.manifests import (
    anatomy_tasks,
    bundle_manifest,
    grading_tasks,
)

BACKGROUND, DISC, VERTEBRA, CANAL = 0, 1, 2, 3
GREY = {BACKGROUND: 90, DISC: 240, VERTEBRA: 160, CANAL: 30}
"""Neighbours in the image are neighbours in grey, so that resampled edges stay harmless."""

ROWS, COLUMNS = 208, 168

LAID = np.array([[4.0, 0, 0, 0], [0, 0, 1.0, 0], [0, -1.0, 0, 0], [0, 0, 0, 1.0]])
"""Sagittal, head up and facing left, in LPS: what these series' headers say of how they lie."""
FINDINGS = (
    "disc-herniation",
    "disc-narrowing",
    "disc-bulging",
    "spondylolisthesis",
    "modic-change",
    "endplate-change-above",
    "endplate-change-below",
)


@dataclass(frozen=True)
class Drawing:
    """A drawn spine: its picture and the labels that it was drawn from."""

    image: NDArray[np.float32]
    labels: NDArray[np.uint8]


def draw_spine(
    *,
    discs: int = 6,
    canal: bool = True,
    lowest: int = 160,
    column: int = 70,
    seed: int = 0,
    below: bool = False,
    half: int = 5,
    canal_from: int = 12,
) -> Drawing:
    """Draws discs as flat ellipses between vertebrae, and a canal behind them, ``half`` deep.

    The canal begins under row ``canal_from``.

    With ``below`` a vertebra lies under the lowest disc, as where the last disc is missed.
    """
    rows, columns = np.indices((ROWS, COLUMNS))
    labels = np.zeros((ROWS, COLUMNS), dtype=np.uint8)
    if below:
        labels[(np.abs(rows - (lowest + 12)) <= 8) & (np.abs(columns - column) <= 20)] = VERTEBRA
    for position in range(discs):
        centre = lowest - 24 * position
        body = (np.abs(rows - (centre - 12)) <= 8) & (np.abs(columns - column) <= 20)
        labels[body] = VERTEBRA
        ellipse = ((rows - centre) / 3.6) ** 2 + ((columns - column) / 21.0) ** 2 <= 1
        labels[ellipse] = DISC
    if canal:
        labels[
            (np.abs(columns - (column + 32)) <= half) & (rows > canal_from) & (rows < ROWS - 12)
        ] = CANAL
    else:  # a dark strip far before the spine, so that the window is the same
        labels[(np.abs(columns - 12) <= 1) & (rows > 60) & (rows < 140)] = CANAL
    image = np.vectorize(GREY.get)(labels).astype(np.float32)
    image += np.random.default_rng(seed).integers(-4, 5, image.shape)
    image[:, 0] = 0.0  # the black edge that a window leaves out of its percentiles
    return Drawing(image, labels)


def _levels() -> NDArray[np.float32]:
    """Gives the grey of each class after the window, which maps canal to 0 and disc to 1."""
    span = GREY[DISC] - GREY[CANAL]
    return np.array([(GREY[label] - GREY[CANAL]) / span for label in range(4)], dtype=np.float32)


def grey_reader() -> bytes:
    """Gives an anatomy network that labels each pixel by the nearest grey level."""
    from onnx import TensorProto, helper, numpy_helper

    nodes = [
        helper.make_node("Sub", ["image", "levels"], ["off"]),
        helper.make_node("Mul", ["off", "off"], ["square"]),
        helper.make_node("Mul", ["square", "sharpness"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
    ]
    kind = TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "grey",
        [helper.make_tensor_value_info("image", kind, ["n", 1, 256, 256])],
        [helper.make_tensor_value_info("probabilities", kind, ["n", 4, 256, 256])],
        [
            numpy_helper.from_array(_levels().reshape(1, 4, 1, 1), "levels"),
            numpy_helper.from_array(np.array(-400.0, dtype=np.float32), "sharpness"),
        ],
    )
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()


def facts_grader() -> bytes:
    """Gives a grader whose grade is the disc's index, at most 5, and finding logits 2, -2, ..."""
    from onnx import TensorProto, helper, numpy_helper

    to_grade = np.zeros((17, 5), dtype=np.float32)
    for index in range(6):
        to_grade[index, min(index, 4)] = 4.0
    offset = np.array([2.0, -2.0] * 3 + [2.0], dtype=np.float32)
    nodes = [
        helper.make_node("Slice", ["facts", "from", "to", "last"], ["plain"]),
        helper.make_node("MatMul", ["plain", "w"], ["grade"]),
        helper.make_node("ReduceMean", ["crop"], ["mean"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Mul", ["mean", "zero"], ["none"]),
        helper.make_node("Unsqueeze", ["none", "last"], ["column"]),
        helper.make_node("Add", ["column", "offset"], ["findings"]),
    ]
    kind = TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "facts",
        [
            helper.make_tensor_value_info("crop", kind, ["n", 6, 136, 128]),
            helper.make_tensor_value_info("facts", kind, ["n", FACTS]),
        ],
        [
            helper.make_tensor_value_info("grade", kind, ["n", 5]),
            helper.make_tensor_value_info("findings", kind, ["n", 7]),
        ],
        [
            numpy_helper.from_array(to_grade, "w"),
            numpy_helper.from_array(np.array(0.0, dtype=np.float32), "zero"),
            numpy_helper.from_array(np.array([1], dtype=np.int64), "last"),
            numpy_helper.from_array(np.array([0], dtype=np.int64), "from"),
            numpy_helper.from_array(np.array([17], dtype=np.int64), "to"),
            numpy_helper.from_array(offset, "offset"),
        ],
    )
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()


def _curve(*, shown: bool = True) -> OperatingCurve:
    record = EstimateRecord.of(Estimate(0.8, 0.7, 0.9, 100, "made for a test", unit="disc"))
    point = CurvePoint(
        threshold=0.5,
        sensitivity=record,
        specificity=record,
        ppv=record,
        npv=record,
        false_calls_per_study=0.2,
    )
    return OperatingCurve(points=(point,), chosen=0.5, rule="made for a test", shown=shown)


SPLIT = split_of_folds("made", seed=1, folds={"1": 0, "2": 1})


def write_bundles(folder: Path, *, case_hashes: Sequence[str] = ()) -> tuple[Bundle, Bundle]:
    """Writes the two bundles beside one another."""
    dataset = Dataset(name="drawn spines", sha256="0" * 64, counts={"patients": 2})
    anatomy = write_bundle(
        folder / "lumbar-anatomy",
        manifest=bundle_manifest(
            read_recipe("lumbar-anatomy"),
            split=SPLIT,
            dataset=dataset,
            case_hashes=[],
            metrics=[],
            tasks=anatomy_tasks(read_recipe("lumbar-anatomy")),
        ),
        model={"fold-0.onnx": grey_reader(), "fold-1.onnx": grey_reader()},
        card="# Reads grey levels\n",
        sample=_sample(anatomy=True),
    )
    names = ("pfirrmann-grade", *FINDINGS)
    manifest = bundle_manifest(
        read_recipe("lumbar-grading"),
        split=SPLIT,
        dataset=dataset,
        case_hashes=case_hashes,
        metrics=[],
        tasks=grading_tasks(read_recipe("lumbar-grading")),
        calibration={name: Calibration(method="none", fitted_on="nothing") for name in names},
        curves={name: _curve(shown=name != "disc-bulging") for name in FINDINGS},
        requires=[Requirement(name="lumbar-anatomy", sha256=anatomy.sha256, role="anatomy")],
    )
    grading = write_bundle(
        folder / "lumbar-grading",
        manifest=manifest,
        model={"fold-0.onnx": facts_grader(), "fold-1.onnx": facts_grader()},
        card="# Grades by index\n",
        sample=_sample(anatomy=False),
    )
    return anatomy, grading


def _sample(*, anatomy: bool) -> dict[str, NDArray[np.float32]]:
    if anatomy:
        return {
            "input.image": np.zeros((1, 1, 256, 256), dtype=np.float32),
            "output.probabilities": np.zeros((1, 4, 256, 256), dtype=np.float32),
        }
    return {
        "input.crop": np.zeros((1, 6, 136, 128), dtype=np.float32),
        "input.facts": np.zeros((1, FACTS), dtype=np.float32),
        "output.grade": np.zeros((1, 5), dtype=np.float32),
        "output.findings": np.zeros((1, 7), dtype=np.float32),
    }


def make_series(stem: str, *drawings: Drawing, **changed: object) -> Series:
    """Gives a series of drawn slices, T2 sagittal MR unless it is told otherwise."""
    array = np.stack([drawing.image for drawing in drawings])
    series = Series(
        stem=stem,
        load=lambda: Volume(array, spacing=(4.0, 1.0, 1.0), affine=LAID),
        kind="dicom",
        uid=f"1.2.3.{len(stem)}",
        instances=tuple(Instance(f"1.2.3.{len(stem)}.{n}") for n in range(len(array))),
        modality="MR",
        body_part="lspine",
        plane=Attribute("sagittal"),
        weighting=Attribute("t2"),
        fat_suppressed=Attribute(False),
        contrast_agent=Attribute(False),
        shape=(len(array), ROWS, COLUMNS),
        spacing=(4.0, 1.0, 1.0),
    )
    return replace(series, **changed)


def make_study(*series: Series) -> Study:
    """Gives a study of these series."""
    return Study(uid="1.2.3", series=series)


def write_archive(root: Path, patients: Sequence[int], *, masks: bool = True) -> Path:
    """Writes a labelled archive of drawn spines: T1 and T2 a patient, masks of each third."""
    (root / "midsagittal").mkdir(parents=True)
    if masks:
        (root / "t2space" / "images").mkdir(parents=True)
        (root / "t2space" / "masks").mkdir(parents=True)
    rows: list[dict[str, object]] = []
    for patient in patients:
        for contrast in ("t1", "t2"):
            drawing = draw_spine(seed=2 * patient + (contrast == "t1"))
            _save(drawing.image, root / "midsagittal" / f"{patient}_{contrast}.png")
        if masks:
            name = f"{patient}_t2_SPACE_slice{patient}.png"
            drawing = draw_spine(seed=1000 + patient)
            _save(drawing.image, root / "t2space" / "images" / name)
            _save(drawing.labels, root / "t2space" / "masks" / name)
        rows += [_grades(patient, disc) for disc in range(1, 7)]
    with (root / "gradings.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return root


def _save(array: NDArray[np.floating] | NDArray[np.uint8], path: Path) -> None:
    Image.fromarray(np.clip(array, 0, 255).astype(np.uint8)).save(path)


def _grades(patient: int, disc: int) -> dict[str, object]:
    rng = np.random.default_rng([patient, disc])
    yes = {
        name: int(rng.random() < 0.5)
        for name in ("herniation", "narrowing", "bulging", "spondylolisthesis", "modic")
    }
    ends = {name: int(rng.random() < 0.5) for name in ("upper_endplate", "lower_endplate")}
    return {"patient": patient, "disc": disc, "pfirrmann": min(disc, 5), **yes, **ends}


@pytest.fixture(name="draw", scope="session")
def _draw() -> Callable[..., Drawing]:
    return draw_spine


@pytest.fixture(name="series")
def _series() -> Callable[..., Series]:
    return make_series


@pytest.fixture(name="study")
def _study() -> Callable[..., Study]:
    return make_study


@pytest.fixture(name="archive")
def _archive() -> Callable[..., Path]:
    return write_archive


@pytest.fixture(name="make_bundles")
def _make_bundles() -> Callable[..., tuple[Bundle, Bundle]]:
    return write_bundles


@pytest.fixture(name="pair", scope="session")
def _pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Bundle, Bundle]:
    """The two bundles, written once."""
    return write_bundles(tmp_path_factory.mktemp("bundles"))


@pytest.fixture(name="loaded", scope="session")
def _loaded(pair: tuple[Bundle, Bundle]) -> LoadedBundles:
    """The two bundles, loaded once."""
    return LoadedBundles(*pair, threads=1)


@pytest.fixture(name="models")
def _models() -> tuple[bytes, bytes]:
    """The ONNX files of the grey-level anatomy network and of the grader by index."""
    return grey_reader(), facts_grader()


@pytest.fixture(name="recipe_of")
def _recipe_of() -> Callable[..., Recipe]:
    """Reads a recipe of the package with some fields changed."""

    def read(name: str, **settings: object) -> Recipe:
        dotted = {key.replace("__", "."): str(value) for key, value in settings.items()}
        return read_recipe(name, settings=dotted)

    return read
