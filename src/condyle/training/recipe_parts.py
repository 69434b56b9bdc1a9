"""The parts of a recipe, each a section of the methods of a paper."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from condyle.domain.study import Plane, Weighting


class Part(BaseModel):
    """A section of a recipe: unknown fields are refused, and nothing changes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class OptionsPart(Part):
    """What an archive's files alone do not tell; see ``condyle.datasets.archive``."""

    patient: str | None = None
    table: str | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    labels: tuple[str, ...] = ()
    covariates: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    structures: dict[str, str] = Field(default_factory=dict)
    consensus: Literal["majority", "any", "all"] = "majority"
    overlap: float = Field(default=0.5, gt=0, le=1)


class ExclusionPart(Part):
    """Cases that the study leaves out, by a covariate of the archive.

    A case whose covariate is not known stays, and how many such there were is told.

    Attributes:
        reason: Code of the exclusion, such as ``"surgery"``, as in ``exclusions``.
        covariate: Name of the covariate.
        values: Values that exclude; compared as text, whatever their case.
        below: A number under which a case is excluded.
        above: A number over which a case is excluded.
    """

    reason: str
    covariate: str
    values: tuple[str, ...] = ()
    below: float | None = None
    above: float | None = None


class DataPart(Part):
    """Where cases come from: a layout of the datasets room, and a split by patient.

    Attributes:
        layout: Name of a layout, or ``"auto"``.
        split: Name of a split of the package, path of a split file, or a design such as
            ``"70/15/15"``, ``"5-fold"``, ``"leave-one-out: Manufacturer"`` or ``"own"``.
        options: What the archive's files alone do not tell.
        exclude: Cases that the study leaves out.
        shuffled: Deal the labels at random among patients, as a control: a recipe that does
            better than chance then learns from something that it should not see.
    """

    layout: str = "auto"
    split: str
    options: OptionsPart = OptionsPart()
    exclude: tuple[ExclusionPart, ...] = ()
    shuffled: bool = False


class InputPart(Part):
    """What the bundle will accept: its input contract."""

    anatomy: str
    modality: str = "MR"
    planes: tuple[Plane, ...] = ("sagittal",)
    weightings: tuple[Weighting, ...] = ("t1", "t2", "t2-space")
    min_pixels: int = 128


class TargetPart(Part):
    """What is learned.

    Attributes:
        labels: Labels of the archive; every one that fits the task where empty. A name may
            stand for a label that is made from masks, present where any pixel is.
        structures: Structures of the masks, each outlined by itself; where empty all count
            as one lesion.
        thresholds: Of the probability, the first decides and the others are reported.
        severity: Ordinal label of the study that a severity is fitted to, on the validation
            patients; ``"auto"`` takes the archive's own where it has one.
        read_on: Label to the weightings without which nobody read it in this archive; where
            one is missing, the label is not learned from.
    """

    labels: tuple[str, ...] = ()
    structures: tuple[str, ...] = ()
    thresholds: tuple[float, ...] = (0.5,)
    severity: str | None = None
    read_on: dict[str, tuple[Weighting, ...]] = Field(default_factory=dict)


class NetworkPart(Part):
    """A network of the registry with its parameters, and the weights that it begins with."""

    name: str
    parameters: dict[str, Any] = Field(default_factory=dict)
    weights: str = "none"


class OptimiserPart(Part):
    """AdamW, with a warm-up and a cosine decay to zero unless the rate is constant."""

    name: Literal["adamw"] = "adamw"
    learning_rate: float = 0.002
    weight_decay: float = 0.0001
    decay: Literal["cosine", "constant"] = "cosine"


class SchedulePart(Part):
    """How long to train: a number of steps, or epochs with a stop where nothing is gained.

    A fit by steps whose training loss ends over ``refit_over`` has not taken: it is begun
    again from another seed, at most ``attempts`` times in all, and only the training loss
    is looked at. A fit by epochs keeps the epoch of the best figure on the validation
    patients, and stops after ``patience`` epochs without a better one.

    Attributes:
        steps: Steps of a fit, or none where it goes by epochs.
        epochs: Most epochs of a fit, or none.
        epoch_steps: Fewest steps of an epoch; a small archive is shown several times over
            in one, each time changed otherwise.
        most_epoch_steps: Most steps of an epoch, or none; an epoch of a large archive then
            shows a part of it, and the next goes on where it ended.
        batch: Items a step.
        warmup: Steps in which the learning rate rises.
        average_decay: Of the running average of the weights; 0 for none.
        patience: Epochs without a better figure after which a fit stops.
        mixed_precision: On a GPU, compute in 16 bits with gradient scaling.
        refit_over: Training loss over which a fit by steps has not taken.
        attempts: How often such a fit is begun.
    """

    steps: int | None = Field(default=None, gt=0)
    epochs: int | None = Field(default=None, gt=0)
    epoch_steps: int = Field(default=1, gt=0)
    most_epoch_steps: int | None = Field(default=None, gt=0)
    batch: int = Field(gt=0)
    warmup: int = Field(default=40, ge=0)
    average_decay: float = Field(default=0.99, ge=0, lt=1)
    patience: int = Field(default=10, gt=0)
    mixed_precision: bool = False
    refit_over: float | None = None
    attempts: int = Field(default=3, ge=1)

    @model_validator(mode="after")
    def _one_length(self) -> SchedulePart:
        if (self.steps is None) == (self.epochs is None):
            raise ValueError("either steps or epochs, and not both, says how long to train")
        return self


class SelfTrainingPart(Part):
    """A second round on the fold's own training patients, labelled by its first round."""

    steps: int = Field(gt=0)
    share: float = Field(default=0.5, gt=0, lt=1)
    learning_rate: float = 0.001


class PretrainedPart(Part):
    """A further expert, which begins with published weights and is trained by itself.

    Attributes:
        network: Its encoder, with the weights; ``parameters.dropout`` is of its head here.
        optimiser: Of its fit.
        schedule: Of its fit.
        alone: Findings that it tells alone, without the expert beside it.
    """

    network: NetworkPart
    optimiser: OptimiserPart = OptimiserPart()
    schedule: SchedulePart
    alone: tuple[str, ...] = ()


class RequiredPart(Part):
    """A bundle that must run first."""

    name: str
    role: Literal["anatomy"] = "anatomy"
