"""Small archives of pictures with boxes, written for a test."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from condyle.datasets.archive import Archive
from condyle.domain.case import Case, LabelledBox, Reference
from condyle.domain.study import Series, Study
from condyle.domain.volume import Volume

SHAPE = (24, 32)

PutPicture = Callable[..., Path]


def _volume(seed: int, slices: int) -> Volume:
    pixels = np.random.default_rng(seed).integers(0, 255, (slices, *SHAPE))
    return Volume(pixels.astype(np.float32))


@pytest.fixture
def put_picture(tmp_path: Path) -> PutPicture:
    """Writes a picture below the test's folder."""

    def put(name: str, shape: tuple[int, int] = SHAPE) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.full(shape, 60, dtype=np.uint8)
        pixels[3, 5] = len(name)
        Image.fromarray(pixels).save(path)
        return path

    return put


@pytest.fixture
def make_case() -> Callable[..., Case]:
    """Makes a case of one series with boxes."""

    def make(
        name: str,
        boxes: tuple[LabelledBox, ...] = (),
        *,
        patient: str = "p",
        slices: int = 1,
        covariates: dict[str, str] | None = None,
    ) -> Case:
        stem = name.split("/")[-1]
        series = Series(stem=stem, load=partial(_volume, len(name), slices), shape=(slices, *SHAPE))
        return Case(
            id=name,
            patient=patient,
            study=Study(uid=None, series=(series,)),
            reference=Reference(boxes={name: boxes}),
            covariates=covariates or {},
        )

    return make


@pytest.fixture
def boxed(make_case: Callable[..., Case]) -> Archive:
    """Three patients: one with two labels in one place, one doubtful box, one empty picture."""
    both = LabelledBox((2.0, 3.0, 10.0, 12.0), ("herniation", "slip"))
    alone = LabelledBox((12.0, 3.0, 20.0, 12.0), ("herniation",))
    plain = LabelledBox((0.0, 0.0, 24.0, 32.0), ())
    return Archive(
        layout="made",
        cases=(
            make_case("site-1-a", (both, plain), patient="p1", covariates={"sex": "F"}),
            make_case("site-1-b", (alone,), patient="p1"),
            make_case("site-2-a", (), patient="p2", covariates={"scanner": "x, y"}),
            make_case("site-2-c", (alone,), patient="p3"),
        ),
        box_classes=("herniation", "slip"),
        sides={"p1": "train", "p2": "validation", "p3": "test"},
    )


def assert_same(read: Archive, written: Archive) -> None:
    """Holds what was read against what was written, pixels and all."""
    cases = sorted(written.cases, key=lambda case: case.id)
    assert [case.id for case in read.cases] == [case.id for case in cases]
    for one, other in zip(read.cases, cases, strict=True):
        assert (one.patient, dict(one.covariates)) == (other.patient, dict(other.covariates))
        assert dict(one.reference.boxes) == dict(other.reference.boxes)
        array = one.study.series[0].load().array
        assert np.array_equal(array, other.study.series[0].load().array)
    assert dict(read.sides) == dict(written.sides)
    assert read.box_classes == written.box_classes
    assert not read.unreadable and not read.leaks


@pytest.fixture
def same() -> Callable[[Archive, Archive], None]:
    """Holds two archives against each other."""
    return assert_same
