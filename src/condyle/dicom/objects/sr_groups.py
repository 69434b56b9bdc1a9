"""Findings and measurements of a report as measurement groups (PS3.16 TID 1410 and 1501)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from highdicom.sr import (
    AlgorithmIdentification,
    CoordinatesForMeasurement,
    FindingSite,
    ImageRegion,
    Measurement,
    MeasurementsAndQualitativeEvaluations,
    PlanarROIMeasurementsAndQualitativeEvaluations,
    QualitativeEvaluation,
    SourceImageForMeasurementGroup,
    SourceImageForRegion,
    TextContentItem,
    TrackingIdentifier,
)
from numpy.typing import NDArray
from pydicom.dataset import FileDataset

from condyle.dicom.objects.codes import algorithm, concept, unit
from condyle.dicom.objects.content import Content
from condyle.dicom.objects.planes import box_points, line_points, outline_points
from condyle.dicom.objects.source import SourceStudy
from condyle.dicom.write import derived_uid
from condyle.domain import findings as domain
from condyle.domain.anatomy import (
    ANSWERS,
    CERTAINTY,
    FINDINGS,
    SCALES,
    STATEMENTS,
    Code,
    code_named,
    site_code,
)

Group = MeasurementsAndQualitativeEvaluations | PlanarROIMeasurementsAndQualitativeEvaluations


class Image(NamedTuple):
    """A frame that a content item points at: its reference, then (columns, rows)."""

    sop_class_uid: str
    sop_instance_uid: str
    frames: list[int] | None
    sides: tuple[int, int]

    @property
    def reference(self) -> tuple[str, str, list[int] | None]:
        """As highdicom's references take it."""
        return self[:3]


MOST_IMAGES = 8
"""Images that a group without a region points at, those that say most."""


def groups_of(content: Content, source: SourceStudy) -> Iterator[Group]:
    """Gives a group a finding, then a group a level for what was measured there.

    Args:
        content: What goes out.
        source: The images that were read.
    """
    for finding in content.report.findings:
        yield _of_finding(content, source, finding)
    # Measurements may come by name, not by level: a level is one group, tracked by one UID.
    at: dict[tuple[str | None, int | None], list[domain.Measurement]] = {}
    for one in content.report.measurements:
        if one.value is not None:
            at.setdefault((one.site.level, one.site.index_from_caudal), []).append(one)
    for taken in at.values():
        yield _of_measurements(content, source, taken)


def library_of(content: Content, source: SourceStudy) -> list[FileDataset]:
    """Gives the images for the image library (TID 1600): those of the series that were read."""
    return [
        header
        for series in content.report.series
        if series.used
        for header in source.of(series)
        if "PerFrameFunctionalGroupsSequence" not in header
    ]


def _of_finding(content: Content, source: SourceStudy, finding: domain.Finding) -> Group:
    shown = [one for one in finding.evidence if one.outline or one.box]
    group: Group
    if shown and _is_drawn(finding):
        group = _with_region(content, source, finding, _region(content, source, shown[0]))
    else:
        group = _without_region(content, source, finding)
    if finding.abstention is not None:
        _say(group, "abstention", finding.abstention.code)
    return group


def _with_region(
    content: Content, source: SourceStudy, finding: domain.Finding, region: ImageRegion
) -> PlanarROIMeasurementsAndQualitativeEvaluations:
    return PlanarROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=_tracking(source, finding.id),
        referenced_region=region,
        finding_type=concept(code_named(finding.name)),
        algorithm_id=_algorithm(content, finding.bundle),
        finding_sites=_sites(finding.site),
        measurements=_certainty(finding) or None,
        qualitative_evaluations=_evaluations(content, finding),
    )


def _without_region(
    content: Content, source: SourceStudy, finding: domain.Finding
) -> MeasurementsAndQualitativeEvaluations:
    images = [
        SourceImageForMeasurementGroup(*_image(content, source, one).reference)
        for one in finding.evidence[:MOST_IMAGES]
    ]
    return MeasurementsAndQualitativeEvaluations(
        tracking_identifier=_tracking(source, finding.id),
        finding_type=concept(code_named(finding.name)),
        algorithm_id=_algorithm(content, finding.bundle),
        finding_sites=_sites(finding.site),
        measurements=_certainty(finding) or None,
        qualitative_evaluations=_evaluations(content, finding),
        source_images=images or None,
    )


def _is_drawn(finding: domain.Finding) -> bool:
    """Says whether a region is drawn for it: a grade, or something that is there."""
    return finding.value is not None and finding.value is not False


