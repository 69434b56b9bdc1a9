"""What others found in a study: the results in its archive, read and placed on its images.

They are references beside Condyle's own findings: nothing here makes a finding, counts one, or
changes what a bundle or a clinician said.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace

from condyle.archive.archive import Archive
from condyle.archive.outside_objects import HeldObject, images_of, objects_of_patient
from condyle.archive.studies import get_study
from condyle.dicom.objects.read_outside import RESULTS, read_result, refers_to
from condyle.dicom.objects.read_seg import SEGMENTATIONS
from condyle.dicom.stored_planes import stored_planes
from condyle.domain.messages import Message
from condyle.domain.outside import OutsideFinding, OutsideMask, OutsideResult
from condyle.errors import CondyleError
from condyle.sources import SourceFile
from condyle.workflows.clinic.outside_placing import (
    OutsidePlace,
    StudyFrame,
    StudyFrames,
    place_mask,
    place_region,
)
from condyle.workflows.clinic.placing import ShownFrame

MOST_OBJECTS = 50
"""So many of a study are read, the latest; the others are counted."""

MOST_PIXELS = 1 << 28
"""Pixels of one segmentation, all frames together, that are unpacked for a page."""

MOST_BYTES = 256 << 20
"""Bytes of an object that is read for a page."""

MOST_KEPT = 100
"""Objects that stay read; their masks are not kept, but where these are drawn."""

UNREADABLE = Message("outside-unreadable", {}, "outside")
"""What is told of an object that cannot be read; the log says more of why."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PlacedMask:
    """A structure that others outlined, with where it is drawn.

    Attributes:
        mask: As it was read, without its planes.
        places: Where it is drawn.
        unplaced: How many of its planes lie on no image of the study.
    """

    mask: OutsideMask
    places: tuple[OutsidePlace, ...]
    unplaced: int


@dataclass(frozen=True)
class PlacedFinding:
    """A finding of a structured report, with where it is seen; attributes as ``PlacedMask``."""

    finding: OutsideFinding
    places: tuple[OutsidePlace, ...]
    unplaced: int


@dataclass(frozen=True)
class Outside:
    """An object of others.

    Attributes:
        uid: SOP Instance UID.
        series_uid: Series Instance UID.
        kind: ``"seg"`` or ``"sr"``.
        result: What it says but for its masks, or ``None`` where it cannot be read.
        problem: Why it cannot be read.
        masks: Of a segmentation.
        findings: Of a structured report.
    """

    uid: str
    series_uid: str
    kind: str
    result: OutsideResult | None = None
    problem: Message | None = None
    masks: tuple[PlacedMask, ...] = ()
    findings: tuple[PlacedFinding, ...] = ()


class OutsideShelf:
    """Keeps what was read of objects, by their bytes and by the images that they lie on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], Outside] = OrderedDict()

    def get(self, archive: Archive, held: HeldObject, frames: StudyFrames, images: str) -> Outside:
        """Gives an object, read now where it was not before.

        Args:
            archive: Where it is.
            held: The object.
            frames: Of its study's images.
            images: What those images are, by their bytes.
        """
        key = (f"{held.uid} {held.object}", images)
        with self._lock:
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
                return known
        read = _outside(archive, held, frames)
        with self._lock:
            self._kept[key] = read
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return read


def outside_of(
    archive: Archive, study_id: int, shelf: OutsideShelf
) -> tuple[tuple[Outside, ...], int]:
    """Gives what others found in a study, the latest received first, and how many are left out.

    An object of another study of the same patient counts where it refers to this one. One that
    cannot be read is given with its problem.

    Args:
        archive: Where the study is.
        study_id: The study.
        shelf: Holds what was read before.

    Raises:
        NotThere: There is no such study.
        Unavailable: The archive cannot be read.
    """
    with archive.database.read() as session:
        study = get_study(session, study_id)
        held = [
            one
            for one in objects_of_patient(session, study, RESULTS)
            if one.study_id == study.id or refers_to(one.header, study.uid)
        ]
        images = images_of(session, study, RESULTS) if held else []
    frames = StudyFrames([frame for one in images for frame in _frames(one)])
    on = hashlib.sha256(" ".join(one.object for one in images).encode()).hexdigest()
    shown = tuple(shelf.get(archive, one, frames, on) for one in held[:MOST_OBJECTS])
    return shown, len(held) - len(shown)


def _frames(image: HeldObject) -> list[StudyFrame]:
    planes = stored_planes(image.header)
    return [
        StudyFrame(ShownFrame(image.series_uid, image.uid, at), image.shape, plane)
        for at, plane in enumerate(planes)
    ]


def _outside(archive: Archive, held: HeldObject, frames: StudyFrames) -> Outside:
    kind = "seg" if held.class_uid in SEGMENTATIONS else "sr"
    if held.size > MOST_BYTES:
        return Outside(held.uid, held.series_uid, kind, problem=UNREADABLE)
    path = archive.objects.path(held.object)
    file = SourceFile("result.dcm", "result", ".dcm", held.size, path)
    try:
        result = read_result(file, held.class_uid, most_pixels=MOST_PIXELS)
    except CondyleError as error:
        # What was found quotes no value of the object, and names no patient.
        _log.warning("a result of others was not read: %s", error.found)
        return Outside(held.uid, held.series_uid, kind, problem=UNREADABLE)
    return Outside(
        held.uid,
        held.series_uid,
        kind,
        replace(result, masks=()),
        masks=tuple(_mask(one, result.frame_of_reference, frames) for one in result.masks),
        findings=tuple(_finding(one, frames) for one in result.findings),
    )


def _mask(mask: OutsideMask, reference: str | None, frames: StudyFrames) -> PlacedMask:
    placed = [place_mask(plane, reference, frames) for plane in mask.planes]
    found = tuple(one for one in placed if one is not None)
    return PlacedMask(replace(mask, planes=()), found, len(placed) - len(found))


def _finding(finding: OutsideFinding, frames: StudyFrames) -> PlacedFinding:
    drawn = [place_region(region, frames) for region in finding.regions]
    pointed = [frames.at(*image) for image in finding.images]
    places = [place for some in drawn for place in some]
    places += [OutsidePlace(one.shown) for one in pointed if one is not None]
    return PlacedFinding(finding, tuple(places), sum(not some for some in drawn))
