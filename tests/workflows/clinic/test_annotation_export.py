"""Exports of images that were never in an archive: pixel by pixel, and with hostile names."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from condyle.datasets.archive import Archive as DataSet
from condyle.datasets.layouts import open_archive
from condyle.domain.geometry import AS_STORED, Reorientation
from condyle.domain.study import Series
from condyle.domain.volume import Volume
from condyle.errors import CondyleError, InputError
from condyle.service.schemas.annotation import NewLabel
from condyle.service.views.annotation_choice import keyed_labels
from condyle.workflows.clinic.annotation.drawn import Reading
from condyle.workflows.clinic.annotation.export import CaseRead, Export, Layout, write_export
from condyle.workflows.clinic.annotation.zipped import zipped
from condyle.workflows.clinic.placing import PlacedSeries, ShownFrame

ROWS, COLUMNS, SLICES = 18, 22, 2
"""Of the stored frames, no two alike, so that none can be taken for another."""

BOXES: tuple[Layout, ...] = ("voc", "coco", "yolo")
AREAS: tuple[Layout, ...] = ("png", "nifti")
TURNS = [
    AS_STORED,
    Reorientation((0, 2, 1), (False, False, False)),
    Reorientation((0, 1, 2), (False, True, True)),
    Reorientation((0, 2, 1), (False, True, False)),
]


def labels(*named: tuple[str, str]) -> list[dict[str, Any]]:
    answers = {"case": ["good", "poor"]}
    return keyed_labels(
        NewLabel.model_validate(
            {"name": name, "kind": kind, "colour": "#00aaff", "answers": answers.get(kind, [])}
        )
        for name, kind in named
    )


def stored() -> np.ndarray[Any, Any]:
    """Gives stored frames whose values grow by one a pixel."""
    return np.arange(SLICES * ROWS * COLUMNS, dtype=np.float32).reshape(SLICES, ROWS, COLUMNS)


def images(turn: Reorientation = AS_STORED, *, stem: str = "series-1") -> Any:
    """Gives a series that was read turned, with its stored frames."""
    array = turn.apply(stored())
    # Sagittal as it hangs, so that no reader turns it: slices go left, rows down, columns back.
    affine = np.array([[4.0, 0, 0, 0], [0, 0, 0.5, 0], [0, -0.5, 0, 0], [0, 0, 0, 1]])
    volume = Volume(np.ascontiguousarray(array), (4.0, 0.5, 0.5), affine)
    shape = (SLICES, *array.shape[1:])
    series = Series(stem, lambda: volume, shape=shape, spacing=(4.0, 0.5, 0.5), stored=turn)
    frames = tuple(ShownFrame(stem, "9", number) for number in range(SLICES))
    return series, PlacedSeries(frames, array.shape[1:], turn)


def mark(label: str, **what: Any) -> dict[str, Any]:
    place = {"series_uid": what.pop("on", "series-1"), "instance_uid": "9"}
    place["frame"] = what.pop("frame", 1)
    return {"label": label, "place": place, "box": None, "outlines": [], "answer": None} | what


def ring(row0: int, column0: int, row1: int, column1: int) -> list[list[float]]:
    top, left, bottom, right = row0 - 0.5, column0 - 0.5, row1 - 0.5, column1 - 0.5
    return [[top, left], [top, right], [bottom, right], [bottom, left]]


def case_of(*marks: dict[str, Any], turn: Reorientation = AS_STORED, number: int = 1) -> CaseRead:
    readings = (Reading(number, f"P{number}", 0, marks),)
    return CaseRead(f"case-{number:03d}", f"P{number}", False, (images(turn),), readings)


def write(root: Path, layout: Layout, named: Sequence[dict[str, Any]], *cases: CaseRead) -> DataSet:
    write_export(root, Export(layout, named, cases, ["About it."]))
    assert (root / "about.txt").read_text() == "About it.\n"
    return open_archive(root)


def masks_of(data: DataSet) -> dict[int, np.ndarray[Any, Any]]:
    """Gives (row, column) of each slice that was read back."""
    found: dict[int, np.ndarray[Any, Any]] = {}
    for case in sorted(data.cases, key=lambda one: one.id):
        for series in case.study.series:
            for each in case.reference.masks[series.stem]:
                found[len(found)] = each
    return found


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("layout", AREAS)
def test_an_area_with_a_hole_and_a_piece_lies_on_the_same_pixels_of_its_image(
    tmp_path: Path, layout: Layout, turn: Reorientation
) -> None:
    rings = [ring(1, 2, 7, 9), ring(3, 4, 5, 6), ring(16, 19, 18, 22)]
    expected = np.zeros((ROWS, COLUMNS), dtype=bool)
    expected[1:7, 2:9] = expected[16:18, 19:22] = True
    expected[3:5, 4:6] = False
    case = case_of(mark("disc", outlines=rings), turn=turn)
    data = write(tmp_path / "d", layout, labels(("Disc", "mask")), case)
    drawn = masks_of(data)
    assert len(drawn) == SLICES and not drawn[0].any()
    assert (drawn[1] == turn.apply(expected[None])[0]).all()
    if layout == "nifti":
        (only,) = data.cases
        pixels = only.study.series[0].load().array[1][drawn[1] == 1]
        assert sorted(pixels) == sorted(stored()[1][expected])


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("layout", BOXES)
def test_a_box_is_read_back_around_the_same_pixels(
    tmp_path: Path, layout: Layout, turn: Reorientation
) -> None:
    named = labels(("Hernia", "box"), ("Bulge", "box"))
    drawn = [mark("hernia", box=[1, 2, 4, 9]), mark("bulge", box=[0, 0, ROWS, COLUMNS], frame=0)]
    data = write(tmp_path / "d", layout, named, case_of(*drawn, turn=turn))
    found = {
        box.labels[0]: (case.id, box.box)
        for case in data.cases
        for own in case.reference.boxes.values()
        for box in own
    }
    assert set(found) == {"hernia", "bulge"} == set(data.box_classes)
    assert "slice001" in found["hernia"][0] and "slice000" in found["bulge"][0]
    expected = np.zeros((1, ROWS, COLUMNS), dtype=bool)
    expected[0, 1:4, 2:9] = True
    turned = np.argwhere(turn.apply(expected)[0])
    sides = (*turned.min(axis=0), *(turned.max(axis=0) + 1))
    assert found["hernia"][1] == pytest.approx(tuple(int(side) for side in sides))
    assert found["bulge"][1] == pytest.approx((0, 0, *turn.apply(expected).shape[1:]))


@pytest.mark.parametrize("layout", BOXES)
@pytest.mark.parametrize(
    ("drawn", "held"),
    [
        ([1.4, 2.6, 4.4, 8.6], (1, 3, 4, 9)),
        ([17.8, 21.9, 18, 22], (17, 21, 18, 22)),
        ([0, 0, 0.1, 0.1], (0, 0, 1, 1)),
    ],
)
def test_a_box_of_parts_of_pixels_becomes_one_of_whole_ones_within_its_image(
    tmp_path: Path, layout: Layout, drawn: list[float], held: tuple[int, ...]
) -> None:
    data = write(tmp_path / "d", layout, labels(("B", "box")), case_of(mark("b", box=drawn)))
    (found,) = [b.box for c in data.cases for own in c.reference.boxes.values() for b in own]
    assert found == pytest.approx(held)


@pytest.mark.parametrize("layout", AREAS)
def test_where_areas_overlap_the_label_that_is_named_later_holds(
    tmp_path: Path, layout: Layout
) -> None:
    named = labels(("Disc", "mask"), ("Canal", "mask"))
    drawn = [mark("canal", outlines=[ring(2, 2, 6, 6)]), mark("disc", outlines=[ring(4, 4, 8, 8)])]
    data = write(tmp_path / "d", layout, named, case_of(*drawn))
    values = masks_of(data)[1]
    assert (values[2:6, 2:6] == 2).all() and (values == 1).sum() == 16 - 4
    assert [name for name in data.structures if name in ("disc", "canal")] == ["disc", "canal"]


@pytest.mark.parametrize("layout", AREAS)
def test_answers_go_with_every_image_of_their_case_and_no_other(
    tmp_path: Path, layout: Layout
) -> None:
    named = labels(("Disc", "mask"), ("Quality", "case"))
    area = mark("disc", outlines=[ring(2, 2, 6, 6)])
    cases = [case_of(area, mark("quality", answer="poor", place=None)), case_of(area, number=2)]
    data = write(tmp_path / "d", layout, named, *cases)
    assert {case.patient for case in data.cases} == {"P1", "P2"}
    told: dict[str, set[str]] = {"P1": set(), "P2": set()}
    for case in data.cases:
        for grades in case.reference.grades.values():
            told[case.patient] |= {data.labels[key][int(at)] for key, at in grades.items()}
    assert told == {"P1": {"poor"}, "P2": set()}


HOSTILE = ["../../etc/passwd", "con", "no", "1", "a,b\nc", '"><script>', "=1+1", "background"]


@pytest.mark.parametrize("layout", [*BOXES, *AREAS])
@pytest.mark.parametrize("asked", [False, True])
def test_labels_of_hostile_names_are_written_and_read_back_as_they_were_keyed(
    tmp_path: Path, layout: Layout, asked: bool
) -> None:
    kind = "box" if layout in BOXES else "mask"
    extra = [("patient", "case"), ("image", "case")] if asked else []
    named = labels(*((name, kind) for name in HOSTILE), *extra)
    keys = [label["key"] for label in named if label["kind"] == kind]
    drawn = [
        mark(key, box=[n, n, n + 1, n + 1]) if kind == "box"
        else mark(key, outlines=[ring(n, n, n + 1, n + 1)])
        for n, key in enumerate(keys)
    ]  # fmt: skip
    drawn += [mark(name, answer="poor", place=None) for name, _ in extra]
    root = tmp_path / "d"
    data = write(root, layout, named, case_of(*drawn))
    if kind == "box":
        found = {
            box.labels[0]: int(box.box[0])
            for case in data.cases
            for own in case.reference.boxes.values()
            for box in own
        }
        assert found == {key: n for n, key in enumerate(keys)}
    else:
        assert [int(masks_of(data)[1][n, n]) for n in range(len(keys))] == [
            *range(1, len(keys) + 1)
        ]
        # A table of answers has no place for the names of masks' values.
        assert asked or list(data.structures) == ["background", *keys]
    if kind == "mask" and asked:
        assert set(data.labels) == {"patient", "image"}
        assert {case.patient for case in data.cases} == {"P1"}
    names = [path.relative_to(root).as_posix() for path in root.rglob("*")]
    assert not [name for name in names if ".." in name or "passwd" in name or "script" in name]


@pytest.mark.parametrize(
    ("layout", "kinds", "found", "needed"),
    [
        ("voc", "mask", "without boxes", "png or nifti"),
        ("coco", "case", "without boxes", "png or nifti"),
        ("nifti", "box", "boxes alone", "voc, coco or yolo"),
        ("png", "box", "boxes alone", "voc, coco or yolo"),
    ],
)
def test_a_layout_without_a_place_for_what_was_drawn_is_refused_in_four_parts(
    tmp_path: Path, layout: Layout, kinds: str, found: str, needed: str
) -> None:
    with pytest.raises(InputError) as refused:
        write(tmp_path / "d", layout, labels(("It", kinds)), case_of())
    assert refused.value.failed == "The list was not exported."
    assert found in refused.value.found and needed in refused.value.needed
    assert "choose another layout" in refused.value.mend
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize("layout", [*BOXES, *AREAS])
def test_a_list_of_which_nothing_is_finished_is_refused(tmp_path: Path, layout: Layout) -> None:
    with pytest.raises(InputError) as refused:
        write(tmp_path / "d", layout, labels(("It", "box"), ("That", "mask")))
    assert "no case" in refused.value.found and len(refused.value.lines()) == 4


def test_too_many_pixels_for_a_layout_of_boxes_are_refused_before_any_is_read(
    tmp_path: Path,
) -> None:
    def load() -> Volume:
        raise AssertionError("nothing may be read")

    ((series, placed),) = case_of().series
    huge = replace(series, load=load, shape=(1 << 11, 1 << 10, 1 << 10))
    case = replace(case_of(), series=((huge, placed),))
    with pytest.raises(InputError) as refused:
        write_export(tmp_path / "d", Export("voc", labels(("It", "box")), [case], []))
    assert refused.value.found == "2048 million pixels in all"
    assert "1024 million" in refused.value.needed and refused.value.mend


def test_a_folder_that_holds_something_is_not_written_into(tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("mine")
    with pytest.raises(CondyleError, match="empty"):
        write(tmp_path, "nifti", labels(("It", "mask")), case_of())
    assert [path.name for path in tmp_path.iterdir()] == ["other.txt"]


def test_a_zip_holds_the_folder_byte_by_byte_whatever_its_size(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).bytes((1 << 21) + 5)
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "noise.bin").write_bytes(noise)
    (tmp_path / "a" / "empty.txt").touch()
    (tmp_path / "é.txt").write_text("accent")
    pieces = list(zipped(tmp_path, name="it"))
    assert len([piece for piece in pieces if piece]) > 2, "it is sent while it is packed"
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == ["it/a/b/noise.bin", "it/a/empty.txt", "it/é.txt"]
        assert opened.read("it/a/b/noise.bin") == noise and opened.read("it/a/empty.txt") == b""
    assert b"".join(pieces) == b"".join(zipped(tmp_path, name="it")), "no clock is in it"


@pytest.mark.parametrize("layout", AREAS)
@pytest.mark.parametrize(
    "answers", [("n/a", "yes"), ("NaN", "none"), ("a, b", 'say "c"'), ("-", "?"), ("1", "2")]
)
def test_answers_that_a_table_could_mistake_are_read_back_as_they_were_given(
    tmp_path: Path, layout: Layout, answers: tuple[str, ...]
) -> None:
    asked = NewLabel(name="Q", kind="case", colour="#00aaff", answers=list(answers))
    named = [*labels(("Disc", "mask")), *keyed_labels([asked])]
    cases = [
        case_of(mark("q", answer=given, place=None), number=number)
        for number, given in enumerate(answers, 1)
    ]
    data = write(tmp_path / "d", layout, named, *cases)
    told = {
        (case.patient, data.labels["q"][int(grades["q"])])
        for case in data.cases
        for grades in case.reference.grades.values()
    }
    assert told == {("P1", answers[0]), ("P2", answers[1])}
