"""Grading every disc of a study, and saying when the grade should not be believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from condyle.bundle import Bundle, Manifest, calibrate_logits
from condyle.domain.anatomy import levels_from_caudal
from condyle.domain.findings import Evidence, Finding, Site, middle_grade
from condyle.domain.messages import Message
from condyle.inference import Runner
from condyle.interpretation.chain import has_canal_behind
from condyle.interpretation.contrasts import missing_contrast
from condyle.interpretation.crops import DiscPlace, GradableSlice, crop_shape, disc_inputs
from condyle.interpretation.discs import labels_of
from condyle.interpretation.midline import matching_disc
from condyle.interpretation.outline import outline_of
from condyle.preprocessing.prepare import prepare
from condyle.preprocessing.steps import Spec
from condyle.workflows.reading.study_anatomy import SeriesReading

DISC = "intervertebral-disc"

AT_CANAL = frozenset({"disc-herniation", "disc-bulging"})
"""Findings that show where a disc borders on the canal, and nowhere else."""


@dataclass(frozen=True)
class Roles:
    """Which reading serves as which contrast.

    Attributes:
        readings: ``"t1"`` and ``"t2"`` to a reading; either may be missing.
        primary: The reading whose chain numbers the discs.
        abstention: Why nothing may be graded at all, or ``None``.
        lowest: Role to the number of the primary's most caudal discs that were not found
            in it; 0 where it is not named.
    """

    readings: Mapping[str, SeriesReading]
    primary: SeriesReading
    abstention: Message | None = None
    lowest: Mapping[str, int] = field(default_factory=dict)

    def levels(self, reading: SeriesReading) -> tuple[str | None, ...]:
        """Names the discs of one of the readings, as the primary counts them where it can."""
        role = next((role for role, other in self.readings.items() if other is reading), "")
        lowest = self.lowest.get(role, 0)
        if not lowest:
            return study_levels(reading)
        count = len(reading.anatomy.chain.discs)
        names = study_levels(self.primary)[lowest : lowest + count]
        return names + (None,) * (count - len(names))


def grade_discs(
    roles: Roles, bundle: Bundle, runner: Runner, *, report_index: Mapping[str, int]
) -> tuple[Finding, ...]:
    """Gives every finding of every disc of the primary reading, caudal to cranial.

    Args:
        roles: Which series to read as what.
        bundle: The grading bundle.
        runner: Its loaded models.
        report_index: Series stem to its position in the report.
    """
    chain = roles.primary.anatomy.chain
    levels = study_levels(roles.primary)
    shape = crop_shape(bundle.manifest.interpretation)
    images = _Windowed(bundle.manifest.preprocessing)
    places = [_places(roles, position, images) for position in range(len(chain.discs))]
    inputs = disc_inputs(places, shape=shape)
    outputs = runner.run(
        {
            "crop": np.stack([item.crop for item in inputs]),
            "facts": np.stack([item.facts for item in inputs]),
        }
    )
    found: list[Finding] = []
    for position in range(len(chain.discs)):
        site = Site(DISC, levels[position], position + 1)
        evidence = disc_evidence(roles, position, places[position], report_index=report_index)
        found += _findings(
            bundle,
            {name: values[position] for name, values in outputs.items()},
            site=site,
            evidence=evidence,
            contrasts=frozenset(places[position]),
            abstention=roles.abstention,
            hidden=_off_midline(roles, places[position], site),
        )
    return tuple(found)


def ungraded_discs(
    roles: Roles, bundle: Bundle, reason: Message, *, report_index: Mapping[str, int]
) -> tuple[Finding, ...]:
    """Gives every disc with every finding abstained, where no grading could run."""
    levels = study_levels(roles.primary)
    found = []
    for position in range(len(roles.primary.anatomy.chain.discs)):
        site = Site(DISC, levels[position], position + 1)
        evidence = disc_evidence(roles, position, {}, report_index=report_index)
        for output in bundle.manifest.outputs():
            found.append(
                Finding(
                    id=finding_id(output.name, site),
                    name=output.name,
                    site=site,
                    value=None,
                    probability=None,
                    abstained=True,
                    abstention=reason,
                    evidence=evidence,
                    bundle=bundle.manifest.name,
                )
            )
    return tuple(found)


def study_levels(reading: SeriesReading) -> tuple[str | None, ...]:
    """Names the discs of a reading; none above a place where a disc seems to be missing."""
    chain = reading.anatomy.chain
    names = levels_from_caudal(len(chain.discs), chain.sacrum_in_view)
    if chain.gaps:
        known = min(chain.gaps) + 1
        names = names[:known] + (None,) * (len(names) - known)
    return names


def subject_of(site: Site) -> str:
    """Gives what a message about a disc is of: its level, or its number where it has none."""
    return site.level or f"disc-{site.index_from_caudal}"


def contrasts_of(roles: Roles, position: int) -> tuple[str, ...]:
    """Gives the contrasts on which a disc of the primary chain was found.

    Args:
        roles: Which reading serves as which contrast.
        position: Of the disc, caudal to cranial from 0.
    """
    return tuple(role for role in roles.readings if _index_in(roles, role, position) is not None)


def finding_id(name: str, site: Site) -> str:
    """Derives a finding's id from its name and site, so that the same input gives the same."""
    return f"{name}/disc-{site.index_from_caudal}"


class _Windowed:
    """The slices that discs are cut from, each prepared once: most discs share one."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._made: dict[tuple[str, int], NDArray[np.float32]] = {}

    def of(self, reading: SeriesReading, number: int) -> NDArray[np.float32]:
        """Gives the (row, column) image of a slice of a reading's volume."""
        key = (reading.series.stem, number)
        if key not in self._made:
            self._made[key] = prepare(reading.volume, self._spec, slices=(number,)).array[0]
        return self._made[key]