def _of_measurements(
    content: Content, source: SourceStudy, taken: Sequence[domain.Measurement]
) -> Group:
    site = taken[0].site
    place = site.level or f"disc-{site.index_from_caudal}"
    bundle = content.report.bundles[0]
    return MeasurementsAndQualitativeEvaluations(
        tracking_identifier=_tracking(source, f"measurements/{place}"),
        finding_type=concept(site_code(site.structure, site.level) or code_named(site.structure)),
        algorithm_id=algorithm(bundle),
        finding_sites=_sites(site),
        measurements=[_measurement(content, source, one) for one in taken],
        source_images=[
            SourceImageForMeasurementGroup(*_at(content, source, place).reference)
            for place in dict.fromkeys((one.series, one.slice) for one in taken)
        ],
    )


def _measurement(content: Content, source: SourceStudy, taken: domain.Measurement) -> Measurement:
    image = _at(content, source, (taken.series, taken.slice))
    coordinates = None
    if len(taken.points) > 1:
        coordinates = [
            CoordinatesForMeasurement(
                "POLYLINE",
                _clipped(line_points(taken.points), image),
                SourceImageForRegion(*image.reference),
            )
        ]
    return Measurement(
        name=concept(code_named(taken.name)),
        value=float(taken.value if taken.value is not None else math.nan),
        unit=unit(taken.unit),
        referenced_coordinates=coordinates,
    )


def _tracking(source: SourceStudy, identifier: str) -> TrackingIdentifier:
    study = str(source.first.StudyInstanceUID)
    return TrackingIdentifier(
        uid=derived_uid("export", "tracking", study, identifier), identifier=identifier
    )


def _algorithm(content: Content, name: str) -> AlgorithmIdentification | None:
    """Gives the bundle of a finding; ``None`` for one that a reader added."""
    found = next((one for one in content.report.bundles if one.name == name), None)
    return None if found is None else algorithm(found)


def _sites(site: domain.Site) -> list[FindingSite]:
    code = site_code(site.structure, site.level) or code_named(site.structure)
    return [FindingSite(concept(code))]


def _certainty(finding: domain.Finding) -> list[Measurement]:
    if finding.probability is None:
        return []
    value = round(100 * finding.probability, 2)
    return [Measurement(name=concept(CERTAINTY), value=value, unit=unit("%"))]


def _evaluations(content: Content, finding: domain.Finding) -> list[QualitativeEvaluation]:
    name = concept(code_named(finding.name))
    state = ANSWERS[content.states.get(finding.id, "open")]
    return [
        QualitativeEvaluation(name, concept(_answer(finding))),
        QualitativeEvaluation(concept(STATEMENTS["review"].code), concept(state.code)),
    ]


def _answer(finding: domain.Finding) -> Code:
    if finding.value is None or finding.abstained:
        return ANSWERS["not-decided"].code
    if isinstance(finding.value, bool):
        return ANSWERS["present" if finding.value else "absent"].code
    known = FINDINGS.get(finding.name)
    if known is not None and known.scale is not None:
        return dict(SCALES[known.scale].grades)[finding.value]
    return code_named(finding.classes[finding.value - 1])


def _region(content: Content, source: SourceStudy, shown: domain.Evidence) -> ImageRegion:
    image = _image(content, source, shown)
    if shown.outline:
        points = outline_points(shown.outline)
    else:
        points = box_points(shown.box or (0.0, 0.0, 0.0, 0.0))
    return ImageRegion(
        graphic_type="POLYLINE",
        graphic_data=_clipped(points, image),
        source_image=SourceImageForRegion(*image.reference),
    )


def _clipped(points: NDArray[np.float64], image: Image) -> NDArray[np.float64]:
    """Keeps points on the image, as SCOORD wants them (PS3.3 C.18.6.1.1)."""
    return np.clip(points, 0.0, image.sides)


def _image(content: Content, source: SourceStudy, shown: domain.Evidence) -> Image:
    return _at(content, source, (shown.series, shown.slice))


def _at(content: Content, source: SourceStudy, place: tuple[int, int]) -> Image:
    """Gives what a reference names; frames count from 1 in DICOM, and one alone has no number."""
    series, number = place
    one = content.report.series[series].instances[number]
    header = source.headers[one.sop_instance_uid or ""]
    many = int(header.get("NumberOfFrames") or 1) > 1
    return Image(
        header.SOPClassUID,
        header.SOPInstanceUID,
        [one.frame + 1] if many else None,
        (int(header.Columns), int(header.Rows)),
    )


def _say(group: Group, name: str, text: str) -> None:
    group[0].ContentSequence.append(
        TextContentItem(
            name=concept(STATEMENTS[name].code), value=text, relationship_type="CONTAINS"
        )
    )
