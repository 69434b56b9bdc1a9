"""How the recipes of one task are trained and scored: what the shared path calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from condyle.bundle import Metric, Task
from condyle.datasets.split_rounds import Round
from condyle.domain.case import Case
from condyle.domain.evaluation_report import Section
from condyle.evaluation.predictions import PredictionRow
from condyle.interpretation.networks import Floats as Floats
from condyle.interpretation.networks import RunNetwork as RunNetwork


@dataclass(frozen=True)
class Fit:
    """One fit of a run.

    Attributes:
        number: Of the round, from 0.
        round: Its patients.
        folder: Where its logs and checkpoints go.
        seed: Of this fit.
    """

    number: int
    round: Round
    folder: Path
    seed: int

    @property
    def stage(self) -> str:
        """Name of the fit, for progress."""
        return f"round-{self.number}"


@dataclass(frozen=True)
class CaseScorer:
    """What a trained network is asked of a case, and how its answer is written down.

    Attributes:
        rows: From a network and a case to rows of the predictions table, fold -1.
        picture: From a network and a case to a picture of image, reference and answer, or
            nothing where there is no image.
        together: From the rows of all cases to those of their patients.
    """

    rows: Callable[[RunNetwork, Case], list[PredictionRow]]
    picture: Callable[[RunNetwork, Case], bytes | None]
    together: Callable[[Sequence[PredictionRow]], list[PredictionRow]] = lambda rows: []


@dataclass(frozen=True)
class MoreFigures:
    """Figures of a run beside those of its table.

    Attributes:
        sections: For the page, set before that of the training.
        metrics: For the bundle's manifest.
        files: For the run folder, by name.
        interpretation: Settings of the bundle's reading.
    """

    sections: tuple[Section, ...] = ()
    metrics: tuple[Metric, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    interpretation: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """How a recipe is trained and scored on an archive.

    Attributes:
        train: Trains one round and gives its exported network, held against the trained one.
        scorer: What the network is asked.
        tasks: What the bundle tells.
        interpretation: Settings that the bundle's reading needs, beside the recipe's own.
        feeds: An input of the network, for the bundle's sample.
        outputs: Names of the network's outputs.
        stages: Names of the folders of a round's fits, in it; the round's own where empty.
        notes: What a reader of the run must know.
        settle: From a round's network and the cases of its validation patients to what scores
            its test patients; the scorer itself where a recipe fits nothing more.
        more: Once every case is scored, figures that rows of a table cannot give.
    """

    train: Callable[[Fit], bytes]
    scorer: CaseScorer
    tasks: tuple[Task, ...]
    feeds: Mapping[str, Floats]
    outputs: tuple[str, ...]
    interpretation: Mapping[str, Any] = field(default_factory=dict)
    stages: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    settle: Callable[[RunNetwork, Sequence[Case]], CaseScorer] | None = None
    more: Callable[[], MoreFigures] = MoreFigures