def _places(roles: Roles, position: int, images: _Windowed) -> dict[str, DiscPlace]:
    """Finds a disc of the primary chain in each contrast, on that disc's own slice."""
    found = {}
    for role, reading in roles.readings.items():
        index = _index_in(roles, role, position)
        if index is None:
            continue
        chosen = reading.slices[reading.disc_slices[index]]
        own: int | None = index
        if reading.disc_slices[index] != reading.middle:
            disc = reading.anatomy.chain.discs[index]
            own = matching_disc(chosen, disc, length=reading.anatomy.chain.length)
        if own is None:
            chosen, own = reading.anatomy, index
            number = reading.first + reading.middle
        else:
            number = reading.first + reading.disc_slices[index]
        image = images.of(reading, number)
        weighting = reading.series.weighting.value or "unknown"
        found[role] = DiscPlace(GradableSlice(image, chosen, str(weighting)), own)
    return found


def _index_in(roles: Roles, role: str, position: int) -> int | None:
    """Gives the position in a role's chain of a disc of the primary chain."""
    index = position - roles.lowest.get(role, 0)
    discs = roles.readings.get(role, roles.primary).anatomy.chain.discs
    return index if 0 <= index < len(discs) else None


def disc_evidence(
    roles: Roles,
    position: int,
    places: Mapping[str, DiscPlace],
    *,
    report_index: Mapping[str, int],
) -> tuple[Evidence, ...]:
    """Gives the outline of a disc on each contrast, on the slice that was graded."""
    found = []
    readings = roles.readings or {"primary": roles.primary}
    for role, reading in readings.items():
        index = _index_in(roles, role, position)
        if index is None:
            continue
        place = places.get(role)
        anatomy = reading.anatomy if place is None else place.found.anatomy
        own = index if place is None else place.position
        number = reading.first + next(n for n, s in enumerate(reading.slices) if s is anatomy)
        outline, box = outline_of(anatomy.disc_index == own + 1)
        instances = reading.series.instances
        uid = instances[number].sop_instance_uid if number < len(instances) else None
        found.append(
            Evidence(
                series=report_index[reading.series.stem],
                slice=number,
                outline=outline,
                box=box,
                sop_instance_uid=uid,
                overlay=f"overlay-{reading.series.stem}.png",
            )
        )
    return tuple(found)


def _findings(
    bundle: Bundle,
    outputs: Mapping[str, NDArray[np.float32]],
    *,
    site: Site,
    evidence: Sequence[Evidence],
    contrasts: frozenset[str],
    abstention: Message | None,
    hidden: Message | None,
) -> list[Finding]:
    """Gives every finding of a disc; ``hidden`` is why its border to the canal is not seen."""
    made = []
    for task in bundle.manifest.tasks:
        for column, output in enumerate(task.outputs):
            reason = abstention or _missing_contrast(output.name, contrasts, site)
            if reason is None and output.name in AT_CANAL:
                reason = hidden
            finding = Finding(
                id=finding_id(output.name, site),
                name=output.name,
                site=site,
                value=None,
                probability=None,
                abstained=reason is not None,
                abstention=reason,
                evidence=tuple(evidence),
                bundle=bundle.manifest.name,
            )
            logits = outputs[task.tensor]
            if task.kind == "grade":
                made.append(_graded(finding, logits, bundle.manifest))
            else:
                made.append(_decided(finding, logits[column : column + 1], bundle.manifest))
    return made


def _graded(finding: Finding, logits: NDArray[np.float32], manifest: Manifest) -> Finding:
    """Fills in the grade in the middle of what is probable, and the probability of each."""
    values = calibrate_logits(logits, manifest.calibration[finding.name], activation="softmax")
    grade = middle_grade(values.tolist())
    return replace(
        finding,
        value=None if finding.abstained else grade,
        probability=_round(values[grade - 1]),
        probabilities=tuple(_round(value) for value in values),
    )


def _decided(finding: Finding, logit: NDArray[np.float32], manifest: Manifest) -> Finding:
    """Fills in a probability, and a decision where the bundle's validation bears one."""
    calibration = manifest.calibration[finding.name]
    probability = float(calibrate_logits(logit, calibration, activation="sigmoid")[0])
    curve = manifest.operating_curves[finding.name]
    decided = curve.shown and not finding.abstained
    return replace(
        finding,
        value=probability >= curve.chosen if decided else None,
        probability=_round(probability),
        threshold=curve.chosen,
        operating_point=curve.operating_point(),
    )


def _off_midline(roles: Roles, places: Mapping[str, DiscPlace], site: Site) -> Message | None:
    """Says that a slice beside the midline shows no canal behind a disc.

    The canal of a curved spine leaves such a slice for some of its levels alone.
    """
    if roles.primary.on_midline:
        return None
    for place in places.values():
        seen = place.found.anatomy
        disc = seen.chain.discs[place.position]
        if has_canal_behind(disc, labels_of(seen.probabilities), length=seen.chain.length):
            return None
    return Message("slice-off-midline", {}, subject_of(site))


def _missing_contrast(name: str, contrasts: frozenset[str], site: Site) -> Message | None:
    """Says why a finding cannot be given on the contrasts that there are."""
    code = missing_contrast(name, contrasts)
    if code is None:
        return None
    return Message(code, {}, subject_of(site))


def _round(value: float) -> float:
    return round(float(value), 4)
