"""What a bundle reads, and what it gives: the parts of a manifest that inference checks."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from condyle.bundle.record import Record, Sha256, Slug, Text
from condyle.domain.study import Plane, Weighting

TaskKind = Literal["classify", "segment", "detect", "grade", "regress"]
Activation = Literal["none", "sigmoid", "softmax"]


class InputContract(Record):
    """The images that a bundle may be given; anything else is refused with a reason.

    Attributes:
        anatomy: A name of the anatomy table, such as ``"lumbar-spine"``.
        modality: DICOM modality, such as ``"MR"``.
        planes: Accepted planes.
        weightings: Accepted contrasts.
        spacing_range_mm: Least and greatest in-plane spacing in mm; ``None`` where the
            bundle takes any, and images of unknown spacing too.
        min_slices: Least number of slices of a series.
        min_pixels: Least number of rows and of columns of a slice.
    """

    anatomy: Slug
    modality: Text
    planes: tuple[Plane, ...] = Field(min_length=1)
    weightings: tuple[Weighting, ...] = Field(min_length=1)
    spacing_range_mm: tuple[float, float] | None = None
    min_slices: int = Field(default=1, ge=1)
    min_pixels: int = Field(default=64, ge=1)

    @model_validator(mode="after")
    def _range_ascends(self) -> InputContract:
        limits = self.spacing_range_mm
        if limits is not None and not 0 < limits[0] <= limits[1]:
            raise ValueError("spacing_range_mm is not two ascending numbers over 0")
        return self


class ConceptCode(Record):
    """A coded concept, as DICOM writes one.

    Attributes:
        scheme: Coding scheme designator, such as ``"SCT"`` or ``"DCM"``.
        value: Code value.
        meaning: Code meaning, in English.
    """

    scheme: Text
    value: Text
    meaning: Text


class Output(Record):
    """One thing that a task tells.

    Attributes:
        name: A name of the findings or structures table, such as ``"pfirrmann-grade"``.
        code: What it is, as a coded concept.
        classes: Names of its classes in the order of the tensor; empty for one number
            or one probability.
    """

    name: Slug
    code: ConceptCode
    classes: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _classes_differ(self) -> Output:
        if len(set(self.classes)) != len(self.classes):
            raise ValueError("two classes have the same name")
        return self


class Task(Record):
    """One tensor of the model and what it means.

    Attributes:
        kind: What sort of answer it is.
        name: Unique in the bundle.
        outputs: What the tensor's channels tell, in order.
        tensor: Name of the output in the ONNX file.
        activation: What turns the tensor into probabilities, before calibration.
    """

    kind: TaskKind
    name: Slug
    outputs: tuple[Output, ...] = Field(min_length=1)
    tensor: Text
    activation: Activation = "none"


class Requirement(Record):
    """Another bundle without which this one means nothing.

    Attributes:
        name: Its name.
        sha256: Its bundle hash: exactly that one, not a newer one.
        role: What it is needed for, such as ``"anatomy"``.
    """

    name: Slug
    sha256: Sha256
    role: Slug
