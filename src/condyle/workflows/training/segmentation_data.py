"""From cases to the slices that an anatomy network learns from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from condyle.domain.case import Case
from condyle.domain.progress import Progress, ProgressCallback
from condyle.preprocessing.prepare import prepare
from condyle.preprocessing.steps import finer
from condyle.training.recipe import Recipe
from condyle.training.tasks.segmentation import Slice
from condyle.workflows.reading.anatomy_reading import RunModel, read_around_middle

FINER = 1.5


def masked_slices(cases: Iterable[Case], recipe: Recipe) -> list[Slice]:
    """Prepares every slice of every case that has a mask, on a grid 1.5 times as fine.

    Of a volume the slices are left out on whose mask nothing is drawn.
    """
    spec = finer(recipe.preprocessing, FINER)
    found = []
    for case in cases:
        for series in case.study.series:
            mask = case.reference.masks.get(series.stem)
            if mask is None:
                continue
            prepared = prepare(series.load(), spec)
            for image, labels in zip(prepared.array, mask, strict=True):
                if len(mask) > 1 and not labels.any():
                    continue
                found.append(
                    Slice(
                        patient=case.patient,
                        image=image.astype(np.float16),
                        label=prepared.placement.prepare_labels(labels),
                        weighting=series.weighting.value or "unknown",
                    )
                )
    return found


def pseudo_slices(
    cases: Iterable[Case], recipe: Recipe, run: RunModel, *, progress: ProgressCallback, stage: str
) -> list[Slice]:
    """Labels the unmasked slices of some cases by a network, keeping the plausible ones.

    Of a volume the mid-sagittal slice is taken, of a series with a mask none. A slice is
    kept where the chain has no gap, has canal behind most of its discs and holds, to within
    one, as many discs as were graded in that patient.

    Args:
        cases: Patients that the network may learn from; never of the scored fold.
        recipe: Whose preprocessing to use.
        run: The network of the first round.
        progress: Told of every case.
        stage: Name of this stage.
    """
    spec = finer(recipe.preprocessing, FINER)
    listed = list(cases)
    found: list[Slice] = []
    for done, case in enumerate(listed, start=1):
        graded = len(case.reference.grades)
        for series in case.study.series:
            if series.stem in case.reference.masks:
                continue
            volume = series.load()
            seen = read_around_middle(volume, spec=recipe.preprocessing, run=run)
            chain = seen.anatomy.chain
            if chain.gaps or chain.canal_share < 0.6 or abs(len(chain.discs) - graded) > 1:
                continue
            # What a header states is kept; elsewhere the aspect that showed a spine is taken.
            known = volume.spacing or (1.0, seen.aspect, 1.0)
            taken = (seen.slice_index,)
            prepared = prepare(replace(volume, spacing=known), spec, slices=taken)
            found.append(
                Slice(
                    patient=case.patient,
                    image=prepared.array[0].astype(np.float16),
                    label=prepared.placement.prepare_labels(seen.anatomy.labelmap),
                    weighting=f"labelled-by-network-{series.weighting.value}",
                )
            )
        progress(Progress(stage, done, len(listed)))
    return found
