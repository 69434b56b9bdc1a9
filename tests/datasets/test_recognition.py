"""Every layout is recognised by its folder, by no other's, and reads what it writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from condyle.datasets.archive import Archive
from condyle.datasets.folder_writing import write_folders
from condyle.datasets.layouts import LAYOUTS, layout_of, open_archive
from condyle.datasets.mrnet_writing import write_mrnet
from condyle.datasets.pair_writing import write_pairs
from condyle.datasets.simulated_marker import SimulatedMarker, write_marker
from condyle.domain.case import STUDY_UNIT, Case, Reference
from condyle.domain.geometry import Plane
from condyle.domain.study import Attribute, Series, Study
from condyle.domain.volume import Volume
from condyle.errors import DatasetError

SHAPE = (2, 20, 24)


def pixels(seed: int, slices: int = 2) -> np.ndarray:
    drawn = np.random.default_rng(seed).integers(0, 256, (slices, *SHAPE[1:]))
    return np.asarray(drawn, dtype=np.float32)


def series(stem: str, seed: int, plane: Plane = "sagittal", slices: int = 2) -> Series:
    return Series(
        stem=stem,
        load=lambda: Volume(pixels(seed, slices)),
        shape=(slices, *SHAPE[1:]),
        plane=Attribute(plane),
        weighting=Attribute("t2"),
        fat_suppressed=Attribute(True),
    )


def masks(count: int) -> Archive:
    cases = []
    for n in range(count):
        mask = np.zeros(SHAPE, dtype=np.uint8)
        mask[0, 3 : 6 + n, 4:9] = 1 + n % 2
        cases.append(
            Case(
                f"k{n}",
                f"p{n // 2}",
                Study(None, (series(f"k{n}", n),)),
                Reference({f"k{n}": mask}),
            )
        )
    return Archive("pairs", tuple(cases), structures=("background", "acl", "meniscus"))


def classes(count: int) -> Archive:
    cases = tuple(
        Case(
            f"p{n}",
            f"p{n}",
            Study(None, (series("a", n, slices=1), series("b", n + 50, "coronal", slices=1))),
            Reference(grades={"a": {"class": n % 2}, "b": {"class": 1}}),
        )
        for n in range(count)
    )
    return Archive("folders", cases, labels={"class": ("healthy", "tear")})


def exams(count: int) -> Archive:
    planes: tuple[Plane, ...] = ("axial", "coronal", "sagittal")
    labels = ("knee-abnormality", "acl-tear", "meniscal-tear")
    cases = tuple(
        Case(
            f"{n:04d}",
            f"{n:04d}",
            Study(None, tuple(series(plane, n, plane) for plane in planes)),
            Reference(
                grades={STUDY_UNIT: {label: (n >> at) & 1 for at, label in enumerate(labels)}}
            ),
        )
        for n in range(count)
    )
    return Archive("mrnet", cases, labels=dict.fromkeys(labels, ("no", "yes")))


Written = tuple[Callable[[Path, Archive], None], Callable[[int], Archive]]

WRITTEN: dict[str, Written] = {
    "pairs": (write_pairs, masks),
    "folders": (write_folders, classes),
    "mrnet": (write_mrnet, exams),
}


def same(before: Case, after: Case, of: Archive) -> None:
    assert (before.id, before.patient, before.reference.grades) == (
        after.id,
        after.patient,
        after.reference.grades,
    )
    found = {one.stem: one for one in after.study.series}
    assert set(found) == {one.stem for one in before.study.series}
    for one in before.study.series:
        again = found[one.stem]
        assert np.array_equal(one.load().array, again.load().array)
        assert (again.plane.value, again.weighting.value) == (one.plane.value, one.weighting.value)
    assert set(before.reference.masks) == set(after.reference.masks)
    for stem, mask in before.reference.masks.items():
        assert np.array_equal(after.reference.masks[stem], mask)


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_what_a_layout_writes_is_recognised_as_its_own(tmp_path: Path, name: str) -> None:
    write, make = WRITTEN[name]
    write(tmp_path / "out", make(4))
    assert layout_of(tmp_path / "out") == name
    for before, after in zip(make(4).cases, open_archive(tmp_path / "out").cases, strict=True):
        same(before, after, make(4))


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_the_mark_of_simulated_patients_is_heeded_and_hides_nothing(
    tmp_path: Path, name: str
) -> None:
    write, make = WRITTEN[name]
    write(tmp_path / "out", make(3))
    write_marker(tmp_path / "out", SimulatedMarker("knee", 3, 1, 0.3, 24, name))
    archive = open_archive(tmp_path / "out")
    assert layout_of(tmp_path / "out") == name and not archive.unreadable
    assert all(one.simulated for case in archive.cases for one in case.study.series)


SIDES = st.dictionaries(
    st.integers(0, 4), st.sampled_from(["train", "validation"]), min_size=5, max_size=5
)


@pytest.mark.parametrize("name", sorted(WRITTEN))
@settings(max_examples=12)
@given(count=st.integers(2, 5), sides=SIDES)
def test_cases_and_sides_come_back_whatever_they_are(
    tmp_path_factory: pytest.TempPathFactory, name: str, count: int, sides: dict[int, str]
) -> None:
    write, make = WRITTEN[name]
    archive = make(count)
    patients = sorted({case.patient for case in archive.cases})
    told = {patient: sides[n] for n, patient in enumerate(patients)}
    out = tmp_path_factory.mktemp(name)
    write(out, replace(archive, sides=told))
    again = open_archive(out)
    assert again.sides == (told if len(set(told.values())) == 2 else {})
    by_id = {case.id: case for case in again.cases}
    for case in archive.cases:
        same(case, by_id[case.id], archive)


def picture(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels(seed, 1)[0].astype(np.uint8)).save(path)


@pytest.mark.parametrize(
    "names",
    [
        (),
        ("a.png",),
        ("p1.png", "p2.png", "p3.png"),
        ("p1/a.png", "p2/a.png"),
        ("T1/a.png", "T2/a.png"),
        ("images/a.png", "images/b.png"),
        ("masks/a.png", "masks/b.png"),
        ("train/axial/0000.npy.png", "valid/axial/0001.npy.png"),
        ("notes.txt.png", "labels.xml.png"),
    ],
)
def test_a_folder_of_nothing_in_particular_is_of_no_layout(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    for seed, name in enumerate(names):
        picture(tmp_path / name, seed)
    with pytest.raises(DatasetError, match="no labelled archive"):
        layout_of(tmp_path)


def test_recognising_never_raises_whatever_lies_in_a_folder(tmp_path: Path) -> None:
    for name in ("metadata.csv", "patients.csv", "train-acl.csv", "data.yaml", "classes.txt"):
        (tmp_path / name).write_bytes(b"\xff\xfe\x00,\x00\n\x80")
    for name in ("images/1_t1.mha", "train/axial/0.npy", "a/1.pck", "masks/1.png", "x/1.dcm"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\x80\x02cos\nsystem\n.")
    for name, layout in LAYOUTS.items():
        assert layout.is_of(tmp_path) in (True, False), name
