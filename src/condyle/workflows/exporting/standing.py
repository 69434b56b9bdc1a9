"""A model's reading after what readers said of it: what goes out is theirs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from condyle.archive.read_findings import Standing, StandingFinding
from condyle.dicom.objects import ReviewState
from condyle.domain.anatomy import FINDINGS, LABELS
from condyle.domain.findings import Evidence, Finding, Measurement, Site
from condyle.domain.report import Report, SeriesSummary
from condyle.workflows.clinic.annotation.drawn import mask_of

Place = tuple[str, int]


@dataclass(frozen=True)
class Corrected:
    """A reading as readers left it.

    Attributes:
        report: With corrections applied and what was rejected gone.
        states: Finding id to what was said of it.
        unchecked: Findings that were left out, since nobody spoke of them.
        pictured: Whether the reading's own pictures still show what holds.
        untouched: Whether nobody changed, rejected or added anything.
        levels: Index from caudal to the name of the disc, where readers or the model gave one.
        drawn: (name of the finding, place) of each outline and box that readers drew.
    """

    report: Report
    states: Mapping[str, ReviewState] = field(default_factory=dict)
    unchecked: int = 0
    pictured: bool = True
    untouched: bool = True
    levels: Mapping[int, str] = field(default_factory=dict)
    drawn: tuple[tuple[str, Evidence], ...] = ()


def corrected(
    report: Report,
    standing: Standing,
    *,
    run: str,
    checked_only: bool,
    added: bool,
) -> Corrected:
    """Applies what readers said to a model's report, its slices as stored.

    Args:
        report: The model's, as ``as_stored`` gives it.
        standing: The study's findings as they stand.
        run: The run that made the report.
        checked_only: Whether what nobody spoke of is left out.
        added: Whether findings that readers added go with this report.
    """
    places = _places(report.series)
    by_id = {finding.id: finding for finding in report.findings}
    findings: list[Finding] = []
    states: dict[str, ReviewState] = {}
    drawn: list[tuple[str, Evidence]] = []
    gone: list[StandingFinding] = []
    for one in standing.findings:
        if one.analysis != run and not (one.analysis is None and added):
            continue
        if one.state == "rejected" or (checked_only and one.state == "open"):
            gone.append(one)
            continue
        made = _finding(one, by_id, places)
        findings.append(made)
        states[made.id] = one.state
        drawn += [(one.name, place) for place in _of_readers(one, places)]
    kept = [one for one in standing.findings if one.analysis == run and one not in gone]
    levels = standing.levels.get(run, {})
    renamed = _renamed(report, levels)
    series = tuple(_masks(each, gone, kept, places) for each in report.series)
    rejected = [one for one in gone if one.state == "rejected"]
    return Corrected(
        report=replace(
            report,
            findings=tuple(findings),
            series=series,
            measurements=tuple(_measured(one, levels) for one in report.measurements),
        ),
        states=states,
        unchecked=len(gone) - len(rejected),
        pictured=not (renamed or drawn or (gone and not _is_anatomy(report))),
        untouched=not (renamed or rejected or {"changed", "added"} & set(states.values())),
        levels=levels,
        drawn=tuple(drawn),
    )


def _finding(
    one: StandingFinding, by_id: Mapping[str, Finding], places: Mapping[Place, tuple[int, int]]
) -> Finding:
    evidence = _evidence(one, places)
    if one.analysis is None:
        known = FINDINGS.get(one.name)
        site = Site(known.structure if known else one.name, one.level)
        return Finding(
            f"{one.name}/added-{one.added}", one.name, site, one.value, None, evidence=evidence
        )
    model = by_id[str(one.document["id"])]
    if one.value_said:
        model = replace(model, value=one.value, abstained=False, abstention=None)
    if one.state == "changed" and one.value_said:
        model = replace(model, probability=None, probabilities=None)
    return replace(model, site=replace(model.site, level=one.level), evidence=evidence)


def _places(series: Sequence[SeriesSummary]) -> dict[Place, tuple[int, int]]:
    return {
        (one.sop_instance_uid or "", one.frame): (each.index, number)
        for each in series
        for number, one in enumerate(each.instances)
    }


def _evidence(
    one: StandingFinding, places: Mapping[Place, tuple[int, int]]
) -> tuple[Evidence, ...]:
    made = []
    for drawn in one.drawn:
        place = drawn["place"]["instance_uid"], int(drawn["place"]["frame"])
        if place in places:
            series, number = places[place]
            outline = tuple((float(row), float(column)) for row, column in drawn["outline"])
            made.append(Evidence(series, number, outline, _box(drawn["box"]), place[0]))
    return tuple(made)


def _of_readers(
    one: StandingFinding, places: Mapping[Place, tuple[int, int]]
) -> Iterator[Evidence]:
    """Gives what readers drew: the outline, the box or both, without what is the model's."""
    own = {
        (place["instance_uid"], place["frame"]): place for place in one.document.get("places", [])
    }
    for drawn in _outlined(one):
        at = drawn["place"]["instance_uid"], int(drawn["place"]["frame"])
        model = own.get(at, {"outline": [], "box": None})
        changed = {
            "place": drawn["place"],
            "outline": drawn["outline"] if drawn["outline"] != model["outline"] else [],
            "box": drawn["box"] if drawn["box"] != model["box"] else None,
        }
        yield from _evidence(replace(one, drawn=(changed,)), places)


