"""The picture of what other systems found in a study, for ``docs/clinic.md``.

A segmentation and a structured report of a simulated patient's images are written by highdicom, in
the name of a system that there is not, and uploaded with the images.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import highdicom
import numpy as np
import pydicom
from clinic import browsing
from clinic_camera import shoot
from numpy.typing import NDArray
from playwright.sync_api import Page, expect
from pydicom.dataset import FileDataset
from pydicom.sr.codedict import codes
from pydicom.uid import generate_uid

from condyle.phantoms import LumbarParameters
from condyle.phantoms.lumbar import LumbarPhantom, lumbar_phantom
from condyle.workflows.simulate import simulate_lumbar

MAKER = "Elsewhere"
DEVICE = "Spine tool"
_SEED = 5
_LEVEL = "L4-L5"
_DISC = highdicom.sr.CodedConcept("disc", "99ELSEWHERE", "Intervertebral disc")
_STRUCTURES = (("Discs", 1, _DISC), ("Vertebrae", 2, codes.SCT.Vertebra))
_TOOL = highdicom.AlgorithmIdentificationSequence(
    name="outlines", version="2.0", family=codes.DCM.ArtificialIntelligence
)


def tell_of_others(page: Page, study: int, folder: Path, size: LumbarParameters) -> None:
    """Uploads such a study, which gets that number, and takes its picture."""
    simulated = simulate_lumbar(folder, seed=_SEED, parameters=size)
    phantom = lumbar_phantom(_SEED, parameters=size)
    images = [pydicom.dcmread(one) for one in sorted((simulated / "series-2").glob("*.dcm"))]
    images.sort(key=lambda one: float(one.InstanceNumber))
    objects = (segmentation(images, phantom.labelmap), report(images, phantom))
    for number, made in enumerate(objects):
        made.save_as(simulated / f"elsewhere-{number}.dcm", enforce_file_format=True)
    browsing.upload(page, sorted(simulated.rglob("*.dcm")))
    page.goto(f"/studies/{study}")
    browsing.panes_drawn(page)
    for drawn in ("Discs", "Vertebrae", "Canal", "Levels"):
        page.locator("fieldset.drawn").get_by_role("checkbox", name=drawn).uncheck()
    page.get_by_role("tab", name="Others (2)").click()
    page.get_by_role("checkbox", name="Draw what others outlined").check()
    page.locator(".outside-row").filter(has_text=_LEVEL).locator(".outside-name").click()
    expect(page.locator(".shape-outside")).to_have_count(len(_STRUCTURES))
    expect(page.locator(".span-outside")).to_have_count(1)
    shoot(page, "study-others")


def segmentation(images: Sequence[FileDataset], labels: NDArray[np.uint8]) -> FileDataset:
    """A segmentation of what is true of the (slice, row, column) images."""
    segments = [
        highdicom.seg.SegmentDescription(
            number, name, codes.SCT.AnatomicalStructure, code, "AUTOMATIC", _TOOL
        )
        for name, number, code in _STRUCTURES
    ]
    pixels = np.stack([labels == number for _, number, _ in _STRUCTURES], axis=-1)
    return highdicom.seg.Segmentation(
        images, pixels.astype(np.uint8), "BINARY", segments, generate_uid(), 300,
        generate_uid(), 1, MAKER, DEVICE, "2.0", "1", series_description="Discs and vertebrae",
    )  # fmt: skip


def report(images: Sequence[FileDataset], phantom: LumbarPhantom) -> FileDataset:
    """A report of one measurement: the height of a disc in its middle, in mm."""
    at, row, column = (round(each) for each in phantom.disc_centres[_LEVEL])
    inside = np.flatnonzero(phantom.labelmap[at, :, column] == 1)
    inside = inside[np.abs(inside - row) < 20]
    rows = (int(inside.min()), int(inside.max()) + 1)
    line = highdicom.sr.CoordinatesForMeasurement(
        "POLYLINE",
        np.array([[column + 0.5, one] for one in rows], float),
        source_image=highdicom.sr.SourceImageForMeasurement.from_source_image(images[at]),
    )
    spacing_mm = float(images[at].PixelSpacing[0])
    height = highdicom.sr.Measurement(
        name=codes.SCT.Length,
        value=round((rows[1] - rows[0]) * spacing_mm, 1),
        unit=codes.UCUM.Millimeter,
        referenced_coordinates=[line],
    )
    group = highdicom.sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=highdicom.sr.TrackingIdentifier(generate_uid(), f"Disc {_LEVEL}"),
        finding_type=_DISC,
        measurements=[height],
    )
    device = highdicom.sr.ObserverContext(
        codes.DCM.Device,
        highdicom.sr.DeviceObserverIdentifyingAttributes(generate_uid(), name=DEVICE),
    )
    content = highdicom.sr.MeasurementReport(
        observation_context=highdicom.sr.ObservationContext(device),
        procedure_reported=codes.LN.MRISpineReport,
        imaging_measurements=[group],
    )
    return highdicom.sr.ComprehensiveSR(
        list(images), content[0], generate_uid(), 301, generate_uid(), 1,
        manufacturer=MAKER, is_complete=True, is_verified=False,
    )  # fmt: skip
