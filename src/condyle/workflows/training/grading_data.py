"""From cases to the discs that a grading network learns from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from condyle.domain.case import Case
from condyle.domain.progress import Progress, ProgressCallback
from condyle.domain.study import Weighting
from condyle.interpretation.anatomy import SliceAnatomy
from condyle.interpretation.contrasts import CONTRASTS
from condyle.interpretation.crops import (
    DiscPlace,
    GradableSlice,
    crop_shape,
    disc_inputs,
    shown_weightings,
)
from condyle.interpretation.together import read_together
from condyle.preprocessing.prepare import prepare
from condyle.preprocessing.steps import Spec
from condyle.training.graded_discs import UNKNOWN_LABEL, GradedDiscs
from condyle.training.recipe import Recipe
from condyle.workflows.reading.anatomy_reading import RunModel, read_around_middle
from condyle.workflows.reading.numbering_together import disagrees
from condyle.workflows.training.scored_discs import DiscRow


def gradable_slices(
    case: Case, *, anatomy_spec: Spec, grading_spec: Spec, run: RunModel
) -> dict[str, GradableSlice]:
    """Gives the slice of each contrast of a case, plain T2 before T2-SPACE.

    Of a volume it is the mid-sagittal slice. All contrasts are numbered by one chain, as a
    reading does it; T1 is left out where it counts its discs otherwise than T2.
    """
    series = {item.weighting.value: item for item in case.study.series}
    volumes, seen = {}, {}
    for weighting in (w for fitting in CONTRASTS.values() for w in fitting if w in series):
        volume = series[weighting].load()
        around = read_around_middle(volume, spec=anatomy_spec, run=run)
        if around.anatomy.chain.discs:
            volumes[weighting], seen[weighting] = volume, around
    numbered, apart = _numbered({name: one.anatomy for name, one in seen.items()})
    found: dict[str, GradableSlice] = {}
    for role, fitting in CONTRASTS.items():
        chosen = next((w for w in fitting if w in seen), None)
        if chosen is None:
            continue
        taken = (seen[chosen].slice_index,)
        image = prepare(volumes[chosen], grading_spec, slices=taken).array[0]
        found[role] = GradableSlice(image=image, anatomy=numbered[chosen], weighting=chosen)
    if len(found) == 2 and not apart.isdisjoint(one.weighting for one in found.values()):
        del found["t1"]
    return found


def _numbered(
    alone: Mapping[Weighting, SliceAnatomy],
) -> tuple[dict[Weighting, SliceAnatomy], frozenset[str]]:
    """Numbers slices of one patient together.

    Returns:
        Each as it is numbered, and those whose numbers are not the others'.
    """
    if len(alone) < 2:
        return dict(alone), frozenset()
    slices = tuple(alone.values())
    seen = read_together(slices)
    if disagrees(seen, slices):
        return dict(alone), frozenset(alone)
    apart = [name for name, start in zip(alone, seen.starts, strict=True) if start is None]
    return dict(zip(alone, seen.slices, strict=True)), frozenset(apart)


def graded_discs(
    cases: Sequence[Case],
    recipe: Recipe,
    *,
    anatomy_spec: Spec,
    run_of: Callable[[str], RunModel],
    progress: ProgressCallback,
    stage: str,
) -> tuple[GradedDiscs, list[DiscRow]]:
    """Cuts every graded disc of some cases out of their slices.

    Args:
        cases: With grades.
        recipe: Of the grading bundle.
        anatomy_spec: Preprocessing of the anatomy bundle.
        run_of: Patient to the anatomy network that reads them: the one that did not learn
            from them.
        progress: Told of every case.
        stage: Name of this stage.
    """
    shape = crop_shape(recipe.interpretation)
    parts: list[tuple[Any, ...]] = []
    rows: list[DiscRow] = []
    for done, case in enumerate(cases, start=1):
        slices = gradable_slices(
            case,
            anatomy_spec=anatomy_spec,
            grading_spec=recipe.preprocessing,
            run=run_of(case.patient),
        )
        count = max((len(s.anatomy.chain.discs) for s in slices.values()), default=0)
        units = sorted(case.reference.grades.items(), key=lambda item: _position(item[0]))
        last = max((_position(unit) for unit, _ in units), default=-1)
        inputs = disc_inputs(_places(slices, max(count, last + 1)), shape=shape)
        for unit, grades in units:
            made = inputs[_position(unit)]
            rows.append(DiscRow(case=case, unit=unit, found=_position(unit) < count))
            findings = [float(grades.get(name, -1)) for name in finding_names(recipe)]
            grade = grades.get(str(recipe.interpretation["grade"]), 0) - 1
            parts.append((case.patient, made.crop.astype(np.float16), made.facts, grade, findings))
        progress(Progress(stage, done, len(cases)))
    patients, crops, facts, grade_column, finding_columns = zip(*parts, strict=True)
    discs = GradedDiscs(
        patients=np.array(patients),
        crops=np.stack(crops),
        facts=np.stack(facts),
        grade=np.array(grade_column, dtype=np.int64),
        findings=np.array(finding_columns, dtype=np.float32),
    )
    return discs, rows


def read_labels(discs: GradedDiscs, recipe: Recipe) -> GradedDiscs:
    """Gives discs without the labels that nobody read off the slices there are.

    An archive may hold a label for every disc, also where what it is read from is missing;
    from such a label a network learns that a missing contrast means a healthy disc.

    Args:
        discs: Of all that were found.
        recipe: Of the grading bundle; its ``target.read_on`` says what each label needs.
    """
    shown = [set(shown_weightings(facts)) for facts in discs.facts]

    def unread(name: str) -> NDArray[np.bool_]:
        needed = set(recipe.target.read_on.get(name, ()))
        return np.array([not needed <= there for there in shown], dtype=bool)

    findings = discs.findings.copy()
    for column, name in enumerate(finding_names(recipe)):
        findings[unread(name), column] = UNKNOWN_LABEL
    grade = np.where(unread(str(recipe.interpretation["grade"])), UNKNOWN_LABEL, discs.grade)
    return replace(discs, grade=grade, findings=findings)


def _places(slices: Mapping[str, GradableSlice], count: int) -> list[dict[str, DiscPlace]]:
    """Gives where each disc from the most caudal up lies, on the contrasts that show it."""
    return [
        {
            role: DiscPlace(found, position)
            for role, found in slices.items()
            if position < len(found.anatomy.chain.discs)
        }
        for position in range(count)
    ]


def _position(unit: str) -> int:
    """Gives the position, from 0 at the most caudal, of ``"disc-<index from caudal>"``."""
    return int(unit.rsplit("-", 1)[1]) - 1


def finding_names(recipe: Recipe) -> tuple[str, ...]:
    """Gives the yes-or-no findings of a grading recipe, in the order of the network."""
    return tuple(recipe.interpretation["findings"])
