"""Studies on disk with a reading of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileDataset
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import EnhancedMRImageStorage
from tests.dicom.objects.made import SAGITTAL, Read, content_of, report_of

from condyle import sources
from condyle.dicom.objects import read_sources, wanted_of

Reader = Callable[..., Read]


@pytest.fixture
def plain(instance: Callable[..., FileDataset]) -> Callable[..., list[FileDataset]]:
    """Makes five parallel slices of one orientation."""

    def make(orientation: Sequence[float] = SAGITTAL, **tags: Any) -> list[FileDataset]:
        normal = np.cross(orientation[:3], orientation[3:])
        made = []
        for number in range(5):
            where = np.array([-8.0, -50.0, 60.0]) + 4.0 * number * normal
            made.append(
                instance(
                    name=str(number),
                    InstanceNumber=number + 1,
                    ImageOrientationPatient=[round(float(one), 9) for one in orientation],
                    ImagePositionPatient=[round(float(one), 9) for one in where],
                    SpacingBetweenSlices=4,
                    **tags,
                )
            )
        return made

    return make


@pytest.fixture
def enhanced(instance: Callable[..., FileDataset]) -> Callable[[], list[FileDataset]]:
    """Makes one instance of five frames, which it holds in another order than they lie."""

    def make() -> list[FileDataset]:
        pixels = np.stack([np.full((20, 24), at + 1, np.uint16) for at in range(5)])
        one = instance(pixels=pixels, SOPClassUID=EnhancedMRImageStorage, NumberOfFrames=5)
        for keyword in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"):
            delattr(one, keyword)
        shared, orientation, measures = Dataset(), Dataset(), Dataset()
        orientation.ImageOrientationPatient = list(SAGITTAL)
        measures.PixelSpacing, measures.SliceThickness = [0.9, 0.7], 4
        measures.SpacingBetweenSlices = 4
        shared.PlaneOrientationSequence = DicomSequence([orientation])
        shared.PixelMeasuresSequence = DicomSequence([measures])
        one.SharedFunctionalGroupsSequence = DicomSequence([shared])
        groups = []
        for at in (2, 0, 4, 1, 3):
            group, position, content = Dataset(), Dataset(), Dataset()
            position.ImagePositionPatient = [-8.0 + 4 * at, -50, 60]
            content.DimensionIndexValues = [at + 1]
            group.PlanePositionSequence = DicomSequence([position])
            group.FrameContentSequence = DicomSequence([content])
            groups.append(group)
        one.PerFrameFunctionalGroupsSequence = DicomSequence(groups)
        return [one]

    return make


@pytest.fixture
def read(save: Callable[[Sequence[Dataset]], Path], find: Callable[[Path], Any]) -> Reader:
    """Gives instances on disk with a reading of them."""

    def make(instances: Sequence[Dataset], *, verified: bool = False) -> Read:
        folder = save(instances)
        report = report_of(find(folder).studies[0].study.series)
        with sources.open([folder]) as tree:
            source = read_sources(tree.files, wanted_of(report.series))
        return Read(folder, report, content_of(report, verified=verified), source)

    return make