def _box(box: Sequence[float] | None) -> tuple[float, float, float, float] | None:
    return None if box is None else (box[0], box[1], box[2], box[3])


def _measured(one: Measurement, levels: Mapping[int, str]) -> Measurement:
    index = one.site.index_from_caudal
    if index is None or index not in levels:
        return one
    return replace(one, site=replace(one.site, level=levels[index] or None))


def _renamed(report: Report, levels: Mapping[int, str]) -> bool:
    sites = [one.site for one in report.findings] + [one.site for one in report.measurements]
    return any(
        (one.level or "") != levels.get(one.index_from_caudal, one.level or "")
        for one in sites
        if one.index_from_caudal is not None
    )


def _is_anatomy(report: Report) -> bool:
    """Says whether the pictures show the spine's anatomy, and no finding."""
    return all(series.structures == tuple(LABELS.values()) for series in report.series)


def _outlined(one: StandingFinding) -> list[Mapping[str, Any]]:
    """Gives what readers drew: frames whose outline or box is not the model's."""
    own = {
        (place["instance_uid"], place["frame"]): (place["outline"], place["box"])
        for place in one.document.get("places", [])
    }
    return [
        drawn
        for drawn in one.drawn
        if own.get((drawn["place"]["instance_uid"], drawn["place"]["frame"]))
        != (drawn["outline"], drawn["box"])
    ]


def _masks(
    series: SeriesSummary,
    gone: Sequence[StandingFinding],
    kept: Sequence[StandingFinding],
    places: Mapping[Place, tuple[int, int]],
) -> SeriesSummary:
    """Takes the masks of what is gone out, and puts in what readers outlined.

    Only a mask that is the finding itself, such as a lesion's, is the finding's to change: a
    disc stays a disc whatever is said of it.
    """
    labelmap = series.labelmap
    if labelmap is None:
        return series
    labelmap = labelmap.copy()
    values = {name: value for value, name in enumerate(series.structures, start=1)}
    for one in gone:
        if one.name in values:
            labelmap[labelmap == values[one.name]] = 0
    for one in kept:
        if one.name in values:
            _redraw(labelmap, one, places, at=(series.index, values[one.name]))
    return replace(series, labelmap=labelmap)


def _redraw(
    labelmap: NDArray[np.uint8],
    one: StandingFinding,
    places: Mapping[Place, tuple[int, int]],
    *,
    at: tuple[int, int],
) -> None:
    index, value = at
    for drawn in _outlined(one):
        place = drawn["place"]["instance_uid"], int(drawn["place"]["frame"])
        series, number = places.get(place, (-1, 0))
        if series == index:
            plane = labelmap[number]
            plane[plane == value] = 0
            if drawn["outline"]:
                plane[mask_of([drawn["outline"]], (0, 0, *plane.shape))] = value
