"""A bundle is quantised on the slices of an archive, and read by from then on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.image_bundles import write_lesion_bundle

from condyle.domain.progress import Progress
from condyle.errors import BundleError, DatasetError
from condyle.workflows.quantise_bundle import images_of, quantise_bundle
from condyle.workflows.read_study import read_study

pytestmark = pytest.mark.needs("openvino")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    random = np.random.default_rng(1)
    for kind in ("images", "masks"):
        (tmp_path / "archive" / kind).mkdir(parents=True)
    for number in range(5):
        image = random.integers(0, 200, (80, 80), dtype=np.uint8)
        mask = np.zeros_like(image)
        image[30:50, 30:50], mask[30:50, 30:50] = 255, 1
        for kind, array in (("images", image), ("masks", mask)):
            Image.fromarray(array).save(tmp_path / "archive" / kind / f"p{number}.png")
    return tmp_path / "archive"


def test_the_networks_are_kept_and_the_report_names_them(archive: Path, empty_store: Path) -> None:
    bundle = write_lesion_bundle(empty_store)
    told: list[Progress] = []
    made = quantise_bundle("knee-unet", archive, images=3, progress=told.append)
    assert (made.record.images, made.record.calibrated_on) == (3, "3 slices of archive")
    assert made.record.sha256 == bundle.sha256
    assert {step.stage for step in told} == {"prepare", "quantise"}
    picture = archive / "images" / "p1.png"
    plain = read_study(picture, bundles=["knee-unet"])
    short = read_study(picture, bundles=["knee-unet"], int8=True)
    assert plain.bundles[0].quantised_sha256 == ""
    assert short.bundles[0].quantised_sha256 == made.sha256
    assert [f.name for f in short.findings] == [f.name for f in plain.findings]
    (one,), (other,) = plain.findings, short.findings
    assert one.probability == pytest.approx(other.probability, abs=0.02)


def test_reading_without_them_is_refused(archive: Path, empty_store: Path) -> None:
    write_lesion_bundle(empty_store)
    with pytest.raises(BundleError, match="no networks of 8 bits"):
        read_study(archive / "images" / "p1.png", bundles=["knee-unet"], int8=True)


def test_the_slices_are_drawn_by_seed_and_as_the_network_takes_them(archive: Path) -> None:
    from condyle.datasets.layouts import open_archive

    cases = open_archive(archive).cases
    spec = ({"step": "fit", "rows": 64, "columns": 64},)
    drawn = [images_of(cases, spec, count=2, seed=seed) for seed in (1, 1, 2, 3, 4)]
    assert all(image.shape == (1, 1, 64, 64) for image in drawn[0])
    np.testing.assert_array_equal(drawn[0], drawn[1])
    assert any(not np.array_equal(drawn[0], other) for other in drawn[2:])
    assert len(images_of(cases, spec, count=99)) == 5


def test_an_archive_without_an_image_is_told() -> None:
    with pytest.raises(DatasetError, match="no image"):
        images_of([], (), count=3)
