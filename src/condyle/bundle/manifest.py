"""The manifest of a bundle: ``manifest.json``, schema ``condyle.bundle/1``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from pydantic import Field, JsonValue, StringConstraints, model_validator

from condyle.bundle.contract import InputContract, Output, Requirement, Task
from condyle.bundle.figures import Calibration, OperatingCurve, Validation
from condyle.bundle.provenance import Licence, Training
from condyle.bundle.record import Record, Sha256, Slug, Text

SCHEMA: Literal["condyle.bundle/1"] = "condyle.bundle/1"
"""Name and version of the manifest's schema."""

MAX_FILE_BYTES = 400_000_000
"""Greatest size of any file of a bundle, 400 MB: a Darknet-53 detector has 250 MB. The bundles
that come with Condyle have at most 20 MB a file, so that installing it stays quick."""

FileName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)+$", max_length=100),
]
"""A plain file name: no folder, no leading dot, no ``..``."""


class FileRecord(Record):
    """What a file of the bundle must be.

    Attributes:
        sha256: Hash of its content.
        bytes: Its size.
    """

    sha256: Sha256
    bytes: int = Field(ge=1, le=MAX_FILE_BYTES)


class Manifest(Record):
    """All that is known of a bundle beside its weights.

    Attributes:
        schema_name: Always ``"condyle.bundle/1"``; ``schema`` in JSON.
        name: Name of the bundle.
        version: Its version, ``major.minor.patch``.
        summary: One sentence for a list.
        input: The images that it may be given.
        intended_use: One paragraph.
        exclusions: Codes of patients and images that it is not for.
        preprocessing: Steps verbatim, each ``{"step": name, ...}``.
        interpretation: Settings of the interpretation, verbatim.
        tasks: What it gives.
        models: ONNX files; where there are several, their outputs are averaged.
        requires: Other bundles that it cannot do without.
        calibration: By output name.
        operating_curves: By output name.
        validation: How good it was, on whom.
        training: How it was made.
        licence: Terms and attribution.
        files: Every other file of the bundle, by name; filled in as it is written.
    """

    schema_name: Literal["condyle.bundle/1"] = Field(default=SCHEMA, alias="schema")
    name: Slug
    version: Annotated[str, StringConstraints(pattern=r"^\d{1,6}\.\d{1,6}\.\d{1,6}$")]
    summary: Text
    input: InputContract
    intended_use: Text
    exclusions: tuple[Slug, ...]
    preprocessing: tuple[dict[str, JsonValue], ...]
    interpretation: dict[str, JsonValue] = Field(default_factory=dict)
    tasks: tuple[Task, ...] = Field(min_length=1)
    models: tuple[FileName, ...] = Field(default=("model.onnx",), min_length=1, max_length=20)
    requires: tuple[Requirement, ...] = ()
    calibration: dict[Slug, Calibration] = Field(default_factory=dict)
    operating_curves: dict[Slug, OperatingCurve] = Field(default_factory=dict)
    validation: Validation
    training: Training
    licence: Licence
    files: dict[FileName, FileRecord] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _parts_agree(self) -> Manifest:
        wrong = list(self._disagreements())
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    def _disagreements(self) -> Iterator[str]:
        outputs = [output.name for output in self.outputs()]
        for kind, names in (
            ("task", [task.name for task in self.tasks]),
            ("output", outputs),
            ("model", list(self.models)),
            ("required bundle", [needed.name for needed in self.requires]),
        ):
            yield from (f"the {kind} '{name}' stands twice" for name in _repeated(names))
        for key, named in (
            ("calibration", set(self.calibration)),
            ("operating_curves", set(self.operating_curves)),
            ("validation.metrics", {m.output for m in self.validation.metrics if m.output}),
        ):
            for name in sorted(named - set(outputs)):
                yield f"{key} names '{name}', which no task gives"
        for index, step in enumerate(self.preprocessing):
            if not isinstance(step.get("step"), str):
                yield f"preprocessing.{index} has no 'step' name"
        for name in self.models:
            if not name.endswith(".onnx"):
                yield f"the model '{name}' does not end in .onnx"
        if self.name in {needed.name for needed in self.requires}:
            yield "the bundle requires itself"
        if "manifest.json" in self.files:
            yield "files names manifest.json itself"
        if self.files:
            for name in sorted(set(self.models) - set(self.files)):
                yield f"the model '{name}' is not among the files"

    def outputs(self) -> tuple[Output, ...]:
        """Gives every output of every task, in order."""
        return tuple(output for task in self.tasks for output in task.outputs)

    def thresholds(self) -> dict[str, float]:
        """Gives the decision threshold of each output that has one."""
        return {name: curve.chosen for name, curve in self.operating_curves.items()}


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]
