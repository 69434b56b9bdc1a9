"""The masks of a read series as DICOM Segmentation (PS3.3 A.51), BINARY or LABELMAP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from highdicom.seg import Segmentation, SegmentDescription
from numpy.typing import NDArray
from pydicom.dataset import FileDataset

from condyle.dicom.objects.codes import algorithm_item, concept, private_scheme
from condyle.dicom.objects.content import Content, DicomObject
from condyle.dicom.objects.settle import MANUFACTURER, series_uid_of, settle
from condyle.dicom.objects.source import SourceStudy
from condyle.domain.anatomy import CATEGORIES, STRUCTURES, code_named
from condyle.domain.report import BundleRef, SeriesSummary

Type = Literal["seg", "labelmap"]

_NUMBER = {"seg": 9001, "labelmap": 9002}
_NAMES = {"seg": "BINARY", "labelmap": "LABELMAP"}
_ST, _LO = 1024, 64  # characters (PS3.5 section 6.2)


@dataclass(frozen=True)
class _Part:
    """The frames that one object is of: single-frame instances, or one of many frames."""

    images: list[FileDataset]
    masks: NDArray[np.uint8]
    whole: bool


def segmentations(content: Content, source: SourceStudy, kind: Type) -> list[DicomObject]:
    """Gives a segmentation a series that has a mask; empty masks give none.

    The structures lie in the stored frames pixel for pixel. Frames without a structure are
    kept, since they were looked at as well, but for those of a multi-frame instance that were
    not read.

    Args:
        content: What goes out.
        source: The images that were read.
        kind: ``"seg"`` for BINARY, ``"labelmap"`` for LABELMAP.
    """
    made = []
    for series in content.report.series:
        if series.labelmap is None or not series.labelmap.any():
            continue
        for number, part in enumerate(_parts(series, source), start=1):
            if part.masks.any():
                made.append(_one(content, source, series=series, part=part, at=(kind, number)))
    return made


def _parts(series: SeriesSummary, source: SourceStudy) -> Iterator[_Part]:
    """Parts a series as a segmentation must be: each multi-frame instance by itself."""
    masks = series.labelmap
    if masks is None:
        return
    places: dict[str, list[tuple[int, int]]] = {}
    for position, one in enumerate(series.instances):
        places.setdefault(one.sop_instance_uid or "", []).append((position, one.frame))
    single = [uid for uid in places if int(source.headers[uid].get("NumberOfFrames") or 1) == 1]
    enhanced = [uid for uid in places if "PerFrameFunctionalGroupsSequence" in source.headers[uid]]
    plain = [uid for uid in single if uid not in enhanced]
    if plain:
        positions = [places[uid][0][0] for uid in plain]
        yield _Part([source.headers[uid] for uid in plain], masks[positions], True)
    for uid in places:
        if uid in plain:
            continue
        header = source.headers[uid]
        frames = int(header.get("NumberOfFrames") or 1)
        all_frames = np.zeros((frames, *masks.shape[1:]), np.uint8)
        for position, frame in places[uid]:
            all_frames[frame] = masks[position]
        yield _Part([header], all_frames, len(places[uid]) == frames)


def _one(
    content: Content,
    source: SourceStudy,
    *,
    series: SeriesSummary,
    part: _Part,
    at: tuple[Type, int],
) -> DicomObject:
    kind, number = at
    bundle = _bundle(content, series)
    instance = Segmentation(
        source_images=part.images,
        pixel_array=part.masks if kind == "labelmap" else _stacked(part.masks, series),
        segmentation_type=_NAMES[kind],
        segment_descriptions=_descriptions(content, series, bundle),
        series_instance_uid=series_uid_of(content, source, kind, series.uid or series.stem),
        series_number=_NUMBER[kind] + 10 * series.index,
        sop_instance_uid="2.25.0",
        instance_number=number,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=bundle.name[:_LO],
        software_versions=content.report.software_version,
        device_serial_number=bundle.sha256[:_LO],
        content_description=_short(content),
        content_creator_name=None,
        omit_empty_frames=not part.whole,
        content_label="CONDYLE",
        series_description=_series_description(content),
        coding_schemes=private_scheme(),
    )
    if "FrameOfReferenceUID" not in instance:
        instance.PatientOrientation = ""  # type 2C where nothing else says how it lies
    name = f"{kind}-{series.stem}" + (f"-{number}" if number > 1 else "")
    return settle(instance, content=content, source=source, kind=kind, name=name)


def _stacked(masks: NDArray[np.uint8], series: SeriesSummary) -> NDArray[np.uint8]:
    values = np.arange(1, len(series.structures) + 1, dtype=np.uint8)
    stacked: NDArray[np.uint8] = (masks[..., None] == values).astype(np.uint8)
    return stacked


def _bundle(content: Content, series: SeriesSummary) -> BundleRef:
    """Gives the bundle that outlined: the first of a report, on which any others stand."""
    return content.report.bundles[0]


def _descriptions(
    content: Content, series: SeriesSummary, bundle: BundleRef
) -> list[SegmentDescription]:
    told = content.said("research-use", "simulated", "intended-use", "not-assessed")
    item = algorithm_item(bundle, {"Statement": told})
    made = []
    for number, name in enumerate(series.structures, start=1):
        code = code_named(name)
        category = CATEGORIES["anatomy" if name in STRUCTURES else "lesion"]
        segment = SegmentDescription(
            segment_number=number,
            segment_label=code.meaning[:_LO],
            segmented_property_category=concept(category.code),
            segmented_property_type=concept(code),
            algorithm_type="AUTOMATIC",
            algorithm_identification=item,
            tracking_uid=None,
        )
        segment.SegmentDescription = told[:_ST]
        made.append(segment)
    return made


def _short(content: Content) -> str:
    state = "signed" if content.verified else "unverified draft"
    simulated = ", SIMULATED" if content.simulated else ""
    return f"Research use, {state}{simulated}. Read each segment's text."[:_LO]


def _series_description(content: Content) -> str:
    simulated = "SIMULATED " if content.simulated else ""
    return f"{simulated}Condyle masks, research use"[:_LO]
