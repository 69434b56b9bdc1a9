"""How a recipe of boxes is trained: slices with boxes, each of any of the labels."""

from __future__ import annotations

import numpy as np

from condyle.bundle import Output, Task
from condyle.domain.case import Case
from condyle.domain.progress import Progress
from condyle.domain.study import Series
from condyle.errors import DatasetError
from condyle.interpretation.boxes import boxes_to_prepared
from condyle.preprocessing import prepare
from condyle.training.recipe import Recipe, network_size
from condyle.training.tasks.detection import (
    INPUT,
    OUTPUTS,
    BoxedSlice,
    export_detection,
    train_detection,
    with_anchors,
)
from condyle.workflows.training.box_pages import box_figures
from condyle.workflows.training.detection_case import (
    SliceDetections,
    detection_scorer,
    looked_at,
)
from condyle.workflows.training.manifests import concept_code
from condyle.workflows.training.plan import Fit, Plan
from condyle.workflows.training.sessions import checked_model
from condyle.workflows.training.training import Training


def detection_plan(training: Training) -> Plan:
    """Gives how a recipe of boxes is trained on an archive.

    Args:
        training: What is asked for.

    Raises:
        DatasetError: The archive has no boxes, or none with a label that is wanted.
    """
    recipe, archive = training.recipe, training.archive
    labels = box_labels(recipe, archive.box_classes)
    slices = boxed_slices(training, labels)
    network = recipe.network.model_copy(
        update={"parameters": {**recipe.network.parameters, "classes": len(labels)}}
    )
    built = recipe.model_copy(update={"network": network})

    def train(fit: Fit) -> bytes:
        mine = [item for item in slices if item.patient in set(fit.round.train)]
        anchored = with_anchors(built, mine, fold_seed=fit.seed - recipe.seed)
        trained = train_detection(
            anchored,
            slices=mine,
            validation=[item for item in slices if item.patient in set(fit.round.validation)],
            stage=fit.stage,
            folder=fit.folder,
            fold_seed=fit.seed - recipe.seed,
            execution=training.execution,
        )
        return checked_model(export_detection(trained, anchored))

    found: list[SliceDetections] = []
    rng = np.random.default_rng(recipe.seed)
    outputs = tuple(Output(name=name, code=concept_code(name)) for name in labels)
    return Plan(
        train=train,
        scorer=detection_scorer(recipe, labels, keep=found),
        tasks=(Task(kind="detect", name="boxes", outputs=outputs, tensor=OUTPUTS[1]),),
        feeds={INPUT: rng.random((1, 1, *network_size(recipe)), dtype=np.float32)},
        outputs=OUTPUTS,
        notes=(
            "A found box is right where it overlaps one of the reference by half or more "
            "(intersection over union); each box of the reference is hit once.",
        ),
        more=lambda: box_figures(found, labels, training=training),
    )


def box_labels(recipe: Recipe, there: tuple[str, ...]) -> tuple[str, ...]:
    """Gives the labels that a recipe learns, in the order of the network's scores.

    Raises:
        DatasetError: The archive has no boxes, or lacks a label that is wanted.
    """
    wanted = recipe.target.labels or there
    if not there or any(name not in there for name in wanted):
        raise DatasetError(
            f"The archive has no boxes that the recipe '{recipe.name}' can learn.",
            found="boxes of: " + ", ".join(there) if there else "no boxes",
            needed=", ".join(wanted) or "boxes, each with a label",
            mend="name the labels with --set target.labels=[...], or draw boxes with a tool that "
            "writes Pascal VOC, COCO or YOLO.",
        )
    return wanted


def boxed_slices(training: Training, labels: tuple[str, ...]) -> list[BoxedSlice]:
    """Prepares every slice that was looked at for boxes.

    Args:
        training: What is asked for.
        labels: In the order of the network's scores.
    """
    cases, recipe = training.archive.cases, training.recipe
    made: list[BoxedSlice] = []
    for done, case in enumerate(cases, start=1):
        for series in looked_at(recipe, case):
            made += _of_series(recipe, case, series, labels)
        training.execution.progress(Progress("prepare", done, len(cases)))
    return made


def _of_series(
    recipe: Recipe, case: Case, series: Series, labels: tuple[str, ...]
) -> list[BoxedSlice]:
    prepared = prepare(series.load(), recipe.preprocessing)
    made = []
    for at, image in enumerate(prepared.array):
        drawn = [box for box in case.reference.boxes[series.stem] if box.slice == at]
        corners = np.array([box.box for box in drawn], dtype=np.float32).reshape(-1, 4)
        shown = np.array([[name in box.labels for name in labels] for box in drawn])
        made.append(
            BoxedSlice(
                patient=case.patient,
                image=image.astype(np.float16),
                boxes=boxes_to_prepared(corners, prepared.placement).astype(np.float32),
                labels=shown.reshape(-1, len(labels)).astype(np.float32),
                difficult=np.array([box.difficult for box in drawn], dtype=bool),
            )
        )
    return made
